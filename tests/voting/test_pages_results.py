# SPDX-License-Identifier: AGPL-3.0-or-later
"""The results page, its downloads and the codes looked up: what everybody may know once a ballot is counted."""

import csv
import hashlib
import io
import json
import subprocess
import sys
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests import factories
from tests.voting.factories import opened, scheduled, voters
from tests.voting.pages import browser, results_of
from voting import selectors, urn
from voting.models import Publication
from voting.services import guarding
from workflow.models import Idea

pytestmark = pytest.mark.django_db
REASON = "Due colleghe hanno segnalato che la loro scheda non risulta: hanno ragione."


@pytest.fixture
def vote():
    return opened(ideas=4, votes_per_person=3, selection_value=2)


@pytest.fixture
def counted(vote):
    """Twelve papers: 9 for the first idea, 6 for the second, 6 for the third, none for the last; one blank."""
    vote.receipts = [vote.cast(person, *numbers) for person, numbers in zip(vote.people, papers(), strict=False)]
    assert vote.end()
    vote.fresh()
    return vote


def papers():
    return [(0, 1)] * 3 + [(0, 2)] * 3 + [(0, 1, 2)] * 3 + [()] + [(3,)] * 2


def page_of(vote, person=None, query="", **options):
    return browser(person).get(results_of(vote) + query, **options)


def text_of(vote, person=None, query=""):
    return page_of(vote, person, query).content.decode()


def look(vote, code, person=None, address=None, **headers):
    """The panel with the answer to a code, without the answers that wait for scripts."""
    page = browser(person).post(address or results_of(vote), {"code": code}, headers=headers).content.decode()
    return page.partition('id="ricevuta"')[2].partition("<template")[0]


def test_before_the_close_there_is_a_date_and_no_figure(vote):
    for person in vote.people[:12]:
        vote.cast(person, 0)
    page = text_of(vote, vote.people[0])
    assert "I conteggi si vedono da" in page
    assert "Schede contate" not in page


def test_before_the_opening_there_is_a_date():
    vote = scheduled(opens=timedelta(days=2), closes=timedelta(days=9))
    assert "I conteggi si vedono da" in text_of(vote, vote.people[0])


def test_the_counted_ballot_shows_figures_ranking_cut_and_rule(counted):
    page = text_of(counted, counted.people[0])
    assert "43% delle 28 persone che potevano votare" in page  # 12 papers of 24 voters and 4 authors
    assert "Vanno in valutazione le 2 idee con più sostegni" in page
    assert page.count('class="cut"') == 1
    assert page.index("Idea numero 0") < page.index("Idea numero 3")
    assert ">75%<" in page and ">50%<" in page
    assert counted.ballot.publication.sha256 in page
    assert "In valutazione" in page and "Non selezionata" in page


def test_a_tie_on_the_line_is_told_in_words(counted):
    page = text_of(counted)
    assert "Tra loro decide l’impronta degli elenchi" in page
    assert "con 6 sostegni:" in page
    assert "Qui la parità era proprio sul confine" in page


def test_while_objections_are_open_the_page_says_until_when_and_whom_to_write_to(counted):
    guarantor = factories.person("Rita", "Sasso", email="rita@comune.example")
    factories.grant(guarantor, "guard_ballots", counted.root)
    assert "rita@comune.example" in text_of(counted, counted.people[0])
    assert "rita@comune.example" not in text_of(counted)
    counted.seal()
    assert "si può segnalare" not in text_of(counted, counted.people[0])


def test_without_quorum_there_are_no_lists_and_no_figures(vote):
    for person in vote.people[:3]:
        vote.cast(person, 0)
    vote.end()
    page = text_of(vote)
    assert "Quorum non raggiunto" in page
    assert "Classifica" not in page
    assert 'name="code"' not in page
    assert page_of(vote, query="").status_code == 200
    assert browser().get(reverse("voting:ranking", kwargs={"slug": vote.ballot.campaign.slug})).status_code == 404


def test_a_share_of_voters_is_explained():
    vote = opened(ideas=3, selection_rule="share", selection_value=60)
    for number, person in enumerate(vote.people[:12]):
        vote.cast(person, *([0, 1] if number % 2 else [0]))
    vote.end()
    page = text_of(vote)
    assert "almeno il 60% delle schede" in page
    assert page.count('class="cut"') == 1


def test_nobody_needs_to_sign_in_for_a_public_ballot_and_everybody_for_another(counted):
    assert page_of(counted).status_code == 200
    assert "/accesso" not in text_of(counted).partition("<main")[2]
    counted.ballot.campaign.publication_public = False
    counted.ballot.campaign.save()
    for address in (results_of(counted), download(counted, "publication"), download(counted, "ranking")):
        assert browser().get(address).headers["Location"].startswith("/accesso/"), address
        assert browser(counted.people[0]).get(address).status_code == 200, address


def test_the_results_cost_the_same_queries_however_many_papers(counted, django_assert_num_queries):
    with django_assert_num_queries(7):
        page_of(counted)
    with django_assert_num_queries(6):  # the figures of a publication stay in memory
        page_of(counted)


