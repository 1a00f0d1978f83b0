# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the ground floor contributes to retention: people, sessions, tokens, notices, files, the cache and its own reports."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from innovato import expired_cache
from innovato.batches import delete_some
from innovato.exports.models import Export
from innovato.exports.services import forgetting as files
from innovato.exports.services import making
from innovato.notifications import mailbox
from innovato.notifications import services as notices
from innovato.notifications.models import Notice
from innovato.organisation.models import AccessToken, Assignment, GrantRecord, Person, PersonSession
from innovato.organisation.services import forgetting
from innovato.retention import own_data
from innovato.retention.registry import Erasure, Line, Part, Rule, Term
from innovato.retention.services import erasing, running
from innovato.webhooks.models import HookAct
from innovato.webhooks.services import handing

NOTICES = Term("INNOVATO_RETAIN_NOTICE_DAYS")
MAILS = Term("INNOVATO_RETAIN_MAIL_DAYS")
TOKENS = Term("INNOVATO_RETAIN_TOKEN_DAYS")
DELEGATIONS = Term("INNOVATO_RETAIN_DELEGATION_DAYS")
REGISTER = Term("INNOVATO_RETAIN_REGISTER_DAYS")
DELIVERIES = Term("INNOVATO_WEBHOOK_LOG_DAYS")
RUNS = Term("INNOVATO_RETAIN_RUN_DAYS")
NAMES = Term("INNOVATO_RETAIN_NAMES_YEARS", "years")

