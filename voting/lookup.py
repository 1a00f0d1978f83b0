# SPDX-License-Identifier: AGPL-3.0-or-later
"""Looking a code up: whether it is in a published list, and in whose. Nothing about it is kept or logged."""

from dataclasses import dataclass

from django.utils.safestring import mark_safe

from voting import selectors, urn
from voting.models import Ballot


@dataclass(frozen=True)
class Found:
    """A code in a published list. `title` is empty for the list of blank papers."""

    code: str
    ballot: Ballot
    title: str
    public: bool


@dataclass(frozen=True)
class NotFound:
    """A code that is in no published list. `readable`: it could be one; `doubtful`: it has a 0, O, 1 or I."""

    readable: bool
    doubtful: bool
    length: int


def examples(ballot: Ballot) -> dict:
    """The three answers with places for code and title, for a browser that looks the code up by itself."""
    code, title = mark_safe("<span data-code></span>"), mark_safe("<span data-title></span>")
    return {
        "found": Found(code, ballot, title, public=True),
        "blank": Found(code, ballot, "", public=True),
        "missing": NotFound(readable=True, doubtful=False, length=urn.CODE_CHARACTERS),
    }


def look_up(text: str, *, ballot: Ballot | None = None) -> Found | NotFound:
    """Search a typed code in one ballot's publication, or in every one."""
    found = selectors.find_code(text=text, ballot=ballot)
    if found is None:
        typed = "".join(text.upper().replace("-", " ").split())
        return NotFound(
            readable=urn.typed(text) is not None, doubtful=bool(set(typed) & set("0O1I")), length=len(typed)
        )
    publication, option = found
    titles = {row["code"]: row["title"] for row in selectors.published_facts(publication)["options"]}
    campaign = publication.ballot.campaign
    return Found(
        code=urn.shown(urn.typed(text)),
        ballot=publication.ballot,
        title=titles.get(option, ""),
        public=campaign.publication_public,
    )
