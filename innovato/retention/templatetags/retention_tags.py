# SPDX-License-Identifier: AGPL-3.0-or-later
"""The panel of the profile from which people take their own data."""

from django import template
from django.conf import settings
from django.utils.translation import get_language

from innovato.exports import selectors
from innovato.retention.own_report import NAME

register = template.Library()


@register.inclusion_tag("retention/_own_data.html", takes_context=True)
def own_data_panel(context) -> dict:
    """One query: the reader's latest archives."""
    request = context["request"]
    return {
        "report": NAME,
        "languages": settings.LANGUAGES,
        "language": get_language() or "it",
        "jobs": selectors.of_report(person=request.user, report=NAME),
        "csrf_token": context.get("csrf_token"),
        "request": request,
    }
