# SPDX-License-Identifier: AGPL-3.0-or-later
"""The embedded message broker, one SQLite file of its own: made ready before the worker starts, swept at night."""

import sqlite3
from contextlib import closing

from celery import current_app
from django.conf import settings
from kombu.transport.sqlalchemy import Transport

# The worker asks for work this often, in seconds; the broker's address can't carry the option. It stands here, where only
# the worker loads it, because SQLAlchemy costs each process 18 MB.
Transport.polling_interval = 0.5
EMBEDDED = "sqla+sqlite:///"


def is_embedded() -> bool:
    """Whether messages travel through a file instead of a server."""
    return settings.CELERY_BROKER_URL.startswith(EMBEDDED)


def _open() -> sqlite3.Connection:
    return sqlite3.connect(settings.CELERY_BROKER_URL.removeprefix(EMBEDDED), timeout=20)


def prepare() -> None:
    """Make the tables before several processes try to at once; readers and the writer then don't wait for each other."""
    if not is_embedded():
        return
    with closing(_open()) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
    with current_app.connection_for_write() as connection:
        connection.default_channel.queue_declare(current_app.conf.task_default_queue)


def purge() -> int:
    """Delete delivered messages, which the transport only hides; returns how many. Safe to run at any time."""
    if not is_embedded():
        return 0
    with closing(_open()) as connection, connection:
        return connection.execute("DELETE FROM kombu_message WHERE NOT visible").rowcount
