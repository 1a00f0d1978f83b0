# SPDX-License-Identifier: AGPL-3.0-or-later
"""Scorecards: declared, saved, handed in once; the last one moves the idea; totals far apart ask for one more."""

from dataclasses import replace
from decimal import Decimal

import pytest

from innovato.notifications.models import Notice
from tests import factories as make
from tests.workflow.factories_judging import REASON, again, city, hand_in, holder, in_review, sheet
from workflow.errors import Conflict, Incomplete, Missing, NotAllowed, WrongState
from workflow.models import IdeaEvent, Review, Score
from workflow.services import review

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return city()


@pytest.fixture
def idea(here):
    return in_review(here)


def card(idea, person) -> Review:
    return Review.objects.get(idea=idea, reviewer=person)


def test_a_scorecard_opens_only_after_the_declaration(here, idea):
    who = here.reviewers[0]
    for write in (review.save, review.submit):
        with pytest.raises(WrongState, match="conflitto"):
            write(idea_id=idea.pk, by=who, at=make.NOW, sheet=sheet(idea, 3))
    review.declare(idea_id=idea.pk, by=who, at=make.NOW)
    review.declare(idea_id=idea.pk, by=who, at=make.NOW)
    assert (card(idea, who).status, card(idea, who).declared_at) == ("declared", make.NOW)


def test_half_a_scorecard_can_be_saved_and_gone_on_with(here, idea):
    who = here.reviewers[0]
    first = make.criteria_of(here.call)[0]
    review.declare(idea_id=idea.pk, by=who, at=make.NOW)
    review.save(idea_id=idea.pk, by=who, at=make.NOW, sheet=review.Sheet(points={first.pk: 4}))
    review.save(
        idea_id=idea.pk, by=who, at=make.NOW, sheet=review.Sheet(points={first.pk: 2}, words={first.pk: " ok "})
    )
    assert list(Score.objects.filter(criterion=first).values_list("value", "comment")) == [(2, "ok")]
    assert card(idea, who).saved_at == make.NOW


def test_handing_in_fixes_the_weighted_score(here, idea):
    done = hand_in(idea, here.reviewers[0], 5, 4, 4, 5, 3)
    assert (done.status, done.weighted_score, done.submitted_at) == ("submitted", Decimal("4.35"), make.NOW)
    for act in (review.save, review.submit):
        with pytest.raises(WrongState, match="già consegnato"):
            act(idea_id=idea.pk, by=here.reviewers[0], at=make.NOW, sheet=sheet(idea, 1))
    with pytest.raises(WrongState):
        review.recuse(idea_id=idea.pk, by=here.reviewers[0], at=make.NOW, reason="Ci ho ripensato troppo.")
    assert card(idea, here.reviewers[0]).weighted_score == Decimal("4.35")


def test_what_is_missing_is_named_field_by_field(here, idea):
    who = here.reviewers[0]
    first, second, *_ = make.criteria_of(here.call)
    review.declare(idea_id=idea.pk, by=who, at=make.NOW)
    whole = sheet(idea, 3)
    gapped = replace(
        whole,
        points=whole.points | {first.pk: None, second.pk: 5},
        words=whole.words | {second.pk: "  "},
        recommendation="",
        text_for_author="",
    )
    with pytest.raises(Incomplete) as error:
        review.submit(idea_id=idea.pk, by=who, at=make.NOW, sheet=gapped)
    assert error.value.fields == {
        f"points_{first.pk}": "Scegli un punteggio da 0 a 5.",
        f"words_{second.pk}": "Con 0, 1 o 5 la motivazione serve sempre.",
        "recommendation": "Scegli che cosa consigli a chi decide.",
        "text_for_author": "Scrivi due righe per chi ha proposto l’idea.",
    }
    assert card(idea, who).status == "declared" and not Score.objects.exists()


@pytest.mark.parametrize("points, complete", [(0, False), (1, False), (2, True), (3, True), (4, True), (5, False)])
def test_the_ends_of_the_scale_need_words(here, idea, points, complete):
    review.declare(idea_id=idea.pk, by=here.reviewers[0], at=make.NOW)
    silent = sheet(idea, points, words="")
    if complete:
        assert review.submit(idea_id=idea.pk, by=here.reviewers[0], at=make.NOW, sheet=silent).status == "submitted"
        return
    with pytest.raises(Incomplete):
        review.submit(idea_id=idea.pk, by=here.reviewers[0], at=make.NOW, sheet=silent)


@pytest.mark.parametrize("points", [-1, 6, 10**6])
def test_points_outside_the_scale_are_refused(here, idea, points):
    review.declare(idea_id=idea.pk, by=here.reviewers[0], at=make.NOW)
    with pytest.raises(Incomplete):
        review.save(idea_id=idea.pk, by=here.reviewers[0], at=make.NOW, sheet=sheet(idea, points))


def test_what_was_saved_is_handed_in_without_typing_it_again(here, idea):
    who = here.reviewers[0]
    review.declare(idea_id=idea.pk, by=who, at=make.NOW)
    review.save(idea_id=idea.pk, by=who, at=make.NOW, sheet=sheet(idea, 4))
    assert review.submit(idea_id=idea.pk, by=who, at=make.NOW).weighted_score == Decimal("4.00")


