# SPDX-License-Identifier: AGPL-3.0-or-later
"""For every address of the product somebody who may ask for it, in the city for pages."""

from dataclasses import dataclass, field

from django.urls import resolve

from innovato.notifications.models import Notice
from tests.journeys.page_table import WALKS
from tests.workflow.routes import Route, routes

NOBODY = "00000000-0000-4000-8000-000000000000"

# Who asks for what is no page.
ACTS = {
    "organisation:sign_in_as": ("author", "/accesso/persona/"),
    "organisation:sign_out": ("author", "/uscita/"),
    "organisation:session": ("author", "/sessione/"),
    "notifications:read_all": ("author", "/avvisi/letti/"),
    "notifications:read_one": ("author", "/avvisi/{notice}/letto/"),
    "notifications:open": ("author", "/avvisi/{notice}/apri/"),
    "notifications:letter_as_shown": ("author", "/avvisi/posta/posta/html/"),
    "participation:preparations": ("hr", "/partecipazione/preparazioni/"),
    "documents:text": ("nobody", "/aiuto/documenti/informativa/en.txt"),
    "exports:mailing_add": ("hr", "/esportazioni/invii/"),
    "exports:mailing_remove": ("hr", "/esportazioni/invii/{mailing.pk}/togli/"),
    "exports:cancel": ("director", "/esportazioni/{waiting_export.uuid}/interrompi/"),
    "exports:file": ("director", "/esportazioni/{export.uuid}/file/"),
    "retention:count": ("register_reader", "/conservazione/prova/"),
    "webhooks:test": ("screener", "/verifica/webhook/{hook.uuid}/prova/"),
    "webhooks:pause": ("screener", "/verifica/webhook/{hook.uuid}/pausa/"),
    "webhooks:resume": ("screener", "/verifica/webhook/{stopped_hook.uuid}/riprendi/"),
    "webhooks:redeliver": ("screener", "/verifica/webhook/{hook.uuid}/consegne/{delivery.uuid}/ripeti/"),
    "workflow:idea_submit": ("author", "/idee/{blank.ref}/invia/"),
    "workflow:idea_follow": ("voter", "/idee/{ideas[decision].ref}/segui/"),
    "workflow:idea_autosave": ("author", "/idee/{ideas[draft].ref}/salva/"),
    "workflow:coauthor_remove": ("author", "/idee/{ideas[draft].ref}/persone/1/togli/"),
    "workflow:idea_join": ("voter", "/idee/{ideas[admitted].ref}/partecipa/"),
    "workflow:idea_dismiss_similar": ("author", "/idee/{ideas[draft].ref}/diversa/"),
    "workflow:attachment_add": ("author", "/idee/{ideas[draft].ref}/allegati/"),
    "workflow:attachment": ("author", "/idee/{ideas[draft].ref}/allegati/" + NOBODY + "/"),
    "workflow:attachment_remove": ("author", "/idee/{ideas[draft].ref}/allegati/" + NOBODY + "/togli/"),
    "workflow:screening_undo": ("screener", "/verifica/{undoable.ref}/annulla/"),
    "workflow:screening_resume": ("screener", "/verifica/{ideas[needs_changes].ref}/riprendi/"),
    "workflow:decision_ask_reviews": ("manager", "/decisioni/{late.ref}/chiedi/"),
    "workflow:merge_cancel": ("screener", "/verifica/{waiting.ref}/unione/ritira/"),
    "workflow:decision_resume": ("manager", "/decisioni/{ideas[deferred].ref}/riprendi/"),
    "workflow:pilot_milestone": ("voter", "/piloti/{ideas[piloting].ref}/tappa/1/"),
    "workflow:pilot_csv": ("voter", "/piloti/{ideas[piloting].ref}/dati.csv"),
    "workflow:idea_offices": ("author", "/idee/uffici/"),
    "workflow:idea_people": ("author", "/idee/persone/"),
    "workflow:structure_csv": ("administrator", "/organigramma/{office.pk}/incarichi.csv"),
    "workflow:delegations_csv": ("deputy", "/deleghe/registro.csv"),
    "workflow:delegation_answer": ("deputy", "/deleghe/{asked_of.pk}/risposta/"),
    "workflow:delegation_take_up": ("deputy", "/deleghe/{lent.pk}/riprendi/"),
    "workflow:delegation_set_aside": ("deputy", "/deleghe/torna-a-te/"),
    "voting:support": ("voter", "/voto/sostieni/"),
    "voting:publication": ("voter", "/bandi/{counted.slug}/pubblicazione.json"),
    "voting:ranking": ("voter", "/bandi/{counted.slug}/classifica.csv"),
    "voting:verify_script": ("voter", "/verifica-voto/verify_publication.py"),
    "voting:guarantor_unfreeze": ("guarantor", "/garante/{ballots[frozen].pk}/riprendi/"),
    "voting:guarantor_answer": ("guarantor", "/garante/{ballots[counted].pk}/rispondi/"),
}


@dataclass(frozen=True)
class Seed:
    """One way to ask: who asks, with which method, and what is sent that must stay for the rest to be read at all."""

    route: Route
    role: str
    method: str
    address: str
    query: str = ""
    posted: dict = field(default_factory=dict)

    @property
    def way(self) -> tuple:
        """What makes it another way to ask than others: the route, the method, and the names in the query."""
        return self.route.name, self.method, *sorted(pair.partition("=")[0] for pair in self.query.split("&"))


def seeds(here) -> list[Seed]:
    """Every way that the table of pages knows, once, and what is no page with both methods."""
    names = vars(here) | {"notice": Notice.objects.filter(recipient=here.author).first().pk}
    by_name = {route.name: route for route in routes()}
    found = {}
    for role, visits in WALKS.items():
        for visit in visits:
            address, _mark, query = visit.address.format_map(names).partition("?")
            if visit.status == 404 or visit.lands:
                continue
            posted = {name: _first(value).format_map(names) for name, value in (visit.post or {}).items()}
            method = "GET" if visit.post is None else "POST"
            seed = Seed(by_name[resolve(address).view_name], role, method, address, query, posted)
            found.setdefault(seed.way, seed)
    for name, (role, address) in ACTS.items():
        for method in ("GET", "POST"):
            seed = Seed(by_name[name], role, method, address.format_map(names))
            found.setdefault(seed.way, seed)
    return list(found.values())


def _first(value) -> str:
    return value[0] if isinstance(value, list) else value
