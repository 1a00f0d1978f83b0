# SPDX-License-Identifier: AGPL-3.0-or-later
"""The life of one idea, from the first line of its draft to what became of it, act by act through the services."""

import random
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from innovato.organisation.calendar import is_working_day
from innovato.organisation.capabilities import Capability
from innovato.organisation.models import Person
from innovato.organisation.selectors import nearest_people_with
from voting.demo import judging, trials
from voting.demo.calls import ALWAYS, past_rounds
from voting.demo.stories import CHOSEN, ON_BALLOT, TRIED, Story
from voting.demo.talk import life_of_talk
from voting.demo.timeline import Life
from voting.demo.town import ONE_DAY, Town, moment
from workflow.models import Authorship, Campaign, Idea
from workflow.services import coauthors, decisions, handing_in, merging, redaction, reexamination, screening, writing
from workflow.services.campaigns import monthly_window, next_month

HOURS = (8, 9, 9, 10, 10, 11, 12, 14, 15, 16)


class Actor:
    """Everything one idea's life holds in hand."""

    def __init__(self, town: Town, story: Story, campaign: Campaign):
        self.town, self.story, self.campaign = town, story, campaign
        self.dice: random.Random = town.dice(f"idea:{story.key}")
        self.idea_id = 0

    @property
    def idea(self) -> Idea:
        """The idea as it stands now."""
        return Idea.objects.select_related("campaign", "department").get(pk=self.idea_id)

    def hour(self, at: datetime) -> datetime:
        """Some minute of an office hour of that day, or of the next working day; never after today."""
        day = timezone.localtime(at).date()
        while not is_working_day(day):
            day += ONE_DAY
        return min(moment(day, self.dice.choice(HOURS), self.dice.randrange(60)), self.town.today)

    def between(self, first: datetime, last: datetime) -> datetime:
        """Some moment between two others."""
        return first + (last - first) * self.dice.random()

    def screener(self) -> Person:
        """Somebody of the innovation office who does not propose this idea."""
        return self.town.named[self.dice.choice(("laura", "laura", "sara", "michele"))]

    def decider(self, *, without: tuple[int, ...] = ()) -> Person:
        """Who decides for the idea's department: the nearest who has no part in it."""
        idea = self.idea
        barred = {*idea.author_ids(), *idea.recused_ids(), *without}
        return nearest_people_with(Capability.DECIDE_IDEAS, idea.judging_department_id, without=barred)[0]


def life_of_idea(town: Town, story: Story, campaign: Campaign) -> Life:
    """The whole life of one story in one campaign, up to today's fate."""
    me = Actor(town, story, campaign)
    first, last = submission_window(me)
    yield from write(me, first, last)
    if story.fate == "draft":
        return
    yield from screen(me)
    if story.fate in ON_BALLOT:
        closes = closing_of_ballot(me)
        if story.fate in CHOSEN:
            yield from judging.life_of_review(me, closes)
            yield from answer(me)
        if story.fate in TRIED:
            yield from trials.life_of_pilot(me)


def submission_window(me: Actor) -> tuple[datetime, datetime]:
    """Between when the idea was handed in: as its story says, else within its campaign and in time for its ballot."""
    town, story, campaign = me.town, me.story, me.campaign
    if story.submitted:
        at = town.ago(story.submitted, me.dice.choice(HOURS), me.dice.randrange(60))
        return at, at
    if campaign.slug == ALWAYS:
        return _window_of_round(town, story.round)
    first, last = campaign.submissions_open_at, campaign.submissions_close_at - timedelta(days=3)
    return first, (first + (last - first) / 2 if "changes" in story.more else last)


def _window_of_round(town: Town, number: int) -> tuple[datetime, datetime]:
    """Between when ideas for a round are handed in: early enough to be admitted, too late for the round before."""
    months = past_rounds(town)
    if number <= len(months):
        opens = monthly_window(months[number - 1])[0]
        return opens - timedelta(days=27), opens - timedelta(days=12)
    last, coming = monthly_window(months[-1])[0], monthly_window(next_month(months[-1]))[0]
    return last + ONE_DAY, min(coming - timedelta(days=8), town.today - timedelta(days=8))


