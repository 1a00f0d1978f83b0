# SPDX-License-Identifier: AGPL-3.0-or-later
"""A draft is kept at every save and never overwritten unseen; handing in gives a number, a version and an answer's day."""

import threading
import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection, connections

from innovato.notifications.models import Notice
from tests import factories as make
from tests.workflow.factories_writing import COMPLETE, complete_draft
from workflow.errors import Conflict, Incomplete, Missing, NotAllowed, TooLate, WrongState
from workflow.models import Authorship, Idea, IdeaEvent, IdeaStems, NumberSeries
from workflow.selectors.proposing import gaps
from workflow.services import handing_in, writing

pytestmark = pytest.mark.django_db
NOW = make.NOW
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def city():
    return make.department("Città")


@pytest.fixture
def office(city):
    return make.department("Sportelli anagrafici", parent=city)


@pytest.fixture
def author(office):
    return make.person("Giulia", "Ferrero", home=office)


@pytest.fixture
def call(city):
    return make.campaign(city)


def fresh(idea):
    return Idea.objects.get(pk=idea.pk)


def save(idea, by, *, version=None, at=LATER, typed=None, page="", **content):
    return writing.save_draft(idea_id=idea.pk, by=by, content=content, version=version, at=at, typed=typed, page=page)


# Drafts --------------------------------------------------------------------------------------------------------------


def test_a_draft_belongs_to_who_starts_it_and_is_made_once(author, call):
    name = uuid.uuid4()
    one = writing.create_draft(by=author, campaign=call, at=NOW, uuid=name)
    two = writing.create_draft(by=author, campaign=call, at=LATER, uuid=name)
    assert (one.pk, one.state, one.version, one.ref) == (two.pk, "draft", 1, name.hex)
    assert list(Authorship.objects.values_list("person_id", "is_lead", "status")) == [(author.pk, True, "accepted")]
    with pytest.raises(Missing):
        writing.create_draft(by=make.person(), campaign=call, at=NOW, uuid=name)
    assert Idea.objects.count() == 1


def test_saving_keeps_what_was_written_with_who_and_when_and_counts_the_version(author, call, office, city):
    idea = writing.create_draft(by=author, campaign=call, at=NOW)
    saved = save(
        idea, author, version=1,
        **COMPLETE, estimated_cost=Decimal("6500"), department_id=office.pk, departments_touched=[city.pk],
    )  # fmt: skip
    kept = fresh(idea)
    assert saved.version == kept.version == 2
    assert {name: getattr(kept, name) for name in COMPLETE} == COMPLETE
    assert (kept.estimated_cost, kept.department, list(kept.departments_touched.all())) == (6500, office, [city])
    assert (kept.saved_at, kept.saved_by) == (LATER, author)
    assert IdeaStems.objects.get(pk=idea.pk).counted is False


def test_saving_the_same_again_changes_nothing_even_with_an_old_version(author, call):
    idea = writing.create_draft(by=author, campaign=call, at=NOW)
    save(idea, author, version=1, title="Mensa")
    again = save(idea, author, version=1, at=LATER + timedelta(hours=1), title="Mensa")
    assert (again.version, fresh(idea).saved_at) == (2, LATER)


def test_two_browsers_on_one_draft_get_a_conflict_and_nothing_is_overwritten(author, call):
    idea = writing.create_draft(by=author, campaign=call, at=NOW)
    save(idea, author, version=1, page="uno", title="Mensa")
    with pytest.raises(Conflict) as refused:
        save(idea, author, version=1, page="due", title="Bar")
    assert refused.value.status == 409
    assert str(refused.value) == "Modificata da Giulia Ferrero alle 10:05: confronta prima di salvare"
    assert refused.value.details["version"] == 2
    assert fresh(idea).title == "Mensa"


def test_a_page_is_never_in_conflict_with_its_own_earlier_save(author, call):
    idea = writing.create_draft(by=author, campaign=call, at=NOW)
    save(idea, author, version=1, page="uno", title="Mensa")
    save(idea, author, version=1, page="uno", title="Mensa aperta")
    assert fresh(idea).title == "Mensa aperta"
    save(idea, author, version=3, page="due", title="Bar")
    with pytest.raises(Conflict):
        save(idea, author, version=3, page="uno", title="Mensa chiusa")


