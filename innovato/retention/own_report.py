# SPDX-License-Identifier: AGPL-3.0-or-later
"""A person's own data as a file that nobody else can ask for: everything the product knows of them, except how they voted."""

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from innovato import formats
from innovato.exports.document import Document
from innovato.exports.models import Format
from innovato.exports.reports import Report
from innovato.retention import registry

NAME = "miei-dati"


class OwnDataReport(Report):
    """One archive about whoever asks for it. There is no parameter: nobody can name somebody else."""

    name = NAME
    formats = (Format.ZIP,)

    def parameters(self, posted: Mapping[str, str]) -> dict[str, str]:
        """There is only one."""
        return {}

    def may(self, person, parameters: Mapping[str, str]) -> bool:
        """Everybody in service, about themselves."""
        return person.is_active and not parameters

    def title(self, parameters: Mapping[str, str]) -> str:
        """What the file is called."""
        return _("I miei dati")

    def address(self, parameters: Mapping[str, str]) -> str:
        """The page that shows the first of them."""
        return reverse("organisation:profile")

    def build(self, person, parameters: Mapping[str, str], *, at: datetime) -> Document:
        """What every part of the product knows about this person."""
        found = [part for part in registry.parts() if part.sections]
        day = formats.short_date(timezone.localdate(at), year=True)
        return Document(
            title=_("I miei dati"),
            subtitle=person.get_full_name(),
            facts=((_("Di chi"), person.get_full_name()), (_("Al"), day), (_("Titolare"), settings.INNOVATO_CITY_NAME)),
            sections=tuple(section for part in found for section in part.sections(person, at)),
            city=settings.INNOVATO_CITY_NAME,
            language=get_language() or "it",
            notes=(
                _(
                    "Come hai votato qui non c’è: le schede sono cifrate e dopo la chiusura definitiva nessuno può "
                    "collegarle a una persona."
                ),
                _("I dati d’insieme sulla partecipazione non riguardano nessuna persona: per questo non sono qui."),
                _("Quanto resta ogni cosa lo dice la tabella della conservazione, in Aiuto."),
            ),
            files=tuple(file for part in registry.parts() if part.files for file in part.files(person)),
        )  # fmt: skip
