# SPDX-License-Identifier: AGPL-3.0-or-later
"""How an idea is named in addresses: its number once submitted, before that its uuid."""


class IdeaRef:
    """`2026-0412`, or 32 hexadecimal digits for a draft."""

    regex = r"[0-9]{4}-[0-9]{4,6}|[0-9a-f]{32}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return str(value)
