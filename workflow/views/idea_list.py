# SPDX-License-Identifier: AGPL-3.0-or-later
"""The page that lists ideas: its tabs, filters, chips and rows, whole or as the part that changed."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import trigger_client_event

from innovato.formats import number
from innovato.organisation.auth import signed_in
from workflow.context import actor_of
from workflow.forms.ideas import IdeaSearch
from workflow.selectors.facets import Facets, margins
from workflow.selectors.ideas import FIXED_STATES, PERSONAL, Order, View, departments_called, found_rows, idea_page
from workflow.selectors.what_next import what_next
from workflow.states import BLIND, PUBLISHED, IdeaState

S = IdeaState
TABS = {
    View.TO_VOTE: lazy("Da votare"),
    View.ALL: lazy("Tutte"),
    View.FOLLOWED: lazy("Le seguo"),
    View.MINE: lazy("Le mie"),
    View.ADOPTED: lazy("Adottate"),
}
TITLES = {
    View.TO_VOTE: lazy("Idee da votare"),
    View.ALL: lazy("Tutte le idee"),
    View.FOLLOWED: lazy("Le idee che seguo"),
    View.MINE: lazy("Le mie idee"),
    View.ADOPTED: lazy("Idee adottate"),
}
ORDERS = {
    Order.RANDOM: lazy("Ordine casuale"),
    Order.CLOSEST: lazy("Più vicine alle parole cercate"),
    Order.NEWEST: lazy("Più recenti"),
    Order.OLDEST: lazy("Meno recenti"),
}
FIRST_STATES = (S.VOTING, S.REVIEW, S.DECISION, S.PILOTING, S.ADOPTED)
OTHER_STATES = tuple(state for state in S if state not in (*FIRST_STATES, S.DRAFT))


@signed_in
@require_safe
@vary_on_headers("HX-Request", "HX-Target")
def idea_list(request: HttpRequest) -> HttpResponse:
    """The list in one of its views. htmx gets only the results, or only the following rows."""
    context = _context(request, IdeaSearch.read(request.GET))
    if not request.htmx or request.htmx.history_restore_request:
        return render(request, "workflow/ideas/list.html", context)
    if request.htmx.target == "righe" and context["page"].ideas:
        response = render(request, "workflow/ideas/_more.html", context | {"shown_from": 1})
        return trigger_client_event(response, "moveFocus", f"idea-{context['page'].ideas[0].ref}", after="swap")
    return render(request, "workflow/ideas/_results.html", context)


def _context(request: HttpRequest, search: IdeaSearch) -> dict:
    """Everything the page shows."""
    actor, at = actor_of(request), timezone.now()
    department, several = _department(search)
    rows = found_rows(search.filters(department), actor)
    around = margins(rows, search.filters(department), actor=actor)
    search.keep_known(theme_codes=around.theme_codes, campaign_slugs=around.campaign_slugs)
    filters = search.filters(department)
    facets = around.facets(filters, language=get_language() or "it")
    reader = {"person_uuid": request.user.uuid, "at": at, "after": search.after}
    page = idea_page(rows, filters, **reader, keys=around.keys(filters))
    if page.lost:
        search.notes.append(_("Questo punto dell’elenco non c’è: ricominciamo dall’inizio."))
    _dress(page.ideas, at, search.view)
    chips = _chips(search, facets, department)
    return {
        "search": search,
        "page": page,
        "shown_from": page.first,
        "facets": facets,
        "page_title": TITLES[search.view],
        "heading": _heading(search.view, facets.total, bool(chips)),
        "tabs": _tabs(search, facets),
        "chips": chips,
        "orders": [(order, ORDERS[order]) for order in filters.orders],
        "departments": [{"label": row.name, "url": search.query(struttura=row.code, sotto="1")} for row in several],
        "reset_url": search.query(q="", stato=(), tema=(), bando="", struttura="", sotto=""),
        "first_url": search.query(),
        "next_url": search.query(dopo=page.following) if page.following else "",
        "empty": _empty(search, chips),
        **_states(search, facets),
    }


def _department(search: IdeaSearch) -> tuple:
    """The department meant and, where several may be meant, those to choose from."""
    if not search.department:
        return None, []
    found = departments_called(search.department)
    if len(found) == 1:
        return found[0], []
    if not found:
        search.notes.append(_("Non troviamo una struttura con questo nome: controlla come si scrive."))
    return None, found


def _dress(ideas, at, view) -> None:
    """Give each row the words that depend on who reads and when."""
    for idea in ideas:
        hidden = idea.campaign.blind_authors and idea.state in BLIND
        department = idea.department if hidden else idea.submitted_from
        idea.shown_department = department.short_name if department else ""
        idea.next_text = what_next(idea, at=at, mine=view == View.MINE) if idea.state != S.VOTING else ""


def _heading(view: View, total: int | None, filtered: bool) -> str:
    if total is None:
        return _("Idee trovate") if filtered else _("Più di 1.000 idee")
    if not total:
        return _("Nessuna idea")
    words = {"n": number(total)}
    if view == View.TO_VOTE:
        return ngettext("%(n)s idea in votazione", "%(n)s idee in votazione", total) % words
    if view == View.ADOPTED:
        return ngettext("%(n)s idea adottata", "%(n)s idee adottate", total) % words
    return ngettext("%(n)s idea", "%(n)s idee", total) % words


def _tabs(search: IdeaSearch, facets: Facets) -> list[dict]:
    url = reverse("workflow:idea_list")
    kept = {"stato": (), "tema": (), "bando": "", "ordine": ""}
    return [
        {
            "url": url + search.query(vista="" if view == View.ALL else view, **kept),
            "label": label,
            "current": view == search.view,
            "count": facets.views.get(view),
        }
        for view, label in TABS.items()
    ]


def _states(search: IdeaSearch, facets: Facets) -> dict:
    if search.view in FIXED_STATES:
        return {}

    def rows(states):
        return [
            {
                "value": state.value,
                "label": state.label,
                "checked": state in search.states,
                "count": _state_count(state, search, facets),
            }
            for state in states
        ]

    others = OTHER_STATES if search.view != View.MINE else (S.DRAFT, *OTHER_STATES)
    return {
        "states": rows(FIRST_STATES),
        "other_states": rows(others),
        "other_states_open": any(state in search.states for state in others),
    }


def _state_count(state, search: IdeaSearch, facets: Facets) -> int | None:
    """How many ideas a state's box would show; None where that was not counted."""
    if facets.states is None or (search.view == View.ALL and state not in PUBLISHED and state not in search.states):
        return None
    return facets.states[state]