def test_what_could_not_be_read_is_kept_until_it_is_mended(author, call):
    idea = writing.create_draft(by=author, campaign=call, at=NOW)
    save(idea, author, version=1, title="Mensa", typed={"estimated_cost": "seimila", "department": ""})
    assert fresh(idea).draft_input.typed == {"estimated_cost": "seimila"}
    assert "estimated_cost" in {gap.field for gap in gaps(fresh(idea))}
    save(idea, author, version=2, estimated_cost=Decimal(6000), typed={})
    assert fresh(idea).draft_input.typed == {}


def test_a_title_over_the_limit_is_refused_in_code_points(author, call):
    idea = writing.create_draft(by=author, campaign=call, at=NOW)
    save(idea, author, title="👩‍💻" * 33)
    assert len(fresh(idea).title) == 99
    with pytest.raises(Incomplete) as refused:
        save(idea, author, title="é" * 101)
    assert refused.value.fields == {"title": "Il testo ha 101 caratteri, il limite è 100: accorcialo."}


@pytest.mark.parametrize("state", ["screening", "admitted", "voting", "review", "withdrawn"])
def test_after_handing_in_the_text_stands(author, call, state):
    idea = make.idea(author, call, state=state)
    with pytest.raises(WrongState):
        save(idea, author, title="Altro")


def test_only_authors_write(author, call, city):
    idea = make.idea(author, call, state="needs_changes")
    draft = make.idea(author, call)
    screener = make.person(home=city)
    make.grant(screener, "screen_ideas", city)
    invited = make.person(home=city)
    make.person("Nessuno", home=city)
    for row in (idea, draft):
        Authorship.objects.create(idea=row, person=invited, invited_at=NOW)
    for who, refused in ((screener, NotAllowed), (invited, NotAllowed), (make.person(home=city), Missing)):
        with pytest.raises(refused):
            save(idea, who, title="Altro")
    with pytest.raises(Missing):
        save(draft, screener, title="Altro")
    inactive = make.person(home=city, is_active=False)
    Authorship.objects.create(idea=draft, person=inactive, status="accepted", invited_at=NOW)
    with pytest.raises(Missing):
        save(draft, inactive, title="Altro")
    assert {fresh(idea).title, fresh(draft).title} == {idea.title}


def test_an_idea_with_a_number_stays_in_its_campaign(author, call, city):
    idea = make.idea(author, call, state="needs_changes")
    with pytest.raises(Incomplete):
        save(idea, author, campaign_id=make.campaign(city).pk)


# Handing in ----------------------------------------------------------------------------------------------------------


def submit(idea, by, *, at=LATER, version=None):
    return handing_in.submit(idea_id=idea.pk, by=by, at=at, version=version)


def test_handing_in_gives_a_number_a_version_an_answers_day_and_the_receipt(author, call, office):
    theme = make.theme("Sportelli e code")
    idea = complete_draft(author, call, theme=theme, estimated_cost=Decimal("6500"))
    NumberSeries.objects.create(year=2026, last=450)
    handed = submit(idea, author, version=1)
    kept = fresh(idea)
    assert (kept.state, kept.number, kept.submitted_at, kept.submitted_from, kept.department) == (
        "screening", "2026-0451", LATER, office, None,
    )  # fmt: skip
    assert kept.due_on == date(2026, 12, 3)
    receipt = "Idea inviata. Ha il numero 2026-0451. Entro giovedì 3 dicembre sai se è ammessa."
    assert handing_in.receipt(handed) == receipt
    version = kept.versions.get()
    assert (version.number, version.by, version.at) == (1, author, LATER)
    assert version.content == {name: COMPLETE[name] for name in COMPLETE if name != "no_personal_data"} | {
        "estimated_cost": "6500.00",
        "theme": "Sportelli e code",
        "department": "",
        "departments_touched": [],
        "attachments": [],
    }
    event = IdeaEvent.objects.get()
    assert (event.kind, event.from_state, event.to_state, event.by, event.data) == (
        "submit", "draft", "screening", author, {"version": 1, "stage": {"department": None, "due_on": None}},
    )  # fmt: skip
    assert set(Notice.objects.values_list("kind", "recipient_id")) == {("submitted", author.pk)}
    assert IdeaStems.objects.get(pk=idea.pk).counted is True


