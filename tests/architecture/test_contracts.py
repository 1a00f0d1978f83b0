# SPDX-License-Identifier: AGPL-3.0-or-later
"""The floors and rooms hold, style is kept, models and migrations agree: what the tools find, as tests."""

import subprocess
import sys

import pytest
from django.core.management import call_command

from tests.architecture.files import ROOT

LINT_IMPORTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"


def output_of(*arguments: str) -> tuple[int, str]:
    """The exit status and everything said by a Python tool."""
    done = subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def test_arrows_between_floors_and_rooms_point_downwards():
    status, said = output_of("-c", LINT_IMPORTS, "--no-cache", "--no-logo")
    assert status == 0, said


def test_the_code_keeps_to_the_rules_of_style():
    status, said = output_of("-m", "ruff", "check", "--no-cache", "--output-format", "concise", ".")
    assert status == 0, said


def test_the_code_is_formatted():
    status, said = output_of("-m", "ruff", "format", "--no-cache", "--check", ".")
    assert status == 0, said


@pytest.mark.django_db
def test_every_change_of_a_model_has_its_migration():
    call_command("makemigrations", check=True, dry_run=True, verbosity=3)
