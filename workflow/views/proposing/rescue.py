# SPDX-License-Identifier: AGPL-3.0-or-later
"""A session that ends while somebody writes: what they post is kept until the same person has signed in again.

The page carries a signed name of who writes. What an ended session posts waits in the browser's new, empty session and is
shown only to that same person: on a shared computer nobody else finds it.
"""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render, resolve_url
from django.urls import reverse
from django.utils.http import urlencode

from innovato.organisation.auth import signed_in
from innovato.organisation.models import Person
from workflow.forms.proposing import IdeaForm
from workflow.models import Idea

SALT = "workflow.proposing.rescue"
KEY = "rescued_text"
LONGEST_AGE = 7 * 24 * 3600  # seconds after which a page left open is nobody's any more
MOST = 60_000  # characters kept
FIELDS = frozenset({*IdeaForm.base_fields, "version", "page"})


def signature_of(person: Person) -> str:
    """Who writes on this page, so that an ended session still knows."""
    return signing.dumps(person.pk, salt=SALT)


def _owner_of(text: str) -> int | None:
    try:
        return signing.loads(text, salt=SALT, max_age=LONGEST_AGE)
    except signing.BadSignature:
        return None


def keeps_text(view: Callable) -> Callable:
    """Like `signed_in`, but what somebody was writing when the session ended is kept for after the sign-in."""
    checked = signed_in(view)

    @wraps(view)
    def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if request.method == "POST" and not request.user.is_authenticated:
            owner = _owner_of(request.POST.get("owner", "")[:200])
            if owner is not None:
                return _kept(request, owner)
        return checked(request, *args, **kwargs)

    return guarded


def _kept(request: HttpRequest, owner: int) -> HttpResponse:
    fields = {name: request.POST.getlist(name) for name in FIELDS if name in request.POST}
    token = request.POST.get("token", "")[:32]
    if sum(len(text) for texts in fields.values() for text in texts) <= MOST:
        request.session[KEY] = {"owner": owner, "token": token, "fields": fields}
    address = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': _page_of(token)})}"
    if request.htmx:
        return render(request, "workflow/proposing/_signed_out.html", {"address": address})
    return HttpResponseRedirect(address)


def _page_of(token: str) -> str:
    """Where the writing goes on: the draft's own page once there is a draft."""
    is_name = len(token) == 32 and set(token) <= set("0123456789abcdef")
    idea = Idea.objects.filter(uuid=token).only("uuid", "number").first() if is_name else None
    return reverse("workflow:idea_edit", kwargs={"ref": idea.ref}) if idea else reverse("workflow:idea_new")


def find(request: HttpRequest, token: str | None = None) -> tuple[str, QueryDict] | None:
    """(draft's name, form data) that this very person posted after the session had ended; None when there is nothing.

    With `token` only what belongs to that draft.
    """
    kept = request.session.get(KEY)
    if not kept or kept["owner"] != request.user.pk or (token is not None and kept["token"] != token):
        return None
    data = QueryDict(mutable=True)
    for name, texts in kept["fields"].items():
        data.setlist(name, texts)
    return kept["token"], data


def forget(request: HttpRequest) -> None:
    """It is saved, or thrown away."""
    request.session.pop(KEY, None)
