# SPDX-License-Identifier: AGPL-3.0-or-later
"""An election from a file becomes a campaign: its projects ideas, its voters people, each paper cast as on the page.

People and ideas are made first, in one transaction; then the ballot opens, takes every paper, closes and is published by
the services that do so for colleagues. Papers and people pass by some at a time, however many they are. The people are
invented, have staff numbers of their own far from real ones, no address, and are made inactive when the ballot has
closed: nobody's headcount grows.
"""

import os
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import chain
from time import monotonic

from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify

from innovato.notifications.services import writing_history
from innovato.organisation import services as organisation
from innovato.organisation.capabilities import Capability
from innovato.organisation.models import Department, DepartmentKind, Person
from innovato.organisation.services.people import deactivate_many
from voting import urn
from voting.database import database_now
from voting.models import Ballot
from voting.replay.comparison import chooses_by_shares
from voting.replay.pabulib import Election, Project
from voting.selectors import published_facts
from voting.services import casting, closing, opening
from voting.tally import EQUAL_SHARES, QUORUM_ELIGIBLE, has_quorum
from workflow.models import Campaign, Idea, Theme
from workflow.services import campaigns, handing_in, screening, writing

FIRST_NUMBER, LAST_NUMBER = 900_000, 999_999  # staff numbers of invented voters
REASON = "Un’elezione già svolta, votata di nuovo per verificare il conteggio"
BEFORE = timedelta(days=30)
BATCH = 1000
TOLD_EVERY = 250  # papers
OFFICIALS = 2  # who proposes and who admits
RESTLESS = 0.2  # of the voters hand in another paper first, where it is asked for


class AlreadyReplayed(Exception):
    """A campaign of this election is there."""


class NoRoom(Exception):
    """Too few voters, more than staff numbers are left for, or more choices than a paper holds."""


@dataclass
class Replay:
    """A replay under way. `ideas`: project key → idea key; `voters`: the first and last staff number, one for each paper
    in the order of the file."""

    campaign: Campaign
    ideas: dict[str, int]
    voters: tuple[int, int]
    ballot: Ballot | None = None
    codes: dict[str, str] | None = None


@dataclass(frozen=True)
class Counted:
    """What was published: the supports of each project, the ranking, and the projects that the ballot chose."""

    supports: dict[str, int]
    ranking: list[str]
    selected: frozenset[str]


def replay(
    election: Election, *, name: str, say: Callable[[str], None] = print, unrest: random.Random | None = None
) -> Counted:
    """Vote the whole election again; returns what was published, by project key.

    `name` tells elections apart: the same one twice raises AlreadyReplayed. `unrest` makes some voters hand in another
    paper first, or withdraw one. Raises NoRoom before anything is written: also for an election too small for a quorum.
    """
    at = database_now()
    _check_room(election)
    with writing_history(until=at + timedelta(days=1)):
        with transaction.atomic():
            run = _prepare(election, name, at)
        say(f"{len(run.ideas)} projects are ideas, {election.papers} voters are people")
        _open(run)
        _cast_all(run, election, say=say, unrest=unrest)
        begun = monotonic()
        _close(run)
        say(f"closed and published in {monotonic() - begun:.1f} seconds")
        for batch in _voters(run):
            deactivate_many(person_ids=[voter.pk for voter in batch], by=None, at=at, reason=REASON)
    return _published(run)


def _check_room(election: Election) -> None:
    if not has_quorum(election.papers, election.papers):
        raise NoRoom(f"an election needs {QUORUM_ELIGIBLE} papers for its counts to be published")
    if election.most > urn.MOST_CHOICES:
        raise NoRoom(f"a paper holds at most {urn.MOST_CHOICES} choices, this election allows {election.most}")
    left = LAST_NUMBER - _last_number()
    if left < election.papers + OFFICIALS:
        raise NoRoom(f"{election.papers} voters need staff numbers up to {LAST_NUMBER}, {left} are left")


def _last_number() -> int:
    """The highest staff number given to anybody from the first of the range on."""
    used = Person.objects.filter(staff_number__gte=f"{FIRST_NUMBER:06d}").aggregate(last=Max("staff_number"))["last"]
    return int(used) if used else FIRST_NUMBER - 1


