# SPDX-License-Identifier: AGPL-3.0-or-later
"""The description of the API (OpenAPI 3.1), made from what stands beside the code: operations, serializers, filters."""

import re
from functools import cached_property, lru_cache

from django.conf import settings
from django.utils import translation
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, OpenApiTypes, inline_serializer
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.response import Response

from innovato.api import problems
from innovato.api.operations import STAFF, Operation, operation, operation_of
from innovato.api.views import FIELDS, ApiView

CAPITALS = re.compile(r"(?<!^)(?=[A-Z])")
QUERIES = re.compile(r"\s*(A constant number|(One|Two|Three|Four|Five) quer\w+|An idea has few)\b.*", re.S)
READS = ("GET", "HEAD")
PLACE = re.compile(r"{(\w+)}")
ELSEWHERE = {"/api/v1/ideas/{ref}/comments/": "/api/v1/comments/"}  # rows with an address of their own


class ProblemShape(serializers.Serializer):
    """Why something was refused (RFC 9457), in the reader's language. Nothing was changed."""

    type = serializers.CharField(help_text="Always `about:blank`.")
    title = serializers.CharField(help_text="The kind of refusal.")
    status = serializers.IntegerField(help_text="The HTTP status again.")
    detail = serializers.CharField(help_text="What happened and what to do, for people.")
    code = serializers.CharField(required=False, help_text="What happened, for programs.")
    errors = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()),
        required=False,
        help_text="With 400 and 422: what is wrong, by parameter or member.",
    )
    state = serializers.CharField(required=False, help_text="Of a refused move: where the idea stands.")
    version = serializers.IntegerField(required=False, help_text="Of a refused change: the present version.")


class ApiSchema(AutoSchema):
    """Reads a view's `asks` and its methods' `operation`."""

    @cached_property
    def _empty(self) -> Operation:
        return Operation()

    @property
    def operation_facts(self) -> Operation:
        """The facts of this method."""
        return operation_of(self.view, self.method) or self._empty

    def get_operation_id(self) -> str:
        """`get_ideas`, `patch_one_idea`: the method and the view's name."""
        name = type(self.view).__name__.removesuffix("Too")
        return f"{self.method.lower()}_{CAPITALS.sub('_', name).lower()}"

    def get_tags(self) -> list[str]:
        """The first part of the address."""
        return [self.path.removeprefix("/api/v1/").strip("/").split("/")[0]]

    def get_summary(self) -> str:
        """The first sentence of the method's docstring."""
        text = self._text()
        return re.split(r"[.:;](?:\s|$)", text, maxsplit=1)[0]

    def get_description(self) -> str:
        """The docstring for who calls, and who may."""
        facts, about = self.operation_facts, [self._text(), f"**Who may:** {self._who()}"]
        if self.method == "POST" and facts.repeatable:
            about.append(
                "May be sent again with the same `Idempotency-Key`: one effect, the same answer, for 24 hours."
            )
        return "\n\n".join(about)

    def _text(self) -> str:
        handler = getattr(self.view, self.method.lower())
        return QUERIES.sub("", " ".join((handler.__doc__ or "").split())).strip()

    def _who(self) -> str:
        facts = self.operation_facts
        if AllowAny in self.view.permission_classes and facts.who == STAFF:
            return "Everybody, without signing in."
        token = "" if self.method in READS else " With a token: one that may write."
        return facts.who + (" Never with a token." if self.view.session_only else token)

    def get_auth(self) -> list[dict]:
        """A session or a token; a paper only with a session; what is public also without."""
        found = [{"session": []}] + ([] if self.view.session_only else [{"token": []}])
        return found + ([{}] if AllowAny in self.view.permission_classes else [])

    def get_filter_backends(self) -> list:
        """Filters are the view's `asks`."""
        return []

    def _is_list_view(self, serializer=None) -> bool:
        return False

    def get_override_parameters(self) -> list:
        """The filters, `fields=`, and the headers that count."""
        facts, found = self.operation_facts, []
        if self.method in READS:
            if self.view.asks._declared_fields:
                found.append(self.view.asks)
            if facts.answers is not None and not facts.whole:
                names = ", ".join(facts.answers().fields)
                found.append(
                    OpenApiParameter(FIELDS, str, description=f"Only these members, separated by commas: {names}.")
                )
        if self.method == "POST" and facts.repeatable:
            found.append(_header("Idempotency-Key", "A word of your own, such as a UUID.", pattern="^[!-~]{1,100}$"))
        if facts.edits:
            found.append(_header("If-Match", "The `ETag` of what you read, or `*`.", required=True))
        if facts.tagged:
            found.append(OpenApiParameter("ETag", str, OpenApiParameter.HEADER, response=[200]))
        return found

    def get_request_serializer(self):
        """The body."""
        facts = self.operation_facts
        if facts.takes is None:
            return None
        return {"multipart/form-data": facts.takes} if facts.upload else facts.takes

    def map_parsers(self) -> list[str]:
        """JSON, or a form with a file."""
        return ["multipart/form-data"] if self.operation_facts.upload else ["application/json"]

    def map_renderers(self, attribute: str) -> list[str]:
        """JSON."""
        return ["application/json"]

    def get_response_serializers(self) -> dict:
        """The answer, and every refusal that can come."""
        facts = self.operation_facts
        refused = {
            (status, problems.MEDIA_TYPE): OpenApiResponse(ProblemShape, _title(status)) for status in self._refusals()
        }
        return {self._success(facts): self._answer(facts)} | refused

    def _success(self, facts: Operation):
        return facts.status if facts.status == 204 else (facts.status, facts.media)

    def _answer(self, facts: Operation):
        if facts.status == 204:
            return OpenApiResponse(description="Done; there is nothing to say.")
        if facts.media != "application/json":
            return OpenApiResponse(OpenApiTypes.BINARY, description="The bytes, whatever their kind.")
        if facts.answers is None:
            return OpenApiResponse(OpenApiTypes.OBJECT, description="The published object.")
        if not facts.pages:
            return OpenApiResponse(facts.answers, description="As it is now.")
        page = _page_of(facts.answers)
        return OpenApiResponse(page, description="One page.")

    def _refusals(self) -> list[int]:
        """The statuses of problems: the usual ones of the method, and the operation's own."""
        facts, found = (
            self.operation_facts,
            {400, 401, 429},
        )  # a wrong token is refused where nobody has to sign in, too
        found |= {404} if "{" in self.path else set()
        found |= {403} if facts.who != STAFF or self.method not in READS else set()
        if self.method not in READS:
            found |= {404, 409}
            found |= {413, 415, 422} if facts.takes or self.method == "POST" else set()
        found |= {412, 428} if facts.edits else set()
        return sorted(found | set(facts.refuses))


