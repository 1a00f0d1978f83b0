# SPDX-License-Identifier: AGPL-3.0-or-later
"""The stand-alone verifier: agrees with every honest publication, names every kind of tampering, needs nothing of ours."""

import ast
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.voting.counted import published
from voting import verify_publication
from voting.tally import Rule, canonical
from voting.urn import shown

SCRIPT = Path(verify_publication.__file__)
CAST = [*["A"] * 5, *["AB"] * 4, *["BC"] * 3, *["D"] * 3, "", ""]
LANE = Rule(kind="top_n", value=1, lane=1, lane_staff=50)


SHARES = Rule(kind="equal_shares", value=0, fund="1500.00", compared={"share": 20, "top_n": 2})
COSTS = ("900.00", "400.00", "350.00", "300.00")


@pytest.fixture(scope="module")
def body():
    return published(*CAST, rule=LANE, small={"CCCCCCCC", "DDDDDDDD"})


@pytest.fixture(scope="module")
def shared():
    """A ballot decided by equal shares: A, for 900 €, takes most of what its supporters have."""
    return published(*CAST, rule=SHARES, costs=COSTS)


def run(folder, text, *words, language="it_IT.UTF-8"):
    path = folder / "publication.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return subprocess.run(
        [sys.executable, "-I", str(SCRIPT), str(path), *words], capture_output=True, text=True, cwd=folder, check=False,
        env=os.environ | {"LANG": language},
    )  # fmt: skip


def fault(text, *asked, language=0):
    """What the script says is wrong, as it stops at the first thing; None when it finds nothing. Italian, or English (1)."""
    checks = verify_publication.checks(text, json.loads(text), asked)
    return next((words.split("|")[language] for true, words in checks if not true), None)


def test_the_script_fits_a_page_and_imports_the_standard_library_only():
    source = SCRIPT.read_text()
    tree = ast.walk(ast.parse(source))
    modules = {
        name
        for node in tree
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names])
    }
    assert len(source.splitlines()) <= 60
    assert modules <= sys.stdlib_module_names


def test_an_honest_publication_is_confirmed_and_the_counts_are_printed(body, tmp_path):
    done = run(tmp_path, body)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == ["9 Idea «A»", "7 Idea «B»", "3 Idea «C»", "3 Idea «D»", "2 scheda bianca"]


def test_the_hash_from_the_mail_is_compared(body, tmp_path):
    fingerprint = hashlib.sha256(body.encode()).hexdigest()
    assert run(tmp_path, body, "--sha256", fingerprint).returncode == 0
    assert run(tmp_path, body, "--sha256", fingerprint.upper()).returncode == 0
    wrong = run(tmp_path, body, "--sha256", "0" * 64)
    assert (wrong.returncode, fingerprint in wrong.stderr) == (1, True)


def test_codes_are_found_in_the_list_of_their_idea(body, tmp_path):
    code = json.loads(body)["options"][2]["codes"][0]
    done = run(tmp_path, body, shown(code).lower())
    assert (done.returncode, f"3 Idea «C» {code}" in done.stdout) == (0, True)


def test_a_code_that_is_in_no_list_is_said_to_be_missing(body, tmp_path):
    done = run(tmp_path, body, "7KQ4-M2XD-9TRA")
    assert (done.returncode, "7KQ4M2XD9TRA" in done.stderr) == (1, True)


def test_without_a_file_it_says_how_to_use_it():
    done = subprocess.run([sys.executable, "-I", str(SCRIPT)], capture_output=True, text=True, check=False)
    assert (done.returncode, "publication.json" in done.stderr) == (1, True)


