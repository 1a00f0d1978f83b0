# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the API reads: the filters of its lists, and for every move the body it takes.

Only form is checked here: what a move needs is the services' to say, in the same words as on the pages. A body's field
has the name under which the service complains about it.
"""

from rest_framework import serializers

from innovato.api.fields import Asked, Day, DepartmentKey, Text
from innovato.api.pagination import Cursor
from workflow.models import CampaignStage, Idea, Pilot, Spending
from workflow.states import IdeaState

LONGEST_REASON = 5000  # characters, as Decision.reason_text
LARGEST_VERSION = 2**31 - 1


def room(model, column: str) -> int:
    """How many characters a column holds."""
    return model._meta.get_field(column).max_length


# What lists may be asked -------------------------------------------------------------------------------------------


class ListAsked(Asked):
    """Any list: where its page begins."""

    cursor = Cursor()


class CampaignsAsked(ListAsked):
    """The list of campaigns, by stage."""

    stage = serializers.ChoiceField(choices=CampaignStage.choices, required=False)


class IdeasAsked(ListAsked):
    """The list of ideas. `state` and `theme` may be repeated; `department` means it and all below it."""

    state = serializers.ListField(child=serializers.ChoiceField(choices=IdeaState.choices), default=list)
    theme = serializers.ListField(child=serializers.SlugField(max_length=40), default=list, max_length=50)
    campaign = serializers.SlugField(max_length=80, required=False)
    department = DepartmentKey()
    q = Text(max_length=500)
    ordering = serializers.ChoiceField(choices=["newest", "oldest"], default="newest")


class PilotsAsked(ListAsked):
    """The list of pilots, by how they stand."""

    status = serializers.ChoiceField(choices=["running", "adopted", "closed"], required=False)


# What moves take ---------------------------------------------------------------------------------------------------


class MoveBody(serializers.Serializer):
    """Every move: `version` is the one the person saw; another one now is a conflict. Without it nothing is compared."""

    version = serializers.IntegerField(min_value=0, max_value=LARGEST_VERSION, default=None, allow_null=True)


class AdmitBody(MoveBody):
    """Publish the idea; `department` names or corrects the competent one."""

    department = DepartmentKey(source="department_id")
    note = Text(max_length=LONGEST_REASON)


class RequestChangesBody(MoveBody):
    """What has to change."""

    text = Text(max_length=LONGEST_REASON, source="note")


class RefuseAdmissionBody(MoveBody):
    """Which rule, and why in words."""

    reason_code = Text(max_length=20)
    text = Text(max_length=LONGEST_REASON, source="reason_text")


class MergeBody(MoveBody):
    """The number of the other idea, and what the authors of both read."""

    target = Text(max_length=12, source="target_ref")
    text = Text(max_length=LONGEST_REASON)


class TransferBody(MoveBody):
    """The code of the new competent department, and why."""

    department = DepartmentKey(source="department_id", required=True)
    reason = Text(max_length=LONGEST_REASON)


class RedactBody(MoveBody):
    """The passages to cover, as they stand in the text, and the keys of the files to withhold."""

    passages = serializers.ListField(child=Text(max_length=LONGEST_REASON), default=list, max_length=50)
    files = serializers.ListField(child=serializers.UUIDField(), default=list, max_length=50)


class ReasonBody(MoveBody):
    """A written reason."""

    reason = Text(max_length=LONGEST_REASON)


class DeclineBody(MoveBody):
    """The reason by code and in words."""

    reason_code = Text(max_length=20)
    reason = Text(max_length=LONGEST_REASON, source="reason_text")


class DeferBody(ReasonBody):
    """The day on which the idea comes back."""

    revisit_on = Day()


class ReexaminationBody(MoveBody):
    """What another person should look at again."""

    text = Text(max_length=room(Idea, "reexamination_text"))


class ExtendBody(MoveBody):
    """A later end, once."""

    ends_on = Day()
    reason = Text(max_length=room(Pilot, "extension_reason"))


class ConcludeBody(MoveBody):
    """How the pilot ends, and what it taught."""

    outcome = Text(max_length=20)
    lessons = Text(max_length=room(Pilot, "lessons_learned"))
    scale_plan = Text(max_length=room(Pilot, "scale_plan"))


class VerifyBody(MoveBody):
    """The benefit found, and how."""

    benefit = Text(max_length=room(Pilot, "verified_benefit"))
    note = Text(max_length=2000)


class MilestoneBody(serializers.Serializer):
    """Whether the milestone is ready."""

    done = serializers.BooleanField()


class SpendingBody(serializers.Serializer):
    """An expense in euros."""

    spent_on = Day(required=True)
    amount = serializers.DecimalField(max_digits=12, decimal_places=2)
    description = Text(max_length=room(Spending, "description"), required=True, allow_blank=False)


class ReadingBody(serializers.Serializer):
    """A dated value of one indicator of a pilot; the same day again replaces it."""

    indicator = serializers.IntegerField(min_value=1, max_value=2**63 - 1, source="indicator_id")
    measured_on = Day(required=True)
    value = serializers.DecimalField(max_digits=14, decimal_places=2)
    note = Text(max_length=500)
    is_final = serializers.BooleanField(default=False)
