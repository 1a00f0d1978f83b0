# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who is told when a webhook stops by itself: the innovation office."""

from datetime import datetime

from django.urls import reverse

from innovato.notifications import kinds, services
from innovato.notifications.kinds import Group
from innovato.organisation.capabilities import Capability
from innovato.organisation.selectors import people_with
from innovato.webhooks.models import Hook

PAUSED = "webhook_paused"
kinds.register(PAUSED, group=Group.TASKS)


def paused(hook: Hook, *, at: datetime) -> int:
    """It stopped by itself, at this moment. In the caller's transaction; returns how many people are told."""
    people = people_with(Capability.SCREEN_IDEAS, None).values_list("pk", flat=True)
    context = {"title": hook.name, "url": reverse("webhooks:hook", args=[hook.uuid]), "pause": hook.pause}
    return services.notify(
        kind=PAUSED, recipients=people, context=context, key=f"webhook:{hook.pk}:{at.timestamp():.6f}", at=at
    )
