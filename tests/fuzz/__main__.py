# SPDX-License-Identifier: AGPL-3.0-or-later
"""`python -m tests.fuzz [--examples 20] [--seed 7]`: the long form, with its table; on the database of DATABASE_URL."""

import argparse
import os
import subprocess
import sys


def main() -> int:
    """Run the long form and pass on whether it found something."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--examples", type=int, help="generated calls per operation, valid and invalid each")
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    asked = {"FUZZ_SEED": str(given.seed)} | ({"FUZZ_EXAMPLES": str(given.examples)} if given.examples else {})
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-n",
        "0",
        "-s",
        "-p",
        "no:randomly",
        "-p",
        "no:logging",
        "-m",
        "night",
    ]
    return subprocess.run([*command, "tests/fuzz/test_fuzz.py"], env=os.environ | asked).returncode


if __name__ == "__main__":
    sys.exit(main())
