# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the workflow contributes to retention: its rules, what it knows about a person, what of that goes on erasure."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from innovato.retention.registry import Erasure, Line, Part, Rule, Term
from workflow.models import Authorship, Follow, Recusal
from workflow.selectors import own_data
from workflow.services import leavers

DRAFTS = Term("INNOVATO_RETAIN_DRAFT_DAYS")
REPORTS = Term("INNOVATO_RETAIN_REPORT_DAYS")

RULES = (
    Rule(
        name="drafts",
        what=gettext_lazy("Bozze di chi ha lasciato la Città, con gli allegati"),
        basis=gettext_lazy("Nessuno le ha mai lette e nessuno può finirle; resta il tempo di passarle a chi le firma insieme."),
        term=DRAFTS,
        since=gettext_lazy("dall’uscita dell’ultima persona che la firma"),
        outcome=gettext_lazy("Cancellate"),
        due=lambda at: leavers.abandoned_drafts(DRAFTS.before(at)).count(),
        batch=lambda at: leavers.forget_drafts(DRAFTS.before(at)),
    ),
    Rule(
        name="comment_reports",
        what=gettext_lazy("Segnalazioni di commenti già gestite"),
        basis=gettext_lazy("Servono finché chi ha scritto il commento può chiedere perché è stato tolto."),
        term=REPORTS,
        since=gettext_lazy("dalla risposta dell’ufficio"),
        outcome=gettext_lazy("Cancellate"),
        due=lambda at: leavers.handled_reports(REPORTS.before(at)).count(),
        batch=lambda at: leavers.forget_reports(REPORTS.before(at)),
    ),
    Rule(
        name="removed_comments",
        what=gettext_lazy("Testo dei commenti tolti"),
        basis=gettext_lazy("Serve finché chi l’ha scritto può chiedere perché è stato tolto."),
        term=REPORTS,
        since=gettext_lazy("da quando è stato tolto"),
        outcome=gettext_lazy("Testo cancellato; resta il motivo"),
        due=lambda at: leavers.removed_texts(REPORTS.before(at)).count(),
        batch=lambda at: leavers.forget_removed_texts(REPORTS.before(at)),
    ),
)  # fmt: skip


def _goes(person_id: int, at: datetime) -> Iterator[Line]:
    yield Line(_("Bozze"), leavers.sole_drafts(person_id).count(), _("Mai inviate, e nessun’altra persona le firma."))
    asked = Authorship.objects.filter(person=person_id).exclude(status=Authorship.Status.ACCEPTED)
    yield Line(_("Inviti a firmare"), asked.count(), _("Riguardano solo questa persona."))
    follows = Follow.objects.filter(person=person_id)
    yield Line(_("Idee seguite"), follows.count(), _("Riguardano solo questa persona."))
    cards = leavers.unfinished_reviews(person_id)
    yield Line(_("Valutazioni non consegnate"), cards.count(), _("Nessuna decisione si fonda su di loro."))
    recusals = Recusal.objects.filter(person=person_id)
    yield Line(_("Motivi delle astensioni"), recusals.count(), _("Possono parlare di rapporti personali."))


PART = Part(
    rules=RULES,
    sections=lambda person, at: own_data.sections(person),
    files=own_data.files,
    erasure=Erasure(goes=_goes, stays=own_data.kept_lines, erase=leavers.erase),
)