RULES = (
    Rule(
        name="names",
        what=gettext_lazy("Nome, matricola ed e-mail di chi ha lasciato la Città, anche accanto alle idee"),
        basis=gettext_lazy("Chi legge un’idea deve poter chiedere a chi l’ha proposta; dopo questi anni il nome non serve più."),
        term=NAMES,
        since=gettext_lazy("dall’uscita"),
        outcome=gettext_lazy("Nome tolto: si legge «Persona che ha lasciato la Città»; l’idea resta"),
        due=lambda at: forgetting.named_leavers(NAMES.before(at)).count(),
        batch=lambda at: erasing.erase_leavers(before=NAMES.before(at), at=at),
    ),
    Rule(
        name="places",
        what=gettext_lazy("Dove lavorava chi non ha più un nome"),
        basis=gettext_lazy("Serve al numero di persone in servizio finché i dati d’insieme di quell’anno non sono pubblicati."),
        term=Term(1, "years"),
        since=gettext_lazy("intero dopo quello dell’uscita"),
        outcome=gettext_lazy("Cancellato"),
        due=lambda at: forgetting.erased_with_places(at).count(),
        batch=forgetting.forget_places,
    ),
    Rule(
        name="sessions",
        what=gettext_lazy("Accessi scaduti"),
        basis=gettext_lazy("Un accesso scaduto non apre più niente."),
        term=Term("INNOVATO_SESSION_HOURS", "hours"),
        since=gettext_lazy("dall’accesso, al più tardi"),
        outcome=gettext_lazy("Cancellati"),
        due=lambda at: forgetting.expired_sessions(at).count() + forgetting.ended_places(at).count(),
        batch=forgetting.forget_sessions,
    ),
    Rule(
        name="sign_in_attempts",
        what=gettext_lazy("Tentativi di accesso sbagliati"),
        basis=gettext_lazy("Servono solo a fermare chi prova molti codici di seguito."),
        term=Term("INNOVATO_SIGN_IN_WAIT_MINUTES", "minutes"),
        since=gettext_lazy("dall’ultimo tentativo"),
        outcome=gettext_lazy("Cancellati"),
        due=lambda at: forgetting.used_up_attempts(at).count(),
        batch=lambda at: delete_some(forgetting.used_up_attempts(at)),
    ),
    Rule(
        name="tokens",
        what=gettext_lazy("Token personali scaduti o revocati"),
        basis=gettext_lazy("Servono per capire da quale programma è venuta una chiamata, se qualcosa non torna."),
        term=TOKENS,
        since=gettext_lazy("dalla scadenza o dalla revoca"),
        outcome=gettext_lazy("Cancellati"),
        due=lambda at: forgetting.over_tokens(TOKENS.before(at)).count(),
        batch=lambda at: delete_some(forgetting.over_tokens(TOKENS.before(at))),
    ),
    Rule(
        name="kept_answers",
        what=gettext_lazy("Risposte conservate per le chiamate inviate due volte"),
        basis=gettext_lazy("Servono perché un programma che ripete una chiamata non la esegua due volte."),
        term=Term(24, "hours"),
        since=gettext_lazy("dalla chiamata"),
        outcome=gettext_lazy("Cancellate"),
        due=lambda at: forgetting.old_answers(at).count(),
        batch=lambda at: delete_some(forgetting.old_answers(at)),
    ),
    Rule(
        name="presence",
        what=gettext_lazy("Chi ha aperta un’idea in questo momento, e le altre note di breve durata"),
        basis=gettext_lazy("Evita che due persone rispondano alla stessa idea; non resta nessuna traccia del lavoro."),
        term=Term(15, "minutes"),
        since=gettext_lazy("dall’ultima pagina aperta"),
        outcome=gettext_lazy("Cancellate"),
        due=expired_cache.count,
        batch=expired_cache.delete_some,
    ),
    Rule(
        name="delegations",
        what=gettext_lazy("Deleghe finite, con il loro motivo"),
        basis=gettext_lazy("Servono per sapere chi poteva agire per chi; gli atti portano comunque tutti e due i nomi."),
        term=DELEGATIONS,
        since=gettext_lazy("dalla fine"),
        outcome=gettext_lazy("Cancellate"),
        due=lambda at: forgetting.over_delegations(DELEGATIONS.before(at)).count(),
        batch=lambda at: delete_some(forgetting.over_delegations(DELEGATIONS.before(at))),
    ),
    Rule(
        name="notices",
        what=gettext_lazy("Avvisi, con l’esito della loro e-mail"),
        basis=gettext_lazy("Servono per ritrovare che cosa è successo nell’ultimo anno; il registro degli atti resta."),
        term=NOTICES,
        since=gettext_lazy("dall’avviso"),
        outcome=gettext_lazy("Cancellati"),
        due=lambda at: notices.old_notices(NOTICES.before(at)).count(),
        batch=lambda at: delete_some(notices.old_notices(NOTICES.before(at))),
    ),
    Rule(
        name="mails",
        what=gettext_lazy("Copie delle e-mail spedite, dove le e-mail finiscono in una cartella"),
        basis=gettext_lazy("Esistono solo nella città di prova; con un server di posta non se ne conserva nessuna."),
        term=MAILS,
        since=gettext_lazy("dalla spedizione"),
        outcome=gettext_lazy("Cancellate"),
        due=lambda at: len(mailbox.old_letters(MAILS.before(at))),
        batch=lambda at: mailbox.forget_letters(MAILS.before(at)),
    ),
    Rule(
        name="export_files",
        what=gettext_lazy("File preparati per chi li ha chiesti"),
        basis=gettext_lazy("Servono il tempo di scaricarli; si possono preparare di nuovo."),
        term=Term("INNOVATO_EXPORT_DAYS"),
        since=gettext_lazy("da quando sono pronti"),
        outcome=gettext_lazy("Cancellati; la riga resta nel registro"),
        due=lambda at: files.due_files(at).count(),
        batch=lambda at: making.tidy(at=at),
    ),
    Rule(
        name="export_register",
        what=gettext_lazy("Registro di chi ha scaricato quale file"),
        basis=gettext_lazy("Serve per controllare chi ha portato fuori dei dati."),
        term=REGISTER,
        since=gettext_lazy("dall’ultimo scarico"),
        outcome=gettext_lazy("Righe cancellate"),
        due=lambda at: files.old_orders(REGISTER.before(at)).count(),
        batch=lambda at: files.forget_orders(REGISTER.before(at)),
    ),
    Rule(
        name="webhook_deliveries",
        what=gettext_lazy("Registro delle consegne ad altri programmi"),
        basis=gettext_lazy("Serve per ripetere una consegna e per capire perché non è arrivata; non nomina nessuno."),
        term=DELIVERIES,
        since=gettext_lazy("dalla consegna"),
        outcome=gettext_lazy("Cancellato, anche quello che aspetta chi è in pausa"),
        due=lambda at: handing.old_deliveries(DELIVERIES.before(at)).count(),
        batch=lambda at: delete_some(handing.old_deliveries(DELIVERIES.before(at))),
    ),
    Rule(
        name="webhook_acts",
        what=gettext_lazy("Registro di chi ha creato, cambiato o fermato un webhook"),
        basis=gettext_lazy("Serve per sapere chi ha deciso che cosa esce verso altri programmi."),
        term=REGISTER,
        since=gettext_lazy("dall’atto"),
        outcome=gettext_lazy("Righe cancellate"),
        due=lambda at: handing.old_acts(REGISTER.before(at)).count(),
        batch=lambda at: delete_some(handing.old_acts(REGISTER.before(at))),
    ),
    Rule(
        name="reports",
        what=gettext_lazy("Rapporti di queste cancellazioni"),
        basis=gettext_lazy("Servono per dimostrare che le regole sono state seguite; non nominano nessuno."),
        term=RUNS,
        since=gettext_lazy("dal passaggio"),
        outcome=gettext_lazy("Cancellati"),
        due=lambda at: running.old_reports(RUNS.before(at)).count(),
        batch=lambda at: running.forget_reports(RUNS.before(at)),
    ),
)  # fmt: skip