def test_an_incomplete_idea_is_refused_with_every_gap_and_nothing_changes(author, call):
    make.theme()
    idea = writing.create_draft(by=author, campaign=call, at=NOW)
    save(idea, author, title="Mensa", typed={"department": "Sportelli"})
    with pytest.raises(Incomplete) as refused:
        submit(idea, author)
    assert list(refused.value.fields) == [
        "problem", "proposal", "benefit", "beneficiaries", "theme", "department", "duration_months", "how_measured",
        "no_personal_data",
    ]  # fmt: skip
    assert fresh(idea).state == "draft"
    assert not NumberSeries.objects.exists() and not IdeaEvent.objects.exists() and not Notice.objects.exists()


def test_numbers_have_no_gaps_and_begin_again_each_year(author, call):
    first, second, third = (complete_draft(author, call) for _ in range(3))
    submit(first, author)
    incomplete = complete_draft(author, call, title="")
    with pytest.raises(Incomplete):
        submit(incomplete, author)
    submit(second, author)
    type(call).objects.filter(pk=call.pk).update(
        submissions_close_at=None, voting_opens_at=None, voting_closes_at=None, always_open=True
    )
    submit(third, author, at=datetime(2026, 12, 31, 23, 30, tzinfo=UTC))
    assert [fresh(idea).number for idea in (first, second, third)] == ["2026-0001", "2026-0002", "2027-0001"]


def test_a_closed_or_coming_campaign_takes_no_first_submission(author, call):
    idea = complete_draft(author, call)
    for at in (call.submissions_close_at, call.submissions_open_at - timedelta(seconds=1)):
        with pytest.raises(TooLate, match="ora non accoglie idee"):
            submit(idea, author, at=at)
    assert fresh(idea).state == "draft"


def test_every_author_has_to_be_welcome_in_the_campaign(author, city, office):
    director = make.person("Silvia", "Ghione", home=office, contract_area="dirigenti")
    idea = complete_draft(author, make.campaign(city))
    Authorship.objects.create(idea=idea, person=director, status="accepted", invited_at=NOW)
    with pytest.raises(Incomplete) as refused:
        submit(idea, author)
    assert "Silvia Ghione non può proporre" in refused.value.fields["campaign"]
    assert fresh(idea).state == "draft"


def test_one_author_too_many_is_refused(author, city, office):
    idea = complete_draft(author, make.campaign(city, max_authors=1))
    Authorship.objects.create(idea=idea, person=make.person(home=office), status="accepted", invited_at=NOW)
    with pytest.raises(Incomplete, match="indicati") as refused:
        submit(idea, author)
    assert refused.value.fields == {"coauthor": "In questo bando si propone al massimo in 1."}


def test_somebody_of_no_department_cannot_hand_in(call):
    homeless = make.person()
    with pytest.raises(Incomplete) as refused:
        submit(complete_draft(homeless, call), homeless)
    assert list(refused.value.fields) == ["campaign"]


def test_invitations_nobody_answered_lapse_and_who_was_invited_is_told(author, call, office):
    idea = complete_draft(author, call)
    invited = make.person("Chiara", "Vottero", home=office)
    Authorship.objects.create(idea=idea, person=invited, invited_at=NOW)
    submit(idea, author)
    assert list(idea.authorships.values_list("person_id", flat=True)) == [author.pk]
    stage = {"department": None, "due_on": None}
    assert IdeaEvent.objects.get().data == {"version": 1, "lapsed_invitations": 1, "stage": stage}
    assert ("coauthor_lapsed", invited.pk) in set(Notice.objects.values_list("kind", "recipient_id"))


def test_only_an_author_hands_in_and_only_what_they_saw(author, call, office):
    idea = complete_draft(author, call)
    invited = make.person(home=office)
    Authorship.objects.create(idea=idea, person=invited, invited_at=NOW)
    with pytest.raises(NotAllowed):
        submit(idea, invited)
    with pytest.raises(Missing):
        submit(idea, make.person(home=office))
    with pytest.raises(Conflict):
        submit(idea, author, version=7)
    submit(idea, author, version=1)
    with pytest.raises(WrongState):
        submit(idea, author)


