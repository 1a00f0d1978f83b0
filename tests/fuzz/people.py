# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who asks and about what: six roles in the city for pages, and for every place of an address something that is there."""

from dataclasses import dataclass, field
from types import SimpleNamespace

from django.conf import settings
from django.middleware.csrf import _get_new_csrf_string
from django.test import Client

from innovato.organisation.services import issue_token
from tests.journeys import city_for_pages
from tests.workflow.factories_judging import holder
from workflow import rules
from workflow.api.moves import CALLS
from workflow.models import Idea

ROLES = ("employee", "author", "reviewer", "manager", "hr", "administrator")
# Where an operation has something to do; elsewhere it is refused for its state.
STATES = {
    "patch_one_idea": "draft",
    "post_idea_attachments": "draft",
    "delete_one_attachment": "draft",
    "get_idea_plan": "decision",
    "put_idea_plan": "decision",
    "review": "review",
    "card": "review",
    "pilot": "piloting",
    "milestone": "piloting",
}


@dataclass
class Asker:
    """One role: how it enters, with a token or a session, and which ideas it sees."""

    role: str
    person: object
    token: dict
    session: dict
    actor: rules.Actor
    sees: frozenset[str] = field(default_factory=frozenset)

    def headers(self, turn: int, *, session_only: bool) -> dict:
        """A session where only that may, else a token two times of three."""
        return self.session if session_only or turn % 3 == 0 else self.token


def build() -> SimpleNamespace:
    """The city, its askers, and the values for places in addresses."""
    here = city_for_pages.build()
    people = {
        "employee": here.colleague,
        "author": here.author,
        "reviewer": here.reviewer,
        "manager": here.manager,
        "hr": holder("Irma", "Risorse", "view_participation", here.root),
        "administrator": holder("Aldo", "Tecnico", "manage_department", here.root),
    }
    ideas = list(Idea.objects.with_rule_data())
    here.ref_states = {idea.ref: str(idea.state) for idea in ideas}
    here.askers = [_asker(here, role, people[role], ideas) for role in ROLES]
    here.moves = {
        f"post_move_{move}": [idea.ref for idea in ideas if idea.state in rules.MOVES[move].sources] for move in CALLS
    }
    here.places = _places(here)
    return here


def _asker(here, role: str, person, ideas: list[Idea]) -> Asker:
    _token, secret = issue_token(person=person, name="Prova", scope="write", days=30, at=here.now)
    client, proof = Client(), _get_new_csrf_string()
    client.force_login(person)
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.session.session_key}; {settings.CSRF_COOKIE_NAME}={proof}"
    actor = rules.actor_for(person)
    return Asker(
        role=role,
        person=person,
        token={"Authorization": f"Bearer {secret}"},
        session={"Cookie": cookie, "X-CSRFToken": proof},
        actor=actor,
        sees=frozenset(idea.ref for idea in ideas if rules.can_see(actor, idea)),
    )


def _places(here) -> dict[str, list]:
    ballots = [str(here.ballots[name].pk) for name in ("voting", "counted", "sealed")]
    file = here.ideas["draft"].attachments.get()
    return {
        "ref": list(here.ref_states),
        "slug": [here.counted.slug, here.open.slug],
        "code": [here.office.code, here.root.code],
        "id": ballots,
        "pk": [here.asked.pk, here.own_comment.pk, 1],
        "number": [1, 2],
        "uuid": [str(file.uuid), str(here.author.uuid)],
    }


def place_for(here, operation: str, name: str, turn: int):
    """A value for a place: the first turns where the operation has something to do, then all there is."""
    if name == "ref" and turn % 2 == 0:
        if refs := here.moves.get(operation):
            return refs[(turn // 2) % len(refs)]
        state = next((state for part, state in STATES.items() if part in operation), None)
        if refs := [ref for ref, found in here.ref_states.items() if found == state]:
            return refs[(turn // 2) % len(refs)]
    found = here.places.get(name)
    return found[turn % len(found)] if found else None
