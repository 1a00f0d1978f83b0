# SPDX-License-Identifier: AGPL-3.0-or-later
"""A running pilot: extend it once, conclude it with lessons, verify the benefit months later."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from innovato.organisation.models import Person
from workflow import rules
from workflow.errors import Incomplete
from workflow.models import Campaign, Idea, IdeaEvent, Pilot, Reading
from workflow.services import moves
from workflow.services.clock import VERIFY_AFTER_DAYS, local_day
from workflow.services.texts import too_short
from workflow.states import IdeaState

LONGEST_EXTENSION = timedelta(days=60)


@transaction.atomic
def extend_pilot(
    *, idea_id: int, by: Person, at: datetime, version: int | None, reason: str, ends_on: date
) -> IdeaEvent:
    """Give a pilot a later end, once. Raises Incomplete for a missing reason or an end that is no extension."""
    actor = rules.actor_for(by, at=at)
    idea = moves.lock(idea_id)
    moves.check(idea, "extend_pilot", actor=actor, at=at, version=version)
    pilot = idea.pilot
    fields = {}
    if sentence := too_short(reason):
        fields["reason"] = sentence
    if ends_on is None or ends_on <= pilot.ends_on or ends_on <= local_day(at):
        fields["ends_on"] = _("La nuova fine viene dopo quella di adesso e dopo oggi.")
    elif ends_on > pilot.ends_on + LONGEST_EXTENSION:
        fields["ends_on"] = _("Una proroga dura al massimo 60 giorni.")
    if fields:
        raise Incomplete(fields)
    idea.due_on = ends_on
    words = {"reason_text": reason.strip(), "ends_on": ends_on.isoformat()}
    event = moves.make(idea, "extend_pilot", actor=actor, at=at, data=words, words=words, changed=("due_on",))
    pilot.ends_on, pilot.extended_at, pilot.extension_reason = ends_on, at, reason.strip()
    pilot.version += 1
    pilot.save(update_fields=["ends_on", "extended_at", "extension_reason", "version"])
    return event


@transaction.atomic
def conclude_pilot(
    *, idea_id: int, by: Person, at: datetime, version: int | None, outcome: str, lessons: str, scale_plan: str = ""
) -> IdeaEvent:
    """Adopt the idea or close it, with what was learnt. Raises Incomplete while an indicator has no final reading."""
    actor = rules.actor_for(by, at=at)
    idea = moves.lock(idea_id)
    moves.check(idea, "conclude_pilot", actor=actor, at=at, version=version)
    _check_conclusion(idea, outcome=outcome, lessons=lessons, scale_plan=scale_plan)
    pilot = idea.pilot
    pilot.outcome, pilot.concluded_at = outcome, at
    pilot.lessons_learned, pilot.scale_plan = lessons.strip(), scale_plan.strip()
    if outcome == Pilot.Outcome.ADOPTED:
        pilot.verify_after = local_day(at) + timedelta(days=VERIFY_AFTER_DAYS)
    pilot.version += 1
    pilot.save(update_fields=["outcome", "concluded_at", "lessons_learned", "scale_plan", "verify_after", "version"])
    given_back = _give_back_what_is_left(idea)
    to = IdeaState.ADOPTED if outcome == Pilot.Outcome.ADOPTED else IdeaState.CLOSED
    return moves.make(
        idea,
        "conclude_pilot",
        actor=actor,
        at=at,
        to=to,
        data={"outcome": str(outcome), "lessons_text": lessons.strip(), "given_back": str(given_back)},
        words={"lessons_text": lessons.strip()},
    )


def _check_conclusion(idea: Idea, *, outcome: str, lessons: str, scale_plan: str) -> None:
    fields = {}
    if outcome not in Pilot.Outcome.values:
        fields["outcome"] = _("Scegli come finisce: si adotta o si chiude.")
    if not lessons.strip():
        fields["lessons"] = _("Scrivi che cosa abbiamo imparato: serve a chi ci riproverà.")
    if outcome == Pilot.Outcome.ADOPTED and not scale_plan.strip():
        fields["scale_plan"] = _("Scrivi come l’idea diventa pratica di tutti.")
    closed = Reading.objects.filter(indicator__pilot=idea.pilot, is_final=True).values("indicator")
    waiting = idea.pilot.indicators.exclude(pk__in=closed).values_list("name", flat=True)
    if names := ", ".join(f"«{name}»" for name in waiting):
        fields["readings"] = _("Manca il dato finale di %(names)s.") % {"names": names}
    if fields:
        raise Incomplete(fields)


def _give_back_what_is_left(idea: Idea) -> Decimal:
    """What the pilot did not spend goes back to the campaign's pilot budget; returns it in euros."""
    left = idea.pilot.budget - idea.pilot.spent
    campaign = Campaign.objects.select_for_update().get(pk=idea.campaign_id)
    campaign.budget_committed -= left
    campaign.save(update_fields=["budget_committed"])
    return left


@transaction.atomic
def verify(*, idea_id: int, by: Person, at: datetime, version: int | None, benefit: str, note: str) -> IdeaEvent:
    """Record the benefit that was found months later. Raises Incomplete before the agreed day or without both texts."""
    actor = rules.actor_for(by, at=at)
    idea = moves.lock(idea_id)
    moves.check(idea, "verify", actor=actor, at=at, version=version)
    pilot, fields = idea.pilot, {}
    if not benefit.strip():
        fields["benefit"] = _("Scrivi quale beneficio hai trovato, con un numero se c’è.")
    if not note.strip():
        fields["note"] = _("Scrivi come lo hai verificato.")
    if pilot.verify_after and local_day(at) < pilot.verify_after:
        fields["benefit"] = _("È presto: si verifica da tre a sei mesi dopo l’adozione.")
    if fields:
        raise Incomplete(fields)
    pilot.verified_benefit, pilot.verified_at = benefit.strip(), at
    pilot.save(update_fields=["verified_benefit", "verified_at"])
    return moves.make(
        idea,
        "verify",
        actor=actor,
        at=at,
        data={"benefit_text": benefit.strip(), "note_text": note.strip()},
        words={"benefit_text": benefit.strip()},
    )
