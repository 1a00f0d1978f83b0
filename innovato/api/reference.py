# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages about the API, made from its own description: how to enter, what stays as it is, and every operation."""

import json
from dataclasses import dataclass

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from innovato.api.schema import description
from innovato.organisation.services.kept_answers import KEPT_FOR

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Entry:
    """One operation as the page shows it."""

    id: str
    method: str
    path: str
    summary: str
    paragraphs: list[str]
    parameters: list[dict]
    sent: str
    answered: str
    status: str
    refusals: list[tuple[str, str]]


def entries(tag: str) -> list[Entry]:
    """The operations of one part of the API, in the order of their addresses. Touches no database."""
    found = []
    for address, operations in description()["paths"].items():
        for method in METHODS:
            if tag in operations.get(method, {}).get("tags", []):
                found.append(_entry(method, address, operations[method]))
    return found


def tags() -> list[str]:
    """The parts of the API."""
    found = {tag for paths in description()["paths"].values() for one in paths.values() for tag in one["tags"]}
    return sorted(found)


def _entry(method: str, address: str, found: dict) -> Entry:
    status = next(code for code in found["responses"] if code.startswith("2"))
    refusals = [(code, answer["description"]) for code, answer in found["responses"].items() if code != status]
    about = found["description"].replace("**", "").replace("`", "").split("\n\n")
    return Entry(
        id=found["operationId"],
        method=method.upper(),
        path=address,
        summary=found["summary"],
        paragraphs=about,
        parameters=[_parameter(each) for each in found.get("parameters", [])],
        sent=_example(found.get("requestBody", {})),
        answered=_example(found["responses"][status]),
        status=status,
        refusals=refusals,
    )


def _parameter(found: dict) -> dict:
    schema = found["schema"]
    choices = schema.get("enum") or schema.get("items", {}).get("enum") or []
    return {
        "name": found["name"],
        "place": found["in"],
        "required": found.get("required", False),
        "about": found.get("description", "").replace("`", ""),
        "choices": ", ".join(str(choice) for choice in choices),
    }


def _example(found: dict) -> str:
    content = found.get("content", {}).get("application/json", {})
    return json.dumps(content["example"], indent=2, ensure_ascii=False) if "example" in content else ""


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """How programs enter, read, change and are refused; what stays as it is and for how long; the parts of the API."""
    context = {
        "tags": [(tag, entries(tag)) for tag in tags()],
        "reads": settings.INNOVATO_API_READS_PER_MINUTE,
        "writes": settings.INNOVATO_API_WRITES_PER_MINUTE,
        "hours": KEPT_FOR.days * 24 + KEPT_FOR.seconds // 3600,
        "version": description()["info"]["version"],
    }
    return render(request, "api/overview.html", context)


@require_safe
def part(request: HttpRequest, tag: str) -> HttpResponse:
    """Every operation of one part of the API, with what it takes, answers and refuses."""
    found = entries(tag)
    if not found:
        raise Http404
    return render(request, "api/part.html", {"tag": tag, "entries": found})


app_name = "api_pages"
urlpatterns = [
    path("aiuto/api/", overview, name="overview"),
    path("aiuto/api/<slug:tag>/", part, name="part"),
]
