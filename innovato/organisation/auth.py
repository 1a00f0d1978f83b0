# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who may open a page: people who are signed in; everybody else is sent to sign in and brought back."""

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.vary import vary_on_headers


def signed_in(view: Callable) -> Callable:
    """Only for who is signed in. Others: a page sends them to sign in and back, htmx and JSON get 401.

    Somebody deactivated counts as not signed in from the next request on (`StaffBackend.get_user`).
    """

    @wraps(view)
    def checked(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        return please_sign_in(request)

    return vary_on_headers("HX-Request", "Accept")(checked)


def please_sign_in(request: HttpRequest) -> HttpResponse:
    """To who is not signed in: 401 for requests that a program makes, otherwise the way to the sign-in page."""
    address = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': _place(request)})}"
    if request.headers.get("HX-Request") == "true":
        # htmx follows this header whatever the status, and takes the whole page to sign in.
        return HttpResponse(status=401, headers={"HX-Redirect": address})
    if "json" in request.headers.get("Accept", ""):
        problem = {"title": _("Accesso necessario"), "status": 401, "detail": _("Accedi e riprova.")}
        return JsonResponse(problem, status=401, content_type="application/problem+json")
    return HttpResponseRedirect(address)


def _place(request: HttpRequest) -> str:
    """Where the person was: the address asked for, or the page from which something was sent or swapped."""
    if request.method == "GET" and request.headers.get("HX-Request") != "true":
        return request.get_full_path()
    before = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    return _path_of(before) if _is_ours(request, before) else "/"


def safe_next(request: HttpRequest, fallback: str | None = None) -> str:
    """The address in `next`, when it is one of ours and not the sign-in page itself; otherwise `fallback` or home."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_place = wanted.startswith("/") and _is_ours(request, wanted)
    if is_place and urlsplit(wanted).path != resolve_url(settings.LOGIN_URL):
        return wanted
    return fallback or resolve_url(settings.LOGIN_REDIRECT_URL)


def _is_ours(request: HttpRequest, address: str) -> bool:
    """Whether an address leads nowhere but to this site."""
    if not address or len(address) > 2000:
        return False
    return url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )


def _path_of(address: str) -> str:
    """The part of an address after the host."""
    parts = urlsplit(address)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def admin_sign_in(request: HttpRequest, extra_context=None) -> HttpResponse:
    """The way into the technical tables: the same sign-in as everywhere; they are not there for anybody else."""
    if request.user.is_authenticated:
        raise Http404
    return please_sign_in(request)