def test_only_the_first_lines_are_shown_until_asked():
    vote = opened(ideas=25, votes_per_person=1, selection_value=2)
    for number, person in enumerate(vote.people[:12]):
        vote.cast(person, number % 3)
    vote.end()
    assert ranking_of(vote).count('scope="row"') == 20
    assert ranking_of(vote, "?tutte=1").count('scope="row"') == 25


def ranking_of(vote, query=""):
    return text_of(vote, query=query).partition('id="h-cl"')[2].partition("</table>")[0]


# Downloads ---------------------------------------------------------------------------------------------------------


def download(vote, name):
    return reverse(f"voting:{name}", kwargs={"slug": vote.ballot.campaign.slug})


def test_the_publication_is_downloaded_byte_for_byte(counted):
    response = browser().get(download(counted, "publication"))
    assert hashlib.sha256(response.content).hexdigest() == counted.ballot.publication.sha256
    assert "attachment" in response.headers["Content-Disposition"]


def test_what_is_downloaded_verifies_with_the_script_that_is_downloaded(counted, tmp_path):
    client = browser()
    (tmp_path / "votazione.json").write_bytes(client.get(download(counted, "publication")).content)
    (tmp_path / "verify.py").write_bytes(client.get("/verifica-voto/verify_publication.py").content)
    code = next(iter(counted.receipts[0].codes.values()))
    done = subprocess.run(
        [sys.executable, "-I", "verify.py", "votazione.json", urn.shown(code)],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert "9 Idea numero 0" in done.stdout


def test_the_ranking_is_a_table_that_runs_no_formula(counted):
    Idea.objects.filter(pk=counted.ideas[0].pk).update(title="unused: the publication has its own titles")
    facts = json.loads(counted.ballot.publication.body)
    for option in facts["options"]:
        if option["title"] == "Idea numero 0":
            option["title"] = '=HYPERLINK("http://x")'
    Publication.objects.filter(pk=counted.pk).update(body=json.dumps(facts), sha256="a" * 64)
    response = browser().get(download(counted, "ranking"))
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig")), delimiter=";"))
    assert len(rows) == 5
    assert rows[1][2] == '\'=HYPERLINK("http://x")'
    assert rows[1][0] == "1" and rows[1][3] == "9" and rows[1][4] == "12"


def test_before_the_close_nothing_can_be_downloaded(vote):
    vote.cast(vote.people[0], 0)
    assert browser().get(download(vote, "publication")).status_code == 404
    assert browser().get(download(vote, "ranking")).status_code == 404


@pytest.mark.parametrize("asked", ["x", "5f2d2c0e-6a4f-4b45-8e6f-6d9c3f1b0a77", "'", "\x00", "%00" * 500])
def test_a_ballot_that_is_not_there_is_not_found(counted, asked):
    assert browser().get(results_of(counted), {"votazione": asked}).status_code == 404


def test_a_ballot_of_another_campaign_is_not_found_here(counted):
    other = opened(ideas=1)
    assert browser().get(results_of(counted), {"votazione": str(other.pk)}).status_code == 404


# Codes -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("write", [str, str.lower, urn.shown, lambda code: f"  {urn.shown(code).lower()} \n",
                                   lambda code: " ".join(code)])  # fmt: skip
def test_a_code_is_found_however_it_is_typed(counted, write):
    option, code = next(iter(counted.receipts[0].codes.items()))
    title = counted.ideas[counted.codes.index(option)].title
    for address in (results_of(counted), "/ricevuta/"):
        page = look(counted, write(code), address=address)
        assert "Questo voto è stato contato" in page
        assert f"nell’elenco di chi sostiene «{title}»" in page


def test_the_code_of_a_blank_paper_is_found_among_the_blank_ones(counted):
    code = counted.receipts[9].codes["abstain"]
    assert "nell’elenco delle schede bianche" in look(counted, code)


@pytest.mark.parametrize("code", [
    "AAAA-BBBB-CCCC", "0O1I-0O1I-0O1I", "corto", "«»", "è" * 12, "A" * 60, "%" * 12, "<script>alert(1)</script>",
    "😀" * 12, "' OR 1=1 --",
])  # fmt: skip
def test_a_code_that_is_nowhere_gets_three_things_to_check(counted, code):
    for address in (results_of(counted), "/ricevuta/"):
        assert browser().post(address, {"code": code}).status_code == 200
        page = look(counted, code, address=address)
        assert "Questo voto è stato contato" not in page
        assert "Controlla tre cose" in page
        assert "<script>alert" not in page


def test_a_code_with_letters_that_codes_never_have_is_told_so(counted):
    page = look(counted, "0O1I-0O1I-0O1I")
    assert "Nei codici non ci sono 0, O, 1 e I" in page
    assert "qui ce ne sono 5" in look(counted, "corto")


