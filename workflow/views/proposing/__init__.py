# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages on which an idea is written, from the first letter to handing it in."""

from workflow.views.proposing.files import attach, attachment, detach
from workflow.views.proposing.lookups import dismiss_similar, offices, people, similar
from workflow.views.proposing.pages import autosave, edit, new, submit, withdraw
from workflow.views.proposing.together import answer, ask_to_join, invite, uninvite

__all__ = [
    "answer",
    "ask_to_join",
    "attach",
    "attachment",
    "autosave",
    "detach",
    "dismiss_similar",
    "edit",
    "invite",
    "new",
    "offices",
    "people",
    "similar",
    "submit",
    "uninvite",
    "withdraw",
]
