# SPDX-License-Identifier: AGPL-3.0-or-later
"""From the chain of events to the receivers: what leaves of an idea, and that of a vote nothing ever does."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from innovato.webhooks.models import Delivery, Hook, HookCursor
from innovato.webhooks.services import sending
from tests import factories as make
from tests.voting import factories as ballots
from tests.webhooks.conftest import AT
from tests.workflow.factories_judging import REASON, again
from tests.workflow.factories_writing import complete_draft
from voting.services import guarding
from workflow import tasks
from workflow.happenings import INSIDE, KINDS, hold
from workflow.models import IdeaEvent
from workflow.rules import MOVES
from workflow.services import decisions, events, handing_in, handing_out, screening

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
PUBLIC = {"id", "kind", "idea", "department", "at", "from", "to"}
BARE = {"id", "kind", "idea"}


@pytest.fixture
def here(city, hooked):
    """The city with one receiver for all of it, everything before handed out."""
    city.hook, _secret = hooked()
    hand_out()
    return city


def hand_out(at=AT) -> int:
    return handing_out.hand_out(at=at)


def bodies(hook=None) -> list[dict]:
    """What is written for a receiver, oldest first."""
    rows = Delivery.objects.order_by("pk")
    return [json.loads(row.body) for row in (rows.filter(hook=hook) if hook else rows)]


def screened(here, **fields):
    return make.idea(here.author, here.call, state="screening", **fields)


# What leaves -----------------------------------------------------------------------------------------------------------


def test_every_move_is_on_the_list_but_the_one_that_only_insiders_read():
    assert set(KINDS) | INSIDE == set(MOVES) | {"reading"}
    assert not INSIDE & set(KINDS)


def test_of_a_public_idea_leave_the_fact_the_number_the_department_the_time_and_the_states(here):
    idea = make.idea(here.author, here.call, state="decision")
    decisions.decline(idea_id=idea.pk, by=here.manager, at=AT, reason_code="cost", reason_text=REASON)
    assert hand_out() == 1
    (told,) = bodies()
    assert set(told) == PUBLIC
    assert told | {"id": ""} == {
        "id": "", "kind": "decline", "idea": idea.number, "department": here.office.code, "at": "2026-11-19T09:00:00Z",
        "from": "decision", "to": "declined",
    }  # fmt: skip


def test_of_an_idea_that_is_not_for_everybody_leave_the_number_and_the_fact_alone(here):
    idea = screened(here)
    screening.request_changes(idea_id=idea.pk, by=here.screener, at=AT, note=REASON)
    hand_out()
    (told,) = bodies()
    assert told | {"id": ""} == {"id": "", "kind": "request_changes", "idea": idea.number}


def test_an_admission_does_not_tell_from_where(here):
    screening.admit(idea_id=screened(here).pk, by=here.screener, at=AT)
    hand_out()
    (told,) = bodies()
    assert (set(told), told["from"], told["to"]) == (PUBLIC, None, "admitted")


def test_an_idea_withdrawn_meanwhile_tells_no_more_than_its_number(here):
    idea = screened(here)
    screening.admit(idea_id=idea.pk, by=here.screener, at=AT)
    handing_in.withdraw(idea_id=idea.pk, by=here.author, at=AT + MINUTE)
    hand_out()
    assert [set(told) for told in bodies()] == [BARE, BARE]


def test_a_draft_leaves_no_trace_not_even_when_it_is_thrown_away(here):
    idea = complete_draft(here.author, here.call, at=AT, title="Niente")
    handing_in.withdraw(idea_id=idea.pk, by=here.author, at=AT)
    assert IdeaEvent.objects.filter(kind="withdraw").count() == 1
    assert (hand_out(), bodies()) == (0, [])


def test_neither_names_nor_words_of_an_idea_leave_whoever_proposes(here):
    here.call.blind_authors = True
    here.call.save()
    idea = screened(here, title="Titolo Riservato", problem="Problema Riservato")
    screening.request_changes(idea_id=idea.pk, by=here.screener, at=AT, note="Nota Riservata, scritta per esteso.")
    idea = make.idea(here.author, here.call, state="decision", title="Titolo Riservato")
    decisions.decline(
        idea_id=idea.pk, by=here.manager, at=AT, reason_code="cost", reason_text=f"Motivo Riservato. {REASON}"
    )
    hand_out()
    sent = "".join(Delivery.objects.values_list("body", flat=True))
    people = (here.author, here.manager, here.screener)
    words = ["Riserv", *(word for who in people for word in (who.last_name, who.first_name, who.staff_number))]
    assert sent
    assert [word for word in words if word in sent] == []


def test_events_of_other_things_leave_nothing(here):
    for kind in (
        "campaign_stage",
        "campaign_changed",
        "delegation_given",
        "department_moved",
        "participation_released",
    ):
        events.record(idea_id=None, kind=kind, at=AT)
    idea = make.idea(here.author, here.call, state="review")
    for kind in ("redact", "authors_revealed", "comment_removed", "spending"):
        events.record(idea_id=idea.pk, kind=kind, at=AT)
    assert (hand_out(), bodies()) == (0, [])
    assert HookCursor.objects.get().number == IdeaEvent.objects.count()


# Never a vote ------------------------------------------------------------------------------------------------------------


def test_of_a_whole_ballot_leaves_only_that_ideas_were_put_to_the_vote_and_what_became_of_them(hooked, city):
    now = timezone.now()
    hooked(at=now - timedelta(days=1))
    hand_out(now)
    vote = ballots.opened(people=24)
    hand_out(now)
    opened = bodies()
    assert [told["kind"] for told in opened] == ["open_voting"] * 4
    for number, person in enumerate(vote.people):
        vote.cast(person, number % 3)
    vote.cast(vote.people[0], 1)
    assert (hand_out(now), bodies()) == (0, opened)
    vote.end()
    hand_out(now)
    rest = bodies()[4:]
    assert [told["kind"] for told in rest] == ["conclude_voting"] * 4
    assert all(set(told) == PUBLIC for told in rest)
    sent = "".join(Delivery.objects.values_list("body", flat=True))
    hidden = [*vote.codes, str(vote.pk), vote.pk.hex, "ballot", "paper", "eligible", "supports"]
    assert [word for word in hidden if word in sent] == []
    assert not {24, "24"} & {value for told in bodies() for value in told.values()}  # as many as could vote
    guarding.annul(ballot_id=vote.pk, by=_guarantor(vote), at=timezone.now(), reason=REASON)
    hand_out(now)
    assert {told["kind"] for told in bodies()[8:]} <= {"return_to_admitted"}
    assert IdeaEvent.objects.filter(kind__startswith="ballot").count() >= 3


def _guarantor(vote):
    who = make.person("Rita", "Sasso", home=vote.root)
    make.grant(who, "guard_ballots", vote.root)
    return who


@pytest.mark.parametrize(
    "kind",
    ["ballot_opened", "ballot_closed", "ballot_frozen", "ballot_unfrozen", "ballot_annulled", "ballot_repeated",
     "ballot_key_destroyed", "ballot_brought_forward", "ballot_objection", "ballot_objection_answered"],
)  # fmt: skip
def test_what_the_ballot_keeps_on_record_is_never_told_even_beside_an_idea(here, kind):
    events.record(idea_id=None, kind=kind, at=AT, data={"papers": 24})
    events.record(idea_id=make.idea(here.author, here.call, state="voting").pk, kind=kind, at=AT, data={"papers": 24})
    Hook.objects.update(kinds=[*KINDS, kind])
    assert (hand_out(), bodies()) == (0, [])


# To whom -----------------------------------------------------------------------------------------------------------------


def test_receivers_hear_of_their_kinds_and_their_part_of_the_city(here, hooked):
    division, _s = hooked(name="Divisione", department_id=here.division.pk)
    office, _s = hooked(name="Ufficio", department_id=here.office.pk)
    elsewhere, _s = hooked(name="Altrove", department_id=here.elsewhere.pk)
    other, _s = hooked(name="Altro", kinds=["verify"])
    Hook.objects.filter(pk=here.hook.pk).delete()
    decided = make.idea(here.author, here.call, state="decision")
    decisions.decline(idea_id=decided.pk, by=here.manager, at=AT, reason_code="cost", reason_text=REASON)
    screening.request_changes(idea_id=screened(here).pk, by=here.screener, at=AT, note=REASON)
    hand_out()
    heard = {hook: [told["kind"] for told in bodies(hook)] for hook in (division, office, elsewhere, other)}
    assert heard == {division: ["decline"], office: ["decline"], elsewhere: [], other: []}


def test_an_idea_passed_on_is_told_to_the_department_that_has_it_from_then_on(here, hooked):
    first, _s = hooked(name="Prima", department_id=here.office.pk)
    second, _s = hooked(name="Dopo", department_id=here.elsewhere.pk)
    idea = make.idea(here.author, here.call, state="admitted")
    about = {"idea_id": idea.pk, "by": here.screener, "at": AT, "reason": REASON}
    screening.transfer(department_id=here.elsewhere.pk, **about)
    hand_out()
    assert (len(bodies(first)), [told["department"] for told in bodies(second)]) == (0, [here.elsewhere.code])


def test_what_happened_before_a_receiver_was_there_is_not_told(here, hooked):
    idea = make.idea(here.author, here.call, state="decision")
    decisions.decline(idea_id=idea.pk, by=here.manager, at=AT, reason_code="cost", reason_text=REASON)
    late, _s = hooked(name="Tardi", at=AT + MINUTE)
    hand_out()
    assert (len(bodies(here.hook)), bodies(late)) == (1, [])


# Taken back --------------------------------------------------------------------------------------------------------------


def test_a_screening_answer_waits_as_long_as_it_can_be_taken_back_unnoticed(here, receiver):
    screening.admit(idea_id=screened(here).pk, by=here.screener, at=AT)
    hand_out()
    assert sending.relay(at=AT + 10 * MINUTE) == 0
    assert sending.relay(at=AT + hold()) == 1


@pytest.mark.parametrize("between", [True, False], ids=["handed out between", "handed out together"])
def test_an_answer_taken_back_in_time_is_told_to_nobody(here, between):
    idea = screened(here)
    screening.admit(idea_id=idea.pk, by=here.screener, at=AT)
    if between:
        hand_out()
    screening.undo(idea_id=idea.pk, by=here.screener, at=AT + 5 * MINUTE)
    hand_out(AT + 5 * MINUTE)
    assert bodies() == []


def test_who_heard_of_an_answer_hears_that_it_was_taken_back(here, receiver):
    idea = screened(here)
    screening.admit(idea_id=idea.pk, by=here.screener, at=AT)
    hand_out()
    Delivery.objects.update(next_at=AT)
    sending.relay(at=AT)
    screening.undo(idea_id=idea.pk, by=here.screener, at=AT + 9 * MINUTE)
    hand_out(AT + 9 * MINUTE)
    assert [told["kind"] for told in bodies()] == ["admit", "undo_admission"]
    assert set(bodies()[1]) == BARE


# The cursor --------------------------------------------------------------------------------------------------------------


def test_a_move_costs_the_same_with_and_without_receivers(city, hooked):
    def queries() -> int:
        idea = screened(city)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            screening.admit(idea_id=idea.pk, by=city.screener, at=AT)
        assert not [row for row in seen.captured_queries if "webhooks_" in row["sql"]]
        return len(seen)

    queries()
    without = queries()
    for number in range(3):
        hooked(name=f"Portale {number}")
    assert queries() == without


def test_without_a_receiver_events_are_passed_over_with_a_handful_of_queries(city, django_assert_max_num_queries):
    hand_out()
    screening.admit(idea_id=screened(city).pk, by=city.screener, at=AT)
    with django_assert_max_num_queries(9):
        assert hand_out() == 0
    assert HookCursor.objects.get().number == IdeaEvent.objects.latest("number").number


def test_handing_out_costs_the_same_for_one_event_and_for_three(here, django_assert_num_queries):
    def declined():
        idea = make.idea(here.author, here.call, state="decision")
        decisions.decline(idea_id=idea.pk, by=here.manager, at=AT, reason_code="cost", reason_text=REASON)

    counts = []
    for number in (1, 3):
        for _one in range(number):
            declined()
        with CaptureQueriesContext(connection) as seen:
            assert hand_out() == number
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 12


def test_events_come_in_pieces_each_exactly_once_and_the_task_may_run_twice(here):
    for _one in range(7):
        idea = make.idea(here.author, here.call, state="decision")
        decisions.decline(idea_id=idea.pk, by=here.manager, at=AT, reason_code="cost", reason_text=REASON)
    assert handing_out.hand_out(at=AT, piece=2, pieces=2) == 4
    assert [tasks.hand_out(), tasks.hand_out()] == [3, 0]
    assert len({told["idea"] for told in bodies()}) == 7


def test_one_killed_before_its_commit_loses_nothing(here, monkeypatch):
    idea = make.idea(here.author, here.call, state="decision")
    decisions.decline(idea_id=idea.pk, by=here.manager, at=AT, reason_code="cost", reason_text=REASON)

    class Killed(BaseException):
        pass

    def die(*_args, **_kwargs):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(HookCursor, "save", die)
        with pytest.raises(Killed):
            hand_out()
    assert bodies() == []
    assert hand_out() == 1
    assert again(idea).state == "declined"
