# SPDX-License-Identifier: AGPL-3.0-or-later
"""A person hands in, changes or withdraws the paper. Nothing here is logged: not who, not what, not how often.

One transaction each: the ballot held together with the other voters, the database's clock, the checks, the box. The
answer is given after the commit. Trouble with the key or the urn freezes the ballot and accepts nothing. No statement
sent to the database depends on the choices: whoever reads the server's statement log sees sealed boxes only.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, transaction
from django.db.models import Exists, OuterRef

from innovato.compiled import Compiled
from voting import errors, rules
from voting.database import DatabaseNow, database_now, hold_with_others
from voting.models import Ballot, Elector, Option, UrnBox
from voting.services.trouble import TROUBLE, freeze
from voting.urn import Paper, Urn
from workflow.models import Authorship

ATTEMPTS = 5

# The statements of a paper. Django would write their SQL anew for every paper: three quarters of what a paper cost.
_NEEDED = {"id", "state", "opens_at", "closes_at", "max_choices", "key_commitment", "frozen_at"}
_COLUMNS = [field.attname for field in Ballot._meta.concrete_fields if field.attname in _NEEDED]  # in the model's order
_URN = UrnBox._meta.db_table


def _the_ballot(ballot: UUID, person: UUID):
    """The ballot with the database's clock and whether this person is one of its electors."""
    elector = Elector.objects.filter(ballot_id=OuterRef("pk"), person=person)
    rows = Ballot.objects.filter(pk=ballot).order_by().annotate(now=DatabaseNow(), is_elector=Exists(elector))
    return rows.values_list("now", "is_elector", *_COLUMNS)


def _its_options(ballot: UUID, person: int):
    """Every option's code, and whether this person signs the idea."""
    signed = Authorship.objects.filter(idea=OuterRef("idea"), person=person, status=Authorship.Status.ACCEPTED)
    return Option.objects.filter(ballot=ballot).order_by().values_list("code", Exists(signed))


def _own_box(ballot: UUID, handle: bytes):
    """The box of one person, locked to the end of the transaction."""
    return UrnBox.boxes.filter(ballot=ballot, handle=handle).select_for_update().values_list("box")


_BALLOT = Compiled(_the_ballot, ballot=UUID, person=UUID)
_OPTIONS = Compiled(_its_options, ballot=UUID, person=int)
_OWN_BOX = Compiled(_own_box, ballot=UUID, handle=bytes)


@dataclass(frozen=True)
class Receipt:
    """What a voter takes away: option code → published code, `abstain` for a blank paper. Empty: no paper is held."""

    ballot_id: UUID
    codes: dict[str, str]

    @property
    def choices(self) -> frozenset[str]:
        """The option codes on the paper."""
        return frozenset(self.codes) - {"abstain"}


def cast(*, ballot_id: UUID, by, choices: Collection[str], client_nonce: bytes) -> Receipt:
    """Hand in `by`'s paper with these option codes, in place of any earlier one. An empty paper is a blank one.

    The same nonce with the same choices gives the same receipt again; with others NonceConflict. Raises NotOpenYet,
    Closed, Frozen, NotAnElector, TooManyChoices, RepeatedChoice, UnknownChoice, OwnIdea, BadNonce, BallotMissing, Busy.
    """
    rules.check_nonce(client_nonce)

    def new_paper(ballot: Ballot, old: Paper | None) -> Paper:
        if old is None or old.client_nonce != client_nonce:
            return Paper.fresh(choices, client_nonce)
        if old.choices != tuple(sorted(choices)):
            raise errors.NonceConflict()
        return old

    return _change(ballot_id, by, new_paper, lambda ballot: _check_choices(ballot, by, choices))


def set_support(*, ballot_id: UUID, option: str, by, supported: bool, client_nonce: bytes) -> Receipt:
    """Put one option on `by`'s paper or take it off, leaving the rest as it is; already so changes nothing.

    A paper that this leaves without ideas is withdrawn: a blank paper is handed in by `cast` only. Two windows at once
    lose no choice. Raises as `cast`, and FullPaper where the idea does not fit.
    """
    rules.check_nonce(client_nonce)

    def new_paper(ballot: Ballot, old: Paper | None) -> Paper | None:
        before = set(old.choices) if old else set()
        after = before | {option} if supported else before - {option}
        if after == before:
            return old
        if len(after) > ballot.max_choices:
            raise errors.FullPaper()
        return Paper.fresh(after, client_nonce) if after else None

    return _change(ballot_id, by, new_paper, lambda ballot: _check_choices(ballot, by, [option], supported))


