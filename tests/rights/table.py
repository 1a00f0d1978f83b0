# SPDX-License-Identifier: AGPL-3.0-or-later
"""The table of rights: one row for each route and method. To be read beside `rights.md`.

A row says, in this order: for whom the thing exists (`sees`; to everybody else it is not there), who may (`may`;
everybody else who sees it is forbidden), and while what (`now`; else who may is told that it is not the moment). Where
`now` is not said the moment makes no difference to who is let in. `public` is for those who have not signed in.
"""

from dataclasses import dataclass, field

from tests.rights import audiences as to
from tests.rights.audiences import EVERYBODY, IDEA, NOBODY, Audience, holds_everywhere, related, while_
from tests.workflow.factories_judging import REASON

GET, POST, PUT, PATCH, DELETE = "GET", "POST", "PUT", "PATCH", "DELETE"


@dataclass(frozen=True)
class Row:
    """Who is answered how. `sent` and `query` are written with the names of the town, as in the table of pages."""

    sees: Audience = EVERYBODY
    may: Audience = EVERYBODY
    now: Audience | None = None
    found: Audience = EVERYBODY  # who may, and yet the address names nothing
    public: Audience = NOBODY
    sent: dict = field(default_factory=dict, hash=False)
    query: str = ""
    file: bool = False  # a file comes along
    by_browser: bool = False  # no token comes in here
    as_part: bool = False  # asked by htmx, which hears a refusal as such; a page goes back with it in words


def idea(may: Audience = EVERYBODY, now: Audience | None = None, **more) -> Row:
    """About one idea: it has to exist for who asks."""
    return Row(sees=IDEA, may=may, now=now, **more)


def pilot(may: Audience = EVERYBODY, now: Audience | None = None, **more) -> Row:
    """About one pilot: it exists once it was approved, for whoever sees the idea."""
    return Row(sees=IDEA & to.PILOT, may=may, now=now, **more)


def look(row: Row) -> dict[str, Row]:
    """Only to be looked at."""
    return {GET: row}


def act(row: Row) -> dict[str, Row]:
    """Only to be done."""
    return {POST: row}


def both(row: Row) -> dict[str, Row]:
    """A page with its form: who may look may send it."""
    return {GET: row, POST: row}


def only(sees: Audience, **more) -> Row:
    """There for these; to everybody else it is not there."""
    return Row(sees=sees, **more)


def may(who: Audience, now: Audience | None = None, **more) -> Row:
    """Everybody knows that it is there; these may."""
    return Row(may=who, now=now, **more)


ALL = Row()
PUBLIC = Row(public=EVERYBODY)
NOT_THERE = Row(sees=NOBODY)
NOWHERE = Row(sees=NOBODY, public=EVERYBODY)

PAPER = {"ballot": "{ballot}", "nonce": "00" * 16}
VERSION = {"version": "{version}"}  # the one that stands
PUBLISHED = while_(*to.PUBLISHED)
REVIEWS_IT = to.REVIEWER & related("assigned")
WITHDRAWABLE = while_("draft", "screening", "needs_changes", "admitted", "blind")
HR = holds_everywhere("view_participation")
CITY_SCREENER = holds_everywhere("screen_ideas")
CITY_ADMINISTRATOR = holds_everywhere("manage_department")
GUARANTOR = holds_everywhere("guard_ballots")
FOLLOWS_PIPELINE = to.holds_somewhere("decide_ideas", "screen_ideas", "view_pipeline")
LOOKS_AFTER = to.holds("manage_department")
RESULTS_PUBLIC = ~while_("sealed")
ELECTOR = related("elector")
MAY_VOTE = ELECTOR | ~while_("voting", "frozen", "counted")  # while there is nothing to vote on nobody is told more
IS_ON_THE_ROLL = ELECTOR | ~while_("voting")  # a ballot that is not open says so before it asks who comes
TWO_PEOPLE = related("delegator") | related("deputy")
SCREENS_SOMEWHERE = to.holds_somewhere("screen_ideas")
CALLS = to.holds_somewhere("manage_campaigns")
FILE = IDEA & (~while_("withheld") | to.AUTHOR | to.SCREENER)

# The table of moves, in the words of `domain.md`: who, and from which state. --------------------------------------------

