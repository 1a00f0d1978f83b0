# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rows for tests: a small city, people with rights, campaigns, and ideas brought to a state."""

from datetime import UTC, date, datetime, timedelta
from itertools import count

from django.contrib.auth.models import Group, Permission

from innovato.organisation.models import (
    Department,
    DepartmentGroupObjectPermission,
    DepartmentKind,
    Person,
)
from workflow.models import Authorship, Campaign, Criterion, Idea, Round, Theme
from workflow.services.campaigns import add_default_rubric

NOW = datetime(2026, 11, 19, 9, 0, tzinfo=UTC)  # a Thursday, 10:00 in Torino
_next = count(1)


def department(name="Ufficio", *, parent=None, **fields) -> Department:
    """A department below `parent` (None makes a root), with a right path."""
    number = next(_next)
    kind, _ = DepartmentKind.objects.get_or_create(
        code=fields.pop("kind", "ufficio"), defaults={"name_it": "Ufficio", "name_en": "Office", "rank": 5}
    )
    row = Department(
        code=fields.pop("code", f"D{number:05d}"),
        name=f"{name}",
        short_name=fields.pop("short_name", name[:80]),
        kind=kind,
        parent=parent,
        path=f"tmp{number}",
        valid_from=fields.pop("valid_from", date(2020, 1, 1)),
        **fields,
    )
    row.save()
    row.path = f"{parent.path if parent else ''}{row.pk:06d}."
    row.save(update_fields=["path"])
    return row


def person(first_name="Giulia", last_name="Ferrero", *, home=None, **fields) -> Person:
    """An active employee with a running staff number and no usable password."""
    number = next(_next)
    fields.setdefault("staff_number", f"{100000 + number:06d}")
    fields.setdefault("email", f"p{number}@comune.example")
    return Person.objects.create_user(first_name=first_name, last_name=last_name, home_department=home, **fields)


def grant(who, capability: str, where: Department) -> Group:
    """Give a capability through a group of its own, as offices do."""
    group = Group.objects.create(name=f"{capability} · {where.pk} · {next(_next)}")
    permission = Permission.objects.get(codename=str(capability), content_type__app_label="organisation")
    DepartmentGroupObjectPermission.objects.create(group=group, permission=permission, content_object=where)
    who.groups.add(group)
    return group


def campaign(sponsor: Department, *, at=NOW, **fields) -> Campaign:
    """A campaign that takes submissions at `at`, with the default rubric and its one round."""
    number = next(_next)
    values = {
        "slug": f"bando-{number}",
        "title": f"Meno sprechi, più tempo {number}",
        "sponsor": sponsor,
        "stage": "submissions",
        "submissions_open_at": at - timedelta(days=10),
        "submissions_close_at": at + timedelta(days=10),
        "voting_opens_at": at + timedelta(days=12),
        "voting_closes_at": at + timedelta(days=26),
        "pilot_budget": 60000,
        "rubric_frozen_at": at - timedelta(days=10),
    } | fields
    row = Campaign.objects.create(**values)
    add_default_rubric(campaign=row)
    if row.voting_opens_at:
        Round.objects.create(
            campaign=row, number=1, voting_opens_at=row.voting_opens_at, voting_closes_at=row.voting_closes_at
        )
    return row


def theme(name="Spazi e oggetti", **fields) -> Theme:
    """A theme that serves every campaign."""
    return Theme.objects.create(code=f"tema-{next(_next)}", name_it=name, name_en=name, **fields)


def idea(author: Person, call: Campaign, *, state="draft", at=NOW, **fields) -> Idea:
    """An idea set straight into a state, with what the constraints ask for: for tests that start midway."""
    number = next(_next)
    values = {
        "title": "Magazzino digitale per riusare arredi",
        "problem": "Gli arredi in buono stato finiscono in deposito.",
        "proposal": "Un catalogo interno con foto, misure e sede.",
        "benefit": "Meno acquisti e meno rifiuti.",
        "campaign": call,
        "no_personal_data": True,
        "created_at": at,
        "saved_at": at,
        "state_since": at,
    }
    if state != "draft":
        values |= {
            "number": f"2026-{number:04d}",
            "submitted_at": at,
            "submitted_from": author.home_department,
            "department": author.home_department,
        }
    if state not in {"draft", "screening", "needs_changes", "withdrawn", "inadmissible"}:
        values["published_at"] = at
    values |= {
        "declined": {"has_reasons": True},
        "inadmissible": {"has_reasons": True},
        "deferred": {"revisit_on": at.date() + timedelta(days=60)},
        "piloting": {"has_approval": True},
        "adopted": {"has_approval": True},
        "verified": {"has_approval": True},
        "closed": {"has_approval": True},
    }.get(state, {})
    row = Idea(**(values | fields))
    Idea._meta.get_field("state").protected = False
    try:
        row.state = state
    finally:
        Idea._meta.get_field("state").protected = True
    row.save()
    Authorship.objects.create(
        idea=row, person=author, is_lead=True, status=Authorship.Status.ACCEPTED, invited_at=at, answered_at=at
    )
    return row


def criteria_of(call: Campaign) -> list[Criterion]:
    """The campaign's rubric, in order."""
    return list(call.criteria.all())
