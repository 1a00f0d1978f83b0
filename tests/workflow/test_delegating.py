# SPDX-License-Identifier: AGPL-3.0-or-later
"""Deputies at work: what they may do to ideas, under whose name it stands, and the page where delegations are given."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from innovato.notifications.models import Notice
from innovato.organisation.models import Delegation
from tests import factories as make
from workflow import notices, rules
from workflow.errors import NotAllowed
from workflow.models import Authorship, Comment, CommentReport, Decision, Idea, IdeaEvent, Recusal
from workflow.selectors.desk_tasks import role_tasks
from workflow.selectors.history import Reader, events_of, timeline
from workflow.services import decisions, delegating, merging, moves

pytestmark = pytest.mark.django_db
WHY = "Mancano i fondi per quest’anno, ne riparliamo."
DAY = timedelta(days=1)


@pytest.fixture
def here():
    """A city, an office with its manager and the manager's deputy, an idea in decision; on the day of today."""

    class Here:
        at = timezone.now()
        city = make.department("Città")
        office = make.department("Anagrafe", parent=city)
        manager = make.person("Silvia", "Ghione", home=office)
        deputy = make.person("Fabio", "Cerutti", home=office)
        author = make.person("Giulia", "Ferrero", home=office)

    make.grant(Here.manager, "decide_ideas", Here.office)
    Here.call = make.campaign(Here.city, at=Here.at)
    Here.idea = make.idea(Here.author, Here.call, state="decision", at=Here.at)
    return Here


def lend(here, *, accept=True, **changes) -> Delegation:
    """The manager's delegation to the deputy, from today for ten days."""
    today = timezone.localdate(here.at)
    values = {
        "to": here.deputy, "capabilities": ["decide_ideas"], "department": here.office, "starts_on": today,
        "ends_on": today + 9 * DAY, "reason": "ferie", "by": here.manager, "at": here.at,
    } | changes  # fmt: skip
    row = delegating.give(**values)[0]
    return delegating.accept(delegation_id=row.pk, by=values["to"], at=here.at) if accept else row


def decline(here, idea=None, by=None):
    return decisions.decline(
        idea_id=(idea or here.idea).pk, by=by or here.deputy, at=timezone.now(), reason_code="cost", reason_text=WHY
    )


def test_what_a_deputy_decides_bears_both_names_in_the_event_the_decision_the_history_and_the_notice(here):
    lend(here)
    event = decline(here)
    assert (event.by, event.on_behalf_of) == (here.deputy, here.manager)
    assert event.computed_hash() == event.hash
    decision = Decision.objects.get()
    assert (decision.by, decision.on_behalf_of) == (here.deputy, here.manager)
    reader = Reader.of(rules.actor_for(here.author), Idea.objects.get())
    lines = [entry.text for entry in timeline(here.idea, list(events_of(here.idea)), reader)]
    assert lines == ["Non accolta: decisione di Fabio Cerutti per Silvia Ghione"]
    told = Notice.objects.get(kind="declined", recipient=here.author).context
    assert (told["by_name"], told["for_name"]) == ("Fabio Cerutti", "Silvia Ghione")
    page = signed_in(here.author).get(f"/idee/{here.idea.ref}/").content.decode()
    assert "Fabio Cerutti per Silvia Ghione" in page


