# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whatever was typed, a notice's values come out as clean lines and real dates, and its link stays in the house."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from innovato.notifications import words


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Sala d’attesa", "Sala d’attesa"),
        ("  due\t  spazi ", "due spazi"),
        ("a\r\nBcc: tutti@comune.example", "a Bcc: tutti@comune.example"),
        ("riga\u2028separata\u2029ancora\x0bqui\x85fine", "riga separata ancora qui fine"),
        ("al\x00zero", "al zero"),
        ("gira\u202egpj.exe", "giragpj.exe"),
        ("\u2066isolata\u2069", "isolata"),
        ("famiglia 👩‍👩‍👧 unita", "famiglia 👩‍👩‍👧 unita"),
    ],
)
def test_a_line_is_one_line(typed, shown):
    assert words.one_line(typed) == shown


@given(st.text())
def test_no_text_makes_a_second_line(text):
    assert len(words.one_line(text).splitlines()) <= 1


def test_a_reason_keeps_its_own_lines():
    assert words.value("reason_text", "Prima\r\n\r\nSeconda\u202e") == "Prima\n\nSeconda"
    assert words.value("title", "Prima\r\nSeconda") == "Prima Seconda"


def test_names_decide_what_a_value_is():
    values = words.prepared({"due": "2026-12-04", "ends_on": "2027-03-31", "closes_at": "2026-12-04T18:00:00+01:00"})
    assert values["due"] == date(2026, 12, 4)
    assert values["ends_on"] == date(2027, 3, 31)
    assert values["closes_at"] == datetime.fromisoformat("2026-12-04T17:00:00+00:00")
    assert words.prepared({"due": None, "count": 3, "mine": True}) == {"due": None, "count": 3, "mine": True}


@pytest.mark.parametrize("path", ["/", "/idee/2026-0412/", "/bandi/meno-sprechi/?vista=risultati#elenco"])
def test_a_path_of_the_house_is_local(path):
    assert words.is_local_path(path)


@pytest.mark.parametrize(
    "address",
    ["", None, 5, "idee/", "//x.example", "/\\x.example", "\\\\x", "https://x.example", "javascript:alert(1)"]
    + ["/\t/x.example", " /x", "/x\n", "/\r\n/x.example"],
)
def test_any_other_address_is_not(address):
    assert not words.is_local_path(address)
