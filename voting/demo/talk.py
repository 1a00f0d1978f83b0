# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who follows an idea of the demo and what colleagues write under it, once everybody sees it."""

from datetime import date, datetime, timedelta

from innovato.organisation.calendar import is_working_day
from innovato.organisation.models import Person
from innovato.participation.catalogue import before, quarter_of
from voting.demo.phrases import COMMENTS, REPLIES
from voting.demo.stories import Story
from voting.demo.timeline import Life
from voting.demo.town import ONE_DAY, Town, moment
from workflow.models import Authorship, Campaign, Comment, Idea
from workflow.services import comments, following
from workflow.states import PUBLISHED

MOST_FOLLOWERS = 5
LONG_PAST = timedelta(days=1000)  # of what is older, nobody follows anything any more
# So many in a thousand people talk: in the last quarter but one and in the last, enough for a large office's figure to be
# shown; and at the end of the year before.
TALKERS, FEW = (25, 35), 3


def life_of_talk(town: Town, story: Story, campaign: Campaign, idea_id: int) -> Life:
    """From the admission on: some follow, some comment, the author answers the first."""
    dice = town.dice(f"talk:{story.key}")
    at = yield campaign.submissions_open_at + timedelta(days=2)
    people = [person for person in dice.sample(town.people, 12) if person.joined_on < at.date()]
    if town.today - at < LONG_PAST:
        for person in people[: dice.randint(0, MOST_FOLLOWERS)]:
            following.follow(idea_id=idea_id, by=person, at=at)
    first = comment = None
    for who, kind, text in story.comments or _chance_comments(dice, campaign):
        at = yield at + timedelta(hours=dice.randint(3, 14 if story.comments else 60))
        writer = _writer(town, idea_id, who, people, dice)
        parent = first.pk if first and kind == "reply" else None
        kind = Comment.Kind.SUGGESTION if kind == "reply" else kind
        comment = comments.add_comment(idea_id=idea_id, by=writer, at=at, kind=kind, body=text, parent_id=parent)
        first = first or comment
    if comment and (report := story.more.get("report")):
        at = yield at + timedelta(hours=5)
        comments.report_comment(comment_id=comment.pk, by=town.named["omar"], at=at, reason=report)


def life_of_conversation(town: Town) -> Life:
    """In the two quarters before this one people of all offices, each once, say something under an idea everybody sees.

    So HR's figures of these quarters have something to show: large departments stand with theirs, small ones are hidden.
    At the end of the year before a few come back to the ideas of 2014, and that year has a figure too.
    """
    dice, named = town.dice("conversation"), {person.pk for person in town.named.values()}
    last = before(quarter_of(town.today.date()))
    parts = dict(zip((before(last), last), TALKERS, strict=True))
    year_end = quarter_of(date(town.today.year - 1, 12, 31))
    for quarter, part in sorted(({year_end: FEW} | parts).items(), key=lambda each: each[0].first_day):
        people = [each for each in town.people if each.joined_on < quarter.first_day and each.pk not in named]
        people = dice.sample(people, min(len(people), len(town.people) * part // 1000))
        length = (quarter.last_day - quarter.first_day).days + 1
        days = [day for n in range(length) if is_working_day(day := quarter.first_day + n * ONE_DAY)]
        hours = (9, 11, 13, 15)
        times = sorted(moment(dice.choice(days), dice.choice(hours), dice.randrange(60)) for _person in people)
        for person, wanted in zip(people, times, strict=True):
            at = yield wanted
            _say_something(person, at, dice)


def _say_something(person: Person, at: datetime, dice) -> None:
    """Under an idea of these years; where there is none yet, an experience under one of long ago."""
    public = (
        Idea.objects.filter(state__in=PUBLISHED, published_at__lt=at).order_by("number").values_list("pk", flat=True)
    )
    recent = public.filter(published_at__gt=at - LONG_PAST)
    idea = dice.choice(recent or public)
    said = set(Comment.objects.filter(idea=idea).values_list("body", flat=True))
    fitting = [each for each in COMMENTS if recent or each[0] == "similar"]
    kind, text = dice.choice([each for each in fitting if each[1] not in said] or fitting)
    comments.add_comment(idea_id=idea, by=person, at=at, kind=kind, body=text)


def _chance_comments(dice, campaign: Campaign) -> list[tuple[str, str, str]]:
    """None to three comments; under the ideas of 2014 fewer."""
    number = dice.choice((0, 0, 0, 1) if campaign.slug == "innovato-2014" else (0, 1, 1, 2, 3))
    said = [("", kind, text) for kind, text in dice.sample(COMMENTS, number)]
    if said and dice.random() < 0.5:
        said.append(("author", "reply", dice.choice(REPLIES)))
    return said


def _writer(town: Town, idea_id: int, who: str, people: list[Person], dice) -> Person:
    if who == "author":
        return Authorship.objects.select_related("person").get(idea_id=idea_id, is_lead=True).person
    return town.named[who] if who else dice.choice(people)