def test_a_deputys_desk_says_for_whom_each_task_is_and_asks_no_more_for_it(here, django_assert_num_queries):
    desk = make.department("Cassa", parent=here.office)
    make.grant(here.manager, "screen_ideas", here.office)
    for capability in ("decide_ideas", "screen_ideas"):
        make.grant(here.deputy, capability, desk)
    mine, *_waiting = (
        make.idea(here.author, here.call, state=state, department=where, title=f"{state} {where}", at=here.at)
        for state, where in (
            ("decision", desk),
            ("screening", here.office),
            ("screening", here.office),
            ("screening", desk),
        )
    )
    comment = Comment.objects.create(idea=here.idea, author=here.author, body="x", at=here.at)
    CommentReport.objects.create(comment=comment, by=here.manager, reason="x", at=here.at)

    def tasks():
        return {(task.title, task.about, task.behind) for task in role_tasks(actor, at=here.at)}

    actor = rules.actor_for(here.deputy)
    with django_assert_num_queries(3):
        assert tasks() == {("Verifica 1 idea", "", ""), ("Decidi se provare un’idea", mine.title, "")}
    lend(here, capabilities=["decide_ideas", "screen_ideas"])
    delegating.accept(delegation_id=Delegation.objects.get(accepted_at=None).pk, by=here.deputy, at=here.at)
    actor = rules.actor_for(here.deputy)
    with django_assert_num_queries(3):
        assert tasks() == {
            ("Verifica 1 idea", "", ""), ("Verifica 2 idee", "", "Silvia Ghione"),
            ("Controlla 1 commento segnalato", here.idea.title, "Silvia Ghione"),
            ("Decidi se provare un’idea", mine.title, ""),
            ("Decidi se provare un’idea", here.idea.title, "Silvia Ghione"),
        }  # fmt: skip
    assert signed_in(here.deputy).get("/").content.decode().count("per conto di Silvia Ghione") == 3
    own, acting = signed_in(here.deputy).get("/profilo/").content.decode().split("Per delega")
    assert "per Silvia Ghione" in acting  # the delegator's departments are not the own
    assert "<span>Città › Anagrafe › Cassa</span>" in own and "<span>Città › Anagrafe</span>" not in own


def test_who_holds_the_right_too_acts_in_the_own_name(here):
    make.grant(here.deputy, "decide_ideas", here.office)
    lend(here)
    assert decline(here).on_behalf_of is None
    assert Decision.objects.get().on_behalf_of is None


def test_a_deputy_is_told_what_waits_for_whom_they_stand_in(here):
    assert here.deputy.pk not in notices.deciders(here.idea, here.at)
    row = lend(here)
    assert notices.deciders(here.idea, here.at) == {here.manager.pk, here.deputy.pk}
    assert notices.deciders(here.idea, here.at + 10 * DAY) == {here.manager.pk}
    delegating.revoke(delegation_id=row.pk, by=here.manager, at=here.at)
    assert notices.deciders(here.idea, here.at) == {here.manager.pk}


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ("the deputy proposes it", "own_idea"),
        ("the deputy declared a conflict", "conflict"),
        ("the delegator proposes it", "delegator_barred"),
        ("the delegator declared a conflict", "delegator_barred"),
        ("the delegator judged it before", "delegator_barred"),
    ],
)
def test_four_eyes_hold_for_the_deputy_and_for_whom_they_stand_in(here, what, code):
    lend(here)
    who = here.deputy if "the deputy" in what else here.manager
    if "proposes" in what:
        about = {"status": Authorship.Status.ACCEPTED, "invited_at": here.at, "answered_at": here.at}
        Authorship.objects.create(idea=here.idea, person=who, **about)
    elif "conflict" in what:
        Recusal.objects.create(idea=here.idea, person=who, reason="È mia sorella", at=here.at)
    else:
        Idea.objects.filter(pk=here.idea.pk).update(previous_judge=who)
    with pytest.raises(NotAllowed) as refused:
        decline(here)
    assert refused.value.details["code"] == code
    assert not IdeaEvent.objects.filter(idea=here.idea).exists()
    assert not Idea.objects.actionable_by(rules.actor_for(here.deputy), "decline", at=here.at).exists()


def test_where_one_delegator_may_not_another_one_may(here):
    other = make.person("Paola", "Rinaldi", home=here.city)
    make.grant(other, "decide_ideas", here.city)
    lend(here)
    lend(here, by=other, department=here.city)
    Recusal.objects.create(idea=here.idea, person=here.manager, reason="È mia sorella", at=here.at)
    assert decline(here).on_behalf_of == other


