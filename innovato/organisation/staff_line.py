# SPDX-License-Identifier: AGPL-3.0-or-later
"""One line of the HR extract: which columns there are, what each cell may hold, and why one can't be used."""

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.translation import gettext as _

from .models import ContractArea, Person
from .models.person import STAFF_NUMBER_LENGTH
from .text import fold

REQUIRED = ("matricola", "cognome", "nome", "codice_struttura", "area_contrattuale")
OPTIONAL = ("email", "ruolo", "data_assunzione", "data_cessazione", "stato")
IN_SERVICE, ABSENT, LEFT = "in servizio", "assente", "cessato"
STATUSES = {"": IN_SERVICE, "attivo": IN_SERVICE, "in servizio": IN_SERVICE, "assente": ABSENT, "cessato": LEFT}

EARLIEST, LATEST = date(1940, 1, 1), date(2099, 12, 31)
_FORMULA_STARTS = ("=", "+", "-", "@")
_DATE_FORMATS = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y")
_AREAS = {fold(area.value): area for area in ContractArea}
_AREAS |= {"funzionari ed eq": ContractArea.FUNZIONARI, "funzionari ed elevate qualificazioni": ContractArea.FUNZIONARI}
_check_email = EmailValidator()


class BadCell(Exception):
    """One cell of a line can't be used; the text says why."""


@dataclass(frozen=True, slots=True)
class StaffLine:
    """One good line of the extract."""

    number: int
    staff_number: str
    first_name: str
    last_name: str
    email: str
    department_code: str
    contract_area: str
    role: str
    joined_on: date | None
    left_on: date | None
    status: str

    def has_left(self, today: date) -> bool:
        """Whether this person no longer works for the city today."""
        return self.status == LEFT or (self.left_on is not None and self.left_on <= today)


def read_line(number: int, row: list[str], columns: tuple[str, ...]) -> tuple[StaffLine | None, list[str]]:
    """The line, or None and the reasons, one for each bad cell."""
    if len(row) != len(columns):
        words = {"found": len(row), "expected": len(columns)}
        return None, [_("ha %(found)d colonne invece di %(expected)d") % words]
    cells = {name: unicodedata.normalize("NFC", cell).strip() for name, cell in zip(columns, row, strict=True)}
    values: dict[str, object] = {}
    reasons: list[str] = []
    for field, column, read in _FIELDS:
        try:
            values[field] = read(cells.get(column, ""))
        except BadCell as bad:
            reasons.append(f"{column}: {bad}")
    if not reasons and values["left_on"] and values["joined_on"] and values["left_on"] < values["joined_on"]:
        reasons.append(_("data_cessazione: viene prima di data_assunzione"))
    return (None if reasons else StaffLine(number=number, **values)), reasons


def _staff_number(cell: str) -> str:
    """Six digits."""
    if len(cell) == STAFF_NUMBER_LENGTH and cell.isascii() and cell.isdigit():
        return cell
    if cell.isascii() and cell.isdigit():
        raise BadCell(_("La matricola ha 6 cifre: qui ne vedo %(count)d.") % {"count": len(cell)})
    raise BadCell(_("La matricola ha 6 cifre e nient’altro."))


def _name(cell: str) -> str:
    """A first or last name."""
    if not cell:
        raise BadCell(_("manca"))
    return _words(cell, Person._meta.get_field("last_name").max_length)


def _role(cell: str) -> str:
    """What the person does; may be empty."""
    return _words(cell, 120)


def _words(cell: str, longest: int) -> str:
    """Plain words: no formula, no control or direction character, not too long."""
    if cell.startswith(_FORMULA_STARTS):
        raise BadCell(_("comincia come una formula"))
    if any(unicodedata.category(letter)[0] == "C" for letter in cell):
        raise BadCell(_("contiene caratteri invisibili"))
    if len(cell) > longest:
        raise BadCell(_("supera i %(count)d caratteri") % {"count": longest})
    return " ".join(cell.split())


def _email(cell: str) -> str:
    """An address, or nothing."""
    if not cell:
        return ""
    try:
        _check_email(cell)
    except ValidationError as error:
        raise BadCell(_("non è un indirizzo e-mail")) from error
    if len(cell) > Person._meta.get_field("email").max_length:
        raise BadCell(_("non è un indirizzo e-mail"))
    return cell


def _code(cell: str) -> str:
    """The code of a department; whether there is one, the import asks the database."""
    if not cell:
        raise BadCell(_("manca"))
    return _words(cell, 30)


def _area(cell: str) -> str:
    """One of the contract areas, by its name."""
    try:
        return _AREAS[fold(cell)].value
    except KeyError:
        names = ", ".join(str(area.label) for area in ContractArea)
        raise BadCell(_("«%(cell)s» non è tra: %(names)s") % {"cell": cell[:40], "names": names}) from None


def _date(cell: str) -> date | None:
    """A day as 2026-11-18 or 18/11/2026, or nothing."""
    if not cell:
        return None
    for form in _DATE_FORMATS:
        try:
            day = datetime.strptime(cell, form).date()  # noqa: DTZ007 - a day has no time zone
        except ValueError:
            continue
        if EARLIEST <= day <= LATEST:
            return day
        raise BadCell(_("«%(cell)s» è fuori dal tempo: l’anno va dal 1940 al 2099") % {"cell": cell[:40]})
    raise BadCell(_("«%(cell)s» non è una data: scrivi 2026-11-18 o 18/11/2026") % {"cell": cell[:40]})


def _status(cell: str) -> str:
    """In service, absent for long, or left."""
    try:
        return STATUSES[" ".join(cell.lower().split())]
    except KeyError:
        raise BadCell(_("«%(cell)s» non è tra: in servizio, assente, cessato") % {"cell": cell[:40]}) from None


_FIELDS = (
    ("staff_number", "matricola", _staff_number),
    ("last_name", "cognome", _name),
    ("first_name", "nome", _name),
    ("email", "email", _email),
    ("department_code", "codice_struttura", _code),
    ("contract_area", "area_contrattuale", _area),
    ("role", "ruolo", _role),
    ("joined_on", "data_assunzione", _date),
    ("left_on", "data_cessazione", _date),
    ("status", "stato", _status),
)
