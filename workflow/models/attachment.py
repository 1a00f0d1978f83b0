# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files that come with an idea. The bytes are served only through the idea's permission check."""

import uuid

from django.conf import settings
from django.db import models

from workflow.models.idea import Idea

PERSON = settings.AUTH_USER_MODEL


def storage_path(attachment, filename: str) -> str:
    """Where the bytes lie: a name of our own, never the uploader's."""
    return f"attachments/{attachment.uuid.hex[:2]}/{attachment.uuid.hex}"


class Attachment(models.Model):
    """One file; `content_type` is what the bytes are, not what the uploader said. `size` in bytes.

    A `withheld` file tells who proposes: while the names are hidden only the authors and the office have it.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    idea = models.ForeignKey(Idea, on_delete=models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    file = models.FileField(upload_to=storage_path, max_length=200)
    withheld = models.BooleanField(default=False)
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(size__gt=0, size__lte=10 * 1024 * 1024), name="attachment_size")
        ]
