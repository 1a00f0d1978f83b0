# SPDX-License-Identifier: AGPL-3.0-or-later
"""What tests of ballots stand on: a database that threads share as processes do."""

import sqlite3

import pytest
from django.db import connections


@pytest.fixture
def real_connections(transactional_db, tmp_path, on_postgres):
    """Every thread has a connection of its own to one database on disk, as web workers have.

    On SQLite the tests' database lies in memory, where connections lock each other otherwise than in the file that a
    small city runs on: for this test it is copied into one.
    """
    if on_postgres:
        yield
        return
    memory, here = connections["default"], connections.settings["default"]
    before, here["NAME"] = here["NAME"], str(tmp_path / "races.sqlite3")
    memory.ensure_connection()
    with sqlite3.connect(here["NAME"]) as file:
        memory.connection.backup(file)
    file.close()
    connections["default"] = connections.create_connection("default")
    try:
        yield
    finally:
        connections["default"].close()
        connections["default"] = memory
        here["NAME"] = before
