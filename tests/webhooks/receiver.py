# SPDX-License-Identifier: AGPL-3.0-or-later
"""A small web server that keeps what it is sent, and can behave badly."""

import hmac
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Call:
    """One request as it arrived."""

    path: str
    headers: dict
    body: bytes


class Receiver:
    """Answers with the codes in `codes`, one after the other, then 204. `drip` lets the answer come byte by byte."""

    def __init__(self, wrap=None):
        self.calls: list[Call] = []
        self.codes: list[int] = []
        self.headers: dict[str, str] = {}
        self.drip = 0.0
        self.answer = b""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_where: None  # who hangs up early is part of the tests
        if wrap is not None:
            self._server.socket = wrap(self._server.socket)
        self.port = self._server.server_address[1]
        self.address = f"http://127.0.0.1:{self.port}/innovato"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_error):
        self._server.shutdown()
        self._server.server_close()

    @property
    def last(self) -> Call:
        """The latest request."""
        return self.calls[-1]


def _handler_of(receiver: Receiver):
    class Handler(BaseHTTPRequestHandler):
        """One request."""

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.calls.append(Call(self.path, dict(self.headers.items()), body))
            code = receiver.codes.pop(0) if receiver.codes else 204
            self.send_response(code)
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            if not receiver.drip:
                self.end_headers()
                self.wfile.write(receiver.answer)
                return
            try:
                self.flush_headers()
                while True:
                    self.wfile.write(b"X")
                    time.sleep(receiver.drip)
            except OSError:
                pass

        do_GET = do_POST

        def log_message(self, *_words):
            """Nothing is printed."""

    return Handler


def is_signed(call: Call, secret: str) -> bool:
    """The check as the help page tells receivers to do it."""
    parts = [part.split("=", 1) for part in call.headers["InnovaTo-Signature"].split(",")]
    t = next(value for name, value in parts if name == "t")
    all_v1 = [value for name, value in parts if name == "v1"]
    signed = t.encode() + b"." + call.body
    expected = hmac.new(secret.encode(), signed, "sha256").hexdigest()
    return any(hmac.compare_digest(expected, v1) for v1 in all_v1)
