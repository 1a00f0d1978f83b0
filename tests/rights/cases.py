# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is asked about: ideas in every state, calls, ballots and whatever else an address can name, with the facts on
which rights rest, read as plain rows.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace

from innovato.notifications.models import Notice
from innovato.organisation.models import Person
from tests.workflow.routes import Route
from voting.models import Elector, Option
from workflow.models import Attachment, Authorship, Idea, MergeConsent, Pilot, Recusal, Review

# Where a blind campaign hides who proposes: from the admission to the decision.
BLIND = ("admitted", "voting", "not_selected", "review", "decision")
CALLS = (
    "always", "planned", "open", "preparing", "voting", "counted", "decided", "closed", "frozen", "annulled", "sealed",
)  # fmt: skip
# What an address names besides the thing it is about.
PLAIN = {
    "slug:move": "open_voting",
    "slug:act": "sposta",
    "int:number": 1,
    "str:name": "posta",
    "slug:tag": "ideas",
    "slug:document": "informativa",
    "str:language": "it",
    "path:object_id": "1",
    "path:content_type_id": "1",
}


@dataclass(frozen=True)
class Case:
    """One thing that can be asked about. `people`: who stands in which relation to it, by the names of the principals;
    `above`: the names of its department and of those above; `traits`: what else is true of it.
    """

    name: str
    values: dict = field(hash=False)
    people: dict[str, frozenset[str]] = field(default_factory=dict, hash=False)
    above: frozenset[str] = frozenset()
    traits: frozenset[str] = frozenset()


