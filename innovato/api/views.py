# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every view of the API does first: who calls, in which language, and whether the address asks for what there is."""

import re

from django.http import Http404
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.views import APIView

from innovato.api.authentication import check_scope
from innovato.api.fields import Asked
from innovato.api.operations import operation_of
from innovato.api.problems import Problem, bad_query, sentences

FIELDS = "fields"
LONGEST_FIELDS = 1000
TAG = re.compile(r'"[^"]*"')


class ApiView(APIView):
    """A view for people who are signed in. `asks` names the parameters of a GET; any other one is refused with 400.

    Methods are marked with their `operation`. A GET that answers one serializer's JSON takes `fields=` too.
    """

    asks: type[serializers.Serializer] = Asked
    session_only = False
    cache = {"private": True, "no_cache": True}
    wanted: frozenset[str] | None = None

    def initial(self, request, *args, **kwargs):
        """Who calls comes first, then what the address asks: `self.asked`."""
        super().initial(request, *args, **kwargs)
        check_scope(request, session_only=self.session_only)
        self.asked = self._asked(request)

    def _asked(self, request) -> dict:
        reads = request.method in ("GET", "HEAD")
        fields = (self.asks if reads else Asked)(data=request.query_params)
        known = set(fields.fields) | ({FIELDS} if reads and self._row() else set())
        wrong = {name: _("Questo parametro non c’è.") for name in request.query_params if name not in known}
        for name in known - set(wrong):
            is_list = isinstance(fields.fields.get(name), serializers.ListField)
            if not is_list and len(request.query_params.getlist(name)) > 1:
                wrong[name] = _("Questo parametro si scrive una volta sola.")
        if wrong:
            raise bad_query({name: [sentence] for name, sentence in wrong.items()})
        if not fields.is_valid():
            raise bad_query(sentences(fields.errors))
        if FIELDS in request.query_params:
            self.wanted = self._wanted(request.query_params[FIELDS])
        return fields.validated_data

    def _row(self) -> type[serializers.Serializer] | None:
        found = operation_of(self, "get")
        return found.answers if found and not found.whole else None

    def _wanted(self, text: str) -> frozenset[str]:
        """The members asked for, such as `ref,title`; what names the row always comes along."""
        row = self._row()()
        names = frozenset(name.strip() for name in text.split(",")) if len(text) <= LONGEST_FIELDS else frozenset({""})
        if not names <= set(row.fields):
            sentence = _("Qui i campi sono questi: %(names)s.") % {"names": ", ".join(row.fields)}
            raise bad_query({FIELDS: [sentence]})
        return names | {next(iter(row.fields))}

    def check_match(self, tag: str) -> None:
        """Raise Problem 428 without `If-Match`, 412 where none of its tags is the present one of what is changed."""
        given = self.request.headers.get("If-Match")
        if given is None:
            raise Problem(428, code="version_missing")
        if given.strip() != "*" and tag not in TAG.findall(given):
            raise Problem(412, code="changed")

    def finalize_response(self, request, response, *args, **kwargs):
        """Only the members asked for; and answers are for one person: no cache between keeps them."""
        response = super().finalize_response(request, response, *args, **kwargs)
        if self.wanted is not None and response.status_code == 200:
            response.data = self._sparse(response.data)
        patch_cache_control(response, **self.cache)
        return response

    def _sparse(self, data: dict) -> dict:
        if operation_of(self, "get").pages:
            return data | {"results": [self._kept(row) for row in data["results"]]}
        return self._kept(data)

    def _kept(self, row: dict) -> dict:
        return {name: value for name, value in row.items() if name in self.wanted}


class Nowhere(ApiView):
    """Every address below /api/ that is none: the same answer as for what one may not see."""

    schema = None
    permission_classes = [AllowAny]

    def initial(self, request, *args, **kwargs):
        """Nothing is asked and nobody has to be somebody."""
        raise Http404
