# SPDX-License-Identifier: AGPL-3.0-or-later
"""Why a file is not made or not given: each refusal carries a sentence and a status for the page."""

from django.utils.translation import gettext as _


class ExportError(Exception):
    """A refusal. `sentence` says what happened and what to do; `status` is the answer's."""

    status = 409

    def __init__(self, sentence: str):
        super().__init__(sentence)
        self.sentence = sentence


class NotThere(ExportError):
    """The report, or the file, does not exist for this person."""

    status = 404

    def __init__(self):
        super().__init__(_("Questo file non c’è."))


class BadRequest(ExportError):
    """What was asked can't be read."""

    status = 422


class TooMany(ExportError):
    """The person already waits for several files."""

    status = 409


class Gone(ExportError):
    """The file was kept as long as it had to be."""

    status = 410


class NotReady(ExportError):
    """The file is not there (yet)."""

    status = 409


class Interrupted(Exception):
    """The person stopped it, or another worker has it: who writes stops at once."""
