# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who calls the API: people with the session of their browser and a sign that the call is their own, or with a token."""

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, CSRFCheck, SessionAuthentication

from innovato.api.problems import CHALLENGE, Problem
from innovato.organisation.models import AccessToken
from innovato.organisation.services import recognise_token


class StaffSession(SessionAuthentication):
    """The session of the pages. Whatever changes something carries the CSRF token (`GET me/` gives it)."""

    def authenticate(self, request):
        """The person signed in, or None. Somebody inactive is nobody. Says no before anything of the body is read."""
        found = super().authenticate(request)
        if found is not None:
            _speak_to(found[0], request)
        return found

    def authenticate_header(self, request) -> str:
        """The challenge that makes the refusal a 401; browsers show no window for it."""
        return CHALLENGE

    def enforce_csrf(self, request):
        """Raise Problem 403 unless the call proves that it comes from the person's own pages."""
        check = CSRFCheck(_no_page)
        check.process_request(request)
        if check.process_view(request, None, (), {}):
            sentence = _("Manca la prova che la richiesta è tua: manda in «X-CSRFToken» il valore che dà «me».")
            raise Problem(403, sentence, code="csrf")


def _no_page(request):
    """The check never goes on to a page."""


def _speak_to(person, request) -> None:
    """Answer in the person's own language where the request asks for none."""
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES and "Accept-Language" not in request.headers:
        translation.activate(person.language)


class PersonalToken(BaseAuthentication):
    """A personal token in `Authorization: Bearer …`: no cookie, so no other site can send it and no CSRF proof is asked."""

    def authenticate(self, request):
        """The person and the token, None without one. Raises Problem 401 for one that is not, or no more, valid."""
        scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        token = recognise_token(secret.strip(), at=timezone.now())
        if token is None:
            raise Problem(401, _("Questo token non vale: è scaduto, revocato o scritto male."), code="bad_token")
        _speak_to(token.person, request)
        return token.person, token

    def authenticate_header(self, request) -> str:
        """The challenge of a 401; browsers show no window for it."""
        return CHALLENGE


def check_scope(request, *, session_only: bool) -> None:
    """Raise Problem 403 where a token may not do what is asked: change something with one that only reads, or vote."""
    if not isinstance(request.auth, AccessToken):
        return
    if session_only:
        raise Problem(403, _("Qui si entra solo dal proprio browser: un token non vota."), code="session_only")
    if request.method not in ("GET", "HEAD") and request.auth.scope != AccessToken.Scope.WRITE:
        raise Problem(403, _("Questo token può solo leggere: per cambiare ne serve un altro."), code="read_only_token")
