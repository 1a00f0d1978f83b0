# SPDX-License-Identifier: AGPL-3.0-or-later
"""Counts every event again and rewrites the pipeline's figures."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from workflow.services import rollup


class Command(BaseCommand):
    """`manage.py rebuild_pipeline`: after a restore, or when figures are in doubt. Readers see the old ones meanwhile."""

    help = "Rewrites the pipeline's figures from the events."

    def handle(self, *args, **options):
        done = rollup.rebuild(at=timezone.now())
        self.stdout.write(f"pipeline figures rewritten from {done} events")
