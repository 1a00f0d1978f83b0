# SPDX-License-Identifier: AGPL-3.0-or-later
"""What can be told to other programs: the list of the floor above, named by string only. Never anything of a vote."""

import re
from functools import lru_cache

from django.conf import settings
from django.utils.module_loading import import_string

TEST = "test"
# What the second floor keeps on record, whatever it is called one day.
OF_A_VOTE = re.compile(r"(ballot|paper|vote|urn|turnout|key|objection|elector|support)")
NAME = re.compile(r"[a-z][a-z_]{1,39}")


@lru_cache
def known() -> dict:
    """Every kind with its words, in the order of the list. ValueError for one that could tell of a vote."""
    found = dict(import_string(settings.INNOVATO_HAPPENINGS))
    check(*found)
    return found


def check(*names: str) -> None:
    """ValueError for a name that can't be a kind."""
    for name in names:
        if not NAME.fullmatch(name) or OF_A_VOTE.match(name) or name == TEST:
            raise ValueError(f"not a kind that other programs are told of: {name!r}")


def words_of(name: str) -> str:
    """A kind in words; the name itself for one that is told no more."""
    return str(known().get(name, name))