MOVES = {
    "submit": (to.AUTHOR, to.WRITABLE),
    "request_changes": (to.MAY_SCREEN, while_("screening")),
    "resume_screening": (to.holds_clear("screen_ideas", "author"), NOBODY),  # its authors still have time to answer
    "admit": (to.MAY_SCREEN, while_("screening")),
    "refuse_admission": (to.MAY_SCREEN, while_("screening")),
    "merge": (to.MAY_SCREEN, while_("screening", "admitted")),
    "undo_admission": (to.SCREENER, while_("just admitted")),
    "undo_refusal": (to.SCREENER, NOBODY),  # the notice has gone
    "undo_merge": (to.SCREENER, while_("merged")),
    "transfer": (to.MAY_TRANSFER, while_("screening", "admitted", "decision")),
    "redact": (to.MAY_REDACT, while_("screening", "admitted", "review") & while_("hides names")),
    "select": (to.MAY_SCREEN, while_("not_selected")),
    "complete_review": (to.LEAD_REVIEWER, while_("review")),
    "reopen_review": (to.MAY_DECIDE, while_("late")),
    "approve_pilot": (to.MAY_DECIDE, while_("decision")),
    "decline": (to.MAY_DECIDE, while_("decision")),
    "defer": (to.MAY_DECIDE, while_("decision")),
    "resume": (to.DECIDER, while_("deferred")),
    "request_reexamination": (to.AUTHOR, while_("declined", "inadmissible")),
    "conclude_pilot": (to.MAY_DECIDE, while_("piloting")),
    "extend_pilot": (to.MAY_DECIDE, while_("piloting")),
    "verify": (to.MAY_VERIFY, while_("adopted")),
    "withdraw": (to.AUTHOR, WITHDRAWABLE),
}


def move(name: str, **more) -> Row:
    """A move of the table."""
    who, when = MOVES[name]
    return idea(who, when, **more)


