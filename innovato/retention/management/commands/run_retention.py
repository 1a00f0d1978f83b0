# SPDX-License-Identifier: AGPL-3.0-or-later
"""Follows the rules of retention by hand: what the clock does every night, or only counted beforehand."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from innovato.retention import registry
from innovato.retention.services import running


class Command(BaseCommand):
    """`manage.py run_retention [--dry-run] [--only NAME]`: a line per rule with its count; no line names anybody."""

    help = "Deletes what has been kept long enough, rule by rule; with --dry-run it only counts."

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="count and report, delete nothing")
        parser.add_argument(
            "--only", metavar="NAME", help="one rule only: " + ", ".join(r.name for r in registry.rules())
        )

    def handle(self, *args, dry_run: bool, only: str | None, **options):
        at = timezone.now()
        if only is not None and only not in {rule.name for rule in registry.rules()}:
            names = ", ".join(rule.name for rule in registry.rules())
            raise CommandError(f"no rule is called {only!r}; there are: {names}")
        followed = {"at": at, "only": only}
        reports = running.count_all(**followed) if dry_run else running.run_all(**followed, progress=self._say)
        for report in reports:
            verb = "would go" if dry_run else "gone"
            self.stdout.write(
                f"{report.rule}: {report.count} {verb}{', stopped: ' + report.fault if report.fault else ''}"
            )
        if not dry_run and len(reports) < (1 if only else len(registry.rules())):
            self.stdout.write("the other rules are being followed by another worker")
        if faulty := [report.rule for report in reports if report.fault]:
            raise CommandError(f"stopped by a fault of the database: {', '.join(faulty)}")

    def _say(self, name: str, done: int) -> None:
        """One line for every ten batches or so."""
        if done % 5000 == 0:
            self.stdout.write(f"{name}: {done} so far")
