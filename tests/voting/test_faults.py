# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every fault that `tests.voting.mutants` puts in still has its place: else its run would stop, or prove nothing."""

from pathlib import Path

from tests.run import ROOT
from tests.voting.faults import FAULTS


def test_every_fault_finds_its_text_once_and_its_tests():
    edits = [
        (fault.name, file, (ROOT / file).read_text().count(old)) for fault in FAULTS for file, old, _new in fault.edits
    ]
    assert [(name, file, times) for name, file, times in edits if times != 1] == []
    assert all((Path(__file__).parent / test).is_file() for fault in FAULTS for test in fault.tests)
    assert len({fault.name for fault in FAULTS}) == len(FAULTS) >= 60
