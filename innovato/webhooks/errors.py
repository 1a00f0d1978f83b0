# SPDX-License-Identifier: AGPL-3.0-or-later
"""Why a change to a webhook was refused: each refusal carries a sentence and a status for the page."""

from django.utils.translation import gettext as _


class WebhookError(Exception):
    """A refusal. `sentence` says what happened and what to do; `status` is the answer's."""

    status = 409

    def __init__(self, sentence: str):
        super().__init__(sentence)
        self.sentence = sentence


class NotThere(WebhookError):
    """The webhook does not exist, or not for this person."""

    status = 404

    def __init__(self):
        super().__init__(_("Questo webhook non c’è."))


class BadHook(WebhookError):
    """What was typed can't be kept. `field` is where it stands."""

    status = 422

    def __init__(self, field: str, sentence: str):
        super().__init__(sentence)
        self.field = field


class TooMany(WebhookError):
    """There are as many webhooks as there may be."""


class NotNow(WebhookError):
    """It can't be done to this webhook, or delivery, as it stands now."""
