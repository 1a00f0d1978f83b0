# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading the rules with what became of them last, and the latest reports."""

from dataclasses import dataclass

from django.db.models import Max

from innovato.retention import registry
from innovato.retention.models import RetentionRun
from innovato.retention.registry import Rule

SHOWN = 30


@dataclass(frozen=True)
class Followed:
    """A rule, its latest run, and the latest time that somebody only counted."""

    rule: Rule
    run: RetentionRun | None
    counted: RetentionRun | None


def rules_followed() -> list[Followed]:
    """Every rule in its order. One query."""
    newest = RetentionRun.objects.order_by().values("rule", "is_dry").annotate(newest=Max("pk")).values("newest")
    latest = {(row.rule, row.is_dry): row for row in RetentionRun.objects.filter(pk__in=newest)}
    return [Followed(rule, latest.get((rule.name, False)), latest.get((rule.name, True))) for rule in registry.rules()]


def latest_erasures() -> list[RetentionRun]:
    """The latest erasures on request, newest first. One query."""
    rows = RetentionRun.objects.filter(rule="erasure").select_related("by")
    return list(rows.order_by("-started_at", "-pk")[:SHOWN])
