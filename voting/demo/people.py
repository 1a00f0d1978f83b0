# SPDX-License-Identifier: AGPL-3.0-or-later
"""Invented people in believable numbers: where they work, in which contract area, since when. Written in bulk."""

import random
import unicodedata
import uuid
from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import transaction

from innovato.organisation.models import Assignment, ContractArea, Person
from voting.demo.departments import FOUNDED, Line
from voting.demo.names import draw_names
from voting.demo.personas import NAMED
from voting.demo.town import Town

FIRST_NUMBER = 100_001
MAIL_HOST = "comune.example"
LARGE = 2000  # people from which a city has its services directed too
LEAVERS = 100  # one in so many has left
BATCH = 1000
AREAS = (ContractArea.OPERATORI, ContractArea.OPERATORI_ESPERTI, ContractArea.ISTRUTTORI, ContractArea.FUNZIONARI)
# Shares of the contract areas in percent, by where people work; directors are counted apart.
SHARES = {
    "SE": (1, 12, 32, 55),
    "PM": (0, 3, 74, 23),
    "SI": (6, 38, 40, 16),
    "AM": (5, 30, 41, 24),
    "": (1, 13, 52, 34),
}


NAMES_OF_NAMED = frozenset((named.first_name, named.last_name) for named in NAMED)
LONG_HERE = date(2012, 9, 3)  # those with a name took part in 2014 already


def write_people(town: Town, lines: list[Line]) -> None:
    """Everybody: those with a name of their own, one director for each place that has one, the rest by weight."""
    places = _places(town, lines)
    dice = town.dice("people")
    names = draw_names(len(places) - len(NAMED), dice, taken=NAMES_OF_NAMED)
    spread = _spread_numbers(len(places), dice)
    mails: Counter[str] = Counter()
    rows = []
    for place, name, number in zip(
        places, [*((n.first_name, n.last_name) for n in NAMED), *names], spread, strict=True
    ):
        rows.append(_person(town, place, name, number, mails, dice))
    with transaction.atomic():
        people = Person.objects.bulk_create(rows, batch_size=BATCH)
        Assignment.objects.bulk_create(_assignments(town, people, dice), batch_size=BATCH)
    town.named = {named.key: person for named, person in zip(NAMED, people, strict=False)}
    town.people = [person for person in people if person.is_active]
    for person in town.people:
        town.by_department[person.home_department.code].append(person)


def _places(town: Town, lines: list[Line]) -> list[tuple[str, str, bool]]:
    """(department, contract area, in service) of everybody, those with a name first."""
    dice = town.dice("places")
    places = [(named.department, str(named.area), True) for named in NAMED]
    led = {code for code, area, _ in places if area == ContractArea.DIRIGENTI}
    large = town.people_wanted >= LARGE
    directed = [line.code for line in lines if line.directed == "always" or (large and line.directed)]
    places += [(code, ContractArea.DIRIGENTI.value, True) for code in directed if code not in led and code != "TO"]
    left = town.people_wanted - len(places)
    if left < 0:
        raise ValueError(f"a city of {town.people_wanted} people is too small: it needs {len(places)}")
    for code in _by_weight(lines, left):
        places.append((code, _area(code, dice), True))
    leavers = dice.sample(places[len(NAMED) :], town.people_wanted // LEAVERS)
    return [*places, *((code, area, False) for code, area, _ in leavers)]


def _by_weight(lines: list[Line], number: int) -> Iterable[str]:
    """That many department codes, in proportion to the weights; what rounding leaves goes to the largest rests."""
    whole = sum(line.weight for line in lines)
    exact = {line.code: number * line.weight / whole for line in lines}
    counts = {code: int(share) for code, share in exact.items()}
    rests = sorted(exact, key=lambda code: (counts[code] - exact[code], code))
    for code in rests[: number - sum(counts.values())]:
        counts[code] += 1
    return [code for code, count in counts.items() for _ in range(count)]


def _area(code: str, dice: random.Random) -> str:
    shares = SHARES.get(code.split("-")[0], SHARES[""])
    return dice.choices(AREAS, weights=shares)[0].value


def _spread_numbers(number: int, dice: random.Random) -> list[str]:
    """Staff numbers: the first for those with a name, the others mixed, so that they don't go by office."""
    numbers = [f"{FIRST_NUMBER + n:06d}" for n in range(number)]
    rest = numbers[len(NAMED) :]
    dice.shuffle(rest)
    return [*numbers[: len(NAMED)], *rest]


def _person(town: Town, place: tuple, name: tuple, number: str, mails: Counter, dice: random.Random) -> Person:
    code, area, in_service = place
    joined = _joined_on(town, dice)
    if name in NAMES_OF_NAMED:
        joined = min(joined, LONG_HERE)
    return Person(
        uuid=uuid.UUID(int=dice.getrandbits(128), version=4),
        staff_number=number,
        first_name=name[0],
        last_name=name[1],
        email=f"{_address(name, mails)}@{MAIL_HOST}",
        home_department=town.departments[code],
        contract_area=area,
        password=f"{UNUSABLE_PASSWORD_PREFIX}{dice.getrandbits(160):040x}",
        joined_on=joined,
        is_active=in_service,
        left_on=None if in_service else max(joined, town.day(dice.randint(20, 900))),
    )


def _joined_on(town: Town, dice: random.Random) -> date:
    """A first day: many around twenty years ago, some last year; the average age of such a city is 52."""
    return town.day(dice.randint(60, 330) + round(365.25 * dice.triangular(0, 38, 19)))


def _address(name: tuple[str, str], mails: Counter) -> str:
    """first.last without accents, with a number from the second on."""
    text = unicodedata.normalize("NFKD", ".".join(name).lower())
    plain = "".join(letter for letter in text if letter.isascii() and (letter.isalpha() or letter in ".-"))
    mails[plain] += 1
    return plain if mails[plain] == 1 else f"{plain}{mails[plain]}"


def _assignments(town: Town, people: list[Person], dice: random.Random) -> Iterable[Assignment]:
    """Where everybody works since when; one in eight has worked elsewhere before."""
    roles = {named.key: named.role for named in NAMED}
    codes = list(town.departments)
    for n, person in enumerate(people):
        role = roles[NAMED[n].key] if n < len(NAMED) else ""
        if person.is_director and not role:
            role = "Dirigente"
        starts = max(person.joined_on, FOUNDED)
        ends = person.left_on
        if n >= len(NAMED) and dice.random() < 0.125 and starts < town.day(800):
            moved = starts + timedelta(days=dice.randint(100, (town.day(400) - starts).days))
            if ends is None or moved < ends:
                before = town.departments[dice.choice(codes)]
                yield Assignment(person=person, department=before, starts_on=starts, ends_on=moved)
                starts = moved
        yield Assignment(
            person=person,
            department=person.home_department,
            starts_on=min(starts, ends or starts),
            ends_on=ends,
            role=role,
        )
