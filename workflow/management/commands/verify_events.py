# SPDX-License-Identifier: AGPL-3.0-or-later
"""Checks the chain of events from the first row to the last and names every row that does not fit."""

from django.core.management.base import BaseCommand, CommandError

from workflow.models import ChainHead, IdeaEvent
from workflow.services.events import broken_links

READ_AT_ONCE = 2000


class Command(BaseCommand):
    """`manage.py verify_events`: exit code 0 and one line when the chain holds, 1 and a line per fault when not."""

    help = "Checks the hash chain of events; names changed, missing, inserted or reordered rows by number."

    def handle(self, *args, **options):
        rows = IdeaEvent.objects.order_by("number").iterator(chunk_size=READ_AT_ONCE)
        faults = 0
        for number, fault in broken_links(rows, ChainHead.objects.first()):
            faults += 1
            self.stdout.write(f"{number}: {fault}")
        if faults:
            raise CommandError(f"{faults} faults in the chain of events")
        head = ChainHead.objects.first()
        self.stdout.write(f"{head.number if head else 0} events, the chain holds")
