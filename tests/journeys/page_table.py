# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who opens which page of the product, and in which condition: the table that the walk over every page reads.

An address is written with the names of the city for pages: `/idee/{ideas[draft].ref}/modifica/`.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Visit:
    """One page. `post` is sent to it as a browser without scripts would; `lands` is where a redirect leads."""

    address: str
    status: int = 200
    post: dict | None = None
    lands: str = ""


def at(*addresses: str) -> list[Visit]:
    """Pages that are simply there."""
    return [Visit(address) for address in addresses]


def sent(address: str, status: int = 422, /, **post) -> Visit:
    """What a form answers to a post; 422 is a form with something to mend."""
    return Visit(address, status, post)


STATES = (
    "draft", "screening", "needs_changes", "admitted", "voting", "not_selected", "review", "decision", "piloting",
    "adopted", "verified", "closed", "declined", "deferred", "inadmissible", "withdrawn",
)  # fmt: skip
CALLS = ("always", "planned", "open", "preparing", "voting", "counted", "decided", "closed")
VOTED = ("voting", "counted", "sealed", "annulled", "frozen", "closed", "planned")
DRAFT = "/idee/{ideas[draft].ref}/"
VOTING = "/idee/{ideas[voting].ref}/"
PAPER = "/bandi/{voting.slug}/scheda/"
SCREENING = "/verifica/{waiting.ref}/"
CARD = "/valutazioni/{ideas[review].ref}/"
DECISION = "/decisioni/{ideas[decision].ref}/"
PILOT = "/piloti/{ideas[piloting].ref}/"
HOOK = "/verifica/webhook/{hook.uuid}/"
OPEN_BALLOT = "/garante/{ballots[voting].pk}/"

ONE_INDICATOR = {
    **{
        f"{rows}-{name}": "0"
        for rows in ("indicators", "milestones", "members")
        for name in ("TOTAL_FORMS", "INITIAL_FORMS")
    },
    "indicators-TOTAL_FORMS": "1",
    "indicators-0-name": "Assenze",
    "indicators-0-baseline": "tante",
}
NO_RUBRIC = {"rubric-TOTAL_FORMS": "1", "rubric-INITIAL_FORMS": "0"}

