# SPDX-License-Identifier: AGPL-3.0-or-later
"""Real elections voted again through the casting service: the published counts are the file's own, or it is said why not."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from innovato.notifications.models import EmailState, Notice
from innovato.organisation.models import Department, GrantRecord, Person
from tests import factories
from tests.elections.city_file import write_city
from voting import verify_publication
from voting.models import Ballot, UrnBox
from voting.replay import election as replays
from voting.selectors import published_facts
from voting.services import casting
from voting.states import BallotState
from workflow.models import Campaign, CampaignStage, ChainHead, Idea, IdeaEvent
from workflow.services.events import broken_links

pytestmark = pytest.mark.django_db

BORGO = Path(__file__).parent / "data" / "borgo.pb"
ASSEN, GDYNIA = "Netherlands_Assen_2024.pb", "Poland_Gdynia_2023_Redlowo__small.pb"
WARSZAWA = "Poland_Warszawa_2026_Tarchomin.pb"


def replay(path, **options) -> tuple[str, str]:
    """What the command says on standard output and error."""
    out, err = StringIO(), StringIO()
    call_command("replay_election", str(path), stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


def refused(path) -> tuple[CommandError, str]:
    """The command's refusal, and what it said before."""
    err = StringIO()
    with pytest.raises(CommandError) as refusal:
        call_command("replay_election", str(path), stdout=StringIO(), stderr=err)
    return refusal.value, err.getvalue()


def damaged(tmp_path, old: str, new: str) -> Path:
    """The invented election with something wrong in it."""
    path = tmp_path / "borgo.pb"
    path.write_text(BORGO.read_text().replace(old, new, 1))
    return path


def rows() -> list[int]:
    """How much there is of what a replay writes."""
    return [model.objects.count() for model in (Person, Department, Campaign, Idea, Ballot, IdeaEvent, GrantRecord)]


def test_an_election_becomes_a_campaign_with_ideas_people_and_papers():
    out, _err = replay(BORGO)
    campaign = Campaign.objects.get(slug="replay-borgo")
    assert (campaign.title, campaign.votes_per_person, campaign.stage) == (
        "Bilancio partecipativo di Borgo Inventato",
        2,
        CampaignStage.REVIEW,
    )
    costs = dict(campaign.ideas.values_list("title", "estimated_cost"))
    assert {title: f"{cost:.2f}" for title, cost in costs.items()} == {
        "Panchine all’ombra": "12000.00",
        "Fontanella; con ciotola per i cani": "8500.50",
        "Campo da bocce": "20000.00",
        "Scambio di semi": "900.00",
    }
    ballot = Ballot.objects.get()
    facts = published_facts(ballot.publication)
    assert (ballot.state, ballot.eligible, facts["papers"], len(facts["abstain"])) == (BallotState.CLOSED, 24, 24, 2)
    assert {option["title"]: option["supports"] for option in facts["options"]} == {
        "Panchine all’ombra": 11,
        "Fontanella; con ciotola per i cani": 9,
        "Campo da bocce": 8,
        "Scambio di semi": 6,
    }
    assert "Equal, project by project." in out
    assert [*broken_links(IdeaEvent.objects.order_by("number"), ChainHead.objects.get())] == []


@pytest.mark.parametrize(
    ("name", "winners"),
    [
        (ASSEN, "The same 9 winners by the rule equalshares/add1."),
        (GDYNIA, "The same 4 winners by the rule greedy-no-skip."),
    ],
)
def test_real_elections_come_out_equal_with_other_papers_first_and_have_the_same_winners(pabulib_dir, name, winners):
    out, _err = replay(pabulib_dir / name, revotes=1)
    assert "Equal, project by project." in out
    assert "differs" not in out
    assert winners in out


def test_a_city_that_voted_by_equal_shares_is_decided_by_the_ballot_itself(pabulib_dir):
    replay(pabulib_dir / ASSEN)
    ballot = Ballot.objects.get()
    facts = published_facts(ballot.publication)
    selected = {option["title"] for option in facts["options"] if option["code"] in facts["selected"]}
    assert (ballot.rule["kind"], ballot.rule["fund"], len(selected)) == ("equal_shares", "100000.00", 9)
    assert set(Idea.objects.filter(state="review").values_list("title", flat=True)) == selected
    checked = verify_publication.checks(ballot.publication.body, facts, [ballot.publication.sha256])
    assert [why for true, why in checked if not true] == []


def test_a_made_up_city_streams_through_and_comes_out_as_it_was_made(tmp_path):
    path = tmp_path / "city.pb"
    supports = write_city(path, papers=120, projects=8, fund=9000)
    out, err = replay(path)
    facts = published_facts(Ballot.objects.get().publication)
    counted = {option["title"]: option["supports"] for option in facts["options"]}
    assert counted == {f"Progetto {key}": supports[key] for key in (f"P{n:03d}" for n in range(1, 9))}
    assert ("Equal, project by project." in out, "the file names none" in out) == (True, True)
    assert "closed and published in" in err


def test_progress_is_told_as_papers_are_cast(tmp_path, monkeypatch):
    monkeypatch.setattr(replays, "TOLD_EVERY", 10)
    monkeypatch.setattr(replays, "BATCH", 7)
    _out, err = replay(BORGO)
    assert [line.split(" papers")[0] for line in err.splitlines() if "papers cast" in line] == ["10 of 24", "20 of 24"]


