# SPDX-License-Identifier: AGPL-3.0-or-later
"""What several tests of the ground floor start from."""

import pytest
import time_machine

from .factories_city import AT, small_city
from .staff_extract import HEADER


@pytest.fixture
def clock():
    """The working day on which all these tests play."""
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def city(db):
    return small_city()


@pytest.fixture
def extract(tmp_path):
    """Writes lines (text or bytes) to a file and gives its path."""

    def make(*lines, header=HEADER, encoding="utf-8"):
        path = tmp_path / "estratto.csv"
        raw = [line if isinstance(line, bytes) else line.encode(encoding) for line in (header, *lines)]
        path.write_bytes(b"\n".join(raw) + b"\n")
        return path

    return make
