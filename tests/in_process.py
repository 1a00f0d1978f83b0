# SPDX-License-Identifier: AGPL-3.0-or-later
"""Calling the product's WSGI application inside a test: on the test's own connection, which no request may close."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core import signals
from django.db import close_old_connections


@contextmanager
def on_one_connection() -> Iterator[None]:
    """While the block lasts requests leave the connection open, as under Django's own test client."""
    for signal in (signals.request_started, signals.request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (signals.request_started, signals.request_finished):
            signal.connect(close_old_connections)
