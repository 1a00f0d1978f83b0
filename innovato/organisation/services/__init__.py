# SPDX-License-Identifier: AGPL-3.0-or-later
"""The only writers of departments, people and rights. Each takes `by` (None for the command line) and `at`."""

from .delegations import (
    accept_delegation,
    decline_delegation,
    give_delegation,
    return_delegation,
    revoke_delegation,
    set_delegations_aside,
    shorten_delegation,
    take_up_delegation,
)
from .departments import close_department, create_department, merge_departments, move_department
from .offices import appoint, dismiss, take_back
from .people import deactivate, reactivate, set_language, transfer_person
from .rights import add_to_group, grant, remove_from_group, revoke
from .sessions import end_sessions, forget_session, remember_session
from .tokens import issue_token, recognise_token, revoke_token

__all__ = [
    "accept_delegation",
    "add_to_group",
    "appoint",
    "close_department",
    "create_department",
    "deactivate",
    "decline_delegation",
    "dismiss",
    "end_sessions",
    "forget_session",
    "give_delegation",
    "grant",
    "issue_token",
    "merge_departments",
    "move_department",
    "reactivate",
    "recognise_token",
    "remember_session",
    "remove_from_group",
    "return_delegation",
    "revoke",
    "revoke_delegation",
    "revoke_token",
    "set_delegations_aside",
    "set_language",
    "shorten_delegation",
    "take_back",
    "take_up_delegation",
    "transfer_person",
]
