# SPDX-License-Identifier: AGPL-3.0-or-later
"""The desk's list of what waits: the workflow's tasks and those of other floors in one order."""

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from innovato import formats
from innovato.webhooks import rules as webhooks
from workflow.context import actor_of
from workflow.selectors import desk_tasks

register = template.Library()


@register.simple_tag
def desk_queue(tasks, ballots_due=()) -> desk_tasks.Queue:
    """The tasks, the nearest deadline first, with room among them for the ballots that close at these moments."""
    return desk_tasks.queue(tasks, ballots_due)


@register.filter
def waiting_words(queue: desk_tasks.Queue) -> str:
    """How much waits and by when the first: "Ti aspettano 4 cose: la prima scade domani."."""
    n = queue.total
    if not n:
        return _("Non ti aspetta niente.")
    if queue.first_due is None:
        return ngettext("Ti aspetta %(n)d cosa.", "Ti aspettano %(n)d cose.", n) % {"n": n}
    words = {"n": n, "when": _when(queue.first_due)}
    return ngettext("Ti aspetta %(n)d cosa: %(when)s.", "Ti aspettano %(n)d cose: la prima %(when)s.", n) % words


def _when(day) -> str:
    left = (day - timezone.localdate()).days
    if left < 0:
        return pgettext("la prima", "è in ritardo")
    if left < 2:
        return _("scade domani") if left else _("scade oggi")
    return _("scade %(day)s") % {"day": formats.long_date(day)}


@register.simple_tag(takes_context=True)
def keeps_webhooks(context) -> bool:
    """Whether webhooks exist for the reader; reads the rights that the page has read already."""
    return webhooks.keeps(actor_of(context["request"]).access)
