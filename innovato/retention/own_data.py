# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the ground floor knows about one person, for that person's own download."""

from datetime import datetime

from django.utils.translation import gettext as _

from innovato.exports.document import Section
from innovato.exports.models import Download, Export
from innovato.notifications.models import Notice
from innovato.organisation.capabilities import LABELS, Capability
from innovato.organisation.models import AccessToken, Delegation, GrantRecord, PersonSession
from innovato.organisation.selectors import person_with_places
from innovato.retention.telling import section
from innovato.webhooks.models import HookAct


def sections(person, at: datetime) -> list[Section]:
    """Profile, places, rights, delegations, tokens, sessions, notices, files, acts on webhooks. About a dozen queries."""
    pk = person.pk
    return [
        *_profile(pk), _grants(pk), _delegations(pk), _tokens(pk), _sessions(pk), _notices(pk, at), _exports(pk), _downloads(pk),
        _webhooks(pk),
    ]  # fmt: skip


def _profile(pk: int) -> list[Section]:
    person, places = person_with_places(pk)
    facts = (
        (_("Nome"), person.first_name), (_("Cognome"), person.last_name), (_("Matricola"), person.staff_number),
        (_("E-mail"), person.email), (_("Lingua"), person.get_language_display()),
        (_("Struttura di appartenenza"), person.home_department.full_name if person.home_department else ""),
        (_("Area contrattuale"), person.get_contract_area_display()), (_("In servizio dal"), person.joined_on),
        (_("Ultimo accesso"), person.last_login),
    )  # fmt: skip
    return [
        section(
            "profile", _("Chi sei"), _("Questi dati arrivano dall’ufficio del personale."), (_("Dato"), _("Valore")), facts
        ),
        section(
            "assignments", _("Dove hai lavorato"), _("Le tue assegnazioni, dalla più recente."),
            (_("Struttura"), _("Ruolo"), _("Dal"), _("Al")),
            ((row.department.full_name, row.role, row.starts_on, row.ends_on) for row in places),
        ),
    ]  # fmt: skip


def _grants(pk: int) -> Section:
    rows = GrantRecord.objects.filter(person=pk).select_related("department", "group").order_by("at", "pk")
    return section(
        "grants", _("Incarichi"), _("Ogni incarico che hai avuto o perso, con il motivo."),
        (_("Quando"), _("Che cosa"), _("Incarico"), _("Struttura"), _("Gruppo"), _("Motivo")),
        (
            (
                row.at, row.get_verb_display(), str(LABELS[Capability(row.capability)]) if row.capability else "",
                row.department.short_name if row.department else "", row.group.name if row.group else "", row.reason,
            )
            for row in rows
        ),
    )  # fmt: skip


def _delegations(pk: int) -> Section:
    rows = Delegation.objects.filter(delegator=pk) | Delegation.objects.filter(deputy=pk)
    rows = rows.select_related("delegator", "deputy", "department").order_by("starts_on", "pk")
    return section(
        "delegations", _("Deleghe"), _("Quelle che hai dato e quelle che hai ricevuto."),
        (_("Da"), _("A"), _("Compito"), _("Struttura"), _("Dal"), _("Al"), _("Motivo"), _("Come è finita")),
        (
            (
                row.delegator.get_full_name(), row.deputy.get_full_name(), row.label, row.department.short_name, row.starts_on,
                row.ends_on, row.reason, row.get_ending_display(),
            )
            for row in rows
        ),
    )  # fmt: skip


def _tokens(pk: int) -> Section:
    rows = AccessToken.objects.filter(person=pk).order_by("pk")
    return section(
        "tokens", _("Token personali"), _("I loro nomi; del segreto si conserva solo un’impronta."),
        (_("Nome"), _("Permesso"), _("Creato"), _("Scade"), _("Revocato"), _("Usato l’ultima volta")),
        (
            (row.name, row.get_scope_display(), row.created_at, row.expires_at, row.revoked_at, row.last_used_on)
            for row in rows
        ),
    )  # fmt: skip


def _sessions(pk: int) -> Section:
    rows = PersonSession.objects.filter(person=pk).order_by("pk")
    return section(
        "sessions", _("Accessi aperti"), _("Da quando sei dentro, browser per browser; non si annota quale."),
        (_("Dal"),), ((row.created_at,) for row in rows),
    )  # fmt: skip


def _notices(pk: int, at: datetime) -> Section:
    rows = Notice.objects.visible_to(pk, at=at).order_by("pk")
    return section(
        "notices", _("Avvisi"), _("Quello che ti abbiamo detto; il tipo è la parola del programma."),
        (_("Quando"), _("Tipo"), _("Oggetto"), _("Testo"), _("Letto"), _("E-mail")),
        (
            (
                row.deliver_after, row.kind, row.context.get("title"),
                " ".join(str(text) for name, text in sorted(row.context.items()) if name.endswith("_text")), row.read_at,
                row.get_email_state_display(),
            )
            for row in rows
        ),
    )  # fmt: skip


def _exports(pk: int) -> Section:
    rows = Export.objects.filter(person=pk).order_by("pk")
    return section(
        "exports", _("File chiesti"), _("I file che hai chiesto, anche quelli già cancellati."),
        (_("File"), _("Formato"), _("Chiesto"), _("Stato")),
        ((row.title, row.format.upper(), row.asked_at, row.get_state_display()) for row in rows),
    )  # fmt: skip


def _downloads(pk: int) -> Section:
    rows = Download.objects.filter(person=pk).select_related("export").order_by("pk")
    return section(
        "downloads", _("Registro degli scarichi"), _("I file che hai preso."), (_("File"), _("Quando")),
        ((row.export.title, row.at) for row in rows),
    )  # fmt: skip


def _webhooks(pk: int) -> Section:
    rows = HookAct.objects.filter(by=pk).order_by("pk")
    return section(
        "webhooks", _("Registro dei webhook"), _("Che cosa hai fatto con i webhook."),
        (_("Webhook"), _("Che cosa"), _("Quando")), ((row.hook_name, row.get_verb_display(), row.at) for row in rows),
    )  # fmt: skip
