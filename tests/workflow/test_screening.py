# SPDX-License-Identifier: AGPL-3.0-or-later
"""Screening: each answer, what it needs, who may give it, and how it is taken back while its notice waits."""

from datetime import date, timedelta

import pytest

from innovato.notifications.models import Notice
from tests import factories as make
from tests.workflow.factories_judging import REASON, again, city, holder
from workflow.errors import Conflict, Incomplete, Missing, NotAllowed, TooLate, WorkflowError, WrongState
from workflow.models import Decision, IdeaEvent, Review
from workflow.services import moves, screening

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def here():
    return city()


@pytest.fixture
def idea(here):
    return make.idea(
        here.author, here.call, state="screening", due_on=date(2026, 12, 3), clock_started_on=date(2026, 11, 19)
    )


def untouched(idea):
    """Nothing changed: state, version, events, decisions, notices."""
    now = again(idea)
    assert (now.state, now.version) == (idea.state, idea.version)
    assert not IdeaEvent.objects.exists() and not Notice.objects.exists() and not Decision.objects.exists()


def test_admitting_publishes_the_idea_and_its_notice_waits_ten_minutes(here, idea):
    screening.admit(idea_id=idea.pk, by=here.screener, at=make.NOW, version=1, note="Complimenti, è chiara.")
    now = again(idea)
    assert (now.state, now.department, now.published_at) == ("admitted", here.office, make.NOW)
    notice = Notice.objects.get(recipient=here.author)
    assert (notice.kind, notice.deliver_after) == ("admitted", make.NOW + 10 * MINUTE)
    assert notice.context["note_text"] == "Complimenti, è chiara."
    assert notice.context["voting_closes_on"] == "2026-12-15"


def test_an_idea_without_competent_department_is_admitted_only_with_one(here):
    idea = make.idea(here.author, here.call, state="screening", department=None)
    with pytest.raises(Incomplete) as error:
        screening.admit(idea_id=idea.pk, by=here.screener, at=make.NOW)
    assert set(error.value.fields) == {"department"}
    untouched(idea)
    screening.admit(idea_id=idea.pk, by=here.screener, at=make.NOW, department_id=here.elsewhere.pk)
    assert again(idea).department == here.elsewhere


def test_a_closed_department_is_not_a_competent_one(here, idea):
    here.elsewhere.valid_to = date(2026, 11, 1)
    here.elsewhere.save()
    for department_id in (here.elsewhere.pk, 10**9):
        with pytest.raises(Incomplete):
            screening.admit(idea_id=idea.pk, by=here.screener, at=make.NOW, department_id=department_id)
    untouched(idea)


@pytest.mark.parametrize("act", ["admit", "request_changes", "refuse_admission"])
@pytest.mark.parametrize(
    "who, error", [("manager", NotAllowed), ("colleague", Missing), ("author", NotAllowed), ("leaver", Missing)]
)
def test_only_the_office_answers(here, idea, act, who, error):
    here.leaver = holder("Ivo", "Sala", "screen_ideas", here.root)
    here.leaver.is_active = False
    here.leaver.save()
    words = {"request_changes": {"note": REASON}, "refuse_admission": {"reason_code": "cost", "reason_text": REASON}}
    with pytest.raises(error):
        getattr(screening, act)(idea_id=idea.pk, by=getattr(here, who), at=make.NOW, **words.get(act, {}))
    untouched(idea)


def test_a_screener_does_not_answer_an_own_idea(here):
    own = make.idea(here.screener, here.call, state="screening")
    with pytest.raises(NotAllowed, match="tua idea"):
        screening.refuse_admission(
            idea_id=own.pk, by=here.screener, at=make.NOW, reason_code="cost", reason_text=REASON
        )
    untouched(own)


def test_an_old_version_is_a_conflict(here, idea):
    with pytest.raises(Conflict):
        screening.admit(idea_id=idea.pk, by=here.screener, at=make.NOW, version=9)
    untouched(idea)


def test_the_second_answer_finds_the_first(here, idea):
    screening.admit(idea_id=idea.pk, by=here.screener, at=make.NOW, version=1)
    with pytest.raises(WrongState):
        screening.refuse_admission(
            idea_id=idea.pk, by=here.screener, at=make.NOW, version=1, reason_code="cost", reason_text=REASON
        )
    assert IdeaEvent.objects.count() == 1 and not Decision.objects.exists()


