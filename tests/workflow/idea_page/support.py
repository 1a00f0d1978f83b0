# SPDX-License-Identifier: AGPL-3.0-or-later
"""An idea in any state, and its page as somebody opens it."""

from django.test import Client
from django.utils import timezone

from tests import factories as make


def idea_in(state, author, call, **fields):
    """An idea standing in `state` since today."""
    fields.setdefault("at", timezone.now())
    if state == "merged":
        fields.setdefault("merged_into", make.idea(author, call, state="review", title="La casa comune"))
    return make.idea(author, call, state=str(state), **fields)


def visit(who, idea, query="", **headers):
    client = Client()
    client.force_login(who)
    return client.get(f"/idee/{idea.ref}/{query}", headers=headers)


def body(who, idea, query="") -> str:
    response = visit(who, idea, query)
    assert response.status_code == 200
    return response.content.decode()
