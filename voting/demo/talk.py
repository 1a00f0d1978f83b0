# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who follows an idea of the demo and what colleagues write under it, once everybody sees it."""

from datetime import timedelta

from innovato.organisation.models import Person
from voting.demo.phrases import COMMENTS, REPLIES
from voting.demo.stories import Story
from voting.demo.timeline import Life
from voting.demo.town import Town
from workflow.models import Authorship, Campaign, Comment
from workflow.services import comments, following

MOST_FOLLOWERS = 5
LONG_PAST = timedelta(days=1000)  # of what is older, nobody follows anything any more


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
