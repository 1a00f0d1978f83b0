# SPDX-License-Identifier: AGPL-3.0-or-later
"""Moves through the API: the same table, services and sentences as the pages; nothing else can be changed by them."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from tests import factories as make
from tests.workflow.api_support import (
    BAD_BODIES,
    BAD_VALUES,
    assert_problem,
    client_of,
    get,
    people_and_ideas,
    send,
    stored,
)
from tests.workflow.factories_judging import REASON, again, city, hand_in, holder, plan
from tests.workflow.factories_writing import complete_draft
from workflow import rules
from workflow.api.moves import CALLS
from workflow.models import Campaign, Decision, Idea, IdeaEvent, Pilot
from workflow.services import assignment, decisions, merging, pilot_log, plans

pytestmark = pytest.mark.django_db
OURS = {"open_voting", "conclude_voting", "return_to_admitted"}  # the ballot's and the clock's


@pytest.fixture
def here():
    """The city with its windows round the real now: the API takes the time from the clock."""
    here = city()
    here.at = timezone.now()
    here.call = make.campaign(here.root, at=here.at)
    return here


def idea_in(here, state, **fields) -> Idea:
    fields = {"at": here.at, "due_on": here.at.date() + timedelta(days=20), "clock_started_on": here.at.date()} | fields
    return make.idea(here.author, fields.pop("call", here.call), state=state, **fields)


def running_pilot(here, owner=None) -> Idea:
    """An idea on trial since a hundred days, its end tomorrow."""
    idea = idea_in(here, "decision")
    today = timezone.localdate()
    days = {"starts_on": today - timedelta(days=100), "ends_on": today + timedelta(days=1)}
    plans.save_plan(idea_id=idea.pk, by=here.manager, at=here.at, plan=plan(owner or here.colleague, **days))
    decisions.approve_pilot(idea_id=idea.pk, by=here.manager, at=here.at, reason=REASON)
    return again(idea)


def move(who, idea, name, **body):
    return send(who, f"ideas/{idea.ref}/moves/{name}/", body)


# The table ---------------------------------------------------------------------------------------------------------


def test_every_move_of_the_table_has_its_service_but_those_that_no_person_makes():
    assert set(CALLS) | OURS == set(rules.MOVES) and not set(CALLS) & OURS


def test_what_may_i_do_says_exactly_what_the_rules_say():
    here = people_and_ideas()
    for person in (here.author, here.manager, here.screener, here.verifier, here.invited):
        actor = rules.actor_for(person)
        for idea in filter(lambda idea: rules.can_see(actor, idea), here.ideas[::3]):
            found = get(person, f"ideas/{idea.ref}/moves/").json()
            now = timezone.now()
            wanted = {name: rules.refusal(actor, name, idea, now) for name in rules.MOVES}
            told = {row["move"]: row for row in found["moves"]}
            assert {name: row["allowed"] for name, row in told.items()} == {n: why is None for n, why in wanted.items()}
            for name, why in wanted.items():
                sentence = told[name]["refusal"] and told[name]["refusal"]["sentence"]
                assert sentence == (str(why.sentence) if why else None)
                assert ("version" in told[name]["takes"]) == (why is None)


def test_a_move_that_the_rules_refuse_changes_nothing_and_says_the_same():
    here = people_and_ideas()
    before, now, names = stored(), timezone.now(), list(rules.MOVES)
    for start, person in enumerate((here.colleague, here.author, here.stranger, here.superuser)):
        actor, client = rules.actor_for(person), client_of(person)
        for turn, idea in enumerate(here.ideas):
            for name in {*names[(start + turn) % 9 :: 9], *(OURS if turn % 3 == 0 else ())}:
                why = rules.refusal(actor, name, idea, now)
                if why is not None:
                    assert assert_problem(move(client, idea, name), why.status)["detail"] == str(why.sentence)
    assert stored() == before


def test_a_move_that_is_none_is_not_there(here):
    idea = idea_in(here, "screening")
    for name in ("nessuna", "__class__", "undo", "admit2"):
        assert_problem(move(here.screener, idea, name), 404)


# Each move ---------------------------------------------------------------------------------------------------------


def test_an_author_hands_in_and_gets_the_number(here):
    idea = complete_draft(here.author, here.call, at=here.at)
    found = move(here.author, idea, "submit", version=idea.version)
    assert found.status_code == 200, found.content
    assert found.json()["state"] == "screening" and found.json()["ref"] == again(idea).number


def test_an_incomplete_draft_says_every_gap_by_field(here):
    idea = make.idea(here.author, here.call, state="draft", at=here.at, title="")
    found = assert_problem(move(here.author, idea, "submit"), 422, "incomplete")
    assert "title" in found["errors"] and again(idea).state == "draft"


def test_an_author_withdraws(here):
    idea = idea_in(here, "screening")
    assert move(here.author, idea, "withdraw").json()["state"] == "withdrawn"


def test_the_office_admits_with_another_department_and_takes_it_back(here):
    idea = idea_in(here, "screening")
    found = move(here.screener, idea, "admit", version=1, department=here.elsewhere.code, note="Buona idea.").json()
    assert found["state"] == "admitted" and found["version"] == 2
    assert again(idea).department == here.elsewhere and again(idea).published_at is not None
    assert_problem(move(here.screener, idea, "undo_refusal"), 409, "wrong_state")
    assert_problem(move(here.screener, idea, "undo_admission", version=1), 409, "conflict")
    assert move(here.screener, idea, "undo_admission", version=2).json()["state"] == "screening"


def test_the_office_asks_for_changes_refuses_and_takes_it_back(here):
    idea, other = idea_in(here, "screening"), idea_in(here, "screening")
    assert move(here.screener, idea, "request_changes", text=REASON).json()["state"] == "needs_changes"
    assert IdeaEvent.objects.get(idea=idea, kind="request_changes").data["note_text"] == REASON
    found = move(here.screener, other, "refuse_admission", reason_code="cost", text=REASON)
    assert found.json()["state"] == "inadmissible"
    assert_problem(move(here.screener, other, "undo_admission"), 409)
    assert move(here.screener, other, "undo_refusal").json()["state"] == "screening"


def test_merging_asks_both_leads_first_and_can_be_undone(here):
    idea, target = idea_in(here, "screening"), idea_in(here, "screening")
    assert move(here.screener, idea, "merge", target=target.number, text=REASON).json()["state"] == "screening"
    merging.answer(idea_id=idea.pk, by=here.author, at=timezone.now(), accept=True)
    assert again(idea).state == "merged"
    assert move(here.screener, idea, "undo_merge").json()["state"] == "screening"
    found = assert_problem(move(here.screener, idea, "merge", target="1999-0001", text=REASON), 422)
    assert list(found["errors"]) == ["target"]


def test_an_idea_passes_to_another_department_by_its_code(here):
    idea = idea_in(here, "decision")
    found = move(here.manager, idea, "transfer", department=here.elsewhere.code, reason=REASON)
    assert found.status_code == 200 and again(idea).department == here.elsewhere
    unknown = assert_problem(move(here.stranger, idea, "transfer", department="NESSUNA", reason=REASON), 422)
    assert list(unknown["errors"]) == ["department"]
    assert list(assert_problem(move(here.stranger, idea, "transfer"), 422)["errors"]) == ["department"]


def test_the_office_plays_a_wild_card(here):
    idea = idea_in(here, "not_selected")
    assert move(here.screener, idea, "select", reason=REASON).json()["state"] == "review"
    Campaign.objects.filter(pk=here.call.pk).update(wild_cards=1)
    assert_problem(move(here.screener, idea_in(here, "not_selected"), "select", reason=REASON), 409, "too_late")


def test_the_lead_reviewer_completes_early(here):
    idea = idea_in(here, "review")
    assignment.assign_reviewers(idea_id=idea.pk, at=here.at)
    lead = again(idea).lead_reviewer
    found = assert_problem(move(lead, idea, "complete_review", reason=REASON), 422)
    assert list(found["errors"]) == ["reason"]
    hand_in(idea, lead, 3, at=here.at)
    assert move(lead, idea, "complete_review", reason=REASON).json()["state"] == "decision"


def test_the_manager_approves_a_complete_plan_only(here):
    idea = idea_in(here, "decision")
    found = assert_problem(move(here.manager, idea, "approve_pilot", reason=REASON), 422, "incomplete")
    assert list(found["errors"]) == ["plan"]
    plans.save_plan(idea_id=idea.pk, by=here.manager, at=here.at, plan=plan(here.colleague))
    assert move(here.manager, idea, "approve_pilot", reason=REASON).json()["state"] == "piloting"


def test_the_manager_says_no_and_the_author_asks_for_a_second_look(here):
    idea = idea_in(here, "decision")
    assert move(here.manager, idea, "decline", reason_code="cost", reason=REASON).json()["state"] == "declined"
    assert move(here.author, idea, "request_reexamination", text=REASON).json()["state"] == "decision"
    assert_problem(move(here.manager, idea, "decline", reason_code="cost", reason=REASON), 403)


def test_the_manager_says_later_and_takes_it_up_again(here):
    idea, day = idea_in(here, "decision"), timezone.localdate() + timedelta(days=60)
    assert list(assert_problem(move(here.manager, idea, "defer", reason=REASON), 422)["errors"]) == ["revisit_on"]
    assert move(here.manager, idea, "defer", reason=REASON, revisit_on=day.isoformat()).json()["state"] == "deferred"
    assert again(idea).revisit_on == day
    assert move(here.manager, idea, "resume").json()["state"] == "decision"


def test_a_pilot_is_extended_concluded_and_verified(here):
    idea = running_pilot(here)
    later = (idea.pilot.ends_on + timedelta(days=30)).isoformat()
    assert move(here.manager, idea, "extend_pilot", ends_on=later, reason=REASON).json()["state"] == "piloting"
    assert_problem(move(here.manager, idea, "extend_pilot", ends_on=later, reason=REASON), 409, "extended")
    words = {
        "outcome": "adopted",
        "lessons": "Serve una persona per sede.",
        "scale_plan": "Tutte le sedi entro un anno.",
    }
    assert "readings" in assert_problem(move(here.manager, idea, "conclude_pilot", **words), 422)["errors"]
    pilot_log.record_reading(
        idea_id=idea.pk, indicator_id=idea.pilot.indicators.get().pk, by=here.manager, at=timezone.now(),
        measured_on=timezone.localdate(), value=31, is_final=True,
    )  # fmt: skip
    assert move(here.manager, idea, "conclude_pilot", **words).json()["state"] == "adopted"
    verifier = holder("Vera", "Conto", "verify_results", here.root)
    found = assert_problem(move(verifier, idea, "verify", benefit="31 arredi al mese", note="Registro."), 422)
    assert list(found["errors"]) == ["benefit"]
    Pilot.objects.update(verify_after=timezone.localdate())
    assert move(verifier, idea, "verify", benefit="31 arredi al mese", note="Registro.").json()["state"] == "verified"


# Conflicts and gaps ------------------------------------------------------------------------------------------------


def test_the_second_manager_learns_what_the_first_decided(here):
    idea = idea_in(here, "decision")
    assert move(here.manager, idea, "decline", version=1, reason_code="cost", reason=REASON).status_code == 200
    found = assert_problem(move(here.director, idea, "approve_pilot", version=1, reason=REASON), 409, "wrong_state")
    assert found["state"] == "declined" and found["version"] == 2
    assert Decision.objects.filter(idea=idea).count() == 1


def test_another_version_is_a_conflict_that_names_the_present_one(here):
    idea = idea_in(here, "screening", version=3)
    found = assert_problem(move(here.screener, idea, "admit", version=2), 409, "conflict")
    assert found["version"] == 3 and again(idea).state == "screening"
    assert move(here.screener, idea, "admit", version=None).status_code == 200


def test_a_reason_that_is_too_short_is_said_beside_its_field(here):
    idea = idea_in(here, "decision")
    found = assert_problem(move(here.manager, idea, "decline", reason_code="cost", reason="No."), 422, "incomplete")
    assert found["errors"]["reason"][0].startswith("Il motivo è troppo breve")
    assert list(assert_problem(move(here.manager, idea, "decline", reason=REASON), 422)["errors"]) == ["reason_code"]


def test_who_may_not_move_is_told_so_before_the_body_is_read(here):
    idea = idea_in(here, "decision")
    assert_problem(send(here.colleague, f"ideas/{idea.ref}/moves/decline/", b"{"), 403, "not_yours")


# Mass assignment ---------------------------------------------------------------------------------------------------


def everything(*models) -> dict:
    """A value for every column of these models, none of them the present one."""
    values = {"IntegerField": 7, "BooleanField": True, "DateField": "2031-01-01", "JSONField": ["x"]}
    names = {}
    for model in models:
        for field in model._meta.get_fields():
            kind = field.get_internal_type() if hasattr(field, "get_internal_type") else ""
            value = next((value for name, value in values.items() if kind.endswith(name)), "9")
            names |= {field.name: value, getattr(field, "attname", field.name): value}
    return names


def test_every_column_posted_with_an_admission_changes_only_what_an_admission_changes(here):
    idea = idea_in(here, "screening")
    plain = idea_in(here, "screening")
    body = everything(Idea, Decision, Pilot) | {"version": 1, "department": here.elsewhere.code, "note": "Bene."}
    assert send(here.screener, f"ideas/{idea.ref}/moves/admit/", body).status_code == 200
    assert (
        move(here.screener, plain, "admit", version=1, department=here.elsewhere.code, note="Bene.").status_code == 200
    )
    left = {"id", "uuid", "number", "state_since", "published_at"}
    one, two = (vars(again(each)) for each in (idea, plain))
    assert {k: v for k, v in one.items() if k not in left and k[0] != "_"} == {
        k: v for k, v in two.items() if k not in left and k[0] != "_"
    }
    assert Pilot.objects.count() == Decision.objects.count() == 0


def test_every_column_posted_with_a_refusal_changes_only_what_a_refusal_changes(here):
    idea = idea_in(here, "decision")
    body = everything(Idea, Decision) | {"version": 1, "reason_code": "cost", "reason": REASON}
    assert send(here.manager, f"ideas/{idea.ref}/moves/decline/", body).status_code == 200
    row = Decision.objects.get()
    assert (row.kind, row.reason_code, row.reason_text, row.by) == ("decline", "cost", REASON, here.manager)
    now = again(idea)
    kept = ("title", "problem", "campaign_id", "department_id", "number", "has_approval", "wild_card", "revisit_on")
    assert [getattr(now, name) for name in kept] == [getattr(idea, name) for name in kept]


# Bad input ---------------------------------------------------------------------------------------------------------


def possible(here) -> dict:
    """For each move somebody who may make it now, and the idea."""
    late = idea_in(here, "declined")
    admitted, refused = idea_in(here, "screening"), idea_in(here, "screening")
    move(here.screener, admitted, "admit")
    move(here.screener, refused, "refuse_admission", reason_code="cost", text=REASON)
    merged, target = idea_in(here, "screening"), idea_in(here, "screening")
    move(here.screener, merged, "merge", target=target.number, text=REASON)
    merging.answer(idea_id=merged.pk, by=here.author, at=timezone.now(), accept=True)
    review = idea_in(here, "review")
    assignment.assign_reviewers(idea_id=review.pk, at=here.at)
    pilot, adopted = running_pilot(here), idea_in(here, "adopted")
    Pilot.objects.create(idea=adopted, department=here.office, owner=here.colleague)
    screening, decision = (here.screener, idea_in(here, "screening")), (here.manager, idea_in(here, "decision"))
    return {
        "submit": (here.author, make.idea(here.author, here.call, at=here.at, title="")),
        "withdraw": (here.author, idea_in(here, "draft")),
        "resume_screening": (here.screener, idea_in(here, "needs_changes", at=here.at - timedelta(days=20))),
        "redact": (here.screener, idea_in(here, "admitted", call=make.campaign(here.root, blind_authors=True))),
        "reopen_review": (here.manager, idea_in(here, "decision", scorecards_missing=1)),
        **dict.fromkeys(("request_changes", "admit", "refuse_admission", "merge"), screening),
        "undo_admission": (here.screener, admitted),
        "undo_refusal": (here.screener, refused),
        "undo_merge": (here.screener, merged),
        **dict.fromkeys(("transfer", "approve_pilot", "decline", "defer"), decision),
        "select": (here.screener, idea_in(here, "not_selected")),
        "complete_review": (again(review).lead_reviewer, review),
        "resume": (here.manager, idea_in(here, "deferred")),
        "request_reexamination": (here.author, late),
        **dict.fromkeys(("conclude_pilot", "extend_pilot"), (here.manager, pilot)),
        "verify": (holder("Vera", "Conto", "verify_results", here.root), adopted),
    }


EMPTY_WILL_DO = {"withdraw", "admit", "undo_admission", "undo_refusal", "undo_merge", "resume"}
EMPTY_WILL_DO |= {"resume_screening", "reopen_review"}
ALWAYS = {"admit", "decline", "extend_pilot"}  # these meet every bad body, the others every fourth in turn


def test_bodies_that_are_none_are_refused_by_every_move_and_nothing_is_stored(here):
    cases = possible(here)
    assert set(cases) == set(CALLS)
    before = stored()
    for turn, (name, (person, idea)) in enumerate(cases.items()):
        client = client_of(person)
        for number, (words, body) in enumerate(BAD_BODIES.items()):
            if name not in ALWAYS and (turn + number) % 4 or (name in EMPTY_WILL_DO and not body):
                continue
            answer = send(client, f"ideas/{idea.ref}/moves/{name}/", body)
            assert answer.status_code in (400, 413, 422), (name, words, answer.content)
            assert_problem(answer, answer.status_code)
    assert stored() == before


def fields_to_try() -> list[tuple[str, str]]:
    """Every field of every body once, with a move that takes it."""
    found = {}
    for name, call in CALLS.items():
        for field in call.body().fields:
            found.setdefault(("any" if field == "version" else call.body, field), name)
    return [(name, field) for (_body, field), name in found.items()]


def test_bad_values_in_every_field_are_refused_or_kept_as_text(here):
    """Each attempt is undone, so that the next one meets the same idea."""
    cases = possible(here)
    events = IdeaEvent.objects.count()
    for name, field in fields_to_try():
        person, idea = cases[name]
        client = client_of(person)
        for words, value in BAD_VALUES.items():
            savepoint = transaction.savepoint()
            answer = send(client, f"ideas/{idea.ref}/moves/{name}/", {field: value})
            usual = (200, 400, 409, 422) if field == "version" else (200, 400, 422)
            assert answer.status_code in usual, (name, field, words, answer.content)
            assert answer.status_code == 400 or not words.startswith(("NUL", "hal")), (name, field, words)
            if answer.status_code != 200:
                assert_problem(answer, answer.status_code)
                assert IdeaEvent.objects.count() == events
            transaction.savepoint_rollback(savepoint)


def test_a_body_with_a_megabyte_is_not_read_to_its_end(here):
    idea = idea_in(here, "decision")
    assert_problem(send(here.manager, f"ideas/{idea.ref}/moves/decline/", BAD_BODIES["one megabyte"]), 413, "too_large")