def withdraw(*, ballot_id: UUID, by) -> Receipt:
    """Take `by`'s paper out of the urn; without one nothing happens. Raises as `cast` for ballot and elector."""
    return _change(ballot_id, by, lambda ballot, old: None)


def _change(ballot_id: UUID, by, new_paper: Callable, check: Callable | None = None) -> Receipt:
    """Replace `by`'s paper by `new_paper(ballot, old)`; None takes it out. The one way into the urn."""
    try:
        with transaction.atomic(durable=True):
            ballot = _held(ballot_id, by)
            if check is not None:
                check(ballot)
            urn = ballot.open_urn()
            paper = _replace(ballot, urn, urn.handle(by.uuid), new_paper)
    except TROUBLE as trouble:
        freeze(ballot_id=ballot_id, trouble=trouble, at=database_now())
        raise errors.Frozen() from trouble
    return Receipt(ballot_id, paper.codes(ballot_id) if paper else {})


def _held(ballot_id: UUID, by) -> Ballot:
    """The ballot, held with the other voters, after every check on it and on the voter. Two queries."""
    hold_with_others(ballot_id)
    rows = _BALLOT.rows(ballot=ballot_id, person=by.uuid)
    if not rows:
        raise errors.BallotMissing()
    now, is_elector, *values = rows[0]
    ballot = Ballot.from_db(DEFAULT_DB_ALIAS, _COLUMNS, values)
    rules.check_open(ballot, now=now)
    if not (is_elector and by.is_active):
        raise errors.NotAnElector()
    return ballot


def _check_choices(ballot: Ballot, by, choices: Collection[str], supported: bool = True) -> None:
    """Raise what is wrong with these choices; an own idea is wrong only where it is supported.

    Reads the whole ballot, also for a blank paper: what is asked of the database must not tell what was chosen.
    """
    rules.check_choices(ballot, choices)
    is_own = dict(_OPTIONS.rows(ballot=ballot.pk, person=by.pk))
    rules.check_options(choices, is_own)
    if supported:
        rules.check_not_own(choices, is_own)


def _replace(ballot: Ballot, urn: Urn, handle: bytes, new_paper: Callable) -> Paper | None:
    """Read the own box under its lock, decide, write. Where no row could be locked, an insert that loses reads again."""
    for _ in range(ATTEMPTS):
        boxes = _OWN_BOX.rows(ballot=ballot.pk, handle=handle)
        old = urn.open(handle, bytes(boxes[0][0])) if boxes else None
        new = new_paper(ballot, old)
        if new is old:
            return new
        if new is None:
            UrnBox.boxes.filter(ballot=ballot, handle=handle).delete()
            return None
        if old is not None:
            _update(ballot.pk, handle, urn.seal(handle, new))
            return new
        if _insert(ballot.pk, handle, urn.seal(handle, new)):
            return new
    raise errors.Busy()


def _insert(ballot_id: UUID, handle: bytes, box: bytes) -> bool:
    """Put a box where there is none; False when the same person's other window was first. Waits for its commit."""
    return _write(f"INSERT INTO {_URN} (box, ballot_id, handle) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
                  ballot_id, handle, box)  # fmt: skip


def _update(ballot_id: UUID, handle: bytes, box: bytes) -> None:
    """Put another box in the place of the one that is held."""
    _write(f"UPDATE {_URN} SET box = %s WHERE ballot_id = %s AND handle = %s", ballot_id, handle, box)


def _write(statement: str, ballot_id: UUID, handle: bytes, box: bytes) -> bool:
    """Whether the statement, which takes box, ballot and handle in this order, changed a row."""
    fields = {field.attname: field for field in UrnBox._meta.concrete_fields}
    values = {"box": box, "ballot_id": ballot_id, "handle": handle}
    with connection.cursor() as cursor:
        cursor.execute(statement, [fields[name].get_db_prep_save(value, connection) for name, value in values.items()])
        return cursor.rowcount == 1