def test_for_deputies_too_what_may_be_done_is_the_same_asked_of_one_idea_and_as_sql(here):
    lend(here)
    for who in (here.author, here.manager, here.deputy):
        for state in ("draft", "screening", "admitted", "decision", "deferred", "piloting", "declined"):
            make.idea(who, here.call, state=state, at=here.at)
    Recusal.objects.create(
        idea=Idea.objects.filter(state="decision").first(), person=here.manager, reason="x", at=here.at
    )
    other = make.person(home=here.office)
    for who in (here.deputy, here.manager, other):
        actor = rules.actor_for(who, at=here.at)
        for move in rules.MOVES:
            ideas = Idea.objects.with_rule_data()
            allowed = {idea.pk for idea in ideas if rules.may(actor, move, idea, here.at)}
            found = set(Idea.objects.actionable_by(actor, move, at=here.at).values_list("pk", flat=True))
            assert found == allowed
            assert allowed <= set(Idea.objects.visible_to(actor).values_list("pk", flat=True))
    actor = rules.actor_for(here.deputy, at=here.at)
    assert Idea.objects.actionable_by(actor, "decline", at=here.at).count() == 2  # not the own, not the manager's


def test_a_deputy_does_not_release_the_hours_of_the_person_they_stand_in_for(here):
    lend(here)
    actor = rules.actor_for(here.deputy)
    assert rules.may_consent(actor, here.author)
    assert not rules.may_consent(actor, here.manager)
    assert not rules.may_consent(actor, here.deputy)


def test_a_merge_that_waited_for_an_answer_lapses_when_the_delegation_ended_meanwhile(here):
    office = make.person("Laura", "Pautasso", home=here.office)
    make.grant(office, "screen_ideas", here.office)
    row = lend(here, by=office, capabilities=["screen_ideas"])
    one = make.idea(here.author, here.call, state="screening", at=here.at)
    target = make.idea(make.person(home=here.office), here.call, state="admitted", at=here.at)
    proposal = merging.propose(idea_id=one.pk, by=here.deputy, at=here.at, target_ref=target.ref, text=WHY)
    leads = [consent.person for consent in proposal.consents.all()]
    merging.answer(idea_id=one.pk, by=leads[0], at=here.at, accept=True)
    delegating.revoke(delegation_id=row.pk, by=office, at=here.at)
    assert merging.answer(idea_id=one.pk, by=leads[1], at=here.at, accept=True).state == "lapsed"
    one.refresh_from_db()
    assert one.state == "screening"


def test_every_step_is_in_the_chain_and_told_to_both(here):
    row = lend(here)
    delegating.set_aside(delegator_id=here.manager.pk, by=here.deputy, at=here.at)
    delegating.take_up(delegation_id=row.pk, by=here.deputy, at=here.at)
    delegating.shorten(delegation_id=row.pk, ends_on=row.ends_on - DAY, by=here.manager, at=here.at)
    delegating.hand_back(delegation_id=row.pk, by=here.deputy, at=here.at)
    kinds = list(IdeaEvent.objects.values_list("kind", flat=True))
    steps = ("given", "accepted", "set_aside", "taken_up", "shortened", "ended")
    assert kinds == [f"delegation_{step}" for step in steps]
    told = set(Notice.objects.values_list("kind", "recipient"))
    both = {(f"delegation_{step}", who.pk) for step in ("accepted", "shortened", "ended")
            for who in (here.manager, here.deputy)}  # fmt: skip
    assert told == both | {("delegation_given", here.deputy.pk)}


# Pages -------------------------------------------------------------------------------------------------------------


def signed_in(person) -> Client:
    client = Client(headers={"accept-language": "it"})
    client.force_login(person)
    return client


