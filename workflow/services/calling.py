# SPDX-License-Identifier: AGPL-3.0-or-later
"""Making and changing campaigns: everything until submissions open; afterwards only the words, the money and dates to come."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from innovato.formats import euro
from innovato.organisation.access import Deputyship
from innovato.organisation.capabilities import Capability
from innovato.organisation.models import Person
from workflow import deputies, rules
from workflow.errors import Incomplete, Missing, NotAllowed, WrongState
from workflow.models import Campaign, CampaignStage, Criterion, Round, SelectionRule
from workflow.services import campaigns, events

LONGEST_SLUG = 70
ALL_WEIGHT = 100  # percent


@dataclass(frozen=True)
class CriterionTerms:
    """One line of the rubric; `weight` in percent."""

    name_it: str
    weight: int
    name_en: str = ""
    question_it: str = ""
    question_en: str = ""


@dataclass(frozen=True)
class Terms:
    """What a campaign says. Amounts are euros; moments are instants; `selection_value` is a number or a percentage."""

    title: str
    summary: str
    text: str
    sponsor_id: int
    submissions_open_at: datetime
    submissions_close_at: datetime | None
    voting_opens_at: datetime | None
    voting_closes_at: datetime | None
    review_due_on: date | None
    pilot_budget: Decimal
    exclude_directors: bool
    eligible_contract_areas: Sequence[str]
    eligible_department_ids: Sequence[int]
    max_authors: int
    votes_per_person: int
    selection_rule: str
    selection_value: int
    wild_cards: int
    small_department_lane: int
    small_department_staff: int
    blind_authors: bool
    scorecards_required: int
    publication_public: bool
    compared_top: int = 10
    compared_share: int = 20
    rubric: Sequence[CriterionTerms] = field(default_factory=tuple)


ALWAYS = ("title", "summary", "text", "pilot_budget", "review_due_on")
TO_COME = ("submissions_close_at", "voting_opens_at", "voting_closes_at")
_NOT_COLUMNS = {"rubric", "eligible_department_ids"}


@transaction.atomic
def create_campaign(*, by: Person, at: datetime, terms: Terms) -> Campaign:
    """Make a campaign with its rubric. Raises NotAllowed, Incomplete for what does not fit together."""
    behind = _check_right(by, terms.sponsor_id, at=at)
    _check_terms(terms, at=at)
    campaign = Campaign(slug=_free_slug(terms.title), always_open=False, **_columns(terms))
    campaign.save()
    campaign.eligible_departments.set(terms.eligible_department_ids)
    _write_rubric(campaign, terms)
    events.record(
        idea_id=None,
        kind="campaign_created",
        at=at,
        by_id=by.pk,
        behind=behind,
        data={"campaign": campaign.slug, "terms": _plain(terms)},
    )
    campaigns.advance(campaign_id=campaign.pk, at=at)
    return campaign


@transaction.atomic
def change_campaign(*, campaign_id: int, by: Person, at: datetime, terms: Terms) -> Campaign:
    """Change a campaign as far as its stage allows; the rest of `terms` must be as it stands.

    Raises Missing, NotAllowed, WrongState for rules that people already rely on, Incomplete for what does not fit.
    """
    campaign = Campaign.objects.select_for_update().filter(pk=campaign_id).first()
    if campaign is None:
        raise Missing(_("Questo bando non c’è."))
    behind = _check_right(by, campaign.sponsor_id, at=at)
    _check_right(by, terms.sponsor_id, at=at)
    changed = differences(campaign, terms)
    if refused := [name for name in changed if name not in changeable(campaign, at=at)]:
        raise WrongState(_("Il bando è già aperto: le sue regole non cambiano più."), fields=refused)
    _check_terms(terms, at=at, present=campaign)
    for name, value in _columns(terms).items():
        setattr(campaign, name, value)
    campaign.save()
    if "eligible_department_ids" in changed:
        campaign.eligible_departments.set(terms.eligible_department_ids)
    if "rubric" in changed:
        _write_rubric(campaign, terms)
    _move_round(campaign)
    if changed:
        data = {"campaign": campaign.slug, "changed": sorted(changed)}
        events.record(idea_id=None, kind="campaign_changed", at=at, by_id=by.pk, behind=behind, data=data)
    campaigns.advance(campaign_id=campaign.pk, at=at)
    return campaign


def changeable(campaign: Campaign, *, at: datetime) -> frozenset[str]:
    """The terms that may still change at `at`: all before the opening, then the words, the money and moments to come."""
    if at < campaign.submissions_open_at and campaign.rubric_frozen_at is None:
        return frozenset(Terms.__dataclass_fields__)
    names = set(ALWAYS)
    if campaign.stage not in {CampaignStage.VOTING, CampaignStage.REVIEW, CampaignStage.CLOSED}:
        names |= {name for name in TO_COME if getattr(campaign, name) is not None and getattr(campaign, name) > at}
    return frozenset(names)


def differences(campaign: Campaign, terms: Terms) -> set[str]:
    """The names of the terms that differ from the campaign as it stands."""
    found = {name for name, value in _columns(terms).items() if getattr(campaign, name) != value}
    if set(campaign.eligible_departments.values_list("pk", flat=True)) != set(terms.eligible_department_ids):
        found.add("eligible_department_ids")
    if rubric_of(campaign) != list(terms.rubric):
        found.add("rubric")
    return found


def rubric_of(campaign: Campaign) -> list[CriterionTerms]:
    """The campaign's rubric as terms."""
    return [
        CriterionTerms(row.name_it, row.weight, row.name_en, row.question_it, row.question_en)
        for row in campaign.criteria.all()
    ]


