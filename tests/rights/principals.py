# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who asks: the people of `rights.md` in the city for pages, with what was given to them written down by hand.

Nothing here is read from the product: `held` is what the town was built with, which is what the product has to find.
"""

from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

from innovato.organisation.models import Delegation, Person
from innovato.organisation.services import issue_token
from tests import factories as make
from tests.journeys import city_for_pages
from tests.workflow.factories_judging import REASON, holder
from voting.services import objections
from workflow.models import Attachment, Authorship, Recusal

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Principal:
    """Somebody who asks. `held`: (capability, department) in the own name; `lent`: the same as a deputy in force, with
    the delegator's name. `signed_in` is false for whoever has to sign in first; `scope` is that of a token, if any.
    """

    name: str
    words: str
    held: tuple[tuple[str, str], ...] = ()
    lent: tuple[tuple[str, str, str], ...] = ()
    signed_in: bool = True
    scope: str = ""


PRINCIPALS = (
    Principal("nobody", "not signed in", signed_in=False),
    Principal("leaver", "a disabled leaver with a live session", signed_in=False),
    Principal("leaver_token", "a disabled leaver with a live token", signed_in=False, scope="write"),
    Principal("employee", "an employee elsewhere"),
    Principal("desk_mate", "a colleague of the same department"),
    Principal("author", "the author"),
    Principal("coauthor", "a co-author who accepted"),
    Principal("invited", "a co-author who was invited and has not answered"),
    Principal("lead", "the lead reviewer, assigned", (("review_ideas", "root"),)),
    Principal("beginner", "an assigned reviewer whose scorecard is begun", (("review_ideas", "root"),)),
    Principal("reviewer_elsewhere", "a reviewer of another subtree, not assigned", (("review_ideas", "elsewhere"),)),
    Principal("recused", "a reviewer with a conflict", (("review_ideas", "root"),)),
    Principal("screener", "the innovation office", (("screen_ideas", "root"),)),
    Principal("idle_screener", "a screener of another subtree", (("screen_ideas", "elsewhere"),)),
    Principal("manager", "the manager of the idea's department", (("decide_ideas", "office"),)),
    Principal("division_manager", "the manager of the department above", (("decide_ideas", "division"),)),
    Principal("director", "the direction, manager of the root", (("decide_ideas", "root"),)),
    Principal("manager_elsewhere", "the manager of a department elsewhere", (("decide_ideas", "elsewhere"),)),
    Principal("conflicted", "a manager who declared a conflict", (("decide_ideas", "office"),)),
    Principal("judge_and_author", "manager and screener who signs the idea",
              (("decide_ideas", "office"), ("screen_ideas", "office"))),
    Principal("deputy", "a deputy of the manager in force", lent=(("decide_ideas", "office", "manager"),)),
    Principal("barred_deputy", "a deputy in force of the manager who signs the idea",
              lent=(("decide_ideas", "office", "judge_and_author"),)),
    Principal("deputy_expired", "a deputy until yesterday"),
    Principal("deputy_future", "a deputy from next week"),
    Principal("deputy_revoked", "a deputy whose delegation was taken back"),
    Principal("verifier", "controllership", (("verify_results", "root"),)),
    Principal("organiser", "who manages campaigns", (("manage_campaigns", "root"),)),
    Principal("hr", "human resources", (("view_participation", "root"),)),
    Principal("guarantor", "the ballot guarantor", (("guard_ballots", "root"),)),
    Principal("administrator", "a technical administrator of the root", (("manage_department", "root"),)),
    Principal("office_administrator", "the administrator of one department", (("manage_department", "office"),)),
    Principal("superuser", "a superuser who holds no office"),
    Principal("transferred", "a manager of the department who was moved elsewhere one second ago"),
    Principal("owner", "who runs the pilot"),
    Principal("team", "who is in the pilot's team"),
    Principal("reading_token", "the manager's token that only reads", (("decide_ideas", "office"),), scope="read"),
)  # fmt: skip
BY_NAME = {principal.name: principal for principal in PRINCIPALS}


def town() -> SimpleNamespace:
    """The city for pages with everybody in it. `people` has them by name, `secrets` the tokens of those who use one."""
    here = city_for_pages.build()
    here.ideas |= {"blind": here.undoable, "late": here.late}
    here.people = _everybody(here)
    here.delegations = {"in force": here.lent, "asked": here.asked_of} | _lend(here)
    _sign(here)
    counted = here.ballots["counted"].pk
    here.objection = objections.raise_objection(
        ballot_id=counted, text="Manca un codice.", by=here.colleague, at=here.now
    )
    here.secrets = {
        who.name: issue_token(person=here.people[who.name], name="Matrice", scope=who.scope, days=30, at=here.now)[1]
        for who in PRINCIPALS
        if who.scope
    }
    return here


def leave(here) -> None:
    """The leaver leaves, with a session and a token that were good a moment ago."""
    Person.objects.filter(pk=here.leaver.pk).update(is_active=False)


def _everybody(here) -> dict[str, Person | None]:
    """The people of the city by the names of this table, and those whom the walk over the pages does not need."""
    people = {who.name: getattr(here, who.name, None) for who in PRINCIPALS}
    office, elsewhere = here.office, here.elsewhere
    judge = holder("Gina", "Doppia", "decide_ideas", office)
    make.grant(judge, "screen_ideas", office)
    moved = holder("Tea", "Spostata", "decide_ideas", office)
    moved.groups.clear()
    moved.home_department = elsewhere
    moved.save()
    deputies = ("barred_deputy", "deputy_expired", "deputy_future", "deputy_revoked")
    return people | {
        "leaver_token": here.leaver,
        "owner": here.colleague,
        "team": here.newcomer,
        "reading_token": here.manager,
        "employee": make.person("Elsa", "Neri", home=elsewhere),
        "desk_mate": make.person("Dario", "Vicini", home=office),
        "coauthor": make.person("Chiara", "Insieme", home=office),
        "invited": make.person("Ivo", "Invitato", home=elsewhere),
        "reviewer_elsewhere": holder("Rina", "Altrove", "review_ideas", elsewhere),
        "recused": holder("Rocco", "Astenuto", "review_ideas", here.root, elsewhere),
        "division_manager": holder("Dora", "Divisione", "decide_ideas", here.division),
        "manager_elsewhere": holder("Elena", "Moretti", "decide_ideas", elsewhere),
        "conflicted": holder("Corrado", "Parente", "decide_ideas", office),
        "office_administrator": holder("Omar", "Tecnico", "manage_department", office),
        "superuser": make.person("Su", "Tutto", home=here.root, is_staff=True, is_superuser=True),
        "judge_and_author": judge,
        "transferred": moved,
        **{name: make.person("Vice", name.replace("_", " "), home=office) for name in deputies},
    }


def _lend(here) -> dict[str, Delegation]:
    """Delegations in each condition; written as rows, since nobody can give one that is over."""
    past, today = here.now - 40 * DAY, here.today

    def lend(name, delegator, starts, ends, **fields):
        return Delegation.objects.create(
            delegator=here.people[delegator], deputy=here.people[name], department=here.office,
            capability="decide_ideas", reason="ferie di fine anno", given_at=past, accepted_at=past,
            starts_on=today + starts * DAY, ends_on=today + ends * DAY, **fields,
        )  # fmt: skip

    return {
        "barred": lend("barred_deputy", "judge_and_author", -1, 5),
        "over": lend("deputy_expired", "manager", -30, -1),
        "to come": lend("deputy_future", "manager", 7, 20),
        "taken back": lend("deputy_revoked", "manager", -5, 20, ended_at=here.now, ending="revoked"),
    }


def _sign(here) -> None:
    """Every idea has a co-author, somebody invited, an author who also judges, people with a conflict, and a file."""
    signed = {"coauthor": "accepted", "judge_and_author": "accepted", "invited": "invited"}
    for idea in here.ideas.values():
        for name, status in signed.items():
            answered = here.now if status == "accepted" else None
            Authorship.objects.create(
                idea=idea, person=here.people[name], status=status, invited_at=here.now, answered_at=answered
            )
        for name in ("conflicted", "recused"):
            Recusal.objects.create(idea=idea, person=here.people[name], reason=REASON, at=here.now)
    file = Attachment.objects.get(idea=here.ideas["draft"])
    for idea in here.ideas.values():
        if not Attachment.objects.filter(idea=idea).exists():
            file.pk, file.uuid, file.idea = None, uuid4(), idea
            file.withheld = idea.pk == here.undoable.pk
            file.save(force_insert=True)
