# SPDX-License-Identifier: AGPL-3.0-or-later
"""The first page after signing in: what waits, the own ideas, news from the office, how others ended; and what was done."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from innovato.organisation.auth import signed_in
from workflow.context import actor_of
from workflow.selectors import desk as selectors
from workflow.selectors import desk_tasks as tasks
from workflow.selectors import done as acts

EVENING = 18  # o'clock


@signed_in
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """The desk of the signed-in person."""
    person, actor, at = request.user, actor_of(request), timezone.now()
    own = selectors.own_ideas(person_id=person.pk, at=at)
    waiting = [
        *tasks.author_tasks(own),
        *tasks.merge_tasks(person_id=person.pk),
        *tasks.delegation_tasks(person_id=person.pk, at=at),
        *tasks.pilot_tasks(person_id=person.pk, at=at),
        *tasks.role_tasks(actor, at=at),
    ]
    context = {
        "today": timezone.localdate(at),
        "evening": timezone.localtime(at).hour >= EVENING,
        "tasks": waiting,
        "own": own,
        "from_office": selectors.from_office(department_id=person.home_department_id, at=at),
        "outcomes": selectors.outcomes(),
        "box": selectors.campaign_box(),
    }
    return render(request, "workflow/desk/desk.html", context)


@signed_in
@require_safe
def done(request: HttpRequest) -> HttpResponse:
    """What the signed-in person did, newest first: a page for nobody else."""
    after = request.GET.get("dopo", "")
    try:
        page = acts.page(actor=actor_of(request), after=after)
    except ValueError as error:
        raise Http404 from error
    address = reverse("workflow:done")
    context = {
        "acts": page.acts,
        "after": after,
        "next_url": page.following and f"{address}?{urlencode({'dopo': page.following})}",
        "first_url": after and address,
    }
    return render(request, "workflow/desk/done.html", context)
