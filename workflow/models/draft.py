# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is kept beside an idea while it is written, so that nothing typed is lost."""

from django.db import models

from workflow.models.idea import Idea


class DraftInput(models.Model):
    """`typed`: by field, what an author typed that could not be read yet (an amount in words, half the name of an office).

    `page` names the open page that saved last: its own earlier save is never somebody else's change.
    """

    idea = models.OneToOneField(Idea, primary_key=True, on_delete=models.CASCADE, related_name="draft_input")
    typed = models.JSONField(default=dict)
    page = models.CharField(max_length=32, blank=True)
