# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the page of an idea being written reads: the open campaigns, the themes, what is still missing, who proposes."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from innovato.organisation.models import Person
from workflow import search
from workflow.models import Attachment, Authorship, Campaign, DismissedSimilar, Idea, IdeaEvent, SelectionRule, Theme
from workflow.search import Alike

LEAST_FOR_SIMILAR = 20  # characters of title or problem from which similar ideas are looked for
UNKNOWN = "department_unknown"  # ticked: the authors do not know which office, the innovation office will say
NOT_GAPS = frozenset({UNKNOWN, "coauthor"})  # typed, but nothing that stands in the way


def writable_ideas() -> QuerySet[Idea]:
    """Ideas with all that their editing page and the rules read, in a constant number of queries."""
    people = Authorship.objects.select_related("person__home_department").order_by("-is_lead", "pk")
    return (
        Idea.objects.select_related("campaign", "department", "theme", "saved_by", "draft_input", "merged_into", "pilot")
        .prefetch_related(Prefetch("authorships", people), "attachments", "departments_touched")
    )  # fmt: skip


def open_campaigns(person: Person, at: datetime) -> list[Campaign]:
    """The campaigns in which `person` may propose at `at`, the always-open one first. Two queries."""
    rows = Campaign.objects.filter(
        Q(submissions_close_at__isnull=True) | Q(submissions_close_at__gt=at), submissions_open_at__lte=at
    )
    rows = rows.defer("text").order_by("-always_open", "submissions_close_at", "pk")
    return [campaign for campaign in rows.prefetch_related("eligible_departments") if welcomes(campaign, person)]


def coming_campaigns(at: datetime) -> list[Campaign]:
    """The campaigns that will take ideas later, the nearest first."""
    return list(Campaign.objects.filter(submissions_open_at__gt=at).order_by("submissions_open_at", "pk")[:5])


def offered_campaigns(person: Person, idea: Idea | None, at: datetime, *, wanted: int | None = None) -> list[Campaign]:
    """The campaigns the form offers: the open ones, and the one the idea is in even if it is over (`is_over`).

    `wanted`: for a first save, the campaign its page had offered: it may have closed since, the text is kept all the
    same. An idea with a number stays in its campaign.
    """
    if idea is not None and idea.number:
        return [idea.campaign]
    offered = open_campaigns(person, at)
    kept = idea.campaign_id if idea is not None else wanted
    if kept and kept not in {campaign.pk for campaign in offered}:
        over = idea.campaign if idea is not None else Campaign.objects.filter(pk=kept).first()
        if over is not None:
            over.is_over = True
            offered.append(over)
    return offered


def welcomes(campaign: Campaign, person: Person) -> bool:
    """May `person` propose? The same answer as `ballots.is_eligible`, from rows already read."""
    paths = [department.path for department in campaign.eligible_departments.all()]
    home = person.home_department.path if person.home_department else ""
    areas = campaign.eligible_contract_areas
    return (
        person.is_active
        and (not paths or (bool(home) and home.startswith(tuple(paths))))
        and (not areas or person.contract_area in areas)
        and not (campaign.exclude_directors and person.is_director)
    )


def themes_for(campaigns: list[Campaign]) -> list[Theme]:
    """The themes that serve every campaign, and those of these campaigns. One query."""
    return list(Theme.objects.filter(Q(campaign=None) | Q(campaign__in=campaigns)))


def typed_in(idea: Idea) -> dict[str, str]:
    """What was typed and could not be read yet, by field."""
    kept = getattr(idea, "draft_input", None)
    return kept.typed if kept else {}


@dataclass(frozen=True)
class Gap:
    """Something still missing: the form's field, its short name in the list of what is missing, the sentence beside it."""

    field: str
    name: str
    sentence: str