def test_the_last_required_scorecard_moves_the_idea_with_median_and_spread(here, idea):
    for person, points in zip(here.reviewers, (3, 4, 4), strict=True):
        assert again(idea).state == "review"
        hand_in(idea, person, points)
    assert again(idea).state == "decision"
    event = IdeaEvent.objects.get(kind="complete_review")
    assert event.by is None
    stage = {"department": here.office.pk, "due_on": "2026-12-19"}
    assert event.data == {
        "scorecards": 3, "required": 3, "median": "4.00", "spread": "1.00", "reason_text": "", "stage": stage,
    }  # fmt: skip
    assert Notice.objects.get(kind="decision_due", recipient=here.manager).context["due"] == "2026-12-11"


def test_totals_far_apart_ask_one_more_person_once(here, idea):
    fourth, fifth = (holder(name, "Sala", "review_ideas", here.root) for name in ("Ada", "Bea"))
    for person, points in zip(here.reviewers, (1, 4, 4), strict=True):
        hand_in(idea, person, points)
    assert again(idea).state == "review"
    extra = Review.objects.get(is_third_opinion=True)
    assert extra.reviewer in (fourth, fifth)
    assert Notice.objects.get(kind="third_opinion").recipient == here.screener
    hand_in(idea, extra.reviewer, 5)
    assert again(idea).state == "decision"
    assert IdeaEvent.objects.get(kind="complete_review").data["scorecards"] == 4
    assert Notice.objects.filter(kind="third_opinion").count() == 1


def test_where_nobody_else_can_review_the_idea_goes_on_and_the_office_knows(here, idea):
    for person, points in zip(here.reviewers, (1, 4, 4), strict=True):
        hand_in(idea, person, points)
    assert again(idea).state == "decision"
    assert Notice.objects.get(kind="third_opinion").context["found"] is False


def test_one_more_opinion_that_steps_back_finds_another_or_lets_go(here, idea):
    fourth, fifth = (holder(name, "Sala", "review_ideas", here.root) for name in ("Ada", "Bea"))
    for person, points in zip(here.reviewers, (1, 4, 4), strict=True):
        hand_in(idea, person, points)
    first = Review.objects.get(is_third_opinion=True).reviewer
    review.recuse(idea_id=idea.pk, by=first, at=make.NOW, reason="Lavoro con chi la propone.")
    second = Review.objects.get(is_third_opinion=True, status="assigned").reviewer
    assert {first, second} == {fourth, fifth} and again(idea).state == "review"
    review.recuse(idea_id=idea.pk, by=second, at=make.NOW, reason="Lavoro con chi la propone.")
    assert again(idea).state == "decision"


def test_the_lead_closes_early_with_a_reason_and_an_own_scorecard(here, idea):
    lead, other, _ = here.reviewers
    version = again(idea).version
    with pytest.raises(NotAllowed):
        review.complete_early(idea_id=idea.pk, by=other, at=make.NOW, reason=REASON)
    with pytest.raises(Incomplete, match="guarda"):
        review.complete_early(idea_id=idea.pk, by=lead, at=make.NOW, reason=REASON)
    hand_in(idea, lead, 4)
    with pytest.raises(Incomplete):
        review.complete_early(idea_id=idea.pk, by=lead, at=make.NOW, reason="breve")
    with pytest.raises(Conflict):
        review.complete_early(idea_id=idea.pk, by=lead, at=make.NOW, version=version + 7, reason=REASON)
    review.complete_early(idea_id=idea.pk, by=lead, at=make.NOW, version=version, reason=REASON)
    assert again(idea).state == "decision"
    event = IdeaEvent.objects.get(kind="complete_review")
    assert (event.by, event.data["reason_text"], event.data["scorecards"]) == (lead, REASON, 1)
    with pytest.raises(WrongState, match="chiusa"):
        review.save(idea_id=idea.pk, by=other, at=make.NOW, sheet=sheet(idea, 3))


def test_only_who_was_asked_writes(here, idea):
    spare = holder("Ada", "Sala", "review_ideas", here.root)
    for person in (spare, here.manager, here.screener, here.author, here.colleague):
        with pytest.raises(NotAllowed):
            review.declare(idea_id=idea.pk, by=person, at=make.NOW)
    with pytest.raises(Missing):
        review.declare(idea_id=10**9, by=spare, at=make.NOW)


def test_who_lost_the_right_or_came_to_sign_the_idea_writes_no_more(here, idea):
    first, second, third = here.reviewers
    for person in here.reviewers:
        review.declare(idea_id=idea.pk, by=person, at=make.NOW)
    first.groups.clear()
    idea.authorships.create(person=second, status="accepted", invited_at=make.NOW)
    third.is_active = False
    third.save()
    for person in here.reviewers:
        with pytest.raises(NotAllowed):
            review.submit(idea_id=idea.pk, by=person, at=make.NOW, sheet=sheet(idea, 3))
    assert not Review.objects.filter(status="submitted").exists()


@pytest.mark.parametrize("reason", ["", "  ", "amici"])
def test_a_conflict_is_described(here, idea, reason):
    with pytest.raises(Incomplete) as error:
        review.recuse(idea_id=idea.pk, by=here.reviewers[0], at=make.NOW, reason=reason)
    assert set(error.value.fields) == {"conflict"}


def test_what_somebody_with_a_conflict_had_written_goes(here, idea):
    who = here.reviewers[0]
    review.declare(idea_id=idea.pk, by=who, at=make.NOW)
    review.save(idea_id=idea.pk, by=who, at=make.NOW, sheet=sheet(idea, 1))
    review.recuse(idea_id=idea.pk, by=who, at=make.NOW, reason="Ho capito chi la propone.")
    row = card(idea, who)
    assert (row.status, row.advice, row.recommendation, row.scores.count()) == ("recused", "", "", 0)
    with pytest.raises(NotAllowed):
        review.declare(idea_id=idea.pk, by=who, at=make.NOW)