@lru_cache
def _page_of(row: type[serializers.Serializer]) -> serializers.Serializer:
    """The envelope of a list."""
    members = {
        "next": serializers.URLField(allow_null=True, help_text="The address of the next page; null at the end."),
        "results": row(many=True),
    }
    return inline_serializer(f"{row.__name__.removesuffix('Shape')}Page", members)


def _header(name: str, about: str, *, required: bool = False, pattern: str | None = None) -> OpenApiParameter:
    return OpenApiParameter(name, str, OpenApiParameter.HEADER, required=required, description=about, pattern=pattern)


def _title(status: int) -> str:
    with translation.override("en"):
        title, usual = problems.WORDS[status]
        return f"{title}. {usual}"


@lru_cache
def description() -> dict:
    """The whole description; in English, made once in each process."""
    with translation.override("en"):
        return SchemaGenerator().get_schema(request=None, public=True)


class Schema(ApiView):
    """The description of this API."""

    permission_classes = [AllowAny]
    cache = {"public": True, "max_age": 300}

    @operation(whole=True)
    def get(self, request):
        """This description."""
        return Response(description())


def finished(result: dict, **_options) -> dict:
    """Postprocessing: how one enters, what leads where; of a row that `fields=` can thin out only the first member is sure."""
    result["components"]["securitySchemes"] = {
        "session": {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME},
        "token": {"type": "http", "scheme": "bearer"},
    }
    schemas = result["components"]["schemas"]
    for operations in result["paths"].values():
        for found in operations.values():
            if any(each["name"] == FIELDS for each in found.get("parameters", [])):
                _thin(found["responses"]["200"]["content"]["application/json"]["schema"], schemas)
    _link(result["paths"], schemas)
    return result


def _link(paths: dict, schemas: dict) -> None:
    """From a list, and from what a POST to it made, to everything below one of its rows."""
    for address, operations in paths.items():
        below = ELSEWHERE.get(address, address)
        ahead = [each for each in paths if _is_one_below(each, below)]
        for method, status in (("get", "200"), ("post", "201")):
            answer = operations.get(method, {}).get("responses", {}).get(status)
            if answer and ahead:
                place = _identity(answer["content"]["application/json"]["schema"], schemas)
                answer["links"] = _links(paths, ahead, below, place)


def _is_one_below(address: str, below: str) -> bool:
    return address.startswith(f"{below}{{") and "{" not in address.removeprefix(below).partition("}")[2]


def _identity(schema: dict, schemas: dict) -> str:
    """Where an answer says which row it is about: the first member, of the first row in a list."""
    row, place = schemas[schema["$ref"].rpartition("/")[2]], "$response.body#/"
    if "results" in row["properties"]:
        row = schemas[row["properties"]["results"]["items"]["$ref"].rpartition("/")[2]]
        place += "results/0/"
    return place + next(iter(row["properties"]))


def _links(paths: dict, ahead: list[str], below: str, place: str) -> dict:
    links = {}
    for address in ahead:
        kept = {name: f"$request.path.{name}" for name in PLACE.findall(below)}
        here = kept | {PLACE.findall(address.removeprefix(below))[0]: place}
        for name in (found["operationId"] for found in paths[address].values()):
            links[name] = {"operationId": name, "parameters": here}
    return links


def _thin(schema: dict, schemas: dict) -> None:
    row = schemas[schema["$ref"].rpartition("/")[2]]
    if "results" in row["properties"]:
        row = schemas[row["properties"]["results"]["items"]["$ref"].rpartition("/")[2]]
    row["required"] = [next(iter(row["properties"]))]