def test_without_quorum_there_is_nothing_to_count_and_the_publication_is_confirmed(tmp_path):
    done = run(tmp_path, published(*["A"] * 3))
    assert done.returncode == 0


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sets(st.sampled_from("ABCD"), max_size=3).map("".join), max_size=30),
    st.sampled_from(["top_n", "share", "equal_shares"]),
    st.integers(0, 60),
    st.integers(0, 3),
    st.sets(st.sampled_from(["AAAAAAAA", "BBBBBBBB", "CCCCCCCC", "DDDDDDDD"])),
    st.sampled_from([None, "0.01", "10.00", "1500.00", "99999.99"]),
    st.lists(st.sampled_from([None, "0.00", "0.07", "10.00", "333.33", "900.00"]), max_size=4),
)
def test_the_script_agrees_with_every_ballot_we_can_count(choices, kind, value, lane, small, fund, costs):
    rule = Rule(kind=kind, value=value, lane=lane, lane_staff=50, fund=fund)
    assert fault(published(*choices, rule=rule, small=small, costs=costs)) is None


def swap(items):
    items[0], items[1] = items[1], items[0]


def reorder(body):
    body["ranking"][0], body["ranking"][-1] = body["ranking"][-1], body["ranking"][0]


def option(body, initial):
    return next(found for found in body["options"] if found["code"][0] == initial)


def remove_code(body):
    option(body, "A")["codes"].pop()


def remove_code_and_support(body):
    option(body, "A")["codes"].pop()
    option(body, "A")["supports"] -= 1


def add_code(body):
    option(body, "D")["codes"] = sorted([*option(body, "D")["codes"], "7KQ4M2XD9TRA"])
    option(body, "D")["supports"] += 1


def move_code(body):
    code = option(body, "A")["codes"].pop(0)
    option(body, "A")["supports"] -= 1
    option(body, "D")["codes"] = sorted([*option(body, "D")["codes"], code])
    option(body, "D")["supports"] += 1


def twice(body):
    codes = option(body, "A")["codes"]
    codes[1] = codes[0]


def same_code_in_two_lists(body):
    option(body, "D")["codes"] = sorted([*option(body, "D")["codes"][1:], option(body, "A")["codes"][0]])


def swap_lists(body):
    a, b = option(body, "A"), option(body, "B")
    a["codes"], b["codes"], a["supports"], b["supports"] = b["codes"], a["codes"], b["supports"], a["supports"]


def add_option(body):
    body["options"].append(body["options"][0] | {"code": "ZZZZZZZZ", "codes": [], "supports": 0})


def put(**values):
    return lambda body: body.update(values)


