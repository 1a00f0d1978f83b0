# SPDX-License-Identifier: AGPL-3.0-or-later
"""`Idempotency-Key`: a call sent twice with the same key and body has one effect and gets the same answer, for a day.

The key is taken in the transaction of the call itself: two of them at once wait for each other, and a call that is
refused gives its key back, because nothing happened. Papers never come here: nothing of a vote is kept beside the urn.
"""

import hashlib
import json
import re
from collections.abc import Callable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from innovato.api.problems import Problem
from innovato.organisation.services import kept_answers

HEADER, REPLAYED = "Idempotency-Key", "Idempotency-Replayed"
KEY = re.compile(r"[\x21-\x7e]{1,100}")


def answer_once(request, act: Callable[[], Response]) -> Response:
    """What `act` answers, or answered when this call came first. Raises Problem 400 for no key, 422 for another body."""
    key = request.headers.get(HEADER)
    if key is None:
        return act()
    if not KEY.fullmatch(key):
        sentence = _("«Idempotency-Key» è una parola di al massimo 100 caratteri ASCII visibili, per esempio un UUID.")
        raise Problem(400, sentence, code="bad_key")
    fingerprint = fingerprint_of(request)
    with transaction.atomic():
        kept, is_new = kept_answers.take(person=request.user, key=key, fingerprint=fingerprint, at=timezone.now())
        if is_new:
            response = act()
            body = JSONRenderer().render(response.data).decode() if response.data is not None else ""
            kept_answers.keep(kept, status=response.status_code, body=body)
            return response
    if kept.fingerprint != fingerprint:
        sentence = _("Con questa «Idempotency-Key» hai già mandato un’altra richiesta: usane una nuova.")
        raise Problem(422, sentence, code="key_reused")
    data = json.loads(kept.body) if kept.body else None
    return Response(data, status=kept.status, headers={REPLAYED: "true"})


def fingerprint_of(request) -> str:
    """What makes a call the same call: the method, the address, and the values of its body whatever their order."""
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    files = list(request.FILES.values())
    for file in files:
        digest.update(f"{file.name}\n".encode())
        for chunk in file.chunks():
            digest.update(chunk)
        file.seek(0)
    if not files:
        digest.update(json.dumps(request.data, sort_keys=True).encode())
    return digest.hexdigest()