def gaps(idea: Idea) -> list[Gap]:
    """What an idea still needs before it can be handed in, in the order of the form. At most two queries."""
    typed = typed_in(idea)
    found = [gap for gap, is_there in _needs(idea, typed) if not is_there]
    named = {gap.field for gap in found}
    unread = [_unread(name, text) for name, text in typed.items() if text and name not in named | NOT_GAPS]
    return [*found, *unread]


def _needs(idea: Idea, typed: dict[str, str]) -> list[tuple[Gap, bool]]:
    return [
        (Gap("title", _("titolo"), _("Scrivi un titolo.")), bool(idea.title)),
        (Gap("problem", _("che cosa non va oggi"), _("Scrivi che cosa non va oggi.")), bool(idea.problem)),
        (Gap("proposal", _("che cosa proponi"), _("Scrivi che cosa proponi di fare.")), bool(idea.proposal)),
        (Gap("benefit", _("che cosa cambierebbe"), _("Scrivi che cosa cambierebbe.")), bool(idea.benefit)),
        (Gap("beneficiaries", _("chi ne avrebbe vantaggio"), _("Scegli almeno una voce.")), bool(idea.beneficiaries)),
        (Gap("theme", _("tema"), _("Scegli il tema.")), idea.theme_id is not None or not themes_for([idea.campaign])),
        (
            Gap("department", _("ufficio competente"), _("Scegli l’ufficio, oppure «Non lo so».")),
            idea.department_id is not None or bool(typed.get(UNKNOWN)),
        ),
        (
            Gap(
                "estimated_cost", _("costo stimato"), _("In questo bando il voto divide un fondo: scrivi quanto costa.")
            ),
            idea.estimated_cost is not None or idea.campaign.selection_rule != SelectionRule.EQUAL_SHARES,
        ),
        (
            Gap("duration_months", _("durata della prova"), _("Scegli la durata della prova.")),
            bool(idea.duration_months),
        ),
        (
            Gap("how_measured", _("come capiremmo che funziona"), _("Scrivi come capiremmo che funziona.")),
            bool(idea.how_measured),
        ),
        (
            Gap(
                "no_personal_data",
                _("conferma sui dati personali"),
                _("Controlla il testo e gli allegati, poi conferma."),
            ),
            idea.no_personal_data,
        ),
    ]


def _unread(field: str, text: str) -> Gap:
    names = {
        "title": _("titolo"),
        "problem": _("che cosa non va oggi"),
        "proposal": _("che cosa proponi"),
        "benefit": _("che cosa cambierebbe"),
        "how_measured": _("come capiremmo che funziona"),
        "estimated_cost": _("costo stimato"),
        "department": _("ufficio competente"),
        "touched_add": _("altri uffici"),
    }
    if field == "touched_add":
        return Gap(field, names[field], _("Premi «Aggiungi», oppure svuota il campo."))
    sentence = _("Quello che hai scritto non è chiaro: controlla. Avevi scritto: %(text)s") % {"text": text[:60]}
    return Gap(field, names.get(field, field), sentence)


def is_long_enough(title: str, problem: str) -> bool:
    """Is there enough text to look for similar ideas?"""
    return max(len(title.strip()), len(problem.strip())) >= LEAST_FOR_SIMILAR


def similar_ideas(title: str, problem: str, *, actor, idea: Idea | None = None) -> list[Alike]:
    """At most three ideas like the text, without the idea itself and those its authors called different."""
    if not is_long_enough(title, problem):
        return []
    aside = set()
    if idea is not None:
        aside = {idea.pk, *DismissedSimilar.objects.filter(idea=idea).values_list("similar_id", flat=True)}
    return search.similar(f"{title}\n{problem}", visible_to=actor, excluding=aside)


def changes_asked(idea: Idea) -> IdeaEvent | None:
    """The last request for changes, with what the office wrote."""
    return IdeaEvent.objects.filter(idea=idea, kind="request_changes").order_by("-number").first()


def attachment_of(idea: Idea, uuid) -> Attachment | None:
    """One file of an idea."""
    return Attachment.objects.filter(idea=idea, uuid=uuid).first()