TAMPERINGS = {
    "a code removed from a list": (remove_code, "i sostegni non sono quanti i codici"),
    "a code removed and the support lowered": (remove_code_and_support, "l'impronta degli elenchi non coincide"),
    "a code added": (add_code, "l'impronta degli elenchi non coincide"),
    "a code moved to another idea": (move_code, "l'impronta degli elenchi non coincide"),
    "two ideas' lists exchanged": (swap_lists, "l'impronta degli elenchi non coincide"),
    "a code twice in one list": (twice, "un codice compare due volte"),
    "a code in two lists": (same_code_in_two_lists, "un codice compare due volte"),
    "a code of the wrong form": (lambda body: body["abstain"].__setitem__(0, "AAAA-0O1I"), "codice errato"),
    "a list out of order": (lambda body: swap(option(body, "A")["codes"]), "un elenco non è in ordine"),
    "the blank papers out of order": (lambda body: body["abstain"].reverse(), "un elenco non è in ordine"),
    "a support raised": (lambda body: option(body, "D").update(supports=9), "i sostegni non sono quanti i codici"),
    "papers taken away": (put(papers=10), "i conti non tornano"),
    "papers beyond the choices": (put(papers=39), "i conti non tornano"),
    "more papers than people": (put(eligible=16), "ci sono più schede che aventi diritto"),
    "the limit of choices lowered": (put(max_choices=1), "i conti non tornano"),
    "the quorum denied": (put(quorum=False), "campi in più o in meno"),
    "the quorum as a number": (put(quorum=1), "il quorum non torna"),
    "the ranking turned": (reorder, "la graduatoria non segue conteggi e spareggi"),
    "an idea left out of the ranking": (lambda body: body["ranking"].pop(), "la graduatoria non segue conteggi e spareggi"),
    "a tie decided otherwise": (lambda body: swap(body["ties"][0]), "le parità non sono quelle dei conteggi"),
    "a tie hidden": (put(ties=[]), "le parità non sono quelle dei conteggi"),
    "another idea selected": (put(selected=["CCCCCCCC"]), "le idee scelte non seguono la regola"),
    "one idea more selected": (put(selected=["AAAAAAAA", "BBBBBBBB"]), "le idee scelte non seguono la regola"),
    "the rule made wider": (lambda body: body["rule"].update(value=2), "le idee scelte non seguono la regola"),
    "the rule exchanged": (lambda body: body["rule"].update(kind="share"), "le idee scelte non seguono la regola"),
    "the lane's idea exchanged": (put(lane=["BBBBBBBB"]), "i posti per strutture piccole non tornano"),
    "the lists' hash replaced": (put(lists_sha256="0" * 64), "l'impronta degli elenchi non coincide"),
    "the ballot renamed": (put(ballot="5f2d2c0e-6a4f-4b45-8e6f-6d9c3f1b0a78"), "l'impronta degli elenchi non coincide"),
    "an idea removed": (lambda body: body["options"].pop(), "l'impronta degli elenchi non coincide"),
    "an idea added": (add_option, "l'impronta degli elenchi non coincide"),
    "the ideas in another order": (lambda body: body["options"].reverse(), "idee in disordine o ripetute"),
    "an idea twice": (lambda body: body["options"].append(body["options"][0]), "idee in disordine o ripetute"),
    "a field more": (put(note="x"), "campi in più o in meno"),
    "a field less": (lambda body: body.pop("lane"), "campi in più o in meno"),
    "a field more in an idea": (lambda body: body["options"][0].update(note="x"), "un'idea ha campi in più o in meno"),
    "closed before it opened": (put(opens_at="2027-01-01T00:00:00.000Z"), "le date non sono in ordine"),
    "closed later than planned": (put(closes_at="2026-12-05T17:00:00.000Z"), "le date non sono in ordine"),
    "another scheme": (put(scheme="innovato/v0"), "lo schema è sconosciuto"),
}  # fmt: skip


@pytest.mark.parametrize("name", TAMPERINGS)
def test_every_tampering_is_rejected_and_named_even_without_the_hash_from_the_mail(name, body):
    tamper, words = TAMPERINGS[name]
    changed = json.loads(body)
    tamper(changed)
    assert fault(canonical(changed)) == words


@pytest.mark.parametrize("name", TAMPERINGS)
def test_every_tampering_is_rejected_with_the_hash_from_the_mail(name, body):
    changed = json.loads(body)
    TAMPERINGS[name][0](changed)
    assert "impronta del file" in fault(canonical(changed), hashlib.sha256(body.encode()).hexdigest())


def bought(body, number=0):
    return body["shares"]["bought"][number]


SHARES_TAMPERED = {
    "the fund of the rule raised": (lambda body: body["rule"].update(fund="9000.00"), "il fondo è diverso"),
    "the fund of the count raised": (lambda body: body["shares"].update(fund="9000.00"), "il fondo è diverso"),
    "another share at the start": (lambda body: body["shares"].update(start="1.00"), "il fondo è diverso"),
    "an idea bought without money": (
        lambda body: body["shares"]["bought"].append({"code": "BBBBBBBB", "payers": 7, "price": "57.15"}),
        "le idee comprate superano il fondo",
    ),
    "an idea bought twice": (
        lambda body: body["shares"]["bought"].append(bought(body)), "i prezzi non tornano"
    ),
    "a price lowered": (lambda body: bought(body).update(price="1.00"), "i prezzi non tornano"),
    "a price above every share": (
        lambda body: bought(body).update(price="9999.00"), "i prezzi non tornano"
    ),
    "more who pay than support": (lambda body: bought(body).update(payers=30), "i prezzi non tornano"),
    "a cost raised": (lambda body: option(body, "A").update(cost="950.00"), "i prezzi non tornano"),
    "a cost taken away": (lambda body: option(body, "A").update(cost=None), "le idee comprate superano il fondo"),
    "an idea not bought selected": (put(selected=["AAAAAAAA", "BBBBBBBB"]), "le idee scelte non seguono la regola"),
    "the choice left out": (lambda body: body.pop("shares"), "campi in più o in meno"),
}  # fmt: skip