@pytest.mark.parametrize("code", ["", "   ", "\x00", "A" * 61, "A" * 100_000])
def test_no_code_or_much_too_long_a_one_is_a_sentence(counted, code):
    page = look(counted, code, address="/ricevuta/")
    assert "in-error" in page
    assert "negli elenchi pubblicati<" not in page


def test_the_code_of_a_replaced_paper_is_nowhere(vote):
    old = vote.cast(vote.people[0], 0)
    for number, person in enumerate(vote.people[:12]):
        vote.cast(person, number % 3)
    vote.end()
    assert "Questo codice non è negli elenchi" in look(vote, next(iter(old.codes.values())))


def test_while_a_ballot_is_open_its_codes_are_nowhere(vote):
    receipt = vote.cast(vote.people[0], 0)
    for address in (results_of(vote), "/ricevuta/"):
        assert "è stato contato" not in look(vote, next(iter(receipt.codes.values())), address=address)


def test_a_code_of_another_ballot_is_found_only_on_the_page_for_all(counted):
    other = opened(ideas=1)
    code = next(iter(counted.receipts[0].codes.values()))
    for person in other.people[:12]:
        other.cast(person, 0)
    other.end()
    assert "Questo codice non è negli elenchi" in look(other, code)
    assert "è stato contato" in look(other, code, address="/ricevuta/")


def test_a_code_of_a_ballot_that_is_not_public_names_no_idea_to_strangers(counted):
    counted.ballot.campaign.publication_public = False
    counted.ballot.campaign.save()
    code = next(iter(counted.receipts[0].codes.values()))
    assert "Idea numero" not in look(counted, code, address="/ricevuta/")
    assert "Idea numero" in look(counted, code, person=counted.people[5], address="/ricevuta/")


def test_with_scripts_only_the_panel_comes_back(counted):
    code = next(iter(counted.receipts[0].codes.values()))
    page = browser().post("/ricevuta/", {"code": code}, headers={"HX-Request": "true"}).content.decode()
    assert page.count('id="ricevuta"') == 1
    assert "<html" not in page


def test_the_address_of_a_search_never_holds_the_code(counted):
    assert 'method="post"' in browser().get("/ricevuta/").content.decode()
    assert "contato" not in browser().get("/ricevuta/", {"code": "AAAABBBBCCCC"}).content.decode()


# Annulled, repeated, other rounds ----------------------------------------------------------------------------------


@pytest.fixture
def guarantor(counted):
    person = factories.person("Rita", "Sasso")
    factories.grant(person, "guard_ballots", counted.root)
    return person


def test_an_annulled_ballot_keeps_its_reason_in_public(counted, guarantor):
    guarding.annul(ballot_id=counted.pk, reason=REASON, by=guarantor, at=timezone.now())
    page = text_of(counted)
    assert REASON in page
    assert "Classifica" not in page
    assert counted.ballot.publication.sha256 in page
    code = next(iter(counted.receipts[0].codes.values()))
    assert "è stato contato" not in look(counted, code)


def test_a_repeated_ballot_shows_the_new_one_and_links_the_annulled_one(counted, guarantor):
    at = timezone.now()
    guarding.annul(ballot_id=counted.pk, reason=REASON, by=guarantor, at=at)
    guarding.repeat(ballot_id=counted.pk, opens_at=at + timedelta(days=1), closes_at=at + timedelta(days=8), by=guarantor,
                    at=at)  # fmt: skip
    page = text_of(counted)
    assert "I conteggi si vedono da" in page
    assert f"?votazione={counted.pk}" in page
    assert REASON in text_of(counted, query=f"?votazione={counted.pk}")


def test_the_verifying_page_and_script_are_open_to_all():
    page = browser().get("/voto/").content.decode()
    promise = (
        "Puoi votare, cambiare idea o ritirare il voto fino alla chiusura. La ricevuta ha un codice per ogni idea che "
        "sostieni: dopo la chiusura lo trovi nell’elenco pubblicato di quell’idea, e chiunque può rifare il conteggio. "
        "Finché la votazione è aperta, e per le 48 ore delle segnalazioni, i voti sono cifrati ma il sistema ha ancora la "
        "chiave. Poi la chiave viene distrutta: da quel momento nessuno, nemmeno chi amministra il database o i backup, "
        "può collegare un voto a una persona. Non è un’elezione formale: non protegge se qualcuno ti guarda mentre voti o "
        "ti chiede la ricevuta."
    )
    assert promise in page
    script = browser().get("/verifica-voto/verify_publication.py")
    assert hashlib.sha256(script.content).hexdigest() in page


def test_a_campaign_that_never_voted_has_a_results_page(vote):
    empty = factories.campaign(vote.root, voting_opens_at=None, voting_closes_at=None, submissions_close_at=None,
                               always_open=True)  # fmt: skip
    page = browser(voters(1)[0]).get(f"/bandi/{empty.slug}/risultati/").content.decode()
    assert "I conteggi si vedono solo dopo la chiusura" in page
    assert selectors.find_ballot(empty) is None
