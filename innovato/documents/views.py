# SPDX-License-Identifier: AGPL-3.0-or-later
"""The documents on data protection: a list, each as a page, each as plain text. Open to everybody, like the other help."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_safe

from innovato.documents import library, terms


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What documents there are and whom each is for."""
    return render(request, "documents/index.html", {"documents": library.every(translation.get_language() or "it")})


@require_safe
def document(request: HttpRequest, document: str) -> HttpResponse:
    """One document in the reader's language."""
    found = _get(document, translation.get_language() or "it")
    context = {"document": found, "version": terms.version_line(found.version, found.changed_on)}
    return render(request, "documents/document.html", context)


@require_safe
def text(request: HttpRequest, document: str, language: str) -> HttpResponse:
    """One document in one language as a file of plain text."""
    found = _get(document, language)
    answer = HttpResponse(found.lines, content_type="text/plain; charset=utf-8", headers={"Content-Language": language})
    answer["Content-Disposition"] = f'attachment; filename="{found.name}-{language}-{found.version}.txt"'
    return answer


def _get(name: str, language: str) -> library.Document:
    try:
        return library.get(name, language)
    except library.NoSuchDocument as error:
        raise Http404 from error
