# SPDX-License-Identifier: AGPL-3.0-or-later
"""A small city with something to show on every page: people of each role, campaigns in each stage, ideas in each state.

Built in one go, through the services wherever pages show what they write; its dates lie round the real now.
"""

from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

from django.core.files.base import ContentFile
from django.utils import timezone

from innovato.exports.services import asking, making
from innovato.exports.services import mailing as sending
from innovato.notifications import kinds, selectors, services
from innovato.notifications.models import Notice
from innovato.organisation.models import Assignment, Persona
from innovato.organisation.services import deactivate, issue_token
from innovato.participation import catalogue
from innovato.retention.services import running
from tests import factories as make
from tests.journeys import city_ballots, city_hooks, city_pilots
from tests.participation import factories as released
from tests.workflow.factories_judging import REASON, again, holder
from tests.workflow.factories_writing import PDF, complete_draft
from workflow.models import Campaign, CommentReport, DraftInput, NumberSeries
from workflow.search import index_idea
from workflow.services import (
    attachments,
    coauthors,
    comments,
    decisions,
    delegating,
    following,
    handing_in,
    merging,
    rollup,
    screening,
)

DAY = timedelta(days=1)
LONG_ADDRESS = "https://intranet.comune.example/" + "documenti-e-moduli/" * 8 + "elenco.ods"
NOTICE = {
    "ref": "2026-0412",
    "due": "2026-12-04",
    "ends_on": "2027-03-31",
    "voting_closes_on": "2026-12-04",
    "objections_until_at": "2026-12-06T18:00:00+01:00",
    "department": "Servizi civici",
    "campaign": "Meno sprechi, più tempo",
    "reason_label": "Costa più del beneficio",
    "reason_text": "Prima riga.\nSeconda riga.",
    "note_text": "Quante persone al mese?",
    "other_title": "Residenza in un solo passaggio",
    "by_name": "Laura Pautasso",
    "for_name": "Silvia Ghione",
    "task_label": "Decidere sulle idee e sui piloti",
    "delegator_name": "Silvia Ghione",
    "deputy_name": "Fabio Cerutti",
    "starts_on": "2026-11-16",
    "indicator": "Persone servite",
    "missing": 2,
    "format": "ODS",
    "sha256": "ab" * 32,
}


def build() -> SimpleNamespace:
    """The whole city; every person, campaign and idea under its name. `ideas` holds one idea per state."""
    here = SimpleNamespace(now=timezone.now(), ideas={})
    here.today = timezone.localdate(here.now)
    here.reason = REASON
    NumberSeries.objects.create(year=here.today.year, last=7000)  # far from the numbers that factories give
    _departments(here)
    _people(here)
    _campaigns(here)
    _written(here)
    _screened(here)
    city_ballots.fill(here)
    city_pilots.fill(here)
    _discussed(here)
    _delegated(here)
    _told(here)
    _reported(here)
    city_hooks.fill(here)
    return here


def _departments(here) -> None:
    here.root = make.department("Città di Torino", short_name="Città")
    here.division = make.department("Divisione Servizi interni", parent=here.root, short_name="Servizi interni")
    here.office = make.department("Economato e logistica", parent=here.division)
    here.spare = make.department("Ufficio vuoto", parent=here.root)
    here.elsewhere = make.department("Cultura, Sport, Grandi eventi e Turismo", parent=here.root, short_name="Cultura")
    here.theme = make.theme("Spazi e oggetti")


