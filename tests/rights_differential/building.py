# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writing a city of plain values into the database, in few statements, and finding its ideas again in what is shown."""

import re
from datetime import timedelta
from decimal import Decimal
from itertools import count

from django.contrib.auth.models import Group, Permission

from innovato.organisation.models import (
    Delegation,
    Department,
    DepartmentGroupObjectPermission,
    DepartmentKind,
    DepartmentUserObjectPermission,
    Person,
)
from tests.factories import NOW
from tests.rights_differential.cities import WITH_PILOT, City, One
from tests.rights_differential.plain_rules import BLIND, ON_TRIAL, PUBLISHED
from workflow import search
from workflow.models import Authorship, Campaign, Follow, Idea, Pilot, Recusal, Review, Round, Theme

TODAY = NOW.date()
COMMON = "magazzino"  # a word in every title
MARK = re.compile(r"zq(\d{3})")  # the word that only one title has
_numbers = count(1)


def marked(text: str) -> set[int]:
    """The places, in the city's list, of the ideas that a text names by their titles."""
    return {int(number) for number in MARK.findall(text)}


def day(days: int):
    """A day, counted from today."""
    return TODAY + timedelta(days=days)


class Built:
    """The rows of one city: `departments`, `people`, `calls`, `themes`, `ideas`, each in the order of the plain values."""

    def __init__(self, city: City):
        self.city = city
        self.departments = self._departments()
        self.people = self._people()
        self._rights()
        self.calls = [self._call(n) for n in range(len(city.calls))]
        self.themes = [Theme.objects.create(code=f"tema-{n}", name_it=f"Tema {n}", name_en="") for n in range(2)]
        self.ideas = self._ideas()
        self._around()
        search.rebuild()

    def _departments(self) -> list[Department]:
        kind, _made = DepartmentKind.objects.get_or_create(
            code="ufficio", defaults={"name_it": "Ufficio", "name_en": "Office", "rank": 5}
        )
        rows = []
        for n, above in enumerate(self.city.above):
            closed = day(-1) if n in self.city.closed else None
            row = Department(
                code=f"D{n}", name=f"Ufficio d{n}", short_name=f"Ufficio d{n}", kind=kind, path=f"tmp{n}",
                parent=None if above is None else rows[above], valid_from=day(-900), valid_to=closed,
            )  # fmt: skip
            row.save()
            row.path = f"{row.parent.path if row.parent else ''}{row.pk:06d}."
            row.save(update_fields=["path"])
            rows.append(row)
        return rows

    def _people(self) -> list[Person]:
        rows = [
            Person(
                staff_number=f"{next(_numbers):06d}", first_name="Ada", last_name=f"Cognome{n}",
                home_department=None if one.home is None else self.departments[one.home], is_active=one.active,
            )
            for n, one in enumerate(self.city.people)
        ]  # fmt: skip
        for row in rows:
            row.set_unusable_password()
        return Person.objects.bulk_create(rows)

    def _rights(self) -> None:
        known = {row.codename: row for row in Permission.objects.filter(content_type__app_label="organisation")}
        for grant in self.city.grants:
            where, person = self.departments[grant.where], self.people[grant.who]
            row = {"permission": known[grant.capability], "content_object": where}
            if grant.by_group:
                group = Group.objects.create(name=f"gruppo {next(_numbers)}")
                DepartmentGroupObjectPermission.objects.create(group=group, **row)
                person.groups.add(group)
            else:
                DepartmentUserObjectPermission.objects.create(user=person, **row)
        Delegation.objects.bulk_create(self._delegation(row) for row in self.city.lent)

    def _delegation(self, row) -> Delegation:
        ended = {"ended_at": NOW - timedelta(hours=1), "ending": "revoked"} if row.answer == "ended" else {}
        answered = {
            "accepted_at": NOW if row.answer in {"accepted", "ended", "aside"} else None,
            "declined_at": NOW if row.answer == "declined" else None,
            "set_aside_at": NOW if row.answer == "aside" else None,
        }
        return Delegation(
            delegator=self.people[row.giver], deputy=self.people[row.deputy], department=self.departments[row.where],
            capability=row.capability, starts_on=day(row.first), ends_on=day(row.last), reason="assenza",
            given_at=NOW - timedelta(days=9), **answered, **ended,
        )  # fmt: skip

    def _call(self, n: int) -> Campaign:
        row = Campaign.objects.create(
            slug=f"bando-{n}", title=f"Bando {n}", sponsor=self.departments[0], stage="submissions",
            submissions_open_at=NOW - timedelta(days=10), submissions_close_at=NOW + timedelta(days=10),
            voting_opens_at=NOW + timedelta(days=12), voting_closes_at=NOW + timedelta(days=26),
            rubric_frozen_at=NOW - timedelta(days=10), blind_authors=self.city.calls[n].blind,
        )  # fmt: skip
        Round.objects.create(
            campaign=row, number=1, voting_opens_at=row.voting_opens_at, voting_closes_at=row.voting_closes_at
        )
        return row

    def _ideas(self) -> list[Idea]:
        rows = []
        state = Idea._meta.get_field("state")
        state.protected = False
        try:
            for n, one in enumerate(self.city.ideas):
                idea = Idea(
                    **self._values(n, one), merged_into=rows[one.merged_into] if one.merged_into is not None else None
                )
                idea.state = one.state
                idea.save()
                rows.append(idea)
        finally:
            state.protected = True
        return rows

    def _values(self, n: int, one: One) -> dict:
        since = NOW - timedelta(days=400 if one.last_year else 2, minutes=n)
        where = None if one.where is None else self.departments[one.where]
        sent = one.state != "draft" and not one.deleted
        return {
            "title": "" if one.deleted else f"Il {COMMON} zq{n:03d}",
            "problem": "" if one.deleted else "Gli arredi finiscono in deposito e nessuno li ritrova.",
            "campaign": self.calls[one.call],
            "theme": None if one.theme is None else self.themes[one.theme],
            "created_at": since, "saved_at": since, "state_since": since,
            "department": where,
            "number": f"2026-{n + 1:04d}" if sent else None,
            "submitted_at": since if sent else None,
            "submitted_from": (self.people[one.author].home_department or self.departments[0]) if sent else None,
            "published_at": since if one.state in PUBLISHED else None,
            "due_on": day(n - 3) if sent and n % 3 else None,
            "has_reasons": True, "has_approval": one.state in ON_TRIAL,
            "revisit_on": day(30) if one.state == "deferred" else None,
            "reexamined_at": since if one.looked_at_above else None,
            "reexamination_department": where.parent if one.looked_at_above and where else None,
            "previous_judge": None if one.previous_judge is None else self.people[one.previous_judge],
        }  # fmt: skip

    def _around(self) -> None:
        at = NOW - timedelta(days=1)
        signed, follows, cards, recusals, pilots = [], [], [], [], []
        for idea, one in zip(self.ideas, self.city.ideas, strict=True):
            lead = Authorship(person=self.people[one.author], idea=idea, is_lead=True, status="accepted", invited_at=at)
            signed += [lead]
            signed += [Authorship(person=self.people[who], idea=idea, status=status, invited_at=at)
                       for who, status in one.signed.items()]  # fmt: skip
            follows += [Follow(idea=idea, person=self.people[who], since=at) for who in one.followers]
            recusals += [Recusal(idea=idea, person=self.people[who], reason="parentela", at=at) for who in one.recused]
            cards += [self._card(idea, who, status, at) for who, status in one.cards.items()]
            if one.state in WITH_PILOT:
                pilots.append(self._pilot(idea, one))
        for model, rows in (
            (Authorship, signed),
            (Follow, follows),
            (Recusal, recusals),
            (Review, cards),
            (Pilot, pilots),
        ):
            model.objects.bulk_create(rows)

    def _card(self, idea: Idea, who: int, status: str, at) -> Review:
        handed_in = {"submitted_at": at, "weighted_score": Decimal("3.5")} if status == "submitted" else {}
        declared = at if status in {"declared", "submitted"} else None
        return Review(
            idea=idea,
            reviewer=self.people[who],
            status=status,
            assigned_at=at,
            due_on=day(9),
            declared_at=declared,
            **handed_in,
        )

    def _pilot(self, idea: Idea, one: One) -> Pilot:
        ended = {"concluded_at": NOW, "lessons_learned": "Si impara.", "outcome": "adopted"}
        return Pilot(
            idea=idea, owner=self.people[one.pilot_owner], department=idea.department, approved_at=NOW, starts_on=day(-60),
            ends_on=day(-1 if one.pilot_over else 60), budget=100, **({} if one.state == "piloting" else ended),
        )  # fmt: skip


def names_hidden(city: City, one: One) -> bool:
    """Whether the idea is in the blind part of a blind campaign."""
    return city.calls[one.call].blind and one.state in BLIND
