# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the search box reads: the word stems of every idea, and the words that ideas use, for typing mistakes.

Written by `workflow.search` only. The full-text index over `IdeaStems` is the database's own (see `search.schema`).
"""

from django.db import models

from workflow.models.idea import Idea

WORD_LENGTH = 40


class IdeaStems(models.Model):
    """The stems of one idea, without accents, separated by blanks: in order for the title, once each for the rest.

    `counted`: the idea was submitted, so its words count in `SearchWord`.
    """

    idea = models.OneToOneField(Idea, primary_key=True, on_delete=models.CASCADE, related_name="stems")
    title = models.TextField(blank=True)
    body = models.TextField(blank=True)
    counted = models.BooleanField(default=False)


class SearchWord(models.Model):
    """A stem that submitted ideas use, and in how many of them."""

    word = models.CharField(max_length=WORD_LENGTH, primary_key=True)
    ideas = models.PositiveIntegerField(default=0)


class SearchGram(models.Model):
    """Three letters in a row of a stem: finds the words that look like a mistyped one."""

    gram = models.CharField(max_length=3)
    word = models.ForeignKey(SearchWord, on_delete=models.CASCADE, related_name="grams")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["gram", "word"], name="gram_once")]
