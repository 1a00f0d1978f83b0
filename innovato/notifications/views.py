# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages of notices: the list, marking as read, the way to what a notice is about, and the demo's mailbox."""

from datetime import timedelta
from itertools import groupby

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import trigger_client_event

from innovato.notifications import mailbox, selectors, services, words
from innovato.notifications.models import Notice
from innovato.organisation.auth import signed_in


@signed_in
@require_safe
@vary_on_headers("HX-Request")
def index(request):
    """A person's own notices, newest first, by day."""
    return _list(request, after=request.GET.get("dopo", ""))


@signed_in
@require_POST
def read_all(request):
    """Mark everything as read, then the list again."""
    services.mark_read(person_id=request.user.pk, at=timezone.now())
    return _back_to_list(request, focus="titolo-avvisi", said=_("Tutti gli avvisi sono letti."))


@signed_in
@require_POST
def read_one(request, pk):
    """Mark one notice as read, then the list again."""
    notice = _own_notice(request, pk)
    services.mark_read(person_id=request.user.pk, notice_id=notice.pk, at=timezone.now())
    return _back_to_list(request, focus=f"avviso-{notice.pk}", said=_("Avviso letto."))


@signed_in
@require_safe
def open_notice(request, pk):
    """Mark the notice as read and go to what it is about."""
    notice = _own_notice(request, pk)
    if not words.is_local_path(notice.context.get("url")):
        raise Http404
    services.mark_read(person_id=request.user.pk, notice_id=notice.pk, at=timezone.now())
    return HttpResponseRedirect(notice.context["url"])


@signed_in
@require_safe
def letters(request):
    """The demo only: the mails the signed-in person would have received."""
    _demo_only()
    return render(request, "notifications/letters.html", {"letters": mailbox.letters(request.user.email)})


@signed_in
@require_safe
def letter(request, name):
    """The demo only: one of the person's own mails, as text."""
    return render(request, "notifications/letter.html", {"letter": _own_letter(request, name)})


@signed_in
@require_safe
def letter_as_shown(request, name):
    """The demo only: the HTML part as a document of its own that may load and run nothing."""
    response = HttpResponse(_own_letter(request, name).html)
    response["Content-Security-Policy"] = "default-src 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
    return response


def _own_notice(request, pk) -> Notice:
    return get_object_or_404(Notice.objects.visible_to(request.user.pk, at=timezone.now()), pk=pk)


def _own_letter(request, name) -> mailbox.Letter:
    _demo_only()
    if (found := mailbox.letter(request.user.email, name)) is None:
        raise Http404
    return found


def _demo_only() -> None:
    if not (settings.DEMO or settings.DEBUG):
        raise Http404


def _back_to_list(request, *, focus: str, said: str):
    """The renewed fragment for htmx, saying what happened; otherwise the same page again."""
    after = request.POST.get("dopo", "")
    if not request.htmx:
        return redirect(_address(after))
    response = _list(request, after=after)
    trigger_client_event(response, "announce", said, after="swap")
    return trigger_client_event(response, "moveFocus", focus, after="swap")


def _list(request, *, after):
    at = timezone.now()
    try:
        page = selectors.page(person_id=request.user.pk, at=at, after=after)
    except ValueError as error:
        raise Http404 from error
    today = timezone.localdate(at)
    context = {
        "days": _by_day(page.notices),
        "after": after,
        "next_url": page.following and _address(page.following),
        "first_url": after and _address(),
        "today": today,
        "yesterday": today - timedelta(days=1),
        "demo": settings.DEMO or settings.DEBUG,
    }
    return render(request, "notifications/_list.html" if request.htmx else "notifications/index.html", context)


def _address(after: str = "") -> str:
    return reverse("notifications:index") + (f"?{urlencode({'dopo': after})}" if after else "")


def _by_day(notices) -> list[tuple]:
    """The notices under their local days."""
    by_day = groupby(notices, key=lambda notice: timezone.localdate(notice.deliver_after))
    return [(day, list(group)) for day, group in by_day]