WALKS: dict[str, list[Visit]] = {
    "nobody": [
        *at("/aiuto/api/", "/aiuto/api/ideas/", "/aiuto/api/ballots/"),
        *at("/aiuto/documenti/", "/aiuto/documenti/informativa/", "/aiuto/documenti/registro-trattamenti/"),
        *at("/aiuto/documenti/valutazione-impatto/", "/aiuto/documenti/lettera-sindacati/"),
        *at("/aiuto/documenti/conservazione/"),
        *at("/accesso/", "/lingua/", "/aiuto/", "/regole/", "/accessibilita/", "/voto/", "/ricevuta/"),
        sent("/accesso/", 400, staff_number="41872", code=""),
        sent("/lingua/", 400, language="xx"),
        sent("/ricevuta/", 200, code="{receipt}"),
        sent("/ricevuta/", 200, code="AAAA-AAAA-AAAA"),
        sent("/ricevuta/", 200, code=""),
        *at("/bandi/{counted.slug}/risultati/"),
        Visit("/bandi/{sealed.slug}/risultati/", lands="/accesso/"),
        Visit("/non-c-e/", 404),
    ],
    "author": [
        *at("/", "/idee/", "/idee/?vista=da-votare", "/idee/?vista=mie", "/idee/?vista=adottate"),
        *at("/idee/?q=sala&stato=admitted&struttura=Economato", "/idee/?q=zzzz"),
        *at(*(f"/idee/{{ideas[{state}].ref}}/" for state in STATES)),
        Visit("/idee/{ideas[merged].ref}/", lands="/idee/{near.ref}/"),
        *at("/idee/{ideas[merged].ref}/?originale", "/idee/{ideas[voting].ref}/?vicine"),
        *at("/idee/{ideas[verified].ref}/storia/", "/idee/{ideas[needs_changes].ref}/storia/"),
        sent("/idee/{ideas[declined].ref}/riesame/", text=""),
        Visit("/idee/9999-0001/", 404),
    ],
    "writer": [
        *at("/idee/nuova/", f"{DRAFT}modifica/", "/idee/{blank.ref}/modifica/"),
        *at("/idee/{ideas[needs_changes].ref}/modifica/", f"{DRAFT}persone/", f"{DRAFT}ritira/"),
        *at(
            "/idee/{invited.ref}/persone/rispondi/",
            "/idee/simili/?title=Sala d’attesa silenziosa",
            "/idee/simili/?title=zzzz",
        ),
        sent("/idee/nuova/", do="submit", title="", estimated_cost="molto"),
        sent(
            f"{DRAFT}modifica/",
            do="submit",
            version="{ideas[draft].version}",
            title="",
            problem="{own_comment.body}",
            department="zzzz",
        ),
        sent(f"{DRAFT}modifica/", 409, title="Un altro titolo", version="0", page="f" * 32),
        sent(f"{DRAFT}persone/", coauthor="Nessuno Mai"),
        *at(f"{VOTING}commenti/?risposta={{asked.pk}}", f"{VOTING}commenti/?prima={{asked.pk}}"),
        *at("/commenti/{own_comment.pk}/modifica/", "/commenti/{asked.pk}/segnala/"),
        sent(f"{VOTING}commenti/", kind="question", body=""),
        sent("/commenti/{own_comment.pk}/modifica/", body=""),
        sent("/commenti/{asked.pk}/segnala/", reason=""),
        *at(f"{SCREENING}unione/"),
        sent(f"{SCREENING}unione/"),
        *at("/avvisi/", "/avvisi/?dopo={next_notices}", "/profilo/", "/esportazioni/"),
        *(Visit(address, 403) for address in ("/verifica/", "/valutazioni/", "/cruscotto/", "/garante/", DECISION)),
    ],
    "voter": [
        *at("/bandi/", "/bandi/?vista=in-votazione", "/bandi/?vista=conclusi"),
        *at(*(f"/bandi/{{{call}.slug}}/" for call in CALLS)),
        *at("/bandi/{open.slug}/regole/", "/bandi/{closed.slug}/regole/"),
        *at("/bandi/{decided.slug}/piloti/", "/bandi/{planned.slug}/piloti/"),
        *at(*(f"/bandi/{{{call}.slug}}/risultati/" for call in VOTED)),
        *at(PAPER, "/bandi/{preparing.slug}/scheda/", "/bandi/{counted.slug}/scheda/", "/bandi/{frozen.slug}/scheda/"),
        Visit("/bandi/{annulled.slug}/scheda/", lands="/bandi/{annulled.slug}/risultati/"),
        sent(PAPER, choice=["x", "y"], act="save", ballot="{ballots[voting].pk}", nonce="00" * 16),
        sent(PAPER, 200, act="withdraw", ballot="{ballots[voting].pk}"),
        sent("/bandi/{frozen.slug}/scheda/", 503, act="save", ballot="{ballots[frozen].pk}", nonce="00" * 16),
        sent("/bandi/{counted.slug}/risultati/", 200, code="{receipt}"),
        *at("/piloti/", "/piloti/?vista=conclusi", "/piloti/?miei=1"),
        *at(*(f"/piloti/{{ideas[{state}].ref}}/" for state in ("piloting", "adopted", "verified", "closed"))),
        *at(*(f"{PILOT}{form}/" for form in ("dato", "spesa", "diario", "squadra"))),
        sent(f"{PILOT}dato/", value="molto", measured_on="1999-12-31"),
        sent(f"{PILOT}spesa/", amount="99999", description="Troppo", spent_on="{today}"),
        sent(f"{PILOT}diario/", body=""),
        sent(f"{PILOT}squadra/", person="Nessuno Mai", hours_per_week="99"),
        *at("/", "/idee/?vista=da-votare", VOTING, f"{DRAFT}persone/rispondi/"),
    ],
    "newcomer": [
        *at(
            "/",
            "/cose-fatte/",
            "/idee/?vista=mie",
            "/idee/?vista=seguo",
            "/avvisi/",
            "/profilo/",
            VOTING,
            "/idee/{undoable.ref}/",
        ),
        Visit(PAPER, 403),
        *at("/piloti/?vista=in-corso&miei=1", "/profilo/token/{token.uuid}/revoca/"),
        sent("/profilo/token/", 200, uuid="{fresh}", name="Cruscotto", scope="write", days="90"),
        sent("/profilo/token/", 400, uuid="{fresh}", name=""),
    ],
    "screener": [
        *at(
            "/",
            "/cose-fatte/",
            SCREENING,
            f"{SCREENING}?unisci={{near.number}}",
            "/verifica/{next.ref}/",
            "/verifica/{next.ref}/passa/",
        ),
        Visit("/verifica/", lands=SCREENING),
        sent(SCREENING),
        sent(SCREENING, choice="admit"),
        sent("/verifica/{next.ref}/", choice="refuse", text="No", version="{next.version}"),
        sent("/verifica/{next.ref}/passa/", reason="No"),
        *at("/verifica/{undoable.ref}/copri/"),
        sent("/verifica/{undoable.ref}/copri/", passages="No", version="{undoable.version}"),
        *at("/verifica/{ideas[not_selected].ref}/scegli/"),
        sent("/verifica/{ideas[not_selected].ref}/scegli/", reason="No", version="{ideas[not_selected].version}"),
        *at(
            "/idee/{undoable.ref}/", "/idee/{ideas[inadmissible].ref}/", "/idee/{ideas[screening].ref}/storia/", VOTING
        ),
        sent("/idee/{undoable.ref}/chi-propone/", 200),
        *at("/commenti/{asked.pk}/rimuovi/", "/cruscotto/"),
        sent("/commenti/{asked.pk}/rimuovi/", reason=""),
        *at("/verifica/webhook/", "/verifica/webhook/nuovo/"),
        *at(*(f"{HOOK}{page}" for page in ("", "modifica/", "segreto/", "elimina/", "consegne/{delivery.uuid}/"))),
        *at("/verifica/webhook/{stopped_hook.uuid}/"),
        sent("/verifica/webhook/nuovo/", uuid="{fresh}", name="", address="http://127.0.0.1/"),
        sent(f"{HOOK}modifica/", name="Portale", address="https://10.0.0.1/", kinds="admit"),
        sent(f"{HOOK}segreto/", 200),
    ],
    "idle_screener": at("/verifica/"),
    "lead": [
        *at("/", "/valutazioni/", CARD, f"{CARD}concludi/"),
        sent(f"{CARD}concludi/", reason="No", version="{ideas[review].version}"),
    ],
    "beginner": [*at(CARD), sent(CARD, action="submit", text_for_author="")],
    "untouched": [*at("/valutazioni/", CARD), sent(CARD, conflict="conflict", reason="")],
    "manager": [
        *at("/", "/cruscotto/", "/cruscotto/?vista=elenco", DECISION, f"{DECISION}?scelta=respingi"),
        *at(f"{DECISION}?scelta=rinvia", f"{DECISION}?scelta=passa", "/decisioni/{late.ref}/"),
        *at("/decisioni/{ideas[deferred].ref}/", "/verifica/{ideas[decision].ref}/passa/"),
        sent(DECISION, choice="approve", budget="molto", version="1", **ONE_INDICATOR),
        sent(
            DECISION, 200, choice="decline", reason_code="cost", reason="{reason}", version="{ideas[decision].version}"
        ),
        *at(f"{PILOT}proroga/", f"{PILOT}esito/"),
        sent(f"{PILOT}proroga/", ends_on="1999-12-31", reason="No"),
        sent(f"{PILOT}esito/", outcome="adopted", lessons="", version="{ideas[piloting].version}"),
        *at("/deleghe/", "/deleghe/{lent.pk}/fine/"),
        sent("/deleghe/", to="Nessuno Mai", starts_on="1999-12-31"),
        sent("/deleghe/{lent.pk}/fine/", shorten="1", ends_on="1999-12-31"),
    ],
    "deputy": [
        *at("/", "/deleghe/", "/deleghe/{lent.pk}/fine/", "/cruscotto/", DECISION, "/profilo/"),
        *at("/idee/{ideas[decision].ref}/perche/?che=decline"),
        Visit("/deleghe/{asked_of.pk}/fine/", 409),
        sent("/deleghe/", 409, to=""),
    ],
    "director": [
        *at("/cruscotto/", "/cruscotto/?vista=elenco&ordine=titolo", "/cruscotto/?struttura={office.pk}"),
        *at("/cruscotto/andamento/", "/cruscotto/andamento/?struttura={office.pk}", "/esportazioni/"),
        *at("/esportazioni/{export.uuid}/", "/esportazioni/{waiting_export.uuid}/"),
        Visit("/esportazioni/{waiting_export.uuid}/file/", 409),
        sent("/esportazioni/nuova/", report="andamento", format="exe", struttura=""),
    ],
    "hr": [
        *at("/", "/partecipazione/", "/partecipazione/?vista=albero", "/partecipazione/?vista=aree"),
        *at("/partecipazione/?periodo=2026-q3&misura=commented&struttura=cultura"),
        Visit("/partecipazione/?periodo=1999", 404),
        Visit("/cruscotto/andamento/", 403),
    ],
    "register_reader": [
        *at("/esportazioni/registro/", "/conservazione/", "/conservazione/persona/"),
        sent("/conservazione/persona/", staff_number="12"),
        sent("/conservazione/persona/", staff_number="000000"),
        sent("/conservazione/persona/", staff_number="{author.staff_number}"),
        sent("/conservazione/persona/", 200, staff_number="{gone.staff_number}", preview="1"),
        sent("/conservazione/persona/", staff_number="{gone.staff_number}", confirm="1"),
    ],
    "administrator": [
        *at("/organigramma/", "/organigramma/{office.pk}/", "/organigramma/{spare.pk}/"),
        *at(*(f"/organigramma/{{office.pk}}/{act}/" for act in ("sposta", "unisci", "chiudi"))),
        *at("/organigramma/{office.pk}/revoca/?compito=decide_ideas&gruppo={managers.pk}&persona={manager.pk}"),
        sent("/organigramma/{office.pk}/", to="Nessuno Mai", capability="x"),
        sent("/organigramma/{office.pk}/sposta/", 200, other="{elsewhere.pk}", reason="riordino", preview="1"),
        sent("/organigramma/{office.pk}/unisci/", 200, other="{elsewhere.pk}", reason="riordino", preview="1"),
        sent("/organigramma/{office.pk}/chiudi/", reason="riordino", confirm="1"),
        sent("/organigramma/{office.pk}/revoca/", compito="decide_ideas", gruppo="{managers.pk}", reason=""),
    ],
    "verifier": [
        *at("/piloti/{ideas[adopted].ref}/verifica/"),
        sent("/piloti/{ideas[adopted].ref}/verifica/", benefit=""),
    ],
    "organiser": [
        *at("/bandi/", "/verifica/bandi/", "/verifica/bandi/nuovo/", "/verifica/bandi/{planned.slug}/"),
        *at("/verifica/bandi/{voting.slug}/"),
        sent("/verifica/bandi/nuovo/", title="", submissions_open_at="1999-12-31T18:00", **NO_RUBRIC),
    ],
    "guarantor": [
        *at("/garante/", *(f"/garante/{{ballots[{name}].pk}}/" for name in ("voting", "frozen", "annulled", "sealed"))),
        sent(f"{OPEN_BALLOT}annulla/", reason="No"),
        sent(f"{OPEN_BALLOT}annulla/", 200, reason="{reason}"),
        sent("/garante/{ballots[annulled].pk}/ripeti/", opens_at="1999-12-31T18:00", closes_at=""),
    ],
}
# Whoever walks under another name than their own.
ALIASES = {"writer": "author", "voter": "colleague"}

