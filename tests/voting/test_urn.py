# SPDX-License-Identifier: AGPL-3.0-or-later
"""The sealed urn's arithmetic: boxes open in their place only, handles don't link, codes are codes."""

import hashlib
import json
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voting import urn
from voting.urn import ABSTAIN, ALPHABET, BrokenBox, Paper, Urn

KEY = bytes(range(32))
BALLOT = uuid.UUID("9d7a2a1e-6f5b-4a0e-9a53-0d5c1c1f7a11")
PERSON = uuid.UUID("0b8f54a8-1a60-4a0b-8a7b-1d0d8f0c9e22")
option_codes = st.text(ALPHABET, min_size=8, max_size=8)


def paper(*choices):
    return Paper(choices, b"s" * 16, b"c" * 16)


@given(st.sets(option_codes, max_size=5), st.binary(min_size=16, max_size=16))
def test_what_goes_into_a_box_comes_out_of_it(choices, client_nonce):
    sealed_urn = Urn(KEY, BALLOT, 5)
    handle = sealed_urn.handle(PERSON)
    written = Paper.fresh(choices, client_nonce)
    assert sealed_urn.open(handle, sealed_urn.seal(handle, written)) == written


@pytest.mark.parametrize("most", [1, 5, 30, 31, 77, 78, urn.MOST_CHOICES])
def test_every_box_of_a_ballot_has_one_length_from_the_empty_to_the_full_paper(most):
    sealed_urn = Urn(KEY, BALLOT, most)
    handle = sealed_urn.handle(PERSON)
    codes = [f"{number:08d}" for number in range(most)]
    lengths = {len(sealed_urn.seal(handle, Paper.fresh(codes[:filled], b"c" * 16))) for filled in range(most + 1)}
    assert lengths == {urn.box_size(most)}


@pytest.mark.parametrize("most", [0, urn.MOST_CHOICES + 1])
def test_a_ballot_whose_papers_fit_no_box_is_refused(most):
    with pytest.raises(ValueError, match="max_choices"):
        urn.box_size(most)


def test_sealing_the_same_paper_twice_gives_two_different_boxes():
    sealed_urn = Urn(KEY, BALLOT, 5)
    handle = sealed_urn.handle(PERSON)
    assert sealed_urn.seal(handle, paper("AAAAAAAA")) != sealed_urn.seal(handle, paper("AAAAAAAA"))


def broken_boxes():
    sealed_urn = Urn(KEY, BALLOT, 5)
    mine, other = sealed_urn.handle(PERSON), sealed_urn.handle(uuid.uuid4())
    box = sealed_urn.seal(mine, paper("AAAAAAAA", "BBBBBBBB"))
    strange = Urn(bytes(32), BALLOT, 5).seal(mine, paper("AAAAAAAA"))
    elsewhere = Urn(KEY, uuid.uuid4(), 5).seal(mine, paper("AAAAAAAA"))
    return {
        "moved to another row": (other, box),
        "cut by one byte": (mine, box[:-1]),
        "longer by one byte": (mine, box + b"\0"),
        "empty": (mine, b""),
        "one bit flipped in the nonce": (mine, bytes([box[0] ^ 1]) + box[1:]),
        "one bit flipped in the text": (mine, box[:40] + bytes([box[40] ^ 1]) + box[41:]),
        "one bit flipped in the tag": (mine, box[:-1] + bytes([box[-1] ^ 1])),
        "sealed under another key": (mine, strange),
        "of another ballot": (mine, elsewhere),
    }


