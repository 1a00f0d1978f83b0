# SPDX-License-Identifier: AGPL-3.0-or-later
"""Under whose name an act stands: one's own, or a deputy's beside the name of the person they act for."""

from django.utils.translation import pgettext


def signature(by, on_behalf_of=None) -> str:
    """«Fabio Cerutti», or «Fabio Cerutti per Silvia Ghione» where a deputy acted. Both are people, already fetched."""
    if by is None:
        return ""
    if on_behalf_of is None:
        return by.get_full_name()
    words = {"name": by.get_full_name(), "other": on_behalf_of.get_full_name()}
    return pgettext("a deputy and the person they act for", "%(name)s per %(other)s") % words
