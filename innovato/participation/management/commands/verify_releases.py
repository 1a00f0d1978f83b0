# SPDX-License-Identifier: AGPL-3.0-or-later
"""Checks the chain of released tables from the first to the last and names every one that does not fit."""

from django.core.management.base import BaseCommand, CommandError

from innovato.participation.models import Release, ReleaseHead
from innovato.participation.services.chain import broken_links


class Command(BaseCommand):
    """`manage.py verify_releases`: exit code 0 and one line when the chain holds, 1 and a line per fault when not."""

    help = "Checks the hash chain of released tables; names changed, missing, inserted or reordered ones by number."

    def handle(self, *args, **options):
        head = ReleaseHead.objects.first()
        faults = list(broken_links(Release.objects.order_by("number").iterator(chunk_size=100), head))
        for number, fault in faults:
            self.stdout.write(f"{number}: {fault}")
        if faults:
            raise CommandError(f"{len(faults)} faults in the chain of releases")
        self.stdout.write(f"{head.number if head else 0} releases, the chain holds")
