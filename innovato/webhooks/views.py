# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages of webhooks: the list, one with its log, writing one, what can be done to it. For the innovation office."""

from collections.abc import Callable
from functools import wraps
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from innovato.organisation.access import DepartmentAccess
from innovato.organisation.auth import signed_in
from innovato.webhooks import rules, selectors
from innovato.webhooks.errors import BadHook, NotThere, WebhookError
from innovato.webhooks.forms import HookForm, NewHookForm
from innovato.webhooks.models import Delivery, Hook
from innovato.webhooks.services import handing, keeping

GET_OR_POST = ["GET", "HEAD", "POST"]
PRINTED_AGAIN = 422


def for_the_office(view: Callable) -> Callable:
    """Only for who keeps webhooks, of those signed in: for everybody else there is nothing here. A refusal becomes its page."""

    @never_cache
    @wraps(view)
    def checked(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if not rules.keeps(DepartmentAccess.of(request.user)):
            raise Http404
        try:
            return view(request, *args, **kwargs)
        except NotThere as error:
            raise Http404 from error
        except WebhookError as error:
            return render(request, "webhooks/refused.html", {"sentence": error.sentence}, status=error.status)

    return checked


@signed_in
@require_safe
@for_the_office
def index(request: HttpRequest) -> HttpResponse:
    """Every webhook, and the last acts."""
    return render(request, "webhooks/index.html", {"hooks": selectors.hooks(), "acts": selectors.acts()})


@signed_in
@require_http_methods(GET_OR_POST)
@for_the_office
def new(request: HttpRequest) -> HttpResponse:
    """Write a webhook; made, its page with the secret, shown this once."""
    form = NewHookForm(request.POST if request.method == "POST" else None, initial={"uuid": uuid4()})
    if form.is_bound and form.is_valid():
        try:
            hook, secret = keeping.create(by=request.user, at=timezone.now(), **form.cleaned_data)
        except BadHook as error:
            form.add_error(error.field, error.sentence)
        else:
            return _page(request, hook, secret=secret, made=True)
    return _form(request, form)


@signed_in
@require_http_methods(GET_OR_POST)
@for_the_office
def edit(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Change a webhook."""
    hook = _hook(uuid)
    now = {name: getattr(hook, name) for name in ("name", "address", "department_id", "kinds")}
    form = HookForm(request.POST if request.method == "POST" else None, initial=now, keep=hook.department_id)
    if form.is_bound and form.is_valid():
        try:
            keeping.change(by=request.user, uuid=uuid, at=timezone.now(), **form.cleaned_data)
        except BadHook as error:
            form.add_error(error.field, error.sentence)
        else:
            return _back(request, uuid, _("Webhook salvato."))
    return _form(request, form, hook=hook)


@signed_in
@require_safe
@for_the_office
def hook(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One webhook: what it is told, its log, who did what."""
    return _page(request, _hook(uuid))


@signed_in
@require_safe
@for_the_office
def delivery(request: HttpRequest, uuid: UUID, delivery: UUID) -> HttpResponse:
    """One delivery: what was sent, and what came of it."""
    hook = _hook(uuid)
    return render(request, "webhooks/delivery.html", {"hook": hook, "delivery": _delivery(hook, delivery)})


@signed_in
@require_POST
@for_the_office
def redeliver(request: HttpRequest, uuid: UUID, delivery: UUID) -> HttpResponse:
    """Send the same again."""
    handing.redeliver(by=request.user, uuid=uuid, delivery=delivery, at=timezone.now())
    return _back(request, uuid, _("La consegna riparte entro un minuto, se il webhook non è in pausa."))


@signed_in
@require_POST
@for_the_office
def test(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Send a test."""
    handing.send_test(by=request.user, uuid=uuid, at=timezone.now())
    return _back(request, uuid, _("La prova parte entro un minuto: ricarica la pagina per vedere la risposta."))


@signed_in
@require_POST
@for_the_office
def pause(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Stop delivering."""
    keeping.pause(by=request.user, uuid=uuid, at=timezone.now())
    return _back(request, uuid, _("Webhook in pausa: quello che succede aspetta."))


@signed_in
@require_POST
@for_the_office
def resume(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Deliver again."""
    keeping.resume(by=request.user, uuid=uuid, at=timezone.now())
    return _back(request, uuid, _("Webhook attivo: quello che aspettava parte entro un minuto."))


@signed_in
@require_http_methods(GET_OR_POST)
@for_the_office
def rotate(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Ask, then make a new secret and show it this once."""
    if request.method != "POST":
        return render(request, "webhooks/rotate.html", {"hook": _hook(uuid)})
    hook, secret = keeping.rotate(by=request.user, uuid=uuid, at=timezone.now())
    return _page(request, hook, secret=secret, made=True)


@signed_in
@require_http_methods(GET_OR_POST)
@for_the_office
def delete(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Ask, then delete."""
    hook = _hook(uuid)
    if request.method != "POST":
        return render(request, "webhooks/delete.html", {"hook": hook})
    name = keeping.remove(by=request.user, uuid=uuid, at=timezone.now())
    messages.success(request, _("Il webhook «%(name)s» non c’è più.") % {"name": name})
    return redirect("webhooks:index")


def _hook(uuid: UUID) -> Hook:
    if (found := selectors.hook(uuid)) is None:
        raise NotThere()
    return found


def _delivery(hook: Hook, uuid: UUID) -> Delivery:
    if (found := selectors.delivery(hook, uuid)) is None:
        raise NotThere()
    return found


def _page(request: HttpRequest, hook: Hook, *, secret: str = "", made: bool = False) -> HttpResponse:
    after = request.GET.get("dopo", "")
    try:
        page = selectors.log(hook, after=after)
    except ValueError as error:
        raise Http404 from error
    address = reverse("webhooks:hook", args=[hook.uuid])
    context = {
        "hook": hook,
        "kinds": selectors.kinds_of(hook),
        "deliveries": page.deliveries,
        "next_url": page.following and f"{address}?{urlencode({'dopo': page.following})}",
        "first_url": after and address,
        "acts": selectors.acts(hook.uuid),
        "secret": secret,
        "made": made,
    }
    return render(request, "webhooks/hook.html", context)


def _form(request: HttpRequest, form: HookForm, *, hook: Hook | None = None) -> HttpResponse:
    status = PRINTED_AGAIN if form.is_bound else 200
    return render(request, "webhooks/form.html", {"form": form, "hook": hook}, status=status)


def _back(request: HttpRequest, uuid: UUID, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect("webhooks:hook", uuid=uuid)