class Town:
    """Every case of every route in the town, its facts read once."""

    def __init__(self, here: SimpleNamespace):
        self.here = here
        self.names = {}
        for name, person in here.people.items():
            if person is not None:
                self.names.setdefault(person.pk, set()).add(name)
        self.departments = {
            getattr(here, name).pk: name for name in ("root", "division", "office", "spare", "elsewhere")
        }
        self.city = frozenset({"root"})
        self.ideas = {name: self._idea(name, idea.pk) for name, idea in here.ideas.items()}
        self.calls = {name: self._call(name) for name in CALLS}
        self.ballots = {name: self._ballot(name) for name in here.ballots}

    def of(self, route: Route) -> Iterator[Case]:
        """What this route can be asked about."""
        places = set(route.places)
        if places & {"idea:ref", "str:ref"}:
            yield from self._about_ideas(route)
        elif "slug:slug" in places:
            yield from self.calls.values()
        elif "uuid:pk" in places:
            yield from self.ballots.values()
        else:
            yield from self._others(route, places)

    def _about_ideas(self, route: Route) -> Iterator[Case]:
        for case in self.ideas.values():
            values = dict(case.values)
            if "milestone" in route.name:
                values["int:pk"] = values["milestone"]
            yield Case(case.name, values, case.people, case.above, case.traits)

    def _others(self, route: Route, places: set[str]) -> Iterator[Case]:
        here, name = self.here, route.name.partition(":")[2]
        if name.startswith("comment"):
            yield self._comment("own", here.own_comment)
            yield self._comment("other", here.asked)
        elif name.startswith("delegation") and "int:pk" in places:
            yield from (self._delegation(standing, row) for standing, row in here.delegations.items())
        elif name.startswith("structure") and "int:pk" in places:
            yield from (self._department(name) for name in ("office", "elsewhere", "root"))
        elif "int:pk" in places and route.part == "exports":
            yield self._plain("mailing", "int:pk", here.mailing.pk)
        elif "int:pk" in places:
            key = Notice.objects.filter(recipient=here.author).order_by("pk").first().pk
            yield self._plain("notice", "int:pk", key, receiver=here.author)
        elif route.part == "exports" and places:
            yield self._plain("ready", "uuid:uuid", here.export.uuid, orderer=here.director)
            yield self._plain("under way", "uuid:uuid", here.waiting_export.uuid, orderer=here.director)
        elif route.part == "webhooks" and places:
            values = {"uuid:uuid": here.hook.uuid, "uuid:delivery": here.delivery.uuid}
            yield Case("hook", PLAIN | values)
        elif name == "support":
            yield self._support()
        elif name == "token_revoke":
            yield self._plain("token", "uuid:uuid", here.token.uuid, holder=here.token.person)
        elif name == "person":
            yield self._plain("person", "uuid:uuid", here.author.uuid)
        elif name == "department":
            yield self._plain("department", "str:code", here.office.code)
        else:
            yield Case("", PLAIN)

    def _plain(self, name: str, place: str, value, **people) -> Case:
        return Case(name, PLAIN | {place: value}, {role: self._named([who.pk]) for role, who in people.items()})

    def _call(self, name: str) -> Case:
        ballot = self.here.ballots.get(name)
        values = PLAIN | {"slug:slug": getattr(self.here, name).slug, "ballot": ballot.pk if ballot else ""}
        return Case(name, values, self._electors(name), self.city, frozenset({name}))

    def _ballot(self, name: str) -> Case:
        values = PLAIN | {"uuid:pk": self.here.ballots[name].pk, "int:number": self.here.objection.pk}
        return Case(name, values, self._electors(name), self.city, frozenset({name}))

    def _electors(self, name: str) -> dict[str, frozenset[str]]:
        """Who may vote on this call's ballot, as the roll says that was made when it opened."""
        row = self.here.ballots.get(name)
        roll = Elector.objects.filter(ballot=row.pk).values_list("person", flat=True) if row else []
        return {"elector": self._named(Person.objects.filter(uuid__in=list(roll)).values_list("pk", flat=True))}

    def _named(self, keys) -> frozenset[str]:
        return frozenset().union(*(self.names.get(key, set()) for key in keys))

    def _path(self, department) -> frozenset[str]:
        keys = [int(step) for step in department.path.split(".") if step] if department else []
        return frozenset(self.departments[key] for key in keys)

    def _support(self) -> Case:
        """The idea of the author on the open ballot."""
        option = Option.objects.get(ballot=self.here.ballots["voting"].pk, idea=self.here.ideas["voting"].pk)
        people = self._electors("voting") | self.ideas["voting"].people
        return Case("voting", PLAIN | {"ballot": option.ballot_id, "option": option.code}, people)

    def _department(self, name: str) -> Case:
        row = getattr(self.here, name)
        return Case(name, PLAIN | {"int:pk": row.pk}, above=self._path(row), traits=frozenset({name}))

    def _comment(self, name: str, row) -> Case:
        idea = self.ideas["voting"]
        people = idea.people | {"writer": self._named([row.author_id])}
        return Case(name, PLAIN | {"int:pk": row.pk}, people, idea.above, idea.traits | {name})

    def _delegation(self, name: str, row) -> Case:
        people = {"delegator": self._named([row.delegator_id]), "deputy": self._named([row.deputy_id])}
        return Case(name, PLAIN | {"int:pk": row.pk}, people, traits=frozenset({name}))

    def _idea(self, name: str, pk: int) -> Case:
        row = Idea.objects.select_related("department", "reexamination_department", "campaign").get(pk=pk)
        signed = list(Authorship.objects.filter(idea=pk).values_list("person_id", "status"))
        cards = list(Review.objects.filter(idea=pk).values_list("reviewer_id", "status"))
        pilot = Pilot.objects.filter(idea=pk).first()
        people = {
            "author": [key for key, status in signed if status == "accepted"],
            "invited": [key for key, status in signed if status == "invited"],
            "conflict": Recusal.objects.filter(idea=pk).values_list("person_id", flat=True),
            "assigned": [key for key, status in cards if status != "recused"],
            "handed in": [key for key, status in cards if status == "submitted"],
            "lead reviewer": [row.lead_reviewer_id],
            "owner": [pilot.owner_id] if pilot else [],
            "asked to merge": MergeConsent.objects.filter(proposal__idea=pk).values_list("person_id", flat=True),
            "team": pilot.members.values_list("person_id", flat=True) if pilot else [],
        }
        traits = {name, str(row.state)}
        traits |= {"just admitted"} if name == "blind" else set()
        traits |= {"hides names"} if row.campaign.blind_authors else set()
        traits |= {"names hidden"} if row.campaign.blind_authors and row.state in BLIND else set()
        traits |= {"submitted"} if row.submitted_at else set()
        traits |= {"approved pilot"} if pilot and pilot.approved_at else set()
        file = Attachment.objects.filter(idea=pk).first()
        traits |= {"withheld"} if file.withheld and "names hidden" in traits else set()
        traits |= {"version"} if row.versions.exists() else set()
        milestone = pilot.milestones.first() if pilot else None
        values = PLAIN | {
            "idea:ref": row.ref,
            "str:ref": row.ref,
            "uuid:uuid": file.uuid,
            "int:pk": Authorship.objects.get(idea=pk, status="invited", person=self.here.people["invited"]).pk,
            "version": row.version,
            "milestone": milestone.pk if milestone else 1,
        }
        return Case(
            name, values, {role: self._named(keys) for role, keys in people.items()},
            self._path(row.reexamination_department or row.department), frozenset(traits),
        )  # fmt: skip
