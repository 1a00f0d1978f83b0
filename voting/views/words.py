# SPDX-License-Identifier: AGPL-3.0-or-later
"""How the vote works, in words and a picture, and the script with which anybody recounts a publication. Open to all."""

from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from voting import verify_publication

SCRIPT = Path(verify_publication.__file__)


@require_safe
def how_it_works(request: HttpRequest) -> HttpResponse:
    """What the ballot promises, how it keeps it, and what it does not protect from."""
    hours = settings.INNOVATO_OBJECTION_HOURS
    return render(request, "voting/how_it_works.html", {"objection_hours": hours, "script_sha256": _fingerprint()})


@require_safe
def verify_script(request: HttpRequest) -> HttpResponse:
    """The stand-alone script, exactly as it stands in the source."""
    response = HttpResponse(SCRIPT.read_bytes(), content_type="text/x-python; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="verify_publication.py"'
    return response


def _fingerprint() -> str:
    return sha256(SCRIPT.read_bytes()).hexdigest()
