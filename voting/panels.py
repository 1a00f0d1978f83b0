# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pieces of a page that show a person their own paper, each in an envelope so that its size says nothing.

Pages take them through `templatetags/voting_tags.py`; `views/support.py` sends them again after a change.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from functools import lru_cache

from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from voting.booth import Choice, booth_of
from voting.envelope import enveloped
from voting.models import Ballot
from voting.selectors import OwnPaper, PaperLine

# Each is more than the longest of its contents; the tests compare every content.
BOX_ROOM = 8192
BUTTON_ROOM = 2048
STRIP_ROOM = 3072
TASK_ROOM = 1536
RECEIPT_ROOM = 2560
RECEIPT_LINE_ROOM = 768  # one code with its buttons, beside the title

_MARK = "\x00"  # stands for the tick; no text of people has it


def box(request, vote_box, idea) -> SafeString:
    """The vote panel of an idea's page."""
    return enveloped(render_to_string("voting/_box.html", {"box": vote_box, "idea": idea}, request), BOX_ROOM)


def button(request, choice: Choice | None, idea, *, back: str = "", with_strip: bool = False) -> SafeString:
    """The support button of one row. `back` is the address of the list it stands in, by default the present one."""
    back = back or request.get_full_path()
    context = {"choice": choice, "idea": idea, "back": back, "with_strip": with_strip}
    html = render_to_string("voting/_button.html", context, request)
    return enveloped(html, BUTTON_ROOM + 2 * len(escape(idea.title).encode()) + len(escape(back).encode()))


def strip(request) -> SafeString:
    """The own papers over a list of ideas, one panel each."""
    papers = booth_of(request).papers
    return mark_safe("".join(strip_line(request, ballot, paper, named=len(papers) > 1) for ballot, paper in papers))


def strip_line(request, ballot: Ballot, paper: OwnPaper, *, named: bool = True, swapped: bool = False) -> SafeString:
    """One own paper over a list. `named` says of which campaign; `swapped`: htmx puts it in place of the page's own."""
    context = {"ballot": ballot, "paper": paper, "named": named, "swapped": swapped}
    return enveloped(render_to_string("voting/_strip.html", context, request), STRIP_ROOM)


def toast(request, choice: Choice, posted, *, back: str, sentence: str) -> SafeString:
    """The short message after a click (`posted`), with its undo, or with the sentence of a refusal."""
    context = {"choice": choice, "posted": posted, "back": back, "sentence": sentence}
    return SafeString(render_to_string("voting/_toast.html", context, request))


def tasks(request) -> SafeString:
    """The desk's rows for papers that still have room."""
    papers = booth_of(request).papers
    html = render_to_string("voting/_tasks.html", {"papers": waiting(papers)}, request)
    return enveloped(html, TASK_ROOM * (1 + len(papers))) if papers else SafeString("")


def paper_rows(lines: Iterable[PaperLine], chosen: Collection[str]) -> SafeString:
    """The ideas of a paper with the chosen ones ticked. A tick and its absence have the same length."""
    parts = []
    for line in lines:
        before, after = _paper_row(get_language(), replace(line, elector=True))
        mark = " disabled" if line.own else " checked" if line.code in chosen else "        "
        parts += (before, mark, after)
    return SafeString("".join(parts))


@lru_cache(maxsize=2000)
def _paper_row(language: str, line: PaperLine) -> tuple[str, str]:
    """What stands before and after the tick. Kept: many see it within minutes, and it says nothing of anybody."""
    before, after = render_to_string("voting/_paper_row.html", {"line": line, "mark": _MARK}).strip().split(_MARK)
    return before, after


def receipt(request, ballot: Ballot, paper: OwnPaper, titles: Mapping[str, str]) -> SafeString:
    """The own paper in figures and codes: one for each idea supported, in the order of the titles."""
    rows = sorted((titles.get(option, ""), code, option) for option, code in paper.codes.items())
    context = {"ballot": ballot, "paper": paper, "rows": rows, "chosen": len(paper.choices)}
    return enveloped(render_to_string("voting/_receipt.html", context, request), _paper_room(ballot, titles))


def not_recorded(request, ballot: Ballot, kept: Collection[str], titles: Mapping[str, str]) -> SafeString:
    """The choices that came too late, named so that nobody believes them counted."""
    names = sorted(titles[code] for code in set(kept) if code in titles)[: ballot.max_choices]
    html = render_to_string("voting/_not_recorded.html", {"names": names}, request)
    return enveloped(html, _paper_room(ballot, titles))


def _paper_room(ballot: Ballot, titles: Mapping[str, str]) -> int:
    """Room for a full paper with the longest titles there are."""
    longest = max((len(escape(title).encode()) for title in titles.values()), default=0)
    return RECEIPT_ROOM + ballot.max_choices * (RECEIPT_LINE_ROOM + longest)


def waiting(papers: list) -> list:
    """The papers that are something to do: nothing chosen yet, or room for more. Blank and full ones wait no more."""
    return [
        (ballot, paper)
        for ballot, paper in papers
        if not paper.is_blank and len(paper.choices) < ballot.max_choices and paper.held != "unreadable"
    ]
