# SPDX-License-Identifier: AGPL-3.0-or-later
"""Why a run or an erasure was refused: each carries a sentence for the person."""

from django.utils.translation import gettext as _


class RetentionError(Exception):
    """A refusal. `sentence` says what happened and what to do; `status` is the answer's."""

    status = 422

    def __init__(self, sentence: str):
        super().__init__(sentence)
        self.sentence = sentence


class NotThere(RetentionError):
    """Not for this person, or no such thing."""

    status = 404

    def __init__(self):
        super().__init__(_("Questa pagina non c’è."))


class StillInService(RetentionError):
    """Who works for the city is not erased."""


class AlreadyErased(RetentionError):
    """There is nothing left to erase."""


class UnknownPerson(RetentionError):
    """Nobody has this staff number."""


class NotConfirmed(RetentionError):
    """The act can't be undone and was not confirmed."""