def test_an_answer_to_the_changes_keeps_number_and_home_and_adds_a_version(author, call, office, city):
    idea = complete_draft(author, call)
    submit(idea, author)
    before = fresh(idea)
    Idea.objects.filter(pk=idea.pk).update(state="needs_changes", state_since=LATER)
    type(author).objects.filter(pk=author.pk).update(home_department=city)
    save(idea, author, title="Avviso due giorni prima")
    late = call.submissions_close_at + timedelta(days=2)
    submit(idea, author, at=late)
    after = fresh(idea)
    assert (after.state, after.number, after.submitted_from, after.submitted_at) == (
        "screening", before.number, office, before.submitted_at,
    )  # fmt: skip
    titles = [version.content["title"] for version in after.versions.all()]
    assert titles == [COMPLETE["title"], "Avviso due giorni prima"]
    assert NumberSeries.objects.get().last == 1


def test_an_answer_after_its_time_is_refused(author, call):
    idea = complete_draft(author, call)
    submit(idea, author)
    Idea.objects.filter(pk=idea.pk).update(state="needs_changes", state_since=LATER)
    with pytest.raises(TooLate):
        submit(idea, author, at=LATER + timedelta(days=17))


# Taking back ---------------------------------------------------------------------------------------------------------


def test_a_deleted_draft_leaves_no_text_behind(author, call, office):
    idea = complete_draft(author, call, estimated_cost=Decimal(5))
    idea.departments_touched.add(office)
    save(idea, author, title="Mensa")
    handing_in.withdraw(idea_id=idea.pk, by=author, at=LATER)
    kept = fresh(idea)
    assert kept.state == "withdrawn"
    assert [kept.title, kept.problem, kept.proposal, kept.benefit, kept.how_measured] == [""] * 5
    assert (kept.beneficiaries, kept.estimated_cost, kept.departments_touched.count()) == ([], None, 0)
    assert not IdeaStems.objects.exists() and not hasattr(kept, "draft_input")
    assert IdeaEvent.objects.get().kind == "withdraw"
    assert Notice.objects.get().context["title"] == "Mensa"


def test_a_withdrawn_idea_keeps_its_text(author, call):
    idea = complete_draft(author, call)
    submit(idea, author)
    handing_in.withdraw(idea_id=idea.pk, by=author, at=LATER, version=2)
    kept = fresh(idea)
    assert (kept.state, kept.title, kept.number) == ("withdrawn", COMPLETE["title"], "2026-0001")
    with pytest.raises(WrongState):
        handing_in.withdraw(idea_id=idea.pk, by=author, at=LATER)


def test_nobody_else_takes_an_idea_back(author, call, city):
    idea = complete_draft(author, call)
    submit(idea, author)
    screener = make.person(home=city)
    make.grant(screener, "screen_ideas", city)
    with pytest.raises(NotAllowed):
        handing_in.withdraw(idea_id=idea.pk, by=screener, at=LATER)
    with pytest.raises(Missing):
        handing_in.withdraw(idea_id=idea.pk, by=make.person(home=city), at=LATER)


# Races ---------------------------------------------------------------------------------------------------------------


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_eight_submissions_at_once_get_eight_numbers_without_a_gap(city):
    call = make.campaign(city)
    people = [make.person(home=city) for _ in range(8)]
    ideas = [complete_draft(person, call, title=f"Mensa {n}") for n, person in enumerate(people)]
    start = threading.Barrier(8)

    def run(idea, person):
        start.wait()
        handing_in.submit(idea_id=idea.pk, by=person, at=LATER)
        connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in zip(ideas, people, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(Idea.objects.values_list("number", flat=True)) == [f"2026-{n:04d}" for n in range(1, 9)]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_first_saves_of_one_page_make_one_draft(city):
    call = make.campaign(city)
    person = make.person(home=city)
    name = uuid.uuid4()
    start = threading.Barrier(4)
    found = []

    def run():
        start.wait()
        found.append(writing.create_draft(by=person, campaign=call, at=NOW, uuid=name).pk)
        connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4 and len(set(found)) == 1
    assert Authorship.objects.count() == 1
    assert connection.vendor == "postgresql"
