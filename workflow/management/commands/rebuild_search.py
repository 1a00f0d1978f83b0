# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reads every idea again and rewrites the search index, with the words that mistyped ones are compared to."""

from django.core.management.base import BaseCommand

from workflow.search import rebuild


class Command(BaseCommand):
    """`manage.py rebuild_search`: after a restore, an import, or a change of how words are cut."""

    help = "Rewrites the search index from the ideas."

    def handle(self, *args, **options):
        done = rebuild(progress=lambda count: self.stderr.write(f"{count} ideas read…"))
        self.stdout.write(f"search index of {done} ideas rewritten")
