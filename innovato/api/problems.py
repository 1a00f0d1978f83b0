# SPDX-License-Identifier: AGPL-3.0-or-later
"""How the API says no: problem details (RFC 9457) in the reader's language, whatever went wrong and wherever."""

import math

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response

PREFIX = "/api/"
MEDIA_TYPE = "application/problem+json"
CHALLENGE = 'Bearer realm="InnovaTo"'

# For each status: its name, and what happened and what to do when nothing better is known.
WORDS = {
    400: (_("Richiesta non valida"), _("Questa richiesta non si può leggere: controlla come è scritta.")),
    401: (_("Accesso necessario"), _("Accedi e riprova.")),
    403: (_("Non permesso"), _("Questa azione non spetta a te.")),
    404: (_("Non trovato"), _("Quello che cerchi non c’è, o è ancora una bozza di altri.")),
    405: (_("Metodo non ammesso"), _("Questo indirizzo non accetta questo metodo: quelli ammessi sono in «Allow».")),
    409: (_("Conflitto"), _("Nel frattempo qualcosa è cambiato: rileggi e riprova.")),
    412: (_("Cambiato nel frattempo"), _("Quello che cambi non è più come l’hai letto: rileggi e riprova.")),
    413: (_("Richiesta troppo grande"), _("Il contenuto è troppo grande: accorcialo.")),
    415: (_("Formato non ammesso"), _("Manda il contenuto in JSON: «Content-Type: application/json».")),
    422: (_("Contenuto da correggere"), _("Qualche campo va corretto: in «errors» c’è quale e perché.")),
    428: (_("Manca la versione"), _("Di’ in «If-Match» quale versione cambi: è nell’«ETag» di quello che hai letto.")),
    429: (_("Troppe richieste"), _("Aspetta e riprova: «Retry-After» dice tra quanti secondi.")),
    500: (_("Errore interno"), _("Qualcosa non ha funzionato e non è stato cambiato niente. Riprova tra poco.")),
    503: (_("Servizio sospeso"), _("In questo momento il servizio è sospeso: riprova più tardi.")),
}


class Problem(APIException):
    """A refusal with its own status and sentence. `code` is for programs; `more` are further members of the answer."""

    def __init__(self, status: int, sentence="", *, code: str = "", **more):
        self.status_code, self.code, self.more = status, code, more
        super().__init__(str(sentence) or None)
        self.sentence = sentence


def bad_query(errors: dict) -> Problem:
    """The refusal of an address with a filter, an order or a cursor that does not exist. `errors`: by parameter."""
    return Problem(400, _("L’indirizzo ha un filtro o un ordine che non c’è."), code="bad_query", errors=errors)


def body(status: int, sentence="", *, code: str = "", **more) -> dict:
    """The members of one problem."""
    title, usual = WORDS.get(status) or WORDS[400 if status < 500 else 500]
    known = {"type": "about:blank", "title": str(title), "status": status, "detail": str(sentence or usual)}
    return known | ({"code": code} if code else {}) | more


def answer(error: Exception, context: dict) -> Response | None:
    """What the framework asks for every exception of a view; None lets a fault of ours through to the log."""
    if isinstance(error, Http404):
        error = Problem(404, code="missing")
    elif isinstance(error, PermissionDenied):
        error = Problem(403, code="not_allowed")
    elif isinstance(error, ValidationError):
        error = Problem(422, code="invalid", errors=sentences(error.detail))
    if not isinstance(error, APIException):
        return None
    if not isinstance(error, Problem):
        headers, error = _headers(error), Problem(error.status_code, code=error.default_code)
    else:
        headers = {"WWW-Authenticate": CHALLENGE} if error.status_code == 401 else {}
    content = body(error.status_code, error.sentence, code=error.code, **error.more)
    return Response(content, status=error.status_code, headers=headers, content_type=MEDIA_TYPE)


def _headers(error: APIException) -> dict:
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(math.ceil(wait))
    return headers


def sentences(detail) -> dict[str, list[str]]:
    """What is wrong by field, flat: lists of sentences, whatever depth the serializer found them at."""
    if isinstance(detail, dict):
        return {str(name): _flat(found) for name, found in detail.items()}
    return {"body": _flat(detail)}


def _flat(found) -> list[str]:
    if isinstance(found, dict):
        found = [each for value in found.values() for each in _flat(value)]
    if isinstance(found, list | tuple):
        return list(dict.fromkeys(str(each) for item in found for each in _flat(item)))
    return [str(found)]


def instead_of_page(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The same refusal as a problem, where a page for people was going out under the API's addresses."""
    kept = ("Allow", "Retry-After", "WWW-Authenticate")
    headers = {name: response.headers[name] for name in kept if name in response.headers}
    return JsonResponse(
        body(response.status_code), status=response.status_code, headers=headers, content_type=MEDIA_TYPE
    )
