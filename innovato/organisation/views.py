# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages about oneself: signing in and out, the language, one's own data and rights."""

from datetime import timedelta
from uuid import uuid4

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from . import attempts, holdings, selectors, services
from .access import DepartmentAccess
from .auth import safe_next, signed_in
from .forms import LanguageForm, SignInForm, TokenForm
from .models import Person

BACKEND = "innovato.organisation.backends.StaffBackend"


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Staff number and code; in the demo also one button per persona."""
    if request.method == "POST":
        return _try_to_sign_in(request, SignInForm(request.POST))
    if request.user.is_authenticated:
        return HttpResponseRedirect(safe_next(request))
    return _sign_in_page(request, SignInForm())


def _try_to_sign_in(request: HttpRequest, form: SignInForm) -> HttpResponse:
    """Enter, or the page again: 400 when something is wrong, 429 when it is time to wait."""
    at = timezone.now()
    if not form.is_valid():
        return _sign_in_page(request, form, status=400)
    number = form.cleaned_data["staff_number"]
    if attempts.take(number, at=at):
        person = authenticate(request, username=number, password=form.cleaned_data["code"])
        if person is not None:
            attempts.forget(number)
            return _with_language(_enter(request, person), person.language)
    if wait := attempts.wait_left(number, at=at):
        response = _sign_in_page(request, form, status=429, wait=_wait_in_words(wait))
        response["Retry-After"] = str(max(1, round(wait.total_seconds())))
        return response
    form.refuse()
    return _sign_in_page(request, form, status=400)


def _enter(request: HttpRequest, person: Person) -> HttpResponse:
    """Sign this person in and go where they wanted."""
    target = safe_next(request)
    services.forget_session(session_key=request.session.session_key)
    login(request, person, backend=BACKEND)
    if not request.session.session_key:
        request.session.save()
    services.remember_session(person=person, session_key=request.session.session_key, at=timezone.now())
    return HttpResponseRedirect(target)


def _wait_in_words(wait: timedelta) -> str:
    """How long to wait, never less than said."""
    minutes = -(-wait // timedelta(minutes=1))
    words = ngettext(
        "Troppi tentativi sbagliati: riprova tra %(minutes)d minuto.",
        "Troppi tentativi sbagliati: riprova tra %(minutes)d minuti.",
        minutes,
    )
    return words % {"minutes": minutes}


def _sign_in_page(request: HttpRequest, form: SignInForm, *, status: int = 200, wait: str = "") -> HttpResponse:
    context = {
        "form": form,
        "wait": wait,
        "next": safe_next(request, fallback=""),
        "personas": selectors.demo_personas() if _in_demo() else [],
        "help_desk": settings.INNOVATO_SUPPORT_EMAIL,
    }
    return render(request, "organisation/sign_in.html", context, status=status)


@never_cache
@require_POST
def sign_in_as(request: HttpRequest) -> HttpResponse:
    """Enter as one of the demo's personas, in the language of this browser; outside the demo the address does not exist."""
    if not _in_demo():
        raise Http404
    chosen = request.POST.get("persona", "")
    for persona in selectors.demo_personas():
        if str(persona.person.uuid) == chosen:
            return _enter(request, persona.person)
    raise Http404


def _in_demo() -> bool:
    """Whether people are invented, so that anybody may be anybody."""
    return settings.DEMO or settings.DEBUG


@never_cache
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this session."""
    services.forget_session(session_key=request.session.session_key)
    logout(request)
    return HttpResponseRedirect(settings.LOGOUT_REDIRECT_URL)


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def session(request: HttpRequest) -> HttpResponse:
    """How long the session lasts, for the page that warns before it ends: asking does not prolong it, a POST does."""
    request.session.modified = request.method == "POST"
    if request.method == "POST" and "json" not in request.headers.get("Accept", ""):
        return HttpResponseRedirect(safe_next(request))
    return JsonResponse({"seconds": request.session.seconds_left(), "can_go_on": request.session.can_go_on()})


@require_http_methods(["GET", "HEAD", "POST"])
def set_language(request: HttpRequest) -> HttpResponse:
    """Choose the language, for this browser and, when signed in, for mails too."""
    form = LanguageForm(request.POST or None)
    if not form.is_valid():
        context = {"form": form, "next": safe_next(request)}
        return render(request, "organisation/language.html", context, status=400 if form.is_bound else 200)
    language = form.cleaned_data["language"]
    if request.user.is_authenticated:
        services.set_language(person=request.user, language=language)
    return _with_language(HttpResponseRedirect(safe_next(request)), language)


def _with_language(response: HttpResponse, language: str) -> HttpResponse:
    """Keep the language in a cookie, with the attributes of the settings."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE or 365 * 24 * 3600,
        path=settings.LANGUAGE_COOKIE_PATH,
        domain=settings.LANGUAGE_COOKIE_DOMAIN,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite=settings.LANGUAGE_COOKIE_SAMESITE,
    )
    return response


@signed_in
@never_cache
@require_safe
def profile(request: HttpRequest) -> HttpResponse:
    """What the city knows about me, the language I read, what I may do and where."""
    return profile_page(request)


def profile_page(request: HttpRequest, *, form=None, made=None, secret: str = "", status: int = 200) -> HttpResponse:
    """The profile; with `made` a token just made and its `secret`, which no other page ever shows."""
    person, places = selectors.person_with_places(request.user.pk)
    access = DepartmentAccess.of(request.user)
    context = {
        "person": person,
        "places": places,
        "rights": selectors.rights_in_words(access),
        "sources": holdings.holdings_of(request.user),
        "acting": holdings.delegations_used(access),
        "languages": [(code, name, code == translation.get_language()) for code, name in settings.LANGUAGES],
        "tokens": selectors.tokens_of(request.user.pk, at=timezone.now()),
        "token_form": form or TokenForm(initial={"uuid": uuid4()}),
        "made": made,
        "secret": secret,
    }
    return render(request, "organisation/profile.html", context, status=status)
