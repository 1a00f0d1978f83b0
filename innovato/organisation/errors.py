# SPDX-License-Identifier: AGPL-3.0-or-later
"""Why a change to departments, people or rights was refused: each error carries a sentence for the person."""

from django.utils.translation import gettext as _


class OrganisationError(Exception):
    """A refusal. `sentence` says what happened and what to do, in the reader's language."""

    def __init__(self, sentence: str):
        super().__init__(sentence)
        self.sentence = sentence


class NotAllowed(OrganisationError):
    """The person asking does not hold the right to make this change."""


class NotToOneself(OrganisationError):
    """Nobody gives rights to themselves, directly or through a group they belong to."""


class UnknownCapability(OrganisationError):
    """The right asked for is not in the vocabulary."""


class Incompatible(OrganisationError):
    """Two rights that one person may never hold together."""


class NotInService(OrganisationError):
    """Rights are for people who work for the city now."""


class AlreadyThere(OrganisationError):
    """Another department already has this code."""


class WrongPlace(OrganisationError):
    """The tree of departments can't take this change: below itself, too deep, into a closed department."""


class StillInUse(OrganisationError):
    """The department can't be closed: people or departments still depend on it."""


class TooManyTokens(OrganisationError):
    """A person has as many tokens as one may have."""


class BadDelegation(OrganisationError):
    """A delegation can't be given like this. `field` names the input that has to change."""

    def __init__(self, field: str, sentence: str):
        super().__init__(sentence)
        self.field = field


class DelegationMissing(OrganisationError):
    """There is no such delegation, or none that concerns this person."""


class DelegationOver(OrganisationError):
    """The delegation is not where this step starts: already answered, ended, or past its last day."""


class BadStaffFile(OrganisationError):
    """The extract can't be used. `problems` are (line number, reason) in the order of the file; nothing was changed."""

    def __init__(self, sentence: str, problems: list[tuple[int, str]] | None = None):
        super().__init__(sentence)
        self.problems = problems or []


class TooManyLeavers(OrganisationError):
    """An extract would deactivate so many people that it is more likely to be incomplete."""


def not_allowed() -> NotAllowed:
    """The refusal for who does not look after this department."""
    return NotAllowed(_("Non gestisci questa struttura. Chiedi a chi ne amministra gli incarichi."))