def _people(here) -> None:
    here.author = make.person("Giulia", "Ferrero", home=here.office, email="giulia.ferrero.bertolotti@comune.example")
    here.colleague = make.person("Davide", "Conti", home=here.office)
    here.newcomer = make.person("Irina", "Popa", home=here.elsewhere)
    here.leaver = make.person("Ugo", "Andato", home=here.office)
    here.screener = holder("Laura", "Pautasso", "screen_ideas", here.root)
    here.idle_screener = holder("Remo", "Quieto", "screen_ideas", here.elsewhere)
    here.reviewers = [
        holder(name, "Bosio", "review_ideas", here.root, here.elsewhere) for name in ("Marco", "Carla", "Ida")
    ]
    here.reviewer, here.second_reviewer, here.third_reviewer = here.reviewers
    here.manager = holder("Silvia", "Ghione", "decide_ideas", here.office)
    here.managers = here.manager.groups.get()
    here.deputy = make.person("Fabio", "Cerutti", home=here.office)
    here.director = holder("Paolo", "Rosso", "decide_ideas", here.root, here.division)
    here.verifier = holder("Nadia", "Bertone", "verify_results", here.root)
    here.hr = holder("Andrea", "Martini", "view_participation", here.root)
    here.register_reader = holder("Enzo", "Serra", "manage_department", here.root)
    here.guarantor = holder("Rita", "Sasso", "guard_ballots", here.root)
    here.administrator = holder("Ada", "Villa", "manage_department", here.root)
    here.organiser = holder("Marta", "Riva", "manage_campaigns", here.root)
    here.gone = make.person("Vera", "Partita", home=here.office)
    deactivate(person=here.gone, by=None, at=here.now - 30 * DAY)
    here.token, _secret = issue_token(person=here.newcomer, name="Agenda", scope="read", days=30, at=here.now)
    here.fresh = uuid4()
    Assignment.objects.create(
        person=here.author, department=here.office, starts_on=here.today - 400 * DAY, role="istruttrice"
    )
    Persona.objects.create(person=here.author, label_it="Chi propone", label_en="Who proposes", position=1)
    Persona.objects.create(
        person=here.screener, label_it="Ufficio innovazione", label_en="Innovation office", position=2
    )


def _delegated(here) -> None:
    """The manager's deputy is at work, decided something already, and has another delegation to answer."""
    about = {"starts_on": here.today, "ends_on": here.today + 9 * DAY, "at": here.now}
    lent = {"to": here.deputy, "capabilities": ["decide_ideas"], "reason": "ferie di fine anno"}
    here.lent = delegating.give(**about, **lent, department=here.office, by=here.manager)[0]
    delegating.accept(delegation_id=here.lent.pk, by=here.deputy, at=here.now)
    away = about | {"starts_on": here.today + 20 * DAY, "ends_on": here.today + 30 * DAY}
    here.asked_of = delegating.give(**away, **lent, department=here.division, by=here.director)[0]
    idea = make.idea(here.author, here.closed, state="decision", at=here.now - 2 * DAY, title="Numeri dispari")
    decisions.decline(idea_id=idea.pk, by=here.deputy, at=here.now, reason_code="cost", reason_text=REASON)


def _campaigns(here) -> None:
    """One in each stage; those that vote are filled by their ballots."""
    now = here.now
    text = "Che cosa cerchiamo: idee che si provano in pochi mesi.\n\nChi decide: la struttura competente."
    words = {"at": now, "summary": "Idee per usare meglio spazi, oggetti ed energia.", "text": text}
    coming = {"submissions_open_at": now + 5 * DAY, "submissions_close_at": now + 25 * DAY,
              "voting_opens_at": now + 30 * DAY, "voting_closes_at": now + 40 * DAY}  # fmt: skip
    here.always = make.campaign(
        here.root, slug="sempre-aperto", always_open=True, submissions_close_at=None, voting_opens_at=None,
        voting_closes_at=None, submissions_open_at=now - 60 * DAY, **words,
    )  # fmt: skip
    here.planned = make.campaign(here.root, slug="in-arrivo", stage="planned", rubric_frozen_at=None, **words | coming)
    window = {"submissions_open_at": now - 60 * DAY, "submissions_close_at": now + 10 * DAY}
    here.open = make.campaign(
        here.root, slug="aperto", blind_authors=True, eligible_contract_areas=["istruttori"], **words | window
    )
    here.preparing = make.campaign(
        here.root, slug="verso-il-voto", stage="preparing", **words | city_ballots.to_come(now)
    )
    old = {"submissions_open_at": now - 700 * DAY, "submissions_close_at": now - 660 * DAY,
           "voting_opens_at": now - 650 * DAY, "voting_closes_at": now - 640 * DAY}  # fmt: skip
    here.closed = make.campaign(here.root, slug="concluso", stage="closed", selection_rule="share", **words | old)
    here.words = words


