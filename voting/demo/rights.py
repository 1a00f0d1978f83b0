# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who is allowed what in the demo city: groups of offices with their rights, each with a line in the register."""

from datetime import datetime

from django.contrib.auth.models import Group, Permission

from innovato.organisation import services
from innovato.organisation.capabilities import Capability
from innovato.organisation.models import ContractArea, Person, Persona
from voting.demo.personas import NAMED
from voting.demo.town import Town

# name of the group, its rights on the whole city, its people
CITY_GROUPS = (
    ("Ufficio innovazione", (Capability.SCREEN_IDEAS, Capability.MANAGE_CAMPAIGNS), ("laura", "sara", "michele")),
    ("Risorse umane", (Capability.VIEW_PARTICIPATION,), ("andrea",)),
    ("Garante del voto", (Capability.GUARD_BALLOTS,), ("teresa",)),
    ("Controllo di gestione", (Capability.VERIFY_RESULTS,), ("paolo",)),
    ("Amministrazione tecnica", (Capability.MANAGE_DEPARTMENT,), ("nicola",)),
    ("Direzione generale", (Capability.DECIDE_IDEAS,), ("elena_m",)),
)
REASON = "Primo avvio della città dimostrativa"
TECHNICAL_TABLES = ("person", "department", "departmentkind", "grantrecord", "departmentgroupobjectpermission",
                    "departmentuserobjectpermission", "assignment")  # fmt: skip
REVIEWERS = 4  # of one department; three scorecards are asked for, and one may step back
POOL = 4  # of the whole city, for departments that have too few
APART = frozenset({"giulia", "davide", "rosa", "andrea", "teresa", "paolo", "nicola", "laura", "sara", "michele"})


def give_rights(town: Town, *, at: datetime) -> None:
    """Make every group with its rights and people, and the personas of the sign-in page."""
    for name, capabilities, keys in CITY_GROUPS:
        _group(town, name, capabilities, "TO", [town.named[key] for key in keys], at=at)
    _directors(town, at=at)
    _reviewers(town, at=at)
    _technical_tables(town)
    Persona.objects.bulk_create(
        Persona(person=town.named[named.key], label_it=named.label_it, label_en=named.label_en, position=position)
        for position, named in enumerate(NAMED)
        if named.label_it
    )


def _group(town: Town, name: str, capabilities, code: str, people: list[Person], *, at: datetime) -> Group:
    group, _made = Group.objects.get_or_create(name=name)
    for capability in capabilities:
        services.grant(
            capability=capability, department=town.departments[code], to_group=group, by=None, at=at, reason=REASON
        )
    for person in people:
        services.add_to_group(person=person, group=group, by=None, at=at, reason=REASON)
    return group


def _directors(town: Town, *, at: datetime) -> None:
    """Every director decides for the own department and for all below it."""
    for code, people in town.by_department.items():
        directors = [person for person in people if person.contract_area == ContractArea.DIRIGENTI]
        if directors and code != "DG":
            name = f"Dirigenti · {town.departments[code].short_name}"
            _group(town, name, (Capability.DECIDE_IDEAS,), code, directors, at=at)


def _reviewers(town: Town, *, at: datetime) -> None:
    """Four experienced people of each large department review its ideas; a few help where a department is small."""
    dice = town.dice("reviewers")
    apart = {town.named[key].pk for key in APART}
    able = {
        code: [p for p in town.people_below(code) if p.contract_area == ContractArea.FUNZIONARI and p.pk not in apart]
        for code, department in town.departments.items()
        if department.depth == 1
    }
    able["DC"] = [person for person in able["DC"] if person != town.named["marco"]]
    busy = {town.named["marco"].pk}
    for code, people in able.items():
        first = [town.named["marco"]] if code == "DC" else []
        if len(people) >= 2 * REVIEWERS:
            chosen = first + dice.sample(people, REVIEWERS - len(first))
            busy |= {person.pk for person in chosen}
            name = f"Chi valuta · {town.departments[code].short_name}"
            _group(town, name, (Capability.REVIEW_IDEAS,), code, chosen, at=at)
    pool = [person for people in able.values() for person in people if person.pk not in busy]
    _group(town, "Chi valuta · tutta la Città", (Capability.REVIEW_IDEAS,), "TO", dice.sample(pool, POOL), at=at)


def _technical_tables(town: Town) -> None:
    """Who looks after the technical tables reads them and changes the few things that can be changed there."""
    administrator = town.named["nicola"]
    Person.objects.filter(pk=administrator.pk).update(is_staff=True)
    administrator.is_staff = True
    codes = [f"{verb}_{table}" for table in TECHNICAL_TABLES for verb in ("view", "change")] + ["view_group"]
    wanted = Permission.objects.filter(codename__in=codes, content_type__app_label__in=["organisation", "auth"])
    Group.objects.get(name="Amministrazione tecnica").permissions.set(wanted)
