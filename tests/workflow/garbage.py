# SPDX-License-Identifier: AGPL-3.0-or-later
"""What nobody's browser sends: values for addresses and forms, and a way to learn which names a page reads at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

# As they stand in an address or a posted form, already quoted.
NUL = "a%00b"
ENDLESS = "9" * 40
VALUES = {
    "NUL": NUL,
    "broken UTF-8": "%FF%FE",
    "half a character": "%ED%A0%80",
    "64 KB": "x" * 65_536,
    "negative": "-1",
    "endless number": ENDLESS,
    "beyond a key": str(2**63),
    "no number": "1e400",
    "turned round": quote("\u202e٣\U0001f4a9'\"<b>"),
    "empty": "",
}
PLACES = {
    "nothing of ours": "zzzz",
    "an address of its own": "..%2F..%2Fetc",
    "NUL": "%00",
    "broken UTF-8": "%FF",
    "half a character": "%ED%A0%80",
    "64 KB": "a" * 65_536,
    "negative": "-1",
    "endless number": ENDLESS,
    "beyond a key": str(2**63),
    "zero": "0",
    "other digits": quote("٢٠٢٦-٠٤١٢"),
    "almost a number": "2026-1234567",
}


@contextmanager
def names_read() -> Iterator[set[str]]:
    """The names that are looked up in addresses and forms while the block lasts."""
    names: set[str] = set()
    originals = {verb: getattr(MultiValueDict, verb) for verb in ("__getitem__", "getlist")}

    def watching(original):
        def looked_up(self, key, *args, **kwargs):
            if isinstance(self, QueryDict) and isinstance(key, str):
                names.add(key)
            return original(self, key, *args, **kwargs)

        return looked_up

    try:
        for verb, original in originals.items():
            setattr(MultiValueDict, verb, watching(original))
        yield names
    finally:
        for verb, original in originals.items():
            setattr(MultiValueDict, verb, original)


def at_once(names: set[str]) -> Iterator[tuple[str, str]]:
    """(what it is, the quoted pairs): every name with each value at once."""
    for label, value in VALUES.items():
        yield label, pairs(dict.fromkeys(names, value))
    yield "everything twice", f"{pairs(dict.fromkeys(names, 'x'))}&{pairs(dict.fromkeys(names, 'y'))}"


def one_by_one(names: set[str], kept: dict[str, str]) -> Iterator[tuple[str, str]]:
    """(what it is, the quoted pairs): each name alone with a NUL; `kept` are the values of the names that stay as they are."""
    for name in sorted(names):
        yield f"NUL as {name}", pairs(kept | {name: NUL})


def pairs(values: dict[str, str]) -> str:
    """Quoted values as they are sent."""
    return "&".join(f"{quote(name)}={value}" for name, value in sorted(values.items()))
