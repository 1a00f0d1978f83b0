# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py import_staff FILE.csv`: takes the HR extract; the columns are in innovato/docs/import-staff.md."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from innovato.organisation.errors import BadStaffFile, TooManyLeavers
from innovato.organisation.services.staff_import import StaffPlan, import_staff
from innovato.organisation.staff_file import read_staff_file


class Command(BaseCommand):
    help = _("Porta nell’organizzazione l’estratto del personale (CSV). Una riga sbagliata: non cambia niente.")

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, metavar="FILE.csv", help=_("l’estratto"))
        parser.add_argument("--dry-run", action="store_true", help=_("dice che cosa cambierebbe e non cambia niente"))
        parser.add_argument(
            "--complete", action="store_true", help=_("l’estratto è completo: chi non c’è non è più in servizio")
        )
        parser.add_argument("--force", action="store_true", help=_("accetta che esca più di una persona su cinque"))

    def handle(self, **options):
        try:
            lines, problems = read_staff_file(options["file"], progress=self._read)
            plan = import_staff(
                lines=lines,
                problems=problems,
                at=timezone.now(),
                complete=options["complete"],
                force=options["force"],
                dry_run=options["dry_run"],
                progress=self._written,
            )
        except BadStaffFile as refusal:
            for number, reason in refusal.problems:
                self.stderr.write(_("riga %(number)d: %(reason)s") % {"number": number, "reason": reason})
            raise CommandError(self._sentence(refusal)) from refusal
        except TooManyLeavers as refusal:
            raise CommandError(refusal.sentence) from refusal
        self._report(plan, dry_run=options["dry_run"])

    def _sentence(self, refusal: BadStaffFile) -> str:
        """What happened, with the number of problems when there are any."""
        count = len(refusal.problems)
        if not count:
            return refusal.sentence
        found = ngettext("%(count)d problema trovato.", "%(count)d problemi trovati.", count) % {"count": count}
        return f"{found} {refusal.sentence}"

    def _read(self, lines: int) -> None:
        self.stderr.write(_("%(lines)d righe lette…") % {"lines": lines})

    def _written(self, people: int) -> None:
        self.stderr.write(_("%(people)d persone scritte…") % {"people": people})

    def _report(self, plan: StaffPlan, *, dry_run: bool) -> None:
        """The counts, one per line."""
        if dry_run:
            self.stdout.write(_("Prova: non ho cambiato niente. Cambierebbe questo:"))
        for words, count in (
            (_("nuove persone"), len(plan.created)),
            (_("dati aggiornati"), plan.only_updated),
            (_("trasferimenti"), len(plan.transferred)),
            (_("rientri"), len(plan.returned)),
            (_("uscite"), len(plan.leavers)),
            (_("incarichi finiti con il trasferimento"), plan.rights_ended),
            (_("senza cambiamenti"), plan.unchanged),
        ):
            self.stdout.write(f"{count:>7} {words}")
        self.stdout.write(_("In tutto: %(count)d persone cambiate.") % {"count": plan.changes})