def test_a_delegation_is_given_accepted_used_and_revoked_on_the_pages(here):
    boss, deputy = signed_in(here.manager), signed_in(here.deputy)
    today = timezone.localdate()
    filled = {
        "to": here.deputy.staff_number, "capabilities": "decide_ideas", "department": here.office.pk,
        "starts_on": today.isoformat(), "ends_on": (today + DAY).isoformat(), "reason": "ferie",
    }  # fmt: skip
    assert boss.post("/deleghe/", filled | {"reason": ""}).status_code == 422
    answer = boss.post("/deleghe/", filled | {"ends_on": (today + 90 * DAY).isoformat()})
    assert answer.status_code == 422
    assert "al massimo 90 giorni" in answer.content.decode()
    assert not Delegation.objects.exists()
    assert "Vale da quando Fabio Cerutti" in boss.post("/deleghe/", filled, follow=True).content.decode()
    row = Delegation.objects.get()
    assert "Rispondi a una delega" in deputy.get("/").content.decode()
    assert deputy.get(f"/decisioni/{here.idea.ref}/").status_code == 403
    assert boss.post(f"/deleghe/{row.pk}/risposta/", {"answer": "accept"}).status_code == 404
    assert deputy.post(f"/deleghe/{row.pk}/risposta/", {"answer": "accept"}).status_code == 302
    for address in ("/", "/idee/", "/profilo/", "/avvisi/", f"/decisioni/{here.idea.ref}/"):
        page = deputy.get(address)
        assert page.status_code == 200
        assert "Agisci per <b>Silvia Ghione</b>" in page.content.decode()
    assert "Agisci per <b>" not in boss.get("/").content.decode()
    assert boss.get(f"/deleghe/{row.pk}/fine/").status_code == 200
    assert boss.post(f"/deleghe/{row.pk}/fine/", {"end": "1"}).status_code == 302
    assert deputy.get(f"/decisioni/{here.idea.ref}/").status_code == 403
    sent = {"choice": "decline", "reason_code": "cost", "reason": WHY, "version": here.idea.version, "confirm": "1"}
    assert deputy.post(f"/decisioni/{here.idea.ref}/", sent).status_code == 403
    assert boss.post(f"/deleghe/{row.pk}/fine/", {"end": "1"}).status_code == 409


def test_back_to_oneself_from_any_page_and_for_a_deputy_again(here):
    row, client = lend(here), signed_in(here.deputy)
    back = client.post("/deleghe/torna-a-te/", {"delegator": here.manager.pk, "next": "/idee/"})
    assert (back.status_code, back["Location"]) == (302, "/idee/")
    assert client.get(f"/decisioni/{here.idea.ref}/").status_code == 403
    assert client.post("/deleghe/torna-a-te/", {"delegator": here.manager.pk}).status_code == 404
    assert client.post(f"/deleghe/{row.pk}/riprendi/").status_code == 302
    assert client.get(f"/decisioni/{here.idea.ref}/").status_code == 200


def test_the_page_costs_the_same_with_one_delegation_and_with_three(here, django_assert_num_queries):
    for n in range(3):
        to = make.person(f"Vice{n}", home=here.office)
        day = timezone.localdate() + n * DAY
        lend(here, to=to, starts_on=day, ends_on=day, accept=bool(n))
        if n in (0, 2):
            client = signed_in(here.manager)
            client.get("/deleghe/")
            with django_assert_num_queries(12):
                assert client.get("/deleghe/").status_code == 200


def test_the_register_names_no_idea_that_its_reader_may_not_see(here):
    lend(here)
    hidden = make.idea(here.author, here.call, state="decision", at=here.at, title="Segreto di cortile")
    decline(here, hidden)
    Idea._meta.get_field("state").protected = False
    Idea.objects.filter(pk=hidden.pk).update(state="withdrawn")
    Idea._meta.get_field("state").protected = True

    decline(here)
    for who in (here.manager, here.deputy):
        page = signed_in(who).get("/deleghe/").content.decode()
        table = signed_in(who).get("/deleghe/registro.csv").content.decode()
        for text in (page, table):
            assert "Fabio Cerutti per Silvia Ghione" in text
            assert here.idea.title in text
            assert "Segreto di cortile" not in text
    assert "Non accoglie" not in signed_in(here.author).get("/deleghe/").content.decode()


def test_the_check_holds_inside_the_lock_too(here):
    row = lend(here)
    delegating.revoke(delegation_id=row.pk, by=here.manager, at=here.at)
    with pytest.raises(NotAllowed):
        moves.check(moves.lock(here.idea.pk), "decline", actor=rules.actor_for(here.deputy), at=here.at)
