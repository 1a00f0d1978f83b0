# SPDX-License-Identifier: AGPL-3.0-or-later
"""Personal tokens on the profile page: making one, with its secret shown once, and revoking one."""

import uuid as uuids

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from . import selectors, services
from .auth import signed_in
from .errors import OrganisationError
from .forms import TokenForm
from .views import profile_page


@signed_in
@never_cache
@require_POST
def make_token(request: HttpRequest) -> HttpResponse:
    """The profile again, with the secret of the new token; 400 with what is to mend. A page sent twice makes one."""
    form = TokenForm(request.POST)
    if not form.is_valid():
        return profile_page(request, form=form, status=400)
    try:
        token, secret = services.issue_token(person=request.user, at=timezone.now(), **form.cleaned_data)
    except OrganisationError as error:
        form.add_error(None, error.sentence)
    except ValueError:
        form.add_error(None, form.fields["name"].error_messages["required"])
    else:
        return profile_page(request, made=token, secret=secret)
    return profile_page(request, form=form, status=400)


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def revoke_token(request: HttpRequest, uuid: uuids.UUID) -> HttpResponse:
    """Ask, and then revoke one's own token; what is not one's own, or no more, is not there."""
    token = next((row for row in selectors.tokens_of(request.user.pk, at=timezone.now()) if row.uuid == uuid), None)
    if token is None:
        raise Http404
    if request.method != "POST":
        return render(request, "organisation/token_revoke.html", {"token": token})
    services.revoke_token(person=request.user, uuid=uuid, at=timezone.now())
    return HttpResponseRedirect(reverse("organisation:profile") + "#h-token")
