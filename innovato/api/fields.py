# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pieces that the API's answers and bodies share: text as it is, a department by its code, a person by name."""

from uuid import UUID

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from innovato.organisation.models import Department, Person


def optional(options: dict, **usual) -> dict:
    """A field's options: the usual ones, and no default where the field is required."""
    together = {"required": False, "default": None} | usual | options
    if together["required"]:
        del together["default"]
    return together


class Text(serializers.CharField):
    """A text, and nothing that would have to be made into one. Left out it is empty: services say what is missing."""

    default_error_messages = {
        "invalid": _("Qui serve un testo."),
        "max_length": _("Il testo è troppo lungo: al massimo {max_length} caratteri."),
    }

    def __init__(self, **options):
        super().__init__(**optional(options, default="", allow_blank=True))

    def to_internal_value(self, data):
        """The text without blanks around it."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Day(serializers.DateField):
    """A day as 2026-12-31, or nothing yet."""

    default_error_messages = {"invalid": _("Scrivi la data come anno-mese-giorno, per esempio 2026-12-31.")}

    def __init__(self, **options):
        super().__init__(**optional(options, allow_null=not options.get("required")))


@extend_schema_field({"type": "string", "maxLength": 80})
class Name(serializers.Field):
    """A short text that stands for something else: kinds of names say what, in `meant`, or fail."""

    default_error_messages = {"invalid": _("Qui serve un testo.")}
    longest = 80

    def __init__(self, **options):
        super().__init__(**optional(options, allow_null=not options.get("required")))

    def to_internal_value(self, data):
        """What is meant; None for an empty text where nothing has to be said."""
        if not isinstance(data, str) or len(data) > self.longest or not data.isprintable():
            self.fail("invalid")
        if not data.strip():
            return self.fail("required") if self.required else None
        return self.meant(data.strip())

    def to_representation(self, value):
        """These are read only from who calls."""
        return str(value)

    def meant(self, text: str):
        """What `text` stands for: itself, unless a kind of name knows better."""
        return text


class DepartmentKey(Name):
    """A department by its code; the value is its key, or None where nothing is said. One query."""

    default_error_messages = {"unknown": _("Non c’è una struttura con questo codice.")}

    def meant(self, text: str) -> int:
        """The key of the department."""
        found = Department.objects.filter(code=text).values_list("pk", flat=True).first()
        return found if found is not None else self.fail("unknown")


class PersonName(serializers.Serializer):
    """A colleague, by name."""

    id = serializers.UUIDField(source="uuid")
    name = serializers.CharField(source="get_full_name")


class DepartmentName(serializers.Serializer):
    """A department, by code and short name."""

    code = serializers.CharField()
    name = serializers.CharField(source="short_name")


class Asked(serializers.Serializer):
    """What an address may ask besides its path; a list's own filters are added by who declares them."""


class PersonKey(Name):
    """A colleague in service by `id`; the value is the row, or None where nothing is said. One query."""

    default_error_messages = {"unknown": _("Non c’è una persona in servizio con questo id.")}

    def meant(self, text: str) -> Person:
        """The person."""
        try:
            uuid = UUID(text)
        except ValueError:
            return self.fail("unknown")
        found = Person.objects.filter(uuid=uuid, is_active=True).first()
        return found if found is not None else self.fail("unknown")