def closing_of_ballot(me: Actor) -> datetime:
    """When the ballot that carries the idea closes."""
    if me.campaign.slug == ALWAYS:
        return monthly_window(past_rounds(me.town)[me.story.round - 1])[1]
    return me.campaign.voting_closes_at


def write(me: Actor, first: datetime, last: datetime) -> Life:
    """A draft, its text, who proposes together, and handing it in."""
    story, town = me.story, me.town
    handed_in = me.hour(me.between(first, last)) if first != last else first
    begun = max(handed_in - timedelta(days=me.dice.randint(1, 4)), me.campaign.submissions_open_at)
    at = yield begun
    author = find_author(me, at)
    me.idea_id = writing.create_draft(
        by=author, campaign=me.campaign, at=at, uuid=uuid.UUID(int=me.dice.getrandbits(128), version=4)
    ).pk
    town.ideas[story.key] = me.idea_id
    town.told[me.idea_id] = story
    writing.save_draft(idea_id=me.idea_id, by=author, content=content_of(me), at=at)
    for colleague in find_company(me, author, at):
        asked = yield at + timedelta(minutes=5)
        coauthors.invite(idea_id=me.idea_id, by=author, person_id=colleague.pk, at=asked)
        at = yield asked + timedelta(hours=me.dice.randint(1, 6))
        coauthors.accept(idea_id=me.idea_id, by=colleague, at=at)
    if story.fate != "draft":
        at = yield handed_in
        handing_in.submit(idea_id=me.idea_id, by=author, at=at)


def content_of(me: Actor) -> dict:
    """What the author writes into the form."""
    story, town = me.story, me.town
    content = {
        "title": story.title,
        "problem": story.problem,
        "proposal": story.proposal,
        "benefit": story.benefit,
        "how_measured": story.measure,
        "beneficiaries": list(story.who),
        "estimated_cost": None if story.cost is None else Decimal(story.cost),
        "duration_months": story.months,
        "no_personal_data": True,
        "theme_id": town.themes[story.theme].pk,
        "department_id": town.departments[story.office].pk,
    }
    for gap in story.more.get("gaps", ()):
        del content[gap]
    if touched := story.more.get("touched"):
        content["departments_touched"] = [town.departments[code].pk for code in touched]
    return content


def find_author(me: Actor, at: datetime) -> Person:
    """Who proposes: the person of the story, or anybody of its place who already worked there."""
    if me.story.by:
        return me.town.named[me.story.by]
    return me.dice.choice(_colleagues(me, me.story.home or me.story.office, at))


def find_company(me: Actor, author: Person, at: datetime) -> Iterator[Person]:
    """Who proposes together with the author."""
    yield from (me.town.named[key] for key in me.story.others)
    near = [person for person in _colleagues(me, author.home_department.code, at) if person.pk != author.pk]
    yield from me.dice.sample(near, min(me.story.company, len(near)))


def _colleagues(me: Actor, code: str, at: datetime) -> list[Person]:
    """People of a department or below it who may propose and had joined by then; of the whole city if there are none."""
    named = {person.pk for person in me.town.named.values()}
    for place in (code, code.split("-")[0], "TO"):
        found = [
            person
            for person in me.town.people_below(place)
            if not person.is_director and person.pk not in named and person.joined_on < at.date()
        ]
        if found:
            return found
    raise ValueError("nobody worked here yet")


def screen(me: Actor) -> Life:
    """The innovation office's answer, and what some authors do of their own accord."""
    story, fate = me.story, me.story.fate
    submitted = me.idea.submitted_at
    if fate == "screening":
        yield from _invitation(me, submitted)
        yield from _merge_asked(me, submitted)
        return
    at = yield me.hour(submitted + timedelta(days=me.dice.randint(1, 3)))
    if fate == "withdrawn":
        handing_in.withdraw(idea_id=me.idea_id, by=lead_of(me), at=at)
    elif fate == "needs_changes":
        screening.request_changes(idea_id=me.idea_id, by=me.screener(), at=at, note=story.reason)
    elif fate == "inadmissible":
        by = me.screener()
        screening.refuse_admission(
            idea_id=me.idea_id, by=by, at=at, reason_code=story.code or "not_ours", reason_text=story.reason
        )
    elif fate == "merged":
        yield from _merge(me, at)
    else:
        if changes := story.more.get("changes"):
            at = yield from _after_changes(me, changes, at)
        screening.admit(idea_id=me.idea_id, by=me.screener(), at=at)
        if passages := story.more.get("covered"):
            at = yield at + timedelta(minutes=15)
            redaction.redact(idea_id=me.idea_id, by=me.screener(), at=at, passages=passages)
        me.town.timeline.add(life_of_talk(me.town, story, me.campaign, me.idea_id), earliest=at)


