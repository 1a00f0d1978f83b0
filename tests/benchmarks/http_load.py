# SPDX-License-Identifier: AGPL-3.0-or-later
"""A web server started as `make run` starts it, and a lean client that keeps its connections and counts milliseconds.

Everything stays on this machine's loopback; the server is ended with the block.
"""

import asyncio
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

from innovato.run.start import commands
from tests.benchmarks.ballot_city import Own
from tests.run import ROOT

HOST = "127.0.0.1"
LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
PROOF = "a" * 32  # a CSRF token is good when cookie and form say the same
PATIENCE = 60


@dataclass
class Told:
    """What came of the requests of one kind: milliseconds of those answered as wanted, the statuses of the others."""

    taken: list[float] = field(default_factory=list)
    wrong: list[int] = field(default_factory=list)

    def at(self, part: float) -> float:
        """The milliseconds below which that part of the answers stayed."""
        ordered = sorted(self.taken)
        return ordered[min(len(ordered) - 1, round(len(ordered) * part))] if ordered else 0.0


@dataclass(frozen=True)
class Served:
    """A running server: its port and its processes, for what they use."""

    port: int
    process: subprocess.Popen

    def processor(self) -> float:
        """Seconds of a processor used so far by the server's own processes."""
        pids = [self.process.pid, *_children(self.process.pid)]
        return sum(_used(pid) for pid in pids)


@contextmanager
def server(own: Own, name: str, port: int, *, bare: bool = False) -> Iterator[Served]:
    """The product (or the bare view) on that port, with two workers, on one of our databases."""
    environment = own.environment(name, settings="tests.benchmarks.served") | {
        "INNOVATO_DEMO": "1",
        "INNOVATO_KEYSTORE_DIR": str(own.keys),
        "INNOVATO_LOG_LEVEL": "ERROR",
        "INNOVATO_VAR_DIR": str(own.folder / "var"),
    }
    for unlike in ("CACHE_URL", "EMAIL_URL", "INNOVATO_SECURE"):  # which the tests' settings have set for themselves
        environment.pop(unlike, None)
    if bare:
        environment["INNOVATO_BENCHMARK_BARE"] = "1"
    command = [sys.executable, "-m", *commands(str(port))["web server"]]
    log = (own.folder / f"server-{port}.log").open("w")
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        _wait(process, port, Path(log.name))
        yield Served(port, process)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        log.close()


def _wait(process: subprocess.Popen, port: int, log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            urlopen(f"http://{HOST}:{port}/accesso/", timeout=5).close()
        except OSError as error:  # an answer of any kind will do
            if hasattr(error, "code"):
                return
            time.sleep(0.3)
        else:
            return
    raise RuntimeError(f"the server did not start:\n{log.read_text()[-3000:]}")


def _children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [each for child in map(int, found) for each in (child, *_children(child))]


def _used(pid: int) -> float:
    used = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, used)) / os.sysconf("SC_CLK_TCK")


def request(method: str, address: str, cookie: str, fields: list | None = None) -> bytes:
    """One request as bytes; `fields` are posted as a form with the proof against forgery."""
    body = urlencode([*fields, ("csrfmiddlewaretoken", PROOF)]).encode() if fields is not None else b""
    lines = [
        f"{method} {address} HTTP/1.1",
        "Host: localhost",
        f"Cookie: {cookie}; csrftoken={PROOF}",
        "Accept-Language: it",
    ]
    if fields is not None:
        lines += [
            "Content-Type: application/x-www-form-urlencoded",
            f"Content-Length: {len(body)}",
            "Origin: http://localhost",
        ]
    return "\r\n".join([*lines, "", ""]).encode() + body


class Line:
    """One connection that is kept."""

    def __init__(self, port: int):
        self._port, self._streams = port, None

    async def ask(self, raw: bytes) -> int:
        """Send a request and read the whole answer; its status."""
        if self._streams is None:
            self._streams = await asyncio.open_connection(HOST, self._port)
        reader, writer = self._streams
        writer.write(raw)
        head = await reader.readuntil(b"\r\n\r\n")
        length = LENGTH.search(head)
        if length is None:
            raise RuntimeError(f"an answer without its length: {head[:200]!r}")
        await reader.readexactly(int(length[1]))
        if b"connection: close" in head.lower():
            self.close()
        return int(head.split(b" ", 2)[1])

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


async def closed_loop(port: int, clients: int, seconds: float, next_request: Callable[[], bytes], wanted: int) -> Told:
    """So many clients, each asking again as soon as it is answered, until the time is over."""
    told, end = Told(), time.monotonic() + seconds

    async def ask_on() -> None:
        line = Line(port)
        while (begun := time.monotonic()) < end:
            status = await line.ask(next_request())
            if status == wanted:
                told.taken.append(1000 * (time.monotonic() - begun))
            else:
                told.wrong.append(status)
        line.close()

    await asyncio.gather(*(ask_on() for _ in range(clients)))
    return told


async def open_loop(port: int, journeys: list[list[tuple]], rate: float, lines: int) -> dict[str, Told]:
    """Journeys that begin at their own times, whatever the answers take: `rate` a second, over at most so many connections.

    A journey is a list of (kind, request, wanted status). A first request counts from when it should have begun.
    """
    told: dict[str, Told] = {}
    free: asyncio.Queue[Line] = asyncio.Queue()
    for _ in range(lines):
        free.put_nowait(Line(port))
    begun = time.monotonic() + 0.5

    async def travel(number: int, steps: list[tuple]) -> None:
        due = begun + number / rate
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        line = await free.get()
        try:
            for kind, raw, wanted in steps:
                status = await line.ask(raw)
                now = time.monotonic()
                here = told.setdefault(kind, Told())
                if status == wanted:
                    here.taken.append(1000 * (now - due))
                else:
                    here.wrong.append(status)
                due = now
        except (OSError, asyncio.IncompleteReadError):
            told.setdefault(kind, Told()).wrong.append(0)
            line.close()
        finally:
            free.put_nowait(line)

    await asyncio.gather(*(travel(number, steps) for number, steps in enumerate(journeys)))
    while not free.empty():
        free.get_nowait().close()
    return told