def _goes(person_id: int, at: datetime) -> Iterator[Line]:
    only = _("Riguardano solo questa persona.")
    yield Line(_("Nome, matricola, e-mail, codice di accesso"), 1, _("Dicono chi è."))
    yield Line(_("Ruoli avuti"), Assignment.objects.filter(person=person_id).exclude(role="").count(), only)
    yield Line(_("Accessi aperti"), PersonSession.objects.filter(person=person_id).count(), only)
    yield Line(_("Token personali"), AccessToken.objects.filter(person=person_id).count(), only)
    yield Line(_("Avvisi ricevuti"), Notice.objects.filter(recipient=person_id).count(), only)
    ready = Export.objects.filter(person=person_id, state="ready")
    yield Line(_("File preparati"), ready.count(), only)


def _stays(person_id: int, at: datetime) -> Iterator[Line]:
    places = Assignment.objects.filter(person=person_id)
    yield Line(
        _("Strutture in cui ha lavorato"), places.count(),
        _("Senza nome, per il numero di persone in servizio nei dati d’insieme; si cancellano dopo la pubblicazione dell’anno."),
    )  # fmt: skip
    yield Line(
        _("Righe nel registro degli incarichi"), GrantRecord.objects.filter(person=person_id).count(),
        _("Dicono chi poteva fare che cosa e quando: restano senza nome."),
    )  # fmt: skip
    yield Line(
        _("Righe nel registro degli scarichi"), Export.objects.filter(person=person_id, downloads__isnull=False).count(),
        _("Restano senza nome fino alla fine del loro periodo."),
    )  # fmt: skip
    yield Line(
        _("Righe nel registro dei webhook"), HookAct.objects.filter(by=person_id).count(),
        _("Restano senza nome fino alla fine del loro periodo."),
    )  # fmt: skip


def _erase(*, person: Person, name: str, by: Person | None, at: datetime) -> None:
    mailbox.forget_address(person.email)
    notices.forget_person(person_id=person.pk, name=name, number=person.staff_number)
    files.forget_person(person_id=person.pk, at=at)
    forgetting.erase_identity(person=person, at=at)


PART = Part(
    rules=RULES, sections=own_data.sections, erasure=Erasure(goes=_goes, stays=_stays, erase=_erase)
)  # fmt: skip