def _sheet(here, who, title, *, at, call=None, **fields):
    """A complete draft of this person."""
    values = {"theme": here.theme, "department": here.office, "estimated_cost": 1200, "at": at, "title": title}
    idea = complete_draft(who, call or here.always, **values | fields)
    DraftInput.objects.filter(idea=idea).update(typed={})  # the office is known
    return idea


def handed_in(here, who, title, *, at, **fields):
    """An idea that its author has handed in."""
    idea = _sheet(here, who, title, at=at, **fields)
    return handing_in.submit(idea_id=idea.pk, by=who, at=at)


def _written(here) -> None:
    """What still lies with its authors."""
    now = here.now
    draft = _sheet(here, here.author, "Catalogo degli arredi in deposito", at=now - DAY)
    attachments.attach(idea_id=draft.pk, by=here.author, file=ContentFile(PDF, name="pianta del deposito.pdf"), at=now)
    coauthors.invite(idea_id=draft.pk, by=here.author, person_id=here.colleague.pk, at=now)
    here.ideas["draft"] = again(draft)
    here.blank = make.idea(here.author, here.open, at=now, title="", problem="", proposal="", benefit="")
    make.idea(here.gone, here.open, at=now, title="Un cestino per ogni piano")
    here.invited = make.idea(here.colleague, here.open, at=now, title="Bicicletta di servizio in ogni sede")
    coauthors.invite(idea_id=here.invited.pk, by=here.colleague, person_id=here.author.pk, at=now)
    back = handed_in(here, here.author, "Un solo modulo per tutte le assenze", at=now - 6 * DAY, call=here.open)
    screening.request_changes(
        idea_id=back.pk, by=here.screener, at=now - 2 * DAY, note="Quante assenze al mese?\nE dove?"
    )
    here.ideas["needs_changes"] = again(back)


def _screened(here) -> None:
    """What the office has in its hands, and how its answers look."""
    now, office = here.now, {"by": here.screener}
    draft = _sheet(
        here, here.author, "Sala d’attesa silenziosa", at=now - 5 * DAY, call=here.open, problem=f"Leggi {LONG_ADDRESS}"
    )
    attachments.attach(idea_id=draft.pk, by=here.author, file=ContentFile(PDF, name="misure.pdf"), at=now - 5 * DAY)
    here.ideas["screening"] = here.waiting = handing_in.submit(idea_id=draft.pk, by=here.author, at=now - 5 * DAY)
    here.near = _admitted(here, here.colleague, "Sala d’attesa più silenziosa", at=now - 4 * DAY)
    merging.propose(idea_id=here.waiting.pk, at=now, target_ref=here.near.number, text=REASON, **office)
    here.next = handed_in(here, here.colleague, "Etichette chiare per le chiavi", at=now - 3 * DAY, call=here.open)
    here.ideas["admitted"] = _admitted(
        here, here.author, "Riuso " + "straordinariamente " * 4 + "semplice", at=now - 9 * DAY
    )
    here.undoable = _admitted(here, here.colleague, "Luci che si spengono da sole", at=now, call=here.open)
    gone = _admitted(here, here.author, "Armadio dei guanti", at=now - 8 * DAY)
    here.ideas["withdrawn"] = handing_in.withdraw(idea_id=gone.pk, by=here.author, at=now - 7 * DAY)
    no = handed_in(here, here.author, "Fontanella privata", at=now - 8 * DAY)
    screening.refuse_admission(
        idea_id=no.pk, at=now - 3 * DAY, reason_code="private_advantage", reason_text=REASON, **office
    )
    here.ideas["inadmissible"] = again(no)
    twin = handed_in(here, here.author, "Sala d’attesa con meno rumore", at=now - 8 * DAY)
    merging.propose(idea_id=twin.pk, at=now - 7 * DAY, target_ref=here.near.number, text=REASON, **office)
    for lead in (here.author, here.colleague):
        merging.answer(idea_id=twin.pk, by=lead, at=now - 6 * DAY, accept=True)
    here.ideas["merged"] = again(twin)