def test_asking_for_changes_pauses_the_clock_and_tells_the_authors_at_once(here, idea):
    screening.request_changes(idea_id=idea.pk, by=here.screener, at=make.NOW, note="Quante persone servite al mese?")
    now = again(idea)
    assert (now.state, now.clock_paused_at, now.due_on) == ("needs_changes", make.NOW, date(2026, 12, 4))
    notice = Notice.objects.get()
    assert (notice.recipient, notice.kind, notice.deliver_after) == (here.author, "changes_requested", make.NOW)
    assert notice.context["note_text"] == "Quante persone servite al mese?"


@pytest.mark.parametrize("note", ["", "   ", "corto"])
def test_a_request_says_what_to_change(here, idea, note):
    with pytest.raises(Incomplete) as error:
        screening.request_changes(idea_id=idea.pk, by=here.screener, at=make.NOW, note=note)
    assert set(error.value.fields) == {"text"}
    untouched(idea)


def test_a_refusal_carries_its_rule_and_words(here, idea):
    screening.refuse_admission(
        idea_id=idea.pk, by=here.screener, at=make.NOW, reason_code="complaint", reason_text=f"  {REASON} "
    )
    now = again(idea)
    assert (now.state, now.has_reasons) == ("inadmissible", True)
    decision = Decision.objects.get()
    assert (decision.kind, decision.reason_code, decision.reason_text) == ("refuse_admission", "complaint", REASON)
    context = Notice.objects.get(recipient=here.author).context
    assert context["reason_label"] == "È un reclamo o una segnalazione personale"
    assert (context["reason_code"], context["due"]) == ("complaint", "2026-12-04")


@pytest.mark.parametrize(
    "code, text, field",
    [("", REASON, "reason_code"), ("inventato", REASON, "reason_code"), ("cost", "troppo corto", "text")],
)
def test_a_refusal_without_rule_or_words_is_not_one(here, idea, code, text, field):
    with pytest.raises(Incomplete) as error:
        screening.refuse_admission(idea_id=idea.pk, by=here.screener, at=make.NOW, reason_code=code, reason_text=text)
    assert set(error.value.fields) == {field}
    untouched(idea)


def test_how_much_is_missing_is_said_to_the_character(here, idea):
    with pytest.raises(Incomplete) as error:
        screening.request_changes(idea_id=idea.pk, by=here.screener, at=make.NOW, note="x" * 19)
    assert "manca 1 carattere" in error.value.fields["text"]


# Taking back --------------------------------------------------------------------------------------------------------


def test_an_admission_taken_back_was_never_announced_and_keeps_its_deadline(here, idea):
    screening.admit(idea_id=idea.pk, by=here.screener, at=make.NOW)
    screening.undo(idea_id=idea.pk, by=here.screener, at=make.NOW + 9 * MINUTE)
    now = again(idea)
    assert (now.state, now.published_at) == ("screening", None)
    assert (now.due_on, now.clock_started_on) == (date(2026, 12, 3), date(2026, 11, 19))
    assert Notice.objects.get(kind="admitted").cancelled_at == make.NOW + 9 * MINUTE
    assert list(Notice.objects.filter(cancelled_at=None).values_list("kind", "recipient")) == [
        ("undone", here.screener.pk)
    ]
    assert list(IdeaEvent.objects.values_list("kind", flat=True)) == ["admit", "undo_admission"]


def test_a_refusal_taken_back_leaves_no_reasons_standing(here, idea):
    screening.refuse_admission(idea_id=idea.pk, by=here.screener, at=make.NOW, reason_code="cost", reason_text=REASON)
    screening.undo(idea_id=idea.pk, by=here.screener, at=make.NOW + MINUTE)
    now = again(idea)
    assert (now.state, now.has_reasons) == ("screening", False)
    assert Decision.objects.get().undone_at == make.NOW + MINUTE
    assert Notice.objects.get(kind="refused_admission").cancelled_at is not None


def test_after_ten_minutes_nothing_is_taken_back(here, idea):
    event = screening.admit(idea_id=idea.pk, by=here.screener, at=make.NOW)
    with pytest.raises(TooLate, match="messaggio è partito"):
        screening.undo(idea_id=idea.pk, by=here.screener, at=make.NOW + 10 * MINUTE)
    assert again(idea).state == "admitted"
    assert list(IdeaEvent.objects.all()) == [event]


def test_an_idea_that_came_back_from_an_annulled_ballot_is_not_un_admitted(here, idea):
    screening.admit(idea_id=idea.pk, by=here.screener, at=make.NOW)
    moves.move_by_system(idea_id=idea.pk, move="open_voting", at=make.NOW + MINUTE)
    moves.move_by_system(idea_id=idea.pk, move="return_to_admitted", at=make.NOW + 2 * MINUTE)
    with pytest.raises(TooLate):
        screening.undo(idea_id=idea.pk, by=here.screener, at=make.NOW + 3 * MINUTE)