def _prepare(election: Election, name: str, at: datetime) -> Replay:
    """The campaign with its department, people and admitted ideas, its ballot about to open."""
    slug = f"replay-{slugify(name)}"[:80]
    if Campaign.objects.filter(slug=slug).exists():
        raise AlreadyReplayed(slug)
    office = _department(election, slug, at)
    numbers = iter(range(_last_number() + 1, LAST_NUMBER + 1))
    (clerk,) = _people(1, office, numbers, first_name="Ufficio elettorale")
    organisation.grant(
        capability=Capability.SCREEN_IDEAS, department=office, to_person=clerk, by=None, at=at, reason=REASON
    )
    (author,) = _people(1, office, numbers, first_name="Chi propone")
    campaign = _campaign(election, slug, office, at)
    ideas = {key: _idea(project, campaign, author, clerk, at) for key, project in election.projects.items()}
    deactivate_many(person_ids=[clerk.pk, author.pk], by=None, at=at, reason=REASON)
    first = next(numbers)
    numbers = chain([first], numbers)
    for start in range(0, election.papers, BATCH):
        _people(min(BATCH, election.papers - start), office, numbers, first_name="Elettore")
    return Replay(campaign, ideas, (first, first + election.papers - 1))


def _department(election: Election, slug: str, at: datetime) -> Department:
    """A department of its own for the voters, so that the campaign is open to them alone."""
    kind, _made = DepartmentKind.objects.get_or_create(
        code="elezione", defaults={"name_it": "Elezione", "name_en": "Election", "rank": 90}
    )
    return organisation.create_department(
        code=f"EL{Department.objects.count():05d}",
        name=f"Elettori di {election.title}"[:200],
        short_name=f"Elettori · {election.title}"[:80],
        kind=kind,
        parent=Department.objects.filter(parent=None, valid_to=None).order_by("pk").first(),
        valid_from=(at - BEFORE - timedelta(days=1)).date(),
        by=None,
        at=at,
    )


def _people(number: int, office: Department, numbers: Iterable[int], *, first_name: str) -> list[Person]:
    """Invented people, told apart by their staff number alone. Nothing of the file's voters is kept."""
    people = []
    for _ in range(number):
        staff_number = f"{next(numbers):06d}"
        person = Person(
            staff_number=staff_number, first_name=first_name, last_name=staff_number, home_department=office
        )
        person.set_unusable_password()
        people.append(person)
    return Person.objects.bulk_create(people, batch_size=BATCH)


def _campaign(election: Election, slug: str, office: Department, at: datetime) -> Campaign:
    """A campaign whose ideas were handed in before and whose ballot is to open now, for the voters' department alone."""
    campaign = Campaign.objects.create(
        slug=slug,
        title=election.title[:120],
        summary=REASON,
        text=_about(election),
        sponsor=office,
        submissions_open_at=at - BEFORE,
        submissions_close_at=at - BEFORE / 3,
        voting_opens_at=at - timedelta(minutes=1),
        voting_closes_at=at + timedelta(days=1),
        votes_per_person=election.most,
        selection_rule=EQUAL_SHARES if chooses_by_shares(election) else "top_n",
        selection_value=len(election.winners) or 1,
        pilot_budget=election.budget or Decimal(0),
    )
    campaign.eligible_departments.add(office)
    campaigns.add_default_rubric(campaign=campaign)
    Theme.objects.create(
        code=slug[:40], name_it="Bilancio partecipativo", name_en="Participatory budget", campaign=campaign
    )
    for moment in (at - BEFORE, at):
        campaigns.advance(campaign_id=campaign.pk, at=moment)
    return campaign


def _about(election: Election) -> str:
    """What the file says of the election itself."""
    told = (
        "country",
        "unit",
        "district",
        "subunit",
        "instance",
        "date_begin",
        "date_end",
        "budget",
        "currency",
        "rule",
    )
    lines = [f"{key}: {election.meta[key]}" for key in told if election.meta.get(key)]
    return "\n".join([REASON, *lines])