@pytest.mark.parametrize("name", SHARES_TAMPERED)
def test_what_is_published_of_equal_shares_is_checked_as_far_as_it_can_be(name, shared):
    tamper, words = SHARES_TAMPERED[name]
    changed = json.loads(shared)
    tamper(changed)
    assert fault(shared) is None
    assert fault(canonical(changed)) == words


def test_of_equal_shares_the_script_says_what_it_could_not_recount(shared, tmp_path):
    done = run(tmp_path, shared)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "Quote uguali: tornano i prezzi, non chi paga")


def test_the_script_has_words_of_its_own_for_more_than_twenty_kinds_of_tampering(body, shared):
    kinds = [(body, tamper, said) for tamper, said in TAMPERINGS.values()]
    kinds += [(shared, tamper, said) for tamper, said in SHARES_TAMPERED.values()]
    english = {}
    for text, tamper, said in kinds:
        changed = json.loads(text)
        tamper(changed)
        english.setdefault(said, set()).add(fault(canonical(changed), language=1))
    assert len(english) == 20 == len(set.union(*english.values()))
    assert not set(english) & set.union(*english.values())
    # Beside these: the form of the text, the fingerprint, a code in no list, and what has no such form at all.


@pytest.mark.parametrize("asked", [{"words": ["--en"]}, {"language": "en_GB.UTF-8"}, {"words": [], "language": "en"}])
def test_the_script_speaks_english_where_it_is_asked_to(asked, body, shared, tmp_path):
    words, how = asked.get("words", []), {"language": asked["language"]} if "language" in asked else {}
    assert run(tmp_path, body, *words, **how).stdout.splitlines()[-1] == "2 blank papers"
    said = run(tmp_path, shared, *words, **how).stdout.splitlines()[-1]
    assert said == "Equal shares: the prices add up, who pays is not checked"
    changed = json.loads(body)
    remove_code(changed)
    assert run(tmp_path, canonical(changed), *words, **how).stderr == "NOT VALID: supports are not codes\n"
    assert run(tmp_path, body, "7KQ4M2XD9TRA", *words, **how).stderr == "NOT VALID: code in no list: 7KQ4M2XD9TRA\n"
    assert run(tmp_path, b"", *words, **how).stderr.startswith("NOT VALID: something is missing or malformed: ")


@pytest.mark.parametrize(
    "change",
    [
        put(campaign="Un altro bando"),
        put(eligible=41),
        put(round=2),
        lambda body: option(body, "A").update(title="Un altro titolo"),
        lambda body: option(body, "A").update(cost="1.00"),
    ],
)
def test_words_that_no_count_can_check_are_caught_by_the_hash_from_the_mail(change, body):
    changed = json.loads(body)
    change(changed)
    assert fault(canonical(changed)) is None
    assert "impronta del file" in fault(canonical(changed), hashlib.sha256(body.encode()).hexdigest())


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"3",
        b"null",
        b"{}",
        b'{"quorum":true}',
        b"[" * 100_000,
        b'{"quorum":true,"scheme":"innovato/v1"}',
    ],
)
def test_what_is_no_publication_is_refused_in_words_and_never_with_a_traceback(text, tmp_path):
    done = run(tmp_path, text)
    assert (done.returncode, done.stderr.startswith("NON VALIDA: "), "Traceback" in done.stderr) == (1, True, False)


def test_the_same_numbers_written_differently_are_not_the_publication(body, tmp_path):
    done = run(tmp_path, json.dumps(json.loads(body), indent=2))
    assert (done.returncode, "forma canonica" in done.stderr) == (1, True)


def test_a_missing_file_is_said_in_words(tmp_path):
    done = subprocess.run(
        [sys.executable, "-I", str(SCRIPT), str(tmp_path / "no.json")], capture_output=True, text=True, check=False
    )
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
