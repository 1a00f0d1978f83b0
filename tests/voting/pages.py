# SPDX-License-Identifier: AGPL-3.0-or-later
"""Visiting ballots' pages in tests: signed-in browsers, papers sent as pages send them, answers that can be compared."""

import re

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.test import Client, RequestFactory

from tests.voting.factories import nonce

# Different at every look at a page, whoever looks: tokens against forged requests, the number drawn for a paper, the code
# of an error page.
BY_ITSELF = re.compile(
    r'(name="(?:csrfmiddlewaretoken|nonce|uuid)" value="|X-CSRFToken": "|"csrf_token":"|class="in-code">...-)([^"<]*)'
)


def browser(person=None) -> Client:
    """A browser signed in as `person`, or nobody's."""
    client = Client(headers={"accept-language": "it"})
    if person is not None:
        client.force_login(person)
    return client


def paper_of(vote) -> str:
    return f"/bandi/{vote.ballot.campaign.slug}/scheda/"


def results_of(vote) -> str:
    return f"/bandi/{vote.ballot.campaign.slug}/risultati/"


def send(client, vote, *numbers, **fields):
    """Send the paper page's form with these ideas ticked."""
    posted = {
        "act": "save",
        "ballot": str(vote.pk),
        "nonce": nonce().hex(),
        "choice": [vote.codes[n] for n in numbers],
    } | fields
    return client.post(paper_of(vote), posted)


def click(client, vote, number, *, supported=True, htmx=False, **fields):
    """Click the support button of one idea."""
    posted = {
        "ballot": str(vote.pk), "option": vote.codes[number], "supported": "1" if supported else "0",
        "nonce": nonce().hex(), "next": "/idee/", "place": "row",
    } | fields  # fmt: skip
    return client.post("/voto/sostieni/", posted, headers={"HX-Request": "true"} if htmx else {})


def still(response) -> str:
    """The page with what changes at every look blotted out; its size stays."""
    return BY_ITSELF.sub(lambda found: found[1] + "x" * len(found[2]), response.content.decode())


def said(client) -> str:
    """The messages that wait in a cookie for the next page."""
    cookie = client.cookies[settings.INNOVATO_MESSAGES_COOKIE_NAME].value
    return " ".join(str(message) for message in CookieStorage(RequestFactory().get("/"))._decode(cookie))
