# SPDX-License-Identifier: AGPL-3.0-or-later
"""Small helps for the pages where ideas are screened, reviewed and decided. Nothing here asks the database."""

from django import template
from django.utils.translation import gettext as _

from workflow.selectors.screening import undo_until as until

register = template.Library()


@register.filter
def people_names(people) -> str:
    """Full names in one line: "Irina Popa, Ugo Rossi e Ada Sala"."""
    names = [person.get_full_name() for person in people]
    if len(names) < 2:
        return "".join(names)
    return _("%(first)s e %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}


@register.filter
def undo_until(idea):
    """Until when the idea's present answer can be taken back."""
    return until(idea)


@register.filter
def short_name(person) -> str:
    """Initial and last name, for narrow columns: "M. Bosio"."""
    if person.erased_at:
        return person.get_full_name()
    return f"{person.first_name[:1]}. {person.last_name}"


@register.filter
def indented(department, from_depth: int) -> str:
    """A department's short name after as many dashes as it lies below the highest of its list."""
    return "– " * max(0, department.depth - from_depth) + department.short_name