def _admitted(here, who, title, *, at, **fields):
    """An idea that the office lets through at once."""
    idea = handed_in(here, who, title, at=at, **fields)
    screening.admit(idea_id=idea.pk, by=here.screener, at=at, department_id=here.office.pk)
    return again(idea)


def _discussed(here) -> None:
    """The idea in voting is discussed: more conversations than fit, an answer, a report, a removal; others follow it."""
    idea, now = here.ideas["voting"], here.now
    for number in range(13):
        written = comments.add_comment(
            idea_id=idea.pk, by=here.colleague, at=now - DAY, kind="question", body=f"Domanda {number}: {LONG_ADDRESS}"
        )
    here.asked = written
    say = {"idea_id": idea.pk, "at": now, "kind": "suggestion"}
    comments.add_comment(by=here.newcomer, body="Vale anche per le scuole.", parent_id=written.pk, **say)
    here.own_comment = comments.add_comment(by=here.author, body="Grazie, ci penso.\n\nA presto.", **say)
    removed = comments.add_comment(by=here.newcomer, body="Una parola di troppo.", **say)
    comments.remove_comment(comment_id=removed.pk, by=here.screener, at=now, reason="Parole che offendono una collega.")
    CommentReport.objects.create(comment=here.asked, by=here.newcomer, reason="È pubblicità.", at=now)
    for person in (here.newcomer, here.colleague):
        following.follow(idea_id=idea.pk, by=person, at=now)


def _told(here) -> None:
    """The author has a notice of every kind, some of them read."""
    words = NOTICE | {"title": "Sala d’attesa silenziosa", "url": f"/idee/{here.near.ref}/"}
    for number, kind in enumerate(kinds.registered()):
        at = here.now - number * timedelta(hours=5)
        services.notify(kind=kind.name, recipients=[here.author.pk], context=words, key=f"pages:{kind.name}", at=at)
    some = Notice.objects.filter(recipient=here.author, key__startswith="pages:").order_by("-pk")[:5]
    Notice.objects.filter(pk__in=list(some.values_list("pk", flat=True))).update(read_at=here.now)
    here.next_notices = selectors.page(person_id=here.author.pk, at=here.now).following


def indexed(*ideas) -> None:
    """Put ideas that no service handed in where search and near ideas find them."""
    for idea in ideas:
        index_idea(idea)


def stages() -> set[str]:
    """The stages in which the city's campaigns are."""
    return set(Campaign.objects.values_list("stage", flat=True))


def _reported(here) -> None:
    """The figures of the pipeline are counted, and a file of them is ready for the director."""
    rollup.refresh(at=here.now)
    for measure in catalogue.EVERY_MEASURE:
        released.release(measure=measure)
    released.release(table=catalogue.Table.AREAS)
    plan = {"report": "partecipazione", "every": "quarter", "format": "pdf"}
    here.mailing = sending.add(by=here.hr, person=str(here.hr.pk), at=here.now, **plan)
    order = {"report": "andamento", "format": "csv", "language": "it", "posted": {}}
    own = {"report": "miei-dati", "format": "zip", "language": "it", "posted": {}}
    making.make(export_id=asking.ask(by=here.author, at=here.now, **own).pk, at=here.now)
    running.count_all(at=here.now, by=here.register_reader)
    running.run_all(at=here.now, only="tokens")
    here.export = asking.ask(by=here.director, at=here.now, **order)
    making.make(export_id=here.export.pk, at=here.now)
    here.waiting_export = asking.ask(by=here.director, at=here.now, **order | {"format": "ods"})