TABLE: dict[str, dict[str, Row]] = {
    # Reading ideas
    "workflow:desk": look(ALL),
    "workflow:done": look(ALL),
    "workflow:idea_list": look(Row(query="q=sala")),
    "workflow:idea": look(idea()),
    "workflow:idea_history": look(idea()),
    "workflow:idea_why": look(idea()),
    "workflow:idea_follow": act(idea(now=PUBLISHED)),
    "workflow:idea_reveal": act(idea(to.SCREENER & ~to.AUTHOR & while_("names hidden"))),
    "workflow:idea_reexamination": act(move("request_reexamination", sent=VERSION | {"text": REASON})),
    # The discussion
    "workflow:comment_add": {
        GET: NOT_THERE,  # without the comment to answer it names nothing
        POST: idea(now=PUBLISHED, sent={"kind": "question", "body": "Perché?"}),
    },
    "workflow:comment_edit": both(idea(related("writer"))),
    "workflow:comment_report": {
        GET: idea(),
        POST: idea(~related("writer"), sent={"reason": "È pubblicità."}),
    },
    "workflow:comment_remove": both(idea(to.holds_clear("screen_ideas", "author"))),
    # Writing; search and the names offered while typing are there for everybody, what they find is for other tests
    "workflow:idea_new": both(ALL),
    "workflow:idea_similar": both(Row(query="title=Sala d’attesa silenziosa")),
    "workflow:idea_offices": look(Row(query="department=Economato")),
    "workflow:idea_people": look(Row(query="coauthor=Ferrero")),
    "workflow:idea_edit": both(idea(to.AUTHOR, to.WRITABLE, sent=VERSION)),
    "workflow:idea_autosave": act(idea(to.AUTHOR, to.WRITABLE, sent=VERSION)),
    "workflow:idea_submit": {GET: idea(), POST: idea(to.AUTHOR, to.WRITABLE, sent=VERSION)},
    "workflow:idea_withdraw": both(move("withdraw")),
    "workflow:coauthor_invite": both(idea(to.AUTHOR)),
    "workflow:coauthor_answer": {GET: idea(to.NAMED), POST: idea(to.NAMED)},
    "workflow:coauthor_remove": act(idea(to.AUTHOR, to.OPEN_TO_AUTHORS)),
    "workflow:idea_join": act(idea(now=to.OPEN_TO_AUTHORS & ~to.NAMED)),
    "workflow:idea_dismiss_similar": act(idea(to.AUTHOR, to.WRITABLE, sent={"similar": "{near.number}"})),
    "workflow:attachment_add": act(idea(to.AUTHOR, to.WRITABLE, file=True)),
    "workflow:attachment": look(only(FILE)),
    "workflow:attachment_remove": act(idea(to.AUTHOR, to.WRITABLE)),
    # The office
    "workflow:screening_queue": look(may(SCREENS_SOMEWHERE)),
    "workflow:campaigns_manage": look(may(CALLS)),
    "workflow:campaign_new": both(may(CALLS)),
    "workflow:campaign_change": both(may(holds_everywhere("manage_campaigns"))),
    "workflow:screening": both(idea(to.SCREENER)),
    "workflow:screening_undo": act(idea(to.SCREENER, while_("just admitted", "merged"))),
    "workflow:transfer": both(move("transfer", sent=VERSION)),
    "workflow:screening_resume": act(move("resume_screening", sent=VERSION)),
    "workflow:redact": both(move("redact", sent=VERSION)),
    "workflow:select": both(move("select", sent=VERSION)),
    "workflow:merge_answer": both(only(related("asked to merge"))),
    "workflow:merge_cancel": act(move("merge")),
    # What other programs are told, for who screens the whole city
    **dict.fromkeys(("webhooks:index", "webhooks:hook", "webhooks:delivery"), look(only(CITY_SCREENER))),
    **dict.fromkeys(("webhooks:new", "webhooks:edit", "webhooks:rotate", "webhooks:delete"), both(only(CITY_SCREENER))),
    **dict.fromkeys(
        ("webhooks:test", "webhooks:pause", "webhooks:resume", "webhooks:redeliver"), act(only(CITY_SCREENER))
    ),
    # Reviews
    "workflow:review_queue": look(may(to.holds_somewhere("review_ideas"))),
    "workflow:scorecard": both(idea(REVIEWS_IT)),
    "workflow:review_complete": both(move("complete_review")),
    # Decisions
    "workflow:board": look(may(FOLLOWS_PIPELINE)),
    "workflow:pipeline": look(may(FOLLOWS_PIPELINE)),
    "workflow:decision": {
        GET: idea(to.MAY_DECIDE | (to.DECIDER & while_("deferred")), while_("decision", "deferred")),
        POST: move("decline"),
    },
    "workflow:decision_ask_reviews": act(move("reopen_review", sent=VERSION)),
    "workflow:decision_resume": act(move("resume", sent=VERSION)),
    # Pilots
    "workflow:pilot_list": look(ALL),
    "workflow:pilot": look(pilot()),
    "workflow:pilot_reading": both(pilot(to.IN_PILOT)),
    "workflow:pilot_spending": both(pilot(to.RUNS_PILOT)),
    "workflow:pilot_milestone": act(pilot(to.IN_PILOT)),
    "workflow:pilot_note": both(pilot(to.IN_PILOT)),
    "workflow:pilot_team": both(pilot(to.RUNS_PILOT)),
    "workflow:pilot_extend": both(pilot(*MOVES["extend_pilot"])),
    "workflow:pilot_conclude": both(pilot(*MOVES["conclude_pilot"])),
    "workflow:pilot_verify": both(pilot(*MOVES["verify"])),
    "workflow:pilot_csv": look(pilot()),
    # Calls
    "workflow:campaign_list": look(ALL),
    "workflow:campaign": look(ALL),
    "workflow:campaign_rules": look(ALL),
    "workflow:campaign_pilots": look(ALL),
    # Delegations
    "workflow:delegations": both(ALL),
    "workflow:delegations_csv": look(ALL),
    "workflow:delegation_set_aside": act(only(to.called("deputy"), sent={"delegator": "{manager.pk}"})),
    "workflow:delegation_answer": act(only(related("deputy"), sent={"answer": "accept"})),
    "workflow:delegation_end": both(only(TWO_PEOPLE)),
    "workflow:delegation_take_up": act(only(related("deputy"))),
    # Departments
    "workflow:structures": look(may(to.holds_somewhere("manage_department"))),
    "workflow:structure": both(may(LOOKS_AFTER)),
    "workflow:structure_take_back": {
        GET: may(LOOKS_AFTER, query="compito=decide_ideas&gruppo={managers.pk}&persona={manager.pk}",
                 found=while_("office")),
        POST: may(LOOKS_AFTER, sent={"compito": "decide_ideas", "gruppo": "{managers.pk}", "persona": "{manager.pk}"},
                  found=while_("office")),
    },
    "workflow:structure_csv": look(may(LOOKS_AFTER)),
    "workflow:structure_change": both(may(LOOKS_AFTER)),
    # Help
    "workflow:help": look(PUBLIC),
    "workflow:rules": look(PUBLIC),
    "workflow:accessibility": look(PUBLIC),
    **dict.fromkeys(("documents:index", "documents:document", "documents:text"), look(PUBLIC)),
    "workflow:gallery": look(NOWHERE),  # only where the people are invented
    # One's own corner
    "organisation:sign_in": both(PUBLIC),
    "organisation:sign_in_as": act(NOWHERE),  # only where the people are invented
    "organisation:sign_out": act(PUBLIC),
    "organisation:session": {GET: ALL, POST: ALL},
    "organisation:set_language": both(PUBLIC),
    "organisation:profile": look(ALL),
    "organisation:token_make": act(ALL),
    "organisation:token_revoke": both(only(related("holder"))),
    "notifications:index": look(ALL),
    "notifications:read_all": act(ALL),  # in bulk: one's own, whoever asks
    "notifications:read_one": act(only(related("receiver"))),
    "notifications:open": look(only(related("receiver"))),
    "notifications:letters": look(NOT_THERE),  # only where the people are invented
    "notifications:letter": look(NOT_THERE),
    "notifications:letter_as_shown": look(NOT_THERE),
    # Files to save
    "exports:index": look(ALL),
    "exports:ask": act(only(FOLLOWS_PIPELINE, sent={"report": "andamento", "format": "csv", "struttura": ""})),
    "exports:register": look(only(CITY_ADMINISTRATOR)),
    "exports:mailing_add": act(only(HR, sent={"report": "partecipazione", "every": "year", "format": "csv"})),
    "exports:mailing_remove": act(only(HR)),
    "exports:export": look(only(related("orderer"))),
    "exports:cancel": act(only(related("orderer"))),
    "exports:file": look(only(related("orderer"), now=while_("ready"))),
    "participation:overview": look(may(HR)),
    "participation:preparations": look(may(HR)),
    # How long data are kept
    "retention:index": look(only(CITY_ADMINISTRATOR)),
    "retention:count": act(only(CITY_ADMINISTRATOR)),
    "retention:erase": both(only(CITY_ADMINISTRATOR)),
    # Ballots
    "voting:paper": {
        GET: may(MAY_VOTE),
        POST: may(IS_ON_THE_ROLL, sent=PAPER | {"act": "save"}),
    },
    "voting:results": both(Row(public=RESULTS_PUBLIC)),
    "voting:publication": look(only(while_("counted", "sealed"), public=RESULTS_PUBLIC)),
    "voting:ranking": look(only(while_("counted"), public=RESULTS_PUBLIC)),
    "voting:how_it_works": look(PUBLIC),
    # An own idea is a wrong choice, as it is on the paper: no refusal.
    "voting:support": act(may(ELECTOR, as_part=True, sent=PAPER | {"option": "{option}", "supported": "1"})),
    "voting:verify_script": look(PUBLIC),
    "voting:lookup": both(PUBLIC),
    "voting:guarantor": look(may(GUARANTOR)),
    "voting:guarantor_ballot": look(only(GUARANTOR)),
    "voting:guarantor_annul": act(only(GUARANTOR)),
    "voting:guarantor_repeat": act(only(GUARANTOR)),
    "voting:guarantor_answer": act(only(GUARANTOR)),
    "voting:guarantor_unfreeze": act(only(GUARANTOR)),
    # The same city through the API
    "own_api:me": look(ALL),
    "own_api:notices": look(ALL),
    "own_api:notice_read": {PUT: only(related("receiver"))},
    "own_api:departments": look(ALL),
    "own_api:department": look(ALL),
    "own_api:schema": look(PUBLIC),
    "own_api:releases": look(may(HR)),
    "own_api:release": look(may(HR)),
    "own_api:people": look(Row(query="q=Ferrero")),
    "own_api:person": look(ALL),
    "workflow_api:campaigns": look(ALL),
    "workflow_api:campaign": look(ALL),
    "workflow_api:ideas": {GET: Row(query="q=sala"), POST: ALL},
    "workflow_api:idea": {GET: idea(), PATCH: idea(to.AUTHOR, to.WRITABLE)},
    "workflow_api:attachments": {GET: idea(), POST: idea(to.AUTHOR, to.WRITABLE, file=True)},
    "workflow_api:attachment": {GET: only(FILE), DELETE: idea(to.AUTHOR, to.WRITABLE)},
    "workflow_api:attachment_content": look(only(FILE)),
    "workflow_api:idea_comments": {GET: idea(), POST: idea(now=PUBLISHED, sent={"body": "Perché?"})},
    "workflow_api:idea_decisions": look(idea()),
    "workflow_api:idea_events": look(idea()),
    "workflow_api:follow": {GET: idea(), PUT: idea(now=PUBLISHED), DELETE: idea()},
    "workflow_api:idea_moves": look(idea()),
    **{f"workflow_api:move_{name}": act(move(name)) for name in MOVES},
    "workflow_api:idea_move": act(idea(NOBODY)),  # the ballot's own moves are nobody's
    "workflow_api:plan": {GET: move("approve_pilot"), PUT: move("approve_pilot")},
    "workflow_api:review": {GET: idea(REVIEWS_IT), PUT: idea(REVIEWS_IT)},
    "workflow_api:review_declaration": act(idea(REVIEWS_IT)),
    "workflow_api:review_recusal": act(idea(REVIEWS_IT)),
    "workflow_api:review_submission": act(idea(REVIEWS_IT)),
    "workflow_api:idea_reviews": look(idea()),
    "workflow_api:versions": look(idea()),
    "workflow_api:version": look(only(IDEA & while_("version") & (PUBLISHED | to.AUTHOR | to.SCREENER))),
    "workflow_api:comment": {GET: idea(), PATCH: idea(related("writer"))},
    "workflow_api:comment_reports": act(idea(~related("writer"))),
    "workflow_api:comment_removal": act(idea(to.holds_clear("screen_ideas", "author"))),
    "workflow_api:decisions": look(may(to.holds_somewhere("decide_ideas"))),
    "workflow_api:delegations": both(ALL),
    "workflow_api:delegation": look(only(TWO_PEOPLE)),
    "workflow_api:delegation_acceptance": act(only(related("deputy"))),
    "workflow_api:delegation_refusal": act(only(related("deputy"))),
    "workflow_api:delegation_end": act(only(TWO_PEOPLE)),
    "workflow_api:follows": look(ALL),
    "workflow_api:pilots": look(ALL),
    "workflow_api:pilot": look(pilot()),
    "workflow_api:pilot_indicators": look(pilot()),
    "workflow_api:pilot_milestones": look(pilot()),
    "workflow_api:pilot_milestone": {PUT: pilot(to.IN_PILOT)},
    "workflow_api:pilot_readings": {GET: pilot(), POST: pilot(to.IN_PILOT)},
    "workflow_api:pilot_spending": {GET: pilot(), POST: pilot(to.RUNS_PILOT)},
    "workflow_api:reviews": look(may(to.holds_somewhere("review_ideas"))),
    "voting_api:ballots": look(ALL),
    "voting_api:ballot": look(ALL),
    "voting_api:paper": {
        GET: may(MAY_VOTE, by_browser=True),
        PUT: may(IS_ON_THE_ROLL, by_browser=True, sent={"choices": [], "client_nonce": "00" * 16}),
        DELETE: may(IS_ON_THE_ROLL, by_browser=True),
    },
    "voting_api:own_objection": {
        GET: may(MAY_VOTE, by_browser=True),
        PUT: may(ELECTOR | ~while_("counted"), by_browser=True, sent={"text": "Il mio codice non c’è."}),
    },
    "voting_api:objections": look(only(GUARANTOR, by_browser=True)),
    "voting_api:objection_answer": {
        PUT: only(GUARANTOR, by_browser=True, found=while_("counted"), sent={"answer": "C’è, a pagina due."})
    },
    "voting_api:publication": look(only(while_("counted", "sealed"), public=RESULTS_PUBLIC)),
    "api/": look(NOWHERE),
    "api_pages:overview": look(PUBLIC),
    "api_pages:part": look(PUBLIC),
}  # fmt: skip

# Django's own tables are there for technical administrators alone. What they find in them is for other tests to say:
# every answer counts as shown.
TECHNICAL = both(only(to.called("superuser")))


def rows_of(name: str) -> dict[str, Row]:
    """The rows of a route, by method. Raises KeyError for one that the table does not have."""
    return TECHNICAL if name.startswith("admin:") else TABLE[name]