@pytest.mark.parametrize("name", broken_boxes())
def test_a_box_that_was_touched_does_not_open(name):
    handle, box = broken_boxes()[name]
    with pytest.raises(BrokenBox):
        Urn(KEY, BALLOT, 5).open(handle, box)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b'{"choices": 3, "client_nonce": "", "server_nonce": ""}',
        json.dumps({"choices": ["B", "A"], "client_nonce": "00" * 16, "server_nonce": "00" * 16}).encode(),
        json.dumps({"choices": ["A", "A"], "client_nonce": "00" * 16, "server_nonce": "00" * 16}).encode(),
        json.dumps({"choices": [1], "client_nonce": "00" * 16, "server_nonce": "00" * 16}).encode(),
        json.dumps({"choices": ["A"], "client_nonce": "00" * 15, "server_nonce": "00" * 16}).encode(),
        json.dumps({"choices": list("ABCDEF"), "client_nonce": "00" * 16, "server_nonce": "00" * 16}).encode(),
    ],
)
def test_a_box_that_opens_but_holds_no_paper_is_broken_too(content, monkeypatch):
    sealed_urn = Urn(KEY, BALLOT, 5)
    handle = sealed_urn.handle(PERSON)
    monkeypatch.setattr(urn, "_written", lambda paper: content)
    box = sealed_urn.seal(handle, paper())
    with pytest.raises(BrokenBox):
        sealed_urn.open(handle, box)


def test_a_handle_is_stable_in_its_ballot_and_unrelated_to_any_other():
    here, there = Urn(KEY, BALLOT, 5), Urn(KEY, uuid.uuid4(), 5)
    assert here.handle(PERSON) == here.handle(PERSON)
    assert len(here.handle(PERSON)) == urn.HANDLE_BYTES
    assert len({here.handle(PERSON), there.handle(PERSON), Urn(bytes(32), BALLOT, 5).handle(PERSON)}) == 3


def test_a_code_is_the_hash_that_the_specification_names():
    digest = hashlib.sha256(b"innovato/v1/code" + BALLOT.bytes + b"AAAAAAAA" + b"s" * 16 + b"c" * 16).digest()
    bits = "".join(f"{byte:08b}" for byte in digest)
    expected = "".join(ALPHABET[int(bits[at : at + 5], 2)] for at in range(0, 60, 5))
    assert paper("AAAAAAAA").codes(BALLOT) == {"AAAAAAAA": expected}


def test_the_alphabet_of_codes_has_32_characters_and_none_that_look_alike():
    assert (len(set(ALPHABET)), set("0O1I") & set(ALPHABET)) == (32, set())


def test_a_paper_without_ideas_has_the_code_of_the_blank_paper_and_no_other():
    assert list(paper().codes(BALLOT)) == [ABSTAIN]


def test_the_codes_of_one_paper_differ_and_a_new_paper_with_the_same_choices_has_new_ones():
    first, again = Paper.fresh(["AAAAAAAA", "BBBBBBBB"], b"c" * 16), Paper.fresh(["AAAAAAAA", "BBBBBBBB"], b"c" * 16)
    assert len({*first.codes(BALLOT).values(), *again.codes(BALLOT).values()}) == 4


def test_another_client_nonce_gives_another_code_even_from_one_server_nonce():
    one, two = Paper(("AAAAAAAA",), b"s" * 16, b"1" * 16), Paper(("AAAAAAAA",), b"s" * 16, b"2" * 16)
    assert one.codes(BALLOT) != two.codes(BALLOT)


@pytest.mark.parametrize("text", ["7KQ4-M2XD-9TRA", "7kq4m2xd9tra", " 7KQ4 M2XD 9TRA\n"])
def test_a_code_is_read_however_people_type_it(text):
    assert urn.typed(text) == "7KQ4M2XD9TRA"
    assert urn.shown(urn.typed(text)) == "7KQ4-M2XD-9TRA"


@pytest.mark.parametrize(
    "text", ["", "7KQ4-M2XD-9TR", "7KQ4-M2XD-9TRO", "7KQ4-M2XD-9TRAA", "7KQ4-M2XD-9TR\0", "ßßßßßß" * 2]
)
def test_what_can_be_no_code_is_said_to_be_none(text):
    assert urn.typed(text) is None


def test_a_key_is_recognised_by_its_commitment_only():
    key = urn.new_key()
    assert len(key) == urn.KEY_BYTES
    assert urn.matches(key, urn.key_commitment(key))
    assert not urn.matches(urn.new_key(), urn.key_commitment(key))
