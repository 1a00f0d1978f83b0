# SPDX-License-Identifier: AGPL-3.0-or-later
"""Walks the table of moves for dead ends, unreachable states and moves that nobody can make."""

from django.core.management.base import BaseCommand, CommandError

from workflow.diagram import faults


class Command(BaseCommand):
    """`manage.py check_workflow`: exit code 1 and a line per fault when the table has one."""

    help = "Checks the table of moves for dead ends, unreachable states and moves that nobody can make."

    def handle(self, *args, **options):
        found = faults()
        for fault in found:
            self.stdout.write(fault)
        if found:
            raise CommandError(f"{len(found)} faults in the table of moves")
        self.stdout.write("every state can be reached and left, every move has somebody who can make it")
