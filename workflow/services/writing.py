# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writing an idea: the draft is made at the first save, kept at every other, and never overwrites somebody else's text."""

import uuid as uuids
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from innovato import formats
from innovato.organisation.models import Person
from workflow import rules, search
from workflow.errors import Conflict, Incomplete, Missing, NotAllowed, WrongState
from workflow.models import Authorship, Campaign, DismissedSimilar, DraftInput, Idea
from workflow.services import moves

COLUMNS = (
    "title",
    "problem",
    "proposal",
    "benefit",
    "beneficiaries",
    "how_measured",
    "estimated_cost",
    "duration_months",
    "no_personal_data",
    "campaign_id",
    "theme_id",
    "department_id",
)
TOUCHED = "departments_touched"
CONTENT = frozenset({*COLUMNS, TOUCHED})
TEXTS = ("title", "problem", "proposal", "benefit", "how_measured")
# What was typed and could not be read is kept up to this length, in code points, and for as many fields.
MOST_TYPED, MOST_TYPED_FIELDS = 20_000, 20


@transaction.atomic
def create_draft(*, by: Person, campaign: Campaign, at: datetime, uuid: uuids.UUID | None = None) -> Idea:
    """The new, empty draft of `by` in a campaign, or the one already made under this `uuid`: safe to repeat.

    Whether the campaign takes ideas is asked when the draft is handed in, so that no text is ever refused. Raises
    Missing when the uuid is somebody else's.
    """
    new = {"campaign": campaign, "created_at": at, "saved_at": at, "saved_by": by, "state_since": at}
    idea, made = Idea.objects.get_or_create(uuid=uuid or uuids.uuid4(), defaults=new)
    if made:
        Authorship.objects.create(
            idea=idea,
            person=by,
            is_lead=True,
            status=Authorship.Status.ACCEPTED,
            invited_at=at,
            answered_at=at,
        )
    elif by.pk not in idea.author_ids():
        raise Missing()
    return idea


@transaction.atomic
def save_draft(
    *,
    idea_id: int,
    by: Person,
    content: dict[str, Any],
    at: datetime,
    version: int | None = None,
    typed: dict[str, str] | None = None,
    page: str = "",
) -> Idea:
    """Keep what an author wrote; returns the idea with its new version (the same one where nothing changed).

    `content`: columns of CONTENT with their new values, lists of keys for the departments touched; what is missing
    stays. `typed`: by field, what could not be read yet, in place of what was kept before. `version` is the one this
    author saw and `page` names the open page: Conflict when another page saved meanwhile something else, with who and
    when in its details. Raises Missing, NotAllowed, WrongState, Incomplete for a text that is too long.
    """
    idea = moves.lock(idea_id)
    check_may_write(rules.actor_for(by), idea)
    _check_content(idea, content)
    kept, _made = DraftInput.objects.get_or_create(idea=idea)
    changed, touched = _differences(idea, content)
    typed = kept.typed if typed is None else _kept(typed)
    if not changed and not touched and typed == kept.typed:
        return idea
    if version is not None and version != idea.version and not (page and page == kept.page):
        raise conflict(idea)
    _store(idea, changed, content, by=by, at=at)
    if touched:
        idea.departments_touched.set(content[TOUCHED])
    kept.typed, kept.page = typed, page
    kept.save(update_fields=["typed", "page"])
    search.index_idea(idea)
    return idea


def check_may_write(actor: rules.Actor, idea: Idea) -> None:
    """Raise Missing, NotAllowed or WrongState unless `actor` may change the text now. Reads who signs once."""
    prefetch_related_objects([idea], "authorships")
    if not rules.can_see(actor, idea):
        raise Missing()
    if actor.person_id not in idea.author_ids():
        raise NotAllowed(_("Questo testo lo scrive chi propone l’idea."))
    if not rules.may_edit(actor, idea):
        raise WrongState(_("L’idea è già stata inviata: il testo ora non si cambia."))


def conflict(idea: Idea) -> Conflict:
    """Somebody else, or another browser, saved this text meanwhile."""
    who = idea.saved_by.get_full_name() if idea.saved_by else "—"
    sentence = _("Modificata da %(name)s alle %(time)s: confronta prima di salvare") % {
        "name": who,
        "time": formats.clock(idea.saved_at),
    }
    return Conflict(sentence, version=idea.version, saved_by=idea.saved_by_id, saved_at=idea.saved_at)


def _check_content(idea: Idea, content: dict) -> None:
    if unknown := content.keys() - CONTENT:
        raise ValueError(f"no content of an idea: {', '.join(sorted(unknown))}")
    limits = {name: Idea._meta.get_field(name).max_length for name in TEXTS if name in content}
    long = {name: too_long(content[name], most) for name, most in limits.items() if len(content[name]) > most}
    if long:
        raise Incomplete(long)
    if idea.number and content.get("campaign_id", idea.campaign_id) != idea.campaign_id:
        raise Incomplete({"campaign": _("L’idea è già in questo bando: non si può spostare.")})


def too_long(text: str, most: int) -> str:
    """The sentence beside a text with more code points than its limit."""
    return _("Il testo ha %(n)s caratteri, il limite è %(most)s: accorcialo.") % {
        "n": formats.number(len(text)),
        "most": formats.number(most),
    }


def _differences(idea: Idea, content: dict) -> tuple[list[str], bool]:
    """The columns with a new value, and whether the departments touched are others."""
    changed = [name for name in COLUMNS if name in content and getattr(idea, name) != content[name]]
    if TOUCHED not in content:
        return changed, False
    before = set(idea.departments_touched.values_list("pk", flat=True))
    return changed, before != set(content[TOUCHED])


def _kept(typed: dict[str, str]) -> dict[str, str]:
    fields = sorted(name for name, text in typed.items() if text)[:MOST_TYPED_FIELDS]
    return {name: typed[name][:MOST_TYPED] for name in fields}


def _store(idea: Idea, changed: list[str], content: dict, *, by: Person, at: datetime) -> None:
    for name in changed:
        setattr(idea, name, content[name])
    idea.version += 1
    idea.saved_at, idea.saved_by = at, by
    idea.save(update_fields=[*(name.removesuffix("_id") for name in changed), "version", "saved_at", "saved_by"])


@transaction.atomic
def call_different(*, idea_id: int, similar_id: int, by: Person, at: datetime) -> None:
    """Record that the authors read a similar idea and say that theirs is another one; screening sees it. Safe to repeat.

    Raises Missing, NotAllowed, WrongState; Missing also when the other idea is not there for `by`.
    """
    idea = moves.lock(idea_id)
    actor = rules.actor_for(by)
    check_may_write(actor, idea)
    other = Idea.objects.visible_to(actor).filter(pk=similar_id).exclude(pk=idea.pk).first()
    if other is None:
        raise Missing()
    DismissedSimilar.objects.get_or_create(idea=idea, similar=other, defaults={"by": by, "at": at})
