# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages of retention: the rules with their reports, counting what would go, and erasing one person."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from innovato.organisation.auth import signed_in
from innovato.retention import rules, selectors
from innovato.retention.errors import NotConfirmed, NotThere, RetentionError
from innovato.retention.forms import ErasureForm
from innovato.retention.services import erasing, running


@signed_in
@require_safe
@never_cache
def index(request: HttpRequest) -> HttpResponse:
    """Every rule, when it was followed last and how much went."""
    if not rules.may_look_after(request.user):
        raise Http404
    context = {"followed": selectors.rules_followed(), "erasures": selectors.latest_erasures()}
    return render(request, "retention/index.html", context)


@signed_in
@require_POST
def count(request: HttpRequest) -> HttpResponse:
    """Count what would go tonight; then the rules again, with the numbers."""
    try:
        running.count_all(at=timezone.now(), by=request.user)
    except NotThere as error:
        raise Http404 from error
    messages.success(
        request, _("Contato: nella colonna «Andrebbe adesso» leggi che cosa andrebbe. Non è stato cancellato niente.")
    )
    return redirect("retention:index")


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest) -> HttpResponse:
    """Whose data, then what goes and what stays and why, then the yes; nothing is done before it."""
    if not rules.may_look_after(request.user):
        raise Http404
    form = ErasureForm(request.POST or None)
    if not form.is_valid():
        return _page(request, form, status=422 if form.is_bound else 200)
    number, at = form.cleaned_data["staff_number"], timezone.now()
    try:
        shown = erasing.preview(staff_number=number, by=request.user, at=at)
        if "confirm" in request.POST:
            erasing.erase_on_request(
                staff_number=number, confirmed=form.cleaned_data["sure"], by=request.user, at=at
            )  # fmt: skip
            messages.success(request, _("Cancellazione fatta: di questa persona non si conserva più il nome."))
            return redirect("retention:index")
    except NotConfirmed as error:
        form.add_error("sure", error.sentence)
        return _page(request, form, shown, status=error.status)
    except NotThere as error:
        raise Http404 from error
    except RetentionError as error:
        form.add_error("staff_number", error.sentence)
        return _page(request, form, status=error.status)
    return _page(request, form, shown)


def _page(request: HttpRequest, form: ErasureForm, shown: erasing.Preview | None = None, *, status: int = 200):
    return render(request, "retention/erase.html", {"form": form, "shown": shown}, status=status)