def _chips(search: IdeaSearch, facets: Facets, department) -> list[dict]:
    """The filters in use, each with the address that takes it away."""
    chips = []

    def chip(name, value, **changes):
        chips.append({"name": name, "label": f"{name}: {value}", "url": search.query(**changes)})

    if search.text:
        chip(_("Cerca"), f"«{search.text}»", q="")
    for call in facets.campaigns:
        if call.code == search.campaign:
            chip(_("Bando"), call.label, bando="")
    for state in search.states if search.view not in FIXED_STATES else ():
        chip(_("Stato"), state.label, stato=tuple(one for one in search.states if one != state))
    for theme in facets.themes:
        if theme.code in search.themes:
            chip(_("Tema"), theme.label, tema=tuple(one for one in search.themes if one != theme.code))
    if department:
        chip(_("Struttura"), department.short_name, struttura="", sotto="")
    return chips


def _empty(search: IdeaSearch, chips: list) -> dict:
    """What stands in place of an empty list."""
    if chips:
        return {
            "icon": "it-search",
            "title": _("Nessuna idea con questi filtri"),
            "text": _("Prova a toglierne uno."),
            "url": chips[-1]["url"],
            "action": _("Togli il filtro %(name)s") % {"name": chips[-1]["name"]},
        }
    if search.view in PERSONAL:
        return _empty_personal(search.view)
    if search.view == View.TO_VOTE:
        return {
            "icon": "ballot",
            "title": _("In questo momento non si vota"),
            "text": _("Guarda nei bandi quando si apre la prossima votazione."),
            "url": reverse("workflow:campaign_list"),
            "action": _("Vedi i bandi"),
        }
    return {"icon": "bulb", "title": _("Qui non c’è ancora nessuna idea"), "text": "", "url": "", "action": ""}


def _empty_personal(view: View) -> dict:
    if view == View.MINE:
        return {
            "icon": "bulb",
            "title": _("Non hai ancora proposto un’idea"),
            "text": _("Bastano dieci minuti: la bozza si salva da sola."),
            "url": reverse("workflow:idea_new"),
            "action": _("Proponi un’idea"),
        }
    return {
        "icon": "bell",
        "title": _("Non segui ancora nessuna idea"),
        "text": _("Apri un’idea e scegli «Segui»: ti diciamo che cosa succede."),
        "url": reverse("workflow:idea_list"),
        "action": _("Vedi tutte le idee"),
    }
