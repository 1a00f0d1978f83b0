# SPDX-License-Identifier: AGPL-3.0-or-later
"""What voters did and heard while things went wrong, and whether the publication agrees with it.

A person's attempts follow each other. Acknowledged (`ok`): it is so, until a later attempt. Refused: nothing changed.
Unknown, because the connection broke before the answer: it may be so, at most once.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

OK, REFUSED, UNKNOWN = "ok", "refused", "unknown"


@dataclass(frozen=True)
class Attempt:
    """One paper sent, or the paper withdrawn (`choices` None). `codes`: the receipt, where one came back."""

    outcome: str
    choices: frozenset[str] | None
    codes: frozenset[str] = frozenset()


def open_ends(attempts: Sequence[Attempt]) -> list[Attempt]:
    """The attempts after which this person's story can end: the last that was acknowledged, and every unknown one since."""
    ends = [Attempt(OK, None)]
    for attempt in attempts:
        if attempt.outcome == OK:
            ends = [attempt]
        elif attempt.outcome == UNKNOWN:
            ends.append(attempt)
    return ends


def violations(histories: Sequence[Sequence[Attempt]], listed: Mapping[str, Counter], papers: int) -> list[str]:
    """Every way in which a publication contradicts the histories of all who voted.

    `listed`: published codes by option, blank papers under their own option. `papers`: how many it says it counted.
    """
    found, every = [], Counter(code for codes in listed.values() for code in codes.elements())
    found += [f"{code} is published {times} times" for code, times in every.items() if times > 1]
    surely, perhaps = Counter(), Counter()
    least = most = 0
    for number, attempts in enumerate(histories):
        ends = open_ends(attempts)
        known = ends[0] if len(ends) == 1 else None
        last = ends[0].codes
        dead = {code for attempt in attempts for code in attempt.codes} - last
        found += [f"voter {number}: {code} was replaced or withdrawn, and counts" for code in dead & set(every)]
        if known is not None and known.choices is not None:
            found += [f"voter {number}: {code} was acknowledged, and is lost" for code in last - set(every)]
        if known is not None:
            surely.update(known.choices or ())
        perhaps.update({option for end in ends for option in end.choices or ()})
        least += all(end.choices is not None for end in ends)
        most += any(end.choices is not None for end in ends)
    found += [] if least <= papers <= most else [f"{papers} papers are counted, of {least} to {most}"]
    for option, codes in listed.items():
        supports = codes.total()
        if not surely[option] <= supports <= perhaps[option]:
            found.append(f"{option} has {supports} supports, of {surely[option]} to {perhaps[option]}")
    return found