def _columns(terms: Terms) -> dict:
    return {name: getattr(terms, name) for name in Terms.__dataclass_fields__ if name not in _NOT_COLUMNS} | {
        "eligible_contract_areas": list(terms.eligible_contract_areas)
    }


def _plain(terms: Terms) -> dict:
    """The terms as plain values, to be kept with the event."""
    values = asdict(terms)
    return {
        name: value if isinstance(value, int | list | tuple | None) else str(value) for name, value in values.items()
    }


def _check_right(by: Person, department_id: int, *, at: datetime) -> Deputyship | None:
    """Raise NotAllowed for who manages no campaigns there; for whom they do, if in somebody else's name."""
    actor = rules.actor_for(by, at=at)
    if not rules.may_manage_campaigns(actor, department_id):
        raise NotAllowed(_("I bandi li gestisce l’Ufficio innovazione della struttura che li promuove."))
    return deputies.acting_for(actor, Capability.MANAGE_CAMPAIGNS, department_id)


def _check_terms(terms: Terms, *, at: datetime, present: Campaign | None = None) -> None:
    faults = {} if present is not None and present.always_open else _window_faults(terms)
    if present is None and terms.submissions_close_at and terms.submissions_close_at <= at:
        faults["submissions_close_at"] = _("La chiusura è già passata: scegli un momento nel futuro.")
    if sum(row.weight for row in terms.rubric) != ALL_WEIGHT:
        faults["rubric"] = _("I pesi dei criteri fanno 100 in tutto: qui fanno %(sum)s.") % {
            "sum": sum(row.weight for row in terms.rubric)
        }
    if terms.selection_rule == SelectionRule.EQUAL_SHARES:
        faults |= _fund_faults(terms)
    if terms.selection_rule == SelectionRule.SHARE and not 1 <= terms.selection_value <= ALL_WEIGHT:
        faults["selection_value"] = _("La quota va da 1 a 100 per cento.")
    if present is not None and terms.pilot_budget < present.budget_committed:
        faults["pilot_budget"] = _("Ai piloti sono già assegnati %(amount)s: il fondo non può essere minore.") % {
            "amount": euro(present.budget_committed)
        }
    if faults:
        raise Incomplete(faults)


def _fund_faults(terms: Terms) -> dict[str, str]:
    """Equal shares are parts of a fund, and give small departments their part by themselves."""
    faults = {}
    if terms.pilot_budget <= 0:
        faults["pilot_budget"] = _("Con le quote uguali serve un fondo: è quello che le persone dividono votando.")
    if terms.small_department_lane:
        faults["small_department_lane"] = _("Con le quote uguali non ci sono posti riservati: metti 0.")
    return faults


def _window_faults(terms: Terms) -> dict[str, str]:
    faults = {}
    moments = [terms.submissions_open_at, terms.submissions_close_at, terms.voting_opens_at, terms.voting_closes_at]
    names = ["submissions_open_at", "submissions_close_at", "voting_opens_at", "voting_closes_at"]
    for name, moment in zip(names, moments, strict=True):
        if moment is None:
            faults[name] = _("Indica data e ora.")
    if not faults:
        if moments[1] <= moments[0]:
            faults[names[1]] = _("La chiusura deve venire dopo l’apertura.")
        if moments[2] < moments[1]:
            faults[names[2]] = _("Si vota dopo la chiusura delle proposte.")
        if moments[3] <= moments[2]:
            faults[names[3]] = _("La chiusura deve venire dopo l’apertura.")
    return faults


def _free_slug(title: str) -> str:
    """An address that no other campaign has; the unique column is the last word."""
    stem = slugify(title)[:LONGEST_SLUG].strip("-") or "bando"
    taken = set(Campaign.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    return next(slug for slug in (stem, *(f"{stem}-{n}" for n in range(2, len(taken) + 3))) if slug not in taken)


def _write_rubric(campaign: Campaign, terms: Terms) -> None:
    campaign.criteria.all().delete()
    try:
        Criterion.objects.bulk_create(
            Criterion(campaign=campaign, position=n, **asdict(row)) for n, row in enumerate(terms.rubric)
        )
    except IntegrityError as fault:
        raise Incomplete({"rubric": _("Ogni criterio pesa da 1 a 100.")}) from fault


def _move_round(campaign: Campaign) -> None:
    """The round of a campaign whose vote has not begun follows its window."""
    window = {"voting_opens_at": campaign.voting_opens_at, "voting_closes_at": campaign.voting_closes_at}
    if campaign.stage not in {CampaignStage.VOTING, CampaignStage.REVIEW, CampaignStage.CLOSED}:
        Round.objects.filter(campaign=campaign, number=1).update(**window)