def _idea(project: Project, campaign: Campaign, author: Person, clerk: Person, at: datetime) -> int:
    """One project as an admitted idea with its cost, through the services; returns its key."""
    handed_in = at - BEFORE / 2
    idea = writing.create_draft(by=author, campaign=campaign, at=handed_in)
    content = {
        "title": _shortened(project.name),
        "problem": project.name[:5000],
        "proposal": f"Progetto {project.key} dell’elezione «{campaign.title}».",
        "benefit": "Come descritto da chi l’ha proposto.",
        "how_measured": "Realizzazione del progetto",
        "beneficiaries": ["citizens"],
        "estimated_cost": project.cost,
        "duration_months": 12,
        "no_personal_data": True,
        "theme_id": campaign.themes.get().pk,
        "department_id": campaign.sponsor_id,
    }
    writing.save_draft(idea_id=idea.pk, by=author, content=content, at=handed_in)
    handing_in.submit(idea_id=idea.pk, by=author, at=handed_in)
    screening.admit(idea_id=idea.pk, by=clerk, at=handed_in + timedelta(days=1))
    return idea.pk


def _shortened(name: str) -> str:
    most = Idea._meta.get_field("title").max_length
    return name if len(name) <= most else f"{name[: most - 1].rstrip()}…"


def _open(run: Replay) -> None:
    """The ballot of the campaign's one round, open now by the database's clock."""
    run.ballot = opening.schedule(round_id=run.campaign.rounds.get().pk)
    opening.open_ballot(ballot_id=run.ballot.pk)
    by_idea = dict(run.ballot.options.values_list("idea_id", "code"))
    run.codes = {key: by_idea[idea_id] for key, idea_id in run.ideas.items()}


def _cast_all(run: Replay, election: Election, *, say: Callable[[str], None], unrest: random.Random | None) -> None:
    """Every paper of the file, in its order, by one voter each."""
    step, begun = max(TOLD_EVERY, election.papers // 100), monotonic()
    for number, (voter, vote) in enumerate(zip(chain.from_iterable(_voters(run)), election.votes, strict=True), 1):
        if unrest is not None and unrest.random() < RESTLESS:
            _change_of_mind(run, voter, election, unrest)
        _cast(run, voter, vote.projects)
        if number % step == 0:
            say(f"{number} of {election.papers} papers cast, {number / (monotonic() - begun):.0f} a second")


def _voters(run: Replay) -> Iterator[list[Person]]:
    """The voters in the order of their numbers, some at a time."""
    first, last = run.voters
    for start in range(first, last + 1, BATCH):
        numbers = (f"{start:06d}", f"{min(start + BATCH - 1, last):06d}")
        yield list(Person.objects.filter(staff_number__range=numbers).order_by("staff_number"))


def _change_of_mind(run: Replay, voter: Person, election: Election, unrest: random.Random) -> None:
    """Another paper before the real one, now and then withdrawn: neither may leave a trace in the count."""
    other = unrest.sample(sorted(run.ideas), unrest.randint(0, min(election.most, len(run.ideas))))
    _cast(run, voter, other)
    if unrest.random() < 0.5:
        casting.withdraw(ballot_id=run.ballot.pk, by=voter)


def _cast(run: Replay, voter: Person, projects: Iterable[str]) -> None:
    choices = [run.codes[project] for project in projects]
    nonce = os.urandom(urn.NONCE_BYTES)
    casting.cast(ballot_id=run.ballot.pk, by=voter, choices=choices, client_nonce=nonce)


def _close(run: Replay) -> None:
    """The window ends now, with the reason on record; the count follows, and the campaign's dates say the same."""
    ballot = closing.bring_close_forward(ballot_id=run.ballot.pk, reason=REASON, by=None, at=database_now())
    closing.close(ballot_id=ballot.pk)
    run.campaign.rounds.update(voting_closes_at=ballot.closes_at)
    Campaign.objects.filter(pk=run.campaign.pk).update(voting_closes_at=ballot.closes_at)
    campaigns.advance(campaign_id=run.campaign.pk, at=ballot.closes_at)


def _published(run: Replay) -> Counted:
    """What the publication says of each project. Without quorum it says nothing: KeyError."""
    run.ballot.refresh_from_db()
    facts = published_facts(run.ballot.publication)
    keys = {code: key for key, code in run.codes.items()}
    return Counted(
        supports={keys[option["code"]]: option["supports"] for option in facts["options"]},
        ranking=[keys[code] for code in facts["ranking"]],
        selected=frozenset(keys[code] for code in facts["selected"]),
    )
