# SPDX-License-Identifier: AGPL-3.0-or-later
"""The records of the city: people, departments, who is allowed what."""

from .attempts import SignInAttempts
from .delegation import Delegation
from .department import Department, DepartmentKind
from .grant import DepartmentGroupObjectPermission, DepartmentUserObjectPermission, GrantRecord
from .person import Assignment, ContractArea, Person, Persona, PersonSession
from .token import AccessToken, KeptAnswer

__all__ = [
    "AccessToken",
    "Assignment",
    "ContractArea",
    "Delegation",
    "Department",
    "DepartmentGroupObjectPermission",
    "DepartmentKind",
    "DepartmentUserObjectPermission",
    "GrantRecord",
    "KeptAnswer",
    "Person",
    "PersonSession",
    "Persona",
    "SignInAttempts",
]