def test_an_admission_is_taken_back_also_after_a_transfer(here, idea):
    screening.admit(idea_id=idea.pk, by=here.screener, at=make.NOW)
    screening.transfer(
        idea_id=idea.pk, by=here.screener, at=make.NOW + MINUTE, department_id=here.elsewhere.pk, reason=REASON
    )
    screening.undo(idea_id=idea.pk, by=here.screener, at=make.NOW + 2 * MINUTE)
    assert (again(idea).state, again(idea).department) == ("screening", here.elsewhere)


@pytest.mark.parametrize("state, error", [("screening", WrongState), ("voting", WrongState), ("piloting", WrongState)])
def test_where_nothing_was_answered_nothing_is_taken_back(here, state, error):
    with pytest.raises(error):
        screening.undo(idea_id=make.idea(here.author, here.call, state=state).pk, by=here.screener, at=make.NOW)


def test_a_colleague_without_the_right_takes_nothing_back(here, idea):
    screening.admit(idea_id=idea.pk, by=here.screener, at=make.NOW)
    with pytest.raises(NotAllowed):
        screening.undo(idea_id=idea.pk, by=here.manager, at=make.NOW + MINUTE)
    assert again(idea).state == "admitted"


# Another department -------------------------------------------------------------------------------------------------


def test_a_transfer_moves_the_rights_and_restarts_the_clock_once(here):
    idea = make.idea(here.author, here.call, state="decision", due_on=date(2026, 11, 20))
    screening.transfer(
        idea_id=idea.pk, by=here.manager, at=make.NOW, version=1, department_id=here.elsewhere.pk, reason=REASON
    )
    now = again(idea)
    assert (now.state, now.department, now.due_on) == ("decision", here.elsewhere, date(2026, 12, 11))
    told = set(Notice.objects.filter(kind="transferred").values_list("recipient", flat=True))
    assert told == {here.author.pk, here.stranger.pk}
    with pytest.raises(NotAllowed):
        screening.transfer(idea_id=idea.pk, by=here.manager, at=make.NOW, department_id=here.office.pk, reason=REASON)
    later = make.NOW + timedelta(days=5)
    screening.transfer(idea_id=idea.pk, by=here.stranger, at=later, department_id=here.office.pk, reason=REASON)
    assert again(idea).due_on == date(2026, 12, 11)
    assert IdeaEvent.objects.last().data["from_department"] == "Cultura"


def test_during_a_second_look_the_right_stays_one_department_up(here):
    idea = make.idea(
        here.author, here.call, state="decision", reexamination_department=here.division, previous_judge=here.manager
    )
    screening.transfer(idea_id=idea.pk, by=here.director, at=make.NOW, department_id=here.elsewhere.pk, reason=REASON)
    assert again(idea).reexamination_department == here.root


@pytest.mark.parametrize(
    "department, reason, field",
    [("office", REASON, "department"), (None, REASON, "department"), ("elsewhere", "perché sì", "reason")],
)
def test_a_transfer_needs_another_department_and_a_reason(here, idea, department, reason, field):
    department_id = getattr(here, department).pk if department else 0
    with pytest.raises(Incomplete) as error:
        screening.transfer(idea_id=idea.pk, by=here.screener, at=make.NOW, department_id=department_id, reason=reason)
    assert set(error.value.fields) == {field}
    untouched(idea)


# Wild cards ---------------------------------------------------------------------------------------------------------


def test_a_wild_card_brings_an_idea_to_review_with_its_reviewers(here):
    idea = make.idea(here.author, here.call, state="not_selected")
    screening.select(idea_id=idea.pk, by=here.screener, at=make.NOW, reason=REASON)
    now = again(idea)
    assert (now.state, now.wild_card) == ("review", True)
    assert Review.objects.filter(idea=idea).count() == 3 and now.lead_reviewer is not None
    assert Decision.objects.get().kind == "select"


def test_a_campaign_has_so_many_wild_cards(here):
    here.call.wild_cards = 1
    here.call.save()
    first, second = (make.idea(here.author, here.call, state="not_selected") for _ in range(2))
    screening.select(idea_id=first.pk, by=here.screener, at=make.NOW, reason=REASON)
    with pytest.raises(TooLate, match="finiti"):
        screening.select(idea_id=second.pk, by=here.screener, at=make.NOW, reason=REASON)
    assert again(second).state == "not_selected"
    assert screening.wild_cards_left(here.call) == 0


def test_a_manager_plays_no_wild_card(here):
    idea = make.idea(here.author, here.call, state="not_selected")
    with pytest.raises(WorkflowError):
        screening.select(idea_id=idea.pk, by=here.manager, at=make.NOW, reason=REASON)
    untouched(idea)
