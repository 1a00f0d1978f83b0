# SPDX-License-Identifier: AGPL-3.0-or-later
"""One cell of the matrix: what should be answered, one request of which nothing stays, and what it changed on its way."""

import json
import os
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlencode

from django.db import connection
from django.test import Client

from tests.rights.cases import Case, Town
from tests.rights.principals import PRINCIPALS, Principal, leave
from tests.rights.table import Row
from tests.workflow.factories_writing import PDF
from tests.workflow.routes import Route
from tests.workflow.test_every_route import API, ask, browser

SHOWN, FORBIDDEN, NOT_THERE, NOT_NOW, SIGN_IN = "shown", "forbidden", "not there", "not now", "sign in"
# An answer to somebody who is let in; a form with something to mend is one.
LET_IN = {200, 201, 202, 204, 302, 303, 400, 412, 422, 428}
WAYS_IN = ("/accesso/", "/amministrazione/")
FORM = "application/x-www-form-urlencoded"
BOUNDARY = "limite"
FILE = "multipart/form-data; boundary=limite"
ONE_FILE = (
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{{name}}"; filename="misure.pdf"\r\n'
    f"Content-Type: application/pdf\r\n\r\n{PDF.decode('latin-1')}\r\n--{BOUNDARY}--\r\n"
)


@dataclass(frozen=True)
class Cell:
    """Who asks for what, and how it should be answered."""

    who: Principal
    route: Route
    method: str
    case: Case
    row: Row

    def __str__(self) -> str:
        how = " as a fragment" if self.is_fragment else ""
        about = f" about {self.case.name}" if self.case.name else ""
        return f"{self.who.name} {self.method} {self.route.name}{about}{how}"

    @property
    def is_fragment(self) -> bool:
        """Every other cell of the pages is asked by htmx, which gets a part of a page."""
        if self.is_api or self.route.part == "admin":
            return False
        return self.row.as_part or self.number % 2 == 1

    @property
    def number(self) -> int:
        """A number that spreads the cells evenly, the same in every run."""
        return zlib.crc32(f"{self.who.name} {self.method} {self.route.name} {self.case.name}".encode())

    @property
    def is_api(self) -> bool:
        """Whether it answers in JSON, and knows tokens."""
        return self.route.part in API

    @property
    def expected(self) -> str:
        """The class of the answer, from the table alone."""
        signed_in = self.who.signed_in and (self.is_api or not self.who.scope)
        if not signed_in and not (self.row.public.holds(self.who, self.case) and not (self.is_api and self.who.scope)):
            return SIGN_IN
        only_reads = self.who.scope == "read" and self.method != "GET"
        if self.is_api and self.who.scope and (self.row.by_browser or only_reads):
            return FORBIDDEN
        if not self.row.sees.holds(self.who, self.case):
            return NOT_THERE
        if not self.row.may.holds(self.who, self.case):
            return FORBIDDEN
        if not self.row.found.holds(self.who, self.case):
            return NOT_THERE
        return NOT_NOW if self.row.now and not self.row.now.holds(self.who, self.case) else SHOWN

    def met(self, answer) -> bool:
        """Whether this is such an answer."""
        status = answer.status_code
        if self.expected == SIGN_IN:
            if self.is_api or self.is_fragment:
                return status == 401
            return status == 302 and answer.headers["Location"].startswith(WAYS_IN)
        if self.expected == SHOWN:
            to_sign_in = status == 302 and "/accesso/?" in answer.headers["Location"]
            return not to_sign_in and self._is_let_in(status)
        if self.expected == NOT_THERE and self.route.part == "admin" and status == 302:
            # Everybody is sent to the door, also from what is no address; to who is signed in that is not there.
            return answer.headers["Location"].startswith(WAYS_IN[1])
        return status == {FORBIDDEN: 403, NOT_THERE: 404, NOT_NOW: 409}[self.expected]

    def _is_let_in(self, status: int) -> bool:
        if self.route.part == "admin":
            return status < 500
        is_stopped = status == 503 and self.case.name == "frozen"  # a ballot whose key is gone
        return status in LET_IN or is_stopped or (status == 409 and self.row.now is None)


@dataclass
class Walker:
    """Everybody's browser, and the town they walk through."""

    town: Town
    names: dict
    clients: dict[str, Client]
    media: Path
    files: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, here: SimpleNamespace, media: Path) -> "Walker":
        """Everybody signs in; then the leaver leaves."""
        clients = {}
        for who in PRINCIPALS:
            clients[who.name] = browser(None if who.scope else here.people[who.name])
            if who.scope:
                clients[who.name].defaults["HTTP_AUTHORIZATION"] = f"Bearer {here.secrets[who.name]}"
        leave(here)
        clients["reading_token"].get("/api/v1/me/")  # of a token's use the first of a day is noted
        walker = cls(Town(here), vars(here), clients, media)
        walker.files = walker._files()
        return walker

    def ask(self, cell: Cell):
        """The answer, and how many rows it wrote before it was undone, and files which stay."""
        body, kind = self._sent(cell)
        address = cell.route.address(cell.case.values)
        if cell.row.query:
            address += "?" + cell.row.query.format_map(self.names)
        headers = {"HX-Request": "true"} if cell.is_fragment else {}
        before = rows_written()
        answer = ask(self.clients[cell.who.name], cell.method, address, body, kind, **headers)
        rows, known, self.files = rows_written() - before, self.files, self._files()
        return answer, rows + len(known ^ self.files)

    def _sent(self, cell: Cell) -> tuple[str, str]:
        if cell.method == "GET":
            return "", "text/plain"
        if cell.row.file:
            return ONE_FILE.format(name="file" if cell.is_api else "files"), FILE
        names = self.names | cell.case.values
        values = {
            name: value.format_map(names) if isinstance(value, str) else value for name, value in cell.row.sent.items()
        }
        return (json.dumps(values), "application/json") if cell.is_api else (urlencode(values), FORM)

    def _files(self) -> set[str]:
        return {f"{folder}/{name}" for folder, _folders, names in os.walk(self.media) for name in names}


def rows_written() -> int:
    """How many rows this connection has put in, changed or deleted so far, also those that it undid again."""
    if connection.vendor == "sqlite":
        return connection.connection.total_changes
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_xact_user_tables")
        return cursor.fetchone()[0]