def test_other_winners_in_the_file_are_found(tmp_path):
    refusal, _err = refused(damaged(tmp_path, "Campo da bocce;0", "Campo da bocce;1"))
    assert (refusal.returncode, str(refusal)) == (1, "the winners differ from the file's own.")


def test_by_a_rule_nobody_knows_here_no_winners_are_compared(tmp_path):
    out, _err = replay(damaged(tmp_path, "rule;greedy", "rule;plurality"))
    assert "Winners are not compared: the rule “plurality” is not known here." in out


def test_projects_named_twice_are_said_with_line_and_voter_and_count_once(pabulib_dir):
    out, err = StringIO(), StringIO()
    with pytest.raises(CommandError) as refusal:
        call_command("replay_election", str(pabulib_dir / WARSZAWA), revotes=2, stdout=out, stderr=err)
    assert (refusal.value.returncode, str(refusal.value)) == (
        1,
        "2 of 9 projects differ from the file's own count.",
    )
    flagged = [line for line in err.getvalue().splitlines() if "more than once" in line]
    assert flagged == [
        "line 135: the voter 230580 names the project 1557 more than once; it counts once",
        "line 385: the voter 257844 names the project 1543 more than once; it counts once",
    ]
    told = [line.split() for line in out.getvalue().splitlines() if "differs" in line and "nothing" not in line]
    assert [line[:3] for line in told] == [["1543", "676", "675"], ["1557", "278", "277"]]
    assert "948 papers, 4213 approvals" in out.getvalue()
    assert "takes twice what a paper names twice; nothing else differs" in out.getvalue()
    assert "The same 4 winners by the rule greedy-threshold." in out.getvalue()


def test_a_wrong_count_in_the_file_is_found(tmp_path):
    refusal, _err = refused(damaged(tmp_path, "P3;20000;8", "P3;20000;9"))
    assert (refusal.returncode, str(refusal)) == (1, "1 of 4 projects differ from the file's own count.")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("5;P1,B/4;45", "5;P1,P9;45", "line 28: votes for “P9”, which is no project of this election"),
        ("P1;12000", "P1;dear", "line 18: gives the project P1 the cost “dear”: an amount was expected"),
        ("approval", "cumulative", "line 10: says vote_type cumulative: only approval ballots can be replayed"),
        ("24;;42;M\n", "", "line 46: the file ends with 23 votes, META says 24: is it cut off?"),
    ],
)
def test_of_a_damaged_file_nothing_is_imported(tmp_path, old, new, said):
    before = rows()
    refusal, err = refused(damaged(tmp_path, old, new))
    assert said in err.splitlines()
    assert (refusal.returncode, str(refusal)[:21]) == (2, "Nothing was imported:")
    assert rows() == before


def test_a_file_that_is_not_there_gets_a_sentence(tmp_path):
    refusal, _err = refused(tmp_path / "none.pb")
    assert str(refusal) == f"{tmp_path / 'none.pb'} can't be read: No such file or directory."


def test_one_election_is_replayed_once():
    replay(BORGO)
    before = rows()
    refusal, _err = refused(BORGO)
    assert str(refusal) == "This election has been replayed already, as the campaign replay-borgo."
    assert rows() == before


def test_too_few_papers_for_a_publication_are_refused_before_anything_is_written(tmp_path):
    text = BORGO.read_text().replace("num_votes;24", "num_votes;19")
    (path := tmp_path / "few.pb").write_text(text[: text.index("20;B/4")])
    before = rows()
    refusal, _err = refused(path)
    assert str(refusal) == "Nothing was imported: an election needs 20 papers for its counts to be published."
    assert rows() == before


def test_voters_get_the_staff_numbers_after_the_last_one_of_their_range():
    others = [factories.person(staff_number=number).pk for number in ("899999", "900004")]
    replay(BORGO)
    numbers = Person.objects.exclude(pk__in=others).order_by("staff_number").values_list("staff_number", flat=True)
    assert list(numbers) == [f"{number}" for number in range(900005, 900005 + 24 + 2)]


def test_an_election_with_more_voters_than_staff_numbers_left_is_refused(monkeypatch):
    monkeypatch.setattr(replays, "LAST_NUMBER", 900_024)
    before = rows()
    refusal, _err = refused(BORGO)
    assert str(refusal) == "Nothing was imported: 24 voters need staff numbers up to 900024, 25 are left."
    assert rows() == before


def test_the_invented_voters_are_nobodys_colleagues_afterwards():
    before = Person.objects.filter(is_active=True).count()
    replay(BORGO)
    assert Person.objects.filter(is_active=True).count() == before
    assert not Person.objects.exclude(email="").exists()
    assert not Notice.objects.filter(email_state=EmailState.PENDING).exists()


def test_nothing_of_the_files_voters_is_kept():
    replay(BORGO)
    assert set(Person.objects.values_list("first_name", flat=True)) == {"Ufficio elettorale", "Chi propone", "Elettore"}
    assert all(person.last_name == person.staff_number for person in Person.objects.all())


def test_every_paper_goes_through_the_service_that_the_page_uses(monkeypatch):
    cast, seen = casting.cast, []
    monkeypatch.setattr(casting, "cast", lambda **paper: seen.append(paper["by"].pk) or cast(**paper))
    replay(BORGO)
    assert (len(seen), len(set(seen)), UrnBox.boxes.count()) == (24, 24, 24)
