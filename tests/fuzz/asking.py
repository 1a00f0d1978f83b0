# SPDX-License-Identifier: AGPL-3.0-or-later
"""Asking and judging the answers. Everything asked is taken back, so that each question meets the same city."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import unquote

import schemathesis
from django.core.wsgi import get_wsgi_application
from django.db import connection, transaction
from django.urls import Resolver404, resolve
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from werkzeug import Client as WerkzeugClient

from innovato.api.schema import description
from innovato.api.views import Nowhere
from tests.fuzz.people import Asker, place_for

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
WRONG_TOKEN = {"Authorization": "Bearer innovato_" + "x" * 43}
# What somebody may hear before it is looked whether they may see the idea: that the call itself can't be read, or that a
# header made up for it stands in the way of their own.
UNREADABLE = {400, 401, 404, 413, 415, 422, 428}
ONE_BY_ONE = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


@dataclass
class Tally:
    """What was asked and what was wrong with the answers."""

    asked: Counter = field(default_factory=Counter)
    statuses: Counter = field(default_factory=Counter)
    findings: dict[str, list[str]] = field(default_factory=dict)

    def note(self, kind: str, text: str) -> None:
        """One finding; each is kept once."""
        found = self.findings.setdefault(kind, [])
        if text not in found:
            found.append(text)

    @property
    def total(self) -> int:
        """How many calls were made."""
        return sum(self.asked.values())

    def lines(self) -> Iterator[str]:
        """The table."""
        for who, number in sorted(self.asked.items()):
            yield f"{who:<16}{number:>8}"
        yield f"{'all':<16}{self.total:>8}"
        yield "answers: " + ", ".join(f"{status}: {n}" for status, n in sorted(self.statuses.items()))
        for kind in ("500 or above", "ignored authentication", "object-level authorisation", "description"):
            yield f"{kind:<28}{len(self.findings.get(kind, [])):>4}"


def operations(api) -> list:
    """The described operations."""
    return [result.ok() for result in api.get_all_operations()]


def loaded():
    """The description as schemathesis reads it, bound to the product in this process."""
    api = schemathesis.openapi.from_dict(description())
    api.app = get_wsgi_application()
    return api


def sent(case, headers: dict):
    """One call by a new client, so that nobody enters with the cookies that somebody else was given.

    A case remembers the cookies it was sent with, and comes with a made-up token: both are forgotten first.
    """
    case.cookies = {}
    case.headers.pop("Authorization", None)
    headers = dict(headers)
    cookies = {name: morsel.value for name, morsel in SimpleCookie(headers.pop("Cookie", "")).items()}
    return case.call(headers=headers, cookies=cookies, session=WerkzeugClient(case.operation.app))


def cases(operation, mode: GenerationMode, number: int, seed: int) -> list:
    """So many generated calls of one operation."""
    found = []

    @seeded(seed)
    @settings(
        max_examples=number, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=ONE_BY_ONE
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def collect(case):
        found.append(case)

    collect()
    return found[:number]


class Asking:
    """Asks one case as everybody and notes what is wrong."""

    def __init__(self, here, tally: Tally):
        self.here, self.tally, self.turn = here, tally, 0

    def ask(self, operation, case, askers: list[Asker]) -> None:
        """The case as each of these people, as nobody, and with a token that is none."""
        self.turn += 1
        name, facts = operation.definition.raw["operationId"], operation.definition.raw
        self._settle(case, name)
        session_only = {"token": []} not in facts["security"]
        for asker in askers:
            answer = self.call(case, asker.role, asker.headers(self.turn, session_only=session_only))
            ref = case.path_parameters.get("ref")
            hidden = ref in self.here.ref_states and ref not in asker.sees
            if hidden and "pilots" not in case.path and answer.status_code not in UNREADABLE:
                text = f"{asker.role} {name} {self.here.ref_states[ref]}: {answer.status_code}"
                self.tally.note("object-level authorisation", text)
        for who, headers in (("nobody", {}), ("a wrong token", WRONG_TOKEN)):
            answer = self.call(case, who, headers)
            is_open = who == "nobody" and {} in facts["security"]
            if answer.status_code != 401 and not is_open and not leads_nowhere(case):
                self.tally.note("ignored authentication", f"{who} {name}: {answer.status_code}")

    def _settle(self, case, name: str) -> None:
        """Mostly real values in the places, and a version that fits, so that calls go beyond the doorstep."""
        case.freeze_metadata()
        if self.turn % 5:
            for place in list(case.path_parameters):
                value = place_for(self.here, name, place, self.turn)
                if value is not None:
                    case.path_parameters[place] = value
        if "If-Match" in case.headers and self.turn % 3:
            case.headers["If-Match"] = "*"

    def call(self, case, who: str, headers: dict):
        """One call, of which nothing stays, checked against the description."""
        point = transaction.savepoint()
        try:
            answer = sent(case, headers)
        finally:
            connection.needs_rollback = False
            transaction.savepoint_rollback(point)
        self.tally.asked[who] += 1
        self.tally.statuses[answer.status_code] += 1
        judge(self.tally, who, case, answer)
        return answer


def leads_nowhere(case) -> bool:
    """Whether the address, with what was put into its places, belongs to no view: then nobody has to be somebody."""
    try:
        return resolve(unquote(case.formatted_path)).func.view_class is Nowhere
    except Resolver404:
        return True


def walk(here, *, positive: int, negative: int, seed: int, few: bool = False) -> Tally:
    """Every operation with generated calls, as everybody; with `few` each as one role of the six in turn."""
    tally = Tally()
    asking, turn = Asking(here, tally), seed
    for operation in operations(loaded()):
        for mode, number in ((GenerationMode.POSITIVE, positive), (GenerationMode.NEGATIVE, negative)):
            if not number or (mode == GenerationMode.NEGATIVE and not _can_be_wrong(operation)):
                continue
            for case in cases(operation, mode, number, seed):
                turn += 1
                asking.ask(operation, case, [here.askers[turn % len(here.askers)]] if few else here.askers)
    return tally


def _can_be_wrong(operation) -> bool:
    raw = operation.definition.raw
    return bool(raw.get("parameters") or raw.get("requestBody"))


def follow_links(here, tally: Tally, *, runs: int, steps: int, seed: int) -> None:
    """From answer to answer along the description's links, as each role; what was done is taken back after each run."""
    api = loaded()
    for asker in here.askers:

        class Machine(api.as_state_machine()):
            """One person following links."""

            role = asker

            def setup(self):
                self.point = transaction.savepoint()

            def teardown(self):
                connection.needs_rollback = False
                transaction.savepoint_rollback(self.point)

            def call(self, case, **kwargs):
                answer = sent(case, self.role.session)
                tally.asked[f"{self.role.role}, links"] += 1
                tally.statuses[answer.status_code] += 1
                return answer

            def validate_response(self, response, case, **_kwargs):
                judge(tally, self.role.role, case, response)

        options = {"phases": [Phase.generate], "suppress_health_check": list(HealthCheck), "derandomize": True}
        Machine.run(
            settings=settings(max_examples=runs, stateful_step_count=steps, deadline=None, database=None, **options)
        )


def judge(tally: Tally, who: str, case, answer) -> None:
    """Note what is wrong with one answer."""
    if answer.status_code >= 500:
        tally.note("500 or above", f"{case.method} {case.path} {case.body!r:.200} {case.query!r:.200}")
        return
    try:
        case.validate_response(answer, checks=CHECKS)
    except FailureGroup as failures:
        for failure in failures.exceptions:
            text = f"{who} {case.method} {case.path} {answer.status_code}: {type(failure).__name__}"
            tally.note("description", f"{text} {str(failure)[:300]}")
