# SPDX-License-Identifier: AGPL-3.0-or-later
"""Counted ballots for tests of the tally and of the stand-alone verifier: papers from nowhere, codes from a real urn."""

import uuid

from voting import tally
from voting.tally import Header, Option, Rule
from voting.urn import Paper

BALLOT = uuid.UUID("5f2d2c0e-6a4f-4b45-8e6f-6d9c3f1b0a77")
CODES = ("AAAAAAAA", "BBBBBBBB", "CCCCCCCC", "DDDDDDDD")


def options(small=(), codes=CODES, costs=()):
    """The options, with the costs given in their order."""
    priced = dict(zip(codes, costs, strict=False))
    return {
        code: Option(code, f"2026-{number:04d}", f"Idea «{code[0]}»", cost=priced.get(code), small=code in small)
        for number, code in enumerate(codes, 1)
    }


def papers(*choices, client_nonce=b"c" * 16):
    """One fresh paper for each string of initials: "AB" supports the options AAAAAAAA and BBBBBBBB."""
    return [Paper.fresh([letter * 8 for letter in letters], client_nonce) for letters in choices]


def lists(*choices, codes=CODES):
    return tally.collect((paper.codes(BALLOT) for paper in papers(*choices)), codes)


def header(eligible=40, max_choices=3):
    return Header(
        ballot=str(BALLOT), campaign="Meno sprechi, più tempo", round=1, sequence=1, opens_at="2026-11-10T08:00:00.000Z",
        closes_at="2026-12-04T17:00:00.000Z", planned_closes_at="2026-12-04T17:00:00.000Z", max_choices=max_choices,
        eligible=eligible,
    )  # fmt: skip


def published(*choices, rule=None, eligible=40, small=(), costs=()):
    """The body of a publication for these papers."""
    rule = rule or Rule(kind="top_n", value=2)
    offered, profiles = options(small, costs=costs), tally.Profiles()
    passing = profiles.noting(paper.codes(BALLOT) for paper in papers(*choices))
    result = tally.count(str(BALLOT), tally.collect(passing, CODES), offered, rule, eligible, profiles.counts)
    return tally.canonical(tally.publication(header(eligible), offered, rule, result))
