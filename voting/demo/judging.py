# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reviews in the demo: reviewers declare, score by criterion with words, and hand in, each on a day of their own."""

import random
from datetime import datetime, timedelta

from voting.demo.phrases import ADVICE, FOR_AUTHOR, WORDS
from voting.demo.timeline import Life
from workflow.models import Campaign, Review
from workflow.services import review
from workflow.services.review import Sheet
from workflow.states import IdeaState

OPEN = (Review.Status.ASSIGNED, Review.Status.DECLARED)
QUICK, SLOW = 4, 20  # days from the close of the ballot to a scorecard


def day_of(me, days: int) -> datetime:
    """The office hour of a story's day, counted back from today; for 2014 it is never in the story."""
    return me.town.ago(days, me.dice.choice((9, 10, 11, 14, 15)), me.dice.randrange(60))


def life_of_review(me, closes: datetime) -> Life:
    """After the close the reviewers work one after the other, until all are in or as many as the story says."""
    story = me.story
    last = _last_day(me, closes)
    if story.fate == "review":
        yield from _some_cards(me, closes, last)
        return
    at = yield max(closes + timedelta(hours=1), closes + (last - closes) * 0.2)
    while (card := _next_card(me)) is not None:
        left = _waiting(me)
        when = last if left == 1 else me.hour(at + (last - at) / (left + 1))
        yield from _hand_in(me, card, when)
        at = max(at, when)


def _last_day(me, closes: datetime) -> datetime:
    """When the last scorecard came: the decision has waited since then, or was made some days later."""
    story = me.story
    if story.fate == "decision":
        return day_of(me, story.days)
    if story.fate in {"declined", "deferred", "reexamined"} and story.days:
        return max(closes + timedelta(days=QUICK), me.hour(day_of(me, story.days + 7)))
    return me.hour(closes + timedelta(days=me.dice.randint(QUICK + 8, SLOW)))


def _some_cards(me, closes: datetime, last: datetime) -> Life:
    """As many scorecards as the story says; one more may be begun and not handed in."""
    wanted = me.story.more.get("cards", 0)
    at = yield min(closes + timedelta(days=1), me.town.today - timedelta(hours=4))
    for _ in range(wanted):
        if (card := _next_card(me)) is None or _waiting(me) == 1:
            return
        at = min(me.hour(at + timedelta(days=1)), me.town.today - timedelta(hours=1))
        yield from _hand_in(me, card, at)


def _next_card(me) -> Review | None:
    """The next open scorecard. Marco Bosio hands in first, but last what is still reviewed today: his desk waits."""
    if me.idea.state != IdeaState.REVIEW:
        return None
    rows = Review.objects.filter(idea_id=me.idea_id, status__in=OPEN).select_related("reviewer").order_by("pk")
    marco = me.town.named["marco"].pk
    late = me.story.fate == "review"
    return min(rows, key=lambda row: ((row.reviewer_id == marco) == late, row.pk), default=None)


def _waiting(me) -> int:
    return Review.objects.filter(idea_id=me.idea_id, status__in=OPEN).count()


def _hand_in(me, card: Review, when: datetime) -> Life:
    """One reviewer declares to have no conflict, and an hour later hands in."""
    at = yield when - timedelta(hours=1)
    review.declare(idea_id=me.idea_id, by=card.reviewer, at=at)
    at = yield max(when, at + timedelta(minutes=30))
    sheet = write_sheet(me.campaign, score=me.story.score, dice=me.dice)
    review.submit(idea_id=me.idea_id, by=card.reviewer, at=at, sheet=sheet)


def write_sheet(campaign: Campaign, *, score: float, dice: random.Random) -> Sheet:
    """Points round a score, with words where they are asked for and now and then elsewhere."""
    points, words = {}, {}
    for criterion in campaign.criteria.all():
        value = min(5, max(0, round(score + dice.uniform(-0.7, 0.7))))
        points[criterion.pk] = value
        if value in (0, 1, 5) or dice.random() < 0.4:
            words[criterion.pk] = dice.choice(WORDS[min(value // 2, 2)])
    wish = "pilot" if score >= 3.2 else dice.choice(("decline", "decline", "defer"))
    return Sheet(
        points=points,
        words=words,
        recommendation=wish,
        advice=dice.choice(ADVICE[wish]),
        text_for_author=dice.choice(FOR_AUTHOR[wish]),
    )
