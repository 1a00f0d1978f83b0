# SPDX-License-Identifier: AGPL-3.0-or-later
"""Shows one notice in the words of its kind."""

from django import template

from innovato.notifications import words

register = template.Library()

UNKNOWN = "notifications/kinds/_unknown.html"


@register.simple_tag(takes_context=True)
def notice_row(context, notice) -> str:
    """One row of a list of notices; a kind without words of its own shows its title and leads where it should."""
    engine = context.template.engine
    chosen = engine.select_template([f"notifications/kinds/{notice.kind}.html", UNKNOWN])
    with context.push(**words.prepared(notice.context), notice=notice):
        return chosen.render(context)
