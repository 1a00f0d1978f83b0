# SPDX-License-Identifier: AGPL-3.0-or-later
"""The set-up is refused when rights, sign-in, sessions or the calendar are not as meant."""

import pytest

from innovato.organisation import capabilities, checks
from innovato.organisation.models import Department


def ids(errors):
    return [error.id for error in errors]


def test_the_product_as_it_comes_passes():
    for check in (checks.check_vocabulary, checks.check_guardian, checks.check_sessions, checks.check_patron_day):
        assert check() == []


def test_a_right_known_to_one_side_only_is_found(monkeypatch):
    monkeypatch.setattr(Department._meta, "permissions", (*capabilities.VOCABULARY, ("rule_city", "x")))
    assert ids(checks.check_vocabulary()) == ["organisation.E001"]


def test_a_right_without_a_label_or_implied_from_nowhere_is_found(monkeypatch):
    monkeypatch.setattr(checks, "LABELS", {})
    monkeypatch.setattr(checks, "IMPLIES", {"rule_city": frozenset()})
    assert ids(checks.check_vocabulary()) == ["organisation.E002", "organisation.E003"]


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("ANONYMOUS_USER_NAME", "anonimo", ["organisation.E004"]),
        ("AUTHENTICATION_BACKENDS", ["django.contrib.auth.backends.ModelBackend"], ["organisation.E005"]),
        (
            "AUTHENTICATION_BACKENDS",
            [checks.STAFF_BACKEND, "guardian.backends.ObjectPermissionBackend"],
            ["organisation.E005"],
        ),
        ("SESSION_ENGINE", "django.contrib.sessions.backends.signed_cookies", ["organisation.E006"]),
        ("SESSION_ENGINE", "django.contrib.sessions.backends.db", ["organisation.E006"]),
        ("INNOVATO_SESSION_IDLE_MINUTES", 4, ["organisation.E008"]),
        ("INNOVATO_SESSION_IDLE_MINUTES", 601, ["organisation.E008"]),
        ("INNOVATO_PATRON_DAY", "02-30", ["organisation.E007"]),
        ("INNOVATO_PATRON_DAY", "24 giugno", ["organisation.E007"]),
        ("INNOVATO_PATRON_DAY", "", []),
        ("INNOVATO_PATRON_DAY", "02-29", []),
    ],
)
def test_a_wrong_setting_is_named(settings, name, value, found):
    setattr(settings, name, value)
    every = (checks.check_guardian, checks.check_sessions, checks.check_patron_day)
    assert [error for check in every for error in ids(check())] == found
