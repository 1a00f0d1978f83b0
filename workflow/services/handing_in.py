# SPDX-License-Identifier: AGPL-3.0-or-later
"""Handing an idea in, the first time with its number and again after changes; and taking it back."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from innovato import formats
from innovato.notifications import services as notifications
from innovato.organisation.models import Person
from workflow import rules, search
from workflow.errors import Incomplete, TooLate
from workflow.models import Authorship, DraftInput, Idea, IdeaVersion, NumberSeries
from workflow.selectors import ballots
from workflow.selectors.proposing import gaps
from workflow.services import attachments, campaigns, merging, moves
from workflow.services.clock import local_day

# What a draft that is thrown away leaves behind: nothing of its text.
EMPTY = {
    "title": "",
    "problem": "",
    "proposal": "",
    "benefit": "",
    "beneficiaries": [],
    "how_measured": "",
    "estimated_cost": None,
    "duration_months": None,
    "theme": None,
}


@transaction.atomic
def submit(*, idea_id: int, by: Person, at: datetime, version: int | None = None) -> Idea:
    """Hand an idea in; returns it with its number and the day of the answer (`due_on`).

    The first time: the campaign must be open to every author, the lead's home department is frozen, the idea gets the
    next number of the year without gaps, and invitations without an answer lapse (who was invited is told). Each time
    the text is kept as a version. Raises Incomplete with every gap, TooLate, Conflict, and as `moves.check` does.
    """
    idea = moves.lock(idea_id)
    actor = rules.actor_for(by, at=at)
    moves.check(idea, "submit", actor=actor, at=at, version=version)
    _check_complete(idea)
    values: dict = {"round": None}
    if idea.number is None:
        _check_campaign(idea, at)
        lead = _check_authors(idea)
        values |= {"submitted_at": at, "submitted_from": lead.home_department, "number": next_number(at=at)}
    lapsed = _lapse_invitations(idea, at=at)
    number = idea.versions.count() + 1
    data = {"version": number} | ({"lapsed_invitations": lapsed} if lapsed else {})
    moves.make(idea, "submit", actor=actor, at=at, data=data, values=values)
    IdeaVersion.objects.create(idea=idea, number=number, content=frozen_content(idea), by=by, at=at)
    search.index_idea(idea)
    return idea


def next_number(*, at: datetime) -> str:
    """The next number of the year, such as 2026-0451. Locks the year's row until the caller's transaction ends, so
    that a rolled-back submission leaves no gap."""
    year = local_day(at).year
    NumberSeries.objects.get_or_create(year=year)
    series = NumberSeries.objects.select_for_update().get(year=year)
    series.last += 1
    series.save(update_fields=["last"])
    return f"{year}-{series.last:04d}"


def receipt(idea: Idea) -> str:
    """What who hands an idea in reads at once."""
    return _("Idea inviata. Ha il numero %(number)s. Entro %(day)s sai se è ammessa.") % {
        "number": idea.number,
        "day": formats.long_date(idea.due_on),
    }


def _check_complete(idea: Idea) -> None:
    missing = gaps(idea)
    if missing:
        raise Incomplete({gap.field: gap.sentence for gap in missing})


def _check_campaign(idea: Idea, at: datetime) -> None:
    try:
        campaigns.check_open(idea.campaign, at=at)
    except TooLate as error:
        raise TooLate(
            _("«%(campaign)s» ora non accoglie idee: scegli un altro bando. La bozza resta salvata.")
            % {"campaign": idea.campaign.title}
        ) from error


def _check_authors(idea: Idea) -> Person:
    """Every author may propose in the campaign, and they are not too many; returns the lead."""
    signed = [a for a in idea.authorships.select_related("person__home_department") if a.status == "accepted"]
    if len(signed) > idea.campaign.max_authors:
        raise Incomplete({"coauthor": too_many_authors(idea)})
    for authorship in signed:
        if not ballots.is_eligible(idea.campaign, authorship.person_id):
            raise Incomplete({"campaign": not_welcome(idea, authorship.person)})
    lead = next(authorship.person for authorship in signed if authorship.is_lead)
    if lead.home_department is None:
        raise Incomplete({"campaign": _("Non risulti in nessuna struttura: chiedi a Risorse umane di sistemarlo.")})
    return lead


def too_many_authors(idea: Idea) -> str:
    """The sentence when more people than the campaign allows would sign."""
    return _("In questo bando si propone al massimo in %(n)d.") % {"n": idea.campaign.max_authors}


def not_welcome(idea: Idea, person: Person) -> str:
    """The sentence when somebody may not propose in the idea's campaign."""
    return _("%(name)s non può proporre in «%(campaign)s»: le regole del bando dicono chi può.") % {
        "name": person.get_full_name(),
        "campaign": idea.campaign.title,
    }


def _lapse_invitations(idea: Idea, *, at: datetime) -> int:
    """Drop the invitations nobody answered and tell who was invited; returns how many."""
    waiting = idea.authorships.filter(status=Authorship.Status.INVITED)
    people = list(waiting.values_list("person_id", flat=True))
    if people:
        notifications.notify(
            kind="coauthor_lapsed",
            recipients=people,
            context={"title": idea.title, "url": reverse("workflow:idea_list")},
            key=f"lapsed:{idea.pk}:{idea.version}",
            at=at,
        )
        waiting.delete()
    return len(people)


def frozen_content(idea: Idea) -> dict:
    """The text of an idea in plain values, as a version keeps it: names instead of keys, amounts as text."""
    touched = idea.departments_touched.order_by("path").values_list("short_name", flat=True)
    return {
        "title": idea.title,
        "problem": idea.problem,
        "proposal": idea.proposal,
        "benefit": idea.benefit,
        "beneficiaries": list(idea.beneficiaries),
        "how_measured": idea.how_measured,
        "estimated_cost": None if idea.estimated_cost is None else str(idea.estimated_cost),
        "duration_months": idea.duration_months,
        "theme": idea.theme.name_it if idea.theme else "",
        "department": idea.department.short_name if idea.department else "",
        "departments_touched": list(touched),
        "attachments": [{"name": row.name, "sha256": row.sha256} for row in idea.attachments.all() if not row.withheld],
    }


@transaction.atomic
def withdraw(*, idea_id: int, by: Person, at: datetime, version: int | None = None) -> Idea:
    """Take an idea back for good. What was never handed in loses its text and files too: it was only a draft.

    Raises Conflict, and as `moves.check` does.
    """
    idea = moves.lock(idea_id)
    actor = rules.actor_for(by, at=at)
    moves.check(idea, "withdraw", actor=actor, at=at, version=version)
    merging.lapse_open(idea, at=at)
    words = {"by_name": by.get_full_name(), "title": idea.title or "—"}
    idea.authorships.filter(status=Authorship.Status.INVITED).delete()
    values = EMPTY if idea.number is None else {}
    moves.make(idea, "withdraw", actor=actor, at=at, words=words, values=values)
    if idea.number is None:
        _throw_away(idea)
    return idea


def _throw_away(idea: Idea) -> None:
    idea.departments_touched.clear()
    idea.dismissed.all().delete()
    DraftInput.objects.filter(idea=idea).delete()
    attachments.remove_all(idea)
    search.forget_idea(idea)
