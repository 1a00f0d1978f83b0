# SPDX-License-Identifier: AGPL-3.0-or-later
"""How ballots and one's own paper are written as JSON, and what the API reads of a paper."""

import base64

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from innovato.api.fields import Asked, Name, PersonName, Text
from voting import urn
from workflow.api.shapes import CampaignName


class BallotsAsked(Asked):
    """The list of ballots, of one campaign or of those open now."""

    campaign = serializers.SlugField(max_length=80, required=False)


class BallotRow(serializers.Serializer):
    """A ballot: its window and its state. Nothing of it says how many voted."""

    id = serializers.UUIDField()
    campaign = CampaignName()
    round = serializers.IntegerField(source="round.number")
    sequence = serializers.IntegerField()
    state = serializers.CharField()
    state_label = serializers.CharField(source="get_state_display")
    suspended = serializers.BooleanField(source="is_frozen")
    opens_at = serializers.DateTimeField()
    closes_at = serializers.DateTimeField()
    planned_closes_at = serializers.DateTimeField()
    objections_until = serializers.DateTimeField(allow_null=True)
    max_choices = serializers.IntegerField()
    annulled_at = serializers.DateTimeField(allow_null=True)
    annul_reason = serializers.CharField()


class OptionShape(serializers.Serializer):
    """One idea on the ballot; one's `own` ideas can't be chosen."""

    code = serializers.CharField()
    idea = serializers.CharField(source="ref")
    title = serializers.CharField()
    own = serializers.BooleanField()


class BallotDetail(BallotRow):
    """A ballot as one person meets it. Needs `options` and `may_vote` in the context."""

    may_vote = serializers.SerializerMethodField()
    options = serializers.SerializerMethodField()

    def get_may_vote(self, ballot) -> bool:
        """Whether this person was among the electors when it opened; false once the list is deleted."""
        return self.context["may_vote"]

    @extend_schema_field(OptionShape(many=True))
    def get_options(self, ballot):
        """The ideas, in this person's own order."""
        return OptionShape(self.context["options"], many=True).data


class PaperShape(serializers.Serializer):
    """One's own paper: the option codes on it, and the receipt by option, or `abstain`."""

    held = serializers.CharField()
    choices = serializers.ListField(child=serializers.CharField())
    receipt = serializers.DictField(child=serializers.CharField())


def paper(held: str, codes: dict[str, str]) -> dict:
    """One's own paper: the option codes on it, and the receipt as people read it (option, or `abstain`, → code)."""
    return {
        "held": str(held),
        "choices": sorted(set(codes) - {urn.ABSTAIN}),
        "receipt": {option: urn.shown(code) for option, code in sorted(codes.items())},
    }


class Nonce(Name):
    """Sixteen random bytes that the sender makes, as 32 hexadecimal digits; the same ones when it has to send again."""

    default_error_messages = {"nonce": _("Qui servono 32 cifre esadecimali a caso, in minuscolo.")}

    def meant(self, text: str) -> bytes:
        """The bytes."""
        if len(text) != 2 * urn.NONCE_BYTES or not set(text) <= set("0123456789abcdef"):
            self.fail("nonce")
        return bytes.fromhex(text)


class PaperBody(serializers.Serializer):
    """A whole paper: the option codes chosen, none for a blank one."""

    choices = serializers.ListField(child=Text(required=True), max_length=urn.MOST_CHOICES)
    client_nonce = Nonce(required=True)


LONGEST_REPORT = 2000
NO_OBJECTION = {"text": "", "raised_at": None, "answer": "", "answered_at": None}


class OwnObjectionShape(serializers.Serializer):
    """One's own report about a ballot, and the guarantor's answer; empty texts where there is none."""

    text = serializers.CharField()
    raised_at = serializers.DateTimeField(allow_null=True)
    answer = serializers.CharField()
    answered_at = serializers.DateTimeField(allow_null=True)


class ObjectionShape(serializers.Serializer):
    """A report as the guarantor reads it, with who wrote it. Needs `person` in the context."""

    number = serializers.IntegerField(source="pk")
    person = serializers.SerializerMethodField()
    text = serializers.CharField()
    raised_at = serializers.DateTimeField()
    answer = serializers.CharField()
    answered_at = serializers.DateTimeField(allow_null=True)

    @extend_schema_field(PersonName(allow_null=True))
    def get_person(self, _row):
        """The person, or nothing where the row of the person is gone."""
        found = self.context["person"]
        return PersonName(found).data if found else None


class ObjectionBody(serializers.Serializer):
    """What does not add up, in one's own words."""

    text = Text(max_length=LONGEST_REPORT)


class AnswerBody(serializers.Serializer):
    """The guarantor's answer."""

    answer = Text(max_length=LONGEST_REPORT)


def base64_of(sha256: str) -> str:
    """A fingerprint in the form of the HTTP header."""
    return base64.b64encode(bytes.fromhex(sha256)).decode("ascii")