# Only where the people are invented.
DEMO_WALKS: dict[str, list[Visit]] = {
    "nobody": at("/accesso/", "/modelli/"),
    "author": at("/", "/avvisi/", "/avvisi/posta/", "/avvisi/posta/{letter}/"),
}

# Routes that show no page of their own, and why.
NO_PAGE = {
    **dict.fromkeys(
        (
            "voting:publication", "voting:ranking", "voting:verify_script", "workflow:pilot_csv", "workflow:attachment",
            "workflow:delegations_csv", "workflow:structure_csv", "documents:text",
        ),
        "a file to save",
    ),
    **dict.fromkeys(("workflow:idea_offices", "workflow:idea_people"), "the names offered under an input, for a script"),
    "organisation:session": "how long the session lasts, for a script",
    **dict.fromkeys(
        ("notifications:open", "workflow:idea_submit", "participation:preparations"), "leads on to a page of the walk"
    ),
    "notifications:letter_as_shown": "the mail itself, in a sandbox where no script runs, axe neither",
    **dict.fromkeys(
        (
            "organisation:sign_in_as", "organisation:sign_out", "notifications:read_all", "notifications:read_one",
            "workflow:idea_follow", "workflow:idea_autosave", "workflow:coauthor_remove", "workflow:idea_join",
            "workflow:idea_dismiss_similar", "workflow:attachment_add", "workflow:attachment_remove",
            "workflow:screening_undo", "workflow:screening_resume", "workflow:decision_ask_reviews",
            "workflow:merge_cancel", "workflow:decision_resume", "workflow:pilot_milestone",
            "voting:support", "voting:guarantor_unfreeze", "voting:guarantor_answer", "exports:cancel", "exports:mailing_add",
            "exports:mailing_remove", "retention:count",
            "webhooks:test", "webhooks:pause", "webhooks:resume", "webhooks:redeliver",
            "workflow:delegation_answer", "workflow:delegation_take_up", "workflow:delegation_set_aside",
        ),
        "only does something, on a post, and leads back to a page of the walk",
    ),
}  # fmt: skip
NO_PAGES_BELOW = {
    "admin": "Django's own technical tables",
    "own_api": "JSON",
    "workflow_api": "JSON",
    "voting_api": "JSON",
}
