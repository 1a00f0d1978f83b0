# SPDX-License-Identifier: AGPL-3.0-or-later
"""One length for whatever shows somebody's own choices: web servers write down the size of every answer they give.

Without this the log would tell a page with an idea supported from the same page without, or one receipt from another.
"""

from django.utils.safestring import SafeString, mark_safe

LINE = 80  # a newline now and then keeps the source readable


def enveloped(html: str, room: int) -> SafeString:
    """The same HTML followed by white space, so that it fills `room` bytes, or the next multiple of it.

    `room` comes from what everybody may know (titles, the number of choices), never from what was chosen, and is more
    than the longest of the contents needs.
    """
    free = -len(html.encode()) % room
    return mark_safe(html + (" " * (LINE - 1) + "\n") * (free // LINE) + " " * (free % LINE))
