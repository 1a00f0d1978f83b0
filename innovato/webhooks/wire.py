# SPDX-License-Identifier: AGPL-3.0-or-later
"""One call to a receiver: the name is asked once, the address it gave is checked and is the one connected to.

The standard library's client on a socket of ours: clients that look a name up by themselves ask twice, and the second
answer may lead inside. Redirects are not followed, no proxy is used, the answer's text is thrown away.
"""

import http.client
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from time import monotonic

from innovato.webhooks import addresses
from innovato.webhooks.models import Fault

CONNECT_SECONDS = 4
ANSWER_SECONDS = 10  # from the connection to the end of the answer, however slowly it drips
MOST_TRIES = 2  # addresses of one name
ANSWER_BYTES = 16 * 1024


@dataclass(frozen=True)
class Answer:
    """What came of a call: the answer's code, if there was one, how long it took, and what went wrong, if anything."""

    code: int | None
    milliseconds: int
    fault: str = ""


class _Failed(Exception):
    def __init__(self, fault: Fault):
        super().__init__(fault)
        self.fault = fault


def post(address: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Send `body` there. Never raises for what a receiver, a name server or the network does."""
    started, code, fault = monotonic(), None, ""
    try:
        code = _post(addresses.parse(address), body, headers)
        if 300 <= code < 400:
            fault = Fault.REDIRECT
        elif not 200 <= code < 300:
            fault = Fault.ANSWER
    except addresses.BadAddress:
        fault = Fault.FORBIDDEN
    except _Failed as error:
        fault = error.fault
    return Answer(code, round((monotonic() - started) * 1000), str(fault))


def _post(target: addresses.Target, body: bytes, headers: Mapping[str, str]) -> int:
    plain = _connected(_places(target))
    stop = _Stop(plain)
    with closing(stop):
        try:
            channel = plain
            if target.scheme == "https":
                channel = stop.socket = ssl.create_default_context().wrap_socket(plain, server_hostname=target.host)
            code = _ask(channel, target, body, headers)
        except ssl.SSLError as error:
            raise _Failed(Fault.SLOW if stop.is_over else Fault.CERTIFICATE) from error
        except TimeoutError as error:
            raise _Failed(Fault.SLOW) from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            broken = Fault.CONNECTION if isinstance(error, OSError) else Fault.UNREADABLE
            raise _Failed(Fault.SLOW if stop.is_over else broken) from error
        if stop.is_over:  # an answer that was cut looks like a short one
            raise _Failed(Fault.SLOW)
        return code


def _places(target: addresses.Target) -> list[tuple]:
    """Where the name leads: asked once. Every place has to be allowed, or none is used."""
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise _Failed(Fault.NAME) from error
    places = list(dict.fromkeys((family, kind, proto, place) for family, kind, proto, _name, place in found))
    if not places:
        raise _Failed(Fault.NAME)
    if not all(addresses.may_reach(place[0]) for *_how, place in places):
        raise _Failed(Fault.FORBIDDEN)
    return places[:MOST_TRIES]


def _connected(places: list[tuple]) -> socket.socket:
    """A connection to the first place that takes one; nothing is looked up here."""
    fault = Fault.CONNECTION
    for family, kind, proto, place in places:
        plain = socket.socket(family, kind, proto)
        try:
            plain.settimeout(CONNECT_SECONDS)
            plain.connect(place)
            if not addresses.may_reach(plain.getpeername()[0]):
                raise _Failed(Fault.FORBIDDEN)
        except OSError as error:
            fault = Fault.SLOW if isinstance(error, TimeoutError) else Fault.CONNECTION
            plain.close()
        except _Failed:
            plain.close()
            raise
        else:
            plain.settimeout(ANSWER_SECONDS)
            return plain
    raise _Failed(fault)


def _ask(channel: socket.socket, target: addresses.Target, body: bytes, headers: Mapping[str, str]) -> int:
    call = http.client.HTTPConnection(target.host)
    call.sock, call.auto_open = channel, 0
    call.putrequest("POST", target.path, skip_host=True, skip_accept_encoding=True)
    for name, value in {
        "Host": target.named,
        **headers,
        "Content-Length": str(len(body)),
        "Connection": "close",
    }.items():
        call.putheader(name, value)
    call.endheaders(body)
    answer = call.getresponse()
    with suppress(OSError, http.client.HTTPException, ValueError):
        answer.read(ANSWER_BYTES)  # read politely, kept nowhere
    answer.close()
    return answer.status


class _Stop:
    """Cuts the connection when its time is over: waiting for each piece alone would wait for ever on one that drips."""

    def __init__(self, channel: socket.socket):
        self.socket, self.is_over = channel, False
        self._timer = threading.Timer(ANSWER_SECONDS, self._cut)
        self._timer.daemon = True
        self._timer.start()

    def _cut(self) -> None:
        self.is_over = True
        with suppress(OSError):
            socket.socket.shutdown(self.socket, socket.SHUT_RDWR)

    def close(self) -> None:
        """The time does not matter any more, the connection goes."""
        self._timer.cancel()
        self.socket.close()
