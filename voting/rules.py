# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a voter and a guarantor may do: each check raises the refusal it is named after, and touches no table.

`ballot` is a row of `models.Ballot`, which stands above this module.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

from innovato.organisation.access import DepartmentAccess
from innovato.organisation.capabilities import Capability
from voting import errors, urn
from voting.states import BallotState

REASON_LENGTH = 20


def check_open(ballot, *, now: datetime) -> None:
    """Raise NotOpenYet, Closed or Frozen unless papers are accepted at `now`, the database's clock."""
    if ballot.state == BallotState.SCHEDULED or now < ballot.opens_at:
        raise errors.NotOpenYet()
    if ballot.state != BallotState.OPEN or now >= ballot.closes_at:
        raise errors.Closed()
    if ballot.is_frozen:
        raise errors.Frozen()


def check_choices(ballot, choices: Collection[str]) -> None:
    """Raise TooManyChoices, UnknownChoice or RepeatedChoice for what no paper of this ballot can hold."""
    if len(choices) > ballot.max_choices:
        raise errors.TooManyChoices()
    if not all(urn.is_option_code(choice) for choice in choices):
        raise errors.UnknownChoice()
    if len(set(choices)) != len(choices):
        raise errors.RepeatedChoice()


def check_options(chosen: Collection[str], options: Collection[str]) -> None:
    """Raise UnknownChoice unless every chosen code is among the ballot's."""
    if set(chosen) - set(options):
        raise errors.UnknownChoice()


def check_not_own(chosen: Collection[str], is_own: Mapping[str, bool]) -> None:
    """Raise OwnIdea when the person signs one of the chosen ideas (`is_own`: by option code)."""
    if any(is_own[code] for code in chosen):
        raise errors.OwnIdea()


def check_nonce(client_nonce: bytes) -> None:
    """Raise BadNonce unless these are the sixteen bytes that a page sends with a paper."""
    if not isinstance(client_nonce, bytes) or len(client_nonce) != urn.NONCE_BYTES:
        raise errors.BadNonce()


def may_guard(access: DepartmentAccess, ballot) -> bool:
    """Whether these rights make somebody the guarantor of this ballot. Sees no choices by it."""
    return access.allows(Capability.GUARD_BALLOTS, ballot.campaign.sponsor_id)


def check_guarantor(access: DepartmentAccess, ballot) -> None:
    """Raise NotTheGuarantor unless these rights reach the ballot."""
    if not may_guard(access, ballot):
        raise errors.NotTheGuarantor()


def may_annul(ballot, *, now: datetime) -> bool:
    """Whether the ballot can still be annulled: until the objections end."""
    if ballot.state in (BallotState.SCHEDULED, BallotState.OPEN):
        return True
    return ballot.state == BallotState.CLOSED and now < ballot.objections_until


def takes_objections(ballot, *, now: datetime) -> bool:
    """Whether electors can report a problem: from the close until the hours for it end."""
    return ballot.state == BallotState.CLOSED and now < ballot.objections_until


def check_reason(reason: str) -> str:
    """The reason without its margins. Raises ReasonMissing when it is too short to be one."""
    words = reason.strip()
    if len(words) < REASON_LENGTH:
        raise errors.ReasonMissing()
    return words


def is_due(ballot, *, now: datetime) -> bool:
    """Whether the clock asks something of this ballot: to open, close, be sealed, or have its key destroyed."""
    if ballot.state == BallotState.SCHEDULED:
        return ballot.opens_at <= now < ballot.closes_at
    if ballot.state == BallotState.OPEN:
        return ballot.closes_at <= now and not ballot.is_frozen
    if ballot.state == BallotState.CLOSED:
        return ballot.objections_until <= now
    return ballot.state == BallotState.SEALING or (
        ballot.state == BallotState.ANNULLED and ballot.key_destroyed_at is None
    )
