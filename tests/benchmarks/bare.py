# SPDX-License-Identifier: AGPL-3.0-or-later
"""K2, the calibrator: Django's own way of one signed-in POST that inserts one row, with session and CSRF and nothing else."""

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.decorators import login_required
from django.db import connection
from django.http import HttpResponseRedirect
from django.urls import path
from django.views.decorators.http import require_POST

from innovato.organisation.backends import StaffBackend

StaffBackend.get_user = ModelBackend.get_user  # the sessions name our backend; whom they name is found as Django does


@login_required
@require_POST
def add(request):
    """One row, and on to another page."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO benchmark_row (person, words) VALUES (%s, %s)", [request.user.pk, request.POST["words"]]
        )
    return HttpResponseRedirect("/done/")


urlpatterns = [path("bare/", add)]