def _after_changes(me: Actor, note: str, at: datetime) -> Life:
    """The office asks for a change, the author answers and hands in again; returns when the office reads it."""
    screening.request_changes(idea_id=me.idea_id, by=me.screener(), at=at, note=note)
    at = yield me.hour(at + timedelta(days=2))
    author = lead_of(me)
    proposal = f"{me.story.proposal} {me.story.more['added']}"
    writing.save_draft(idea_id=me.idea_id, by=author, content={"proposal": proposal}, at=at)
    at = yield at + timedelta(minutes=20)
    handing_in.submit(idea_id=me.idea_id, by=author, at=at)
    return (yield me.hour(at + timedelta(days=1)))


def _merge(me: Actor, at: datetime) -> Life:
    """The office proposes to go on inside another idea; both who lead agree, or one has still to answer."""
    target = Idea.objects.get(pk=me.town.ideas[me.story.more["into"]])
    by = me.screener()
    merging.propose(idea_id=me.idea_id, by=by, at=at, target_ref=target.ref, text=me.story.reason)
    for person in dict.fromkeys((lead_of(me), merging.lead_of(target))):
        at = yield me.hour(at + timedelta(days=1))
        merging.answer(idea_id=me.idea_id, by=person, at=at, accept=True)


def _merge_asked(me: Actor, submitted: datetime) -> Life:
    """A merge was proposed; who leads this idea agreed, who leads the other has still to answer."""
    if target := me.story.more.get("asked_into"):
        at = yield me.hour(submitted + timedelta(days=1))
        ref = Idea.objects.get(pk=me.town.ideas[target]).ref
        merging.propose(idea_id=me.idea_id, by=me.screener(), at=at, target_ref=ref, text=me.story.reason)
        at = yield me.hour(at + timedelta(days=1))
        merging.answer(idea_id=me.idea_id, by=lead_of(me), at=at, accept=True)


def _invitation(me: Actor, at: datetime) -> Life:
    """Somebody is asked to propose too and has not answered yet."""
    if invited := me.story.more.get("invites"):
        at = yield at + timedelta(hours=2)
        coauthors.invite(idea_id=me.idea_id, by=lead_of(me), person_id=me.town.named[invited].pk, at=at)


def lead_of(me: Actor) -> Person:
    """Who leads the idea's authors."""
    return Authorship.objects.select_related("person").get(idea_id=me.idea_id, is_lead=True).person


def answer(me: Actor) -> Life:
    """The decision that ends the review: no, later, yes with a plan; or still to come."""
    story = me.story
    if me.idea.state != "decision" or story.fate == "decision":
        return
    entered = me.idea.state_since
    if story.fate in TRIED:
        yield from trials.life_of_approval(me)
        return
    wanted = judging.day_of(me, story.days) if story.days else me.hour(entered + timedelta(days=me.dice.randint(5, 12)))
    at = yield max(wanted, entered + timedelta(hours=3))
    by = me.decider()
    if story.fate == "deferred":
        revisit = me.town.day(-story.more["revisit_in"])
        decisions.defer(idea_id=me.idea_id, by=by, at=at, reason=story.reason, revisit_on=revisit)
        return
    decisions.decline(
        idea_id=me.idea_id, by=by, at=at, reason_code=story.code or "not_practicable", reason_text=story.reason
    )
    if story.fate == "reexamined":
        at = yield me.hour(at + timedelta(days=2))
        text = story.more["asks"]
        reexamination.request_reexamination(idea_id=me.idea_id, by=lead_of(me), at=at, text=text)
