# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where a webhook may lead: which addresses may be written, and which machines of the network may be reached by them.

Nothing here asks a name server; `wire` does, once, and connects to the very address that was checked.
"""

import ipaddress
import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

LONGEST = 500
PORTS = {"https": 443, "http": 80}
PLAIN = re.compile(r"[\x21-\x7e]+")
NAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?)*\.?")
# Beyond what the registries call not global: ways back inside written as public addresses, and where clouds keep
# what a machine may know of itself.
NEVER = tuple(
    ipaddress.ip_network(network)
    for network in (
        "192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32", "100.64.0.0/10",
        "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16", "fec0::/10", "3fff::/20", "5f00::/16",
    )
)  # fmt: skip


class BadAddress(Exception):
    """This can't be the address of a webhook. `sentence` says what is wrong with it."""

    def __init__(self, sentence: str):
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True)
class Target:
    """An address in its parts. `path` is what stands after the host, with the query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def named(self) -> str:
        """The host as requests name it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.named}{self.path}"


def parse(address: str) -> Target:
    """The parts of an address that may be kept. Raises BadAddress: no https, a password in it, a machine of our own…"""
    if len(address) > LONGEST:
        raise BadAddress(_("L’indirizzo è troppo lungo: al massimo %(n)d caratteri.") % {"n": LONGEST})
    if not PLAIN.fullmatch(address) or "\\" in address:
        raise BadAddress(_("Scrivi l’indirizzo senza spazi e senza lettere accentate."))
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise BadAddress(
            _("Scrivi un indirizzo intero, per esempio https://portale.comune.example/innovato.")
        ) from error
    if parts.scheme != "https" and not (parts.scheme == "http" and settings.INNOVATO_WEBHOOK_HTTP):
        raise BadAddress(_("L’indirizzo comincia con https://."))
    if parts.username is not None or parts.password is not None:
        raise BadAddress(_("L’indirizzo non può contenere un nome e una parola d’accesso."))
    if "#" in address:
        raise BadAddress(_("L’indirizzo non può contenere «#»."))
    host = (parts.hostname or "").lower()
    _check_host(host)
    if port == 0:
        raise BadAddress(_("La porta va da 1 a 65535."))
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port or PORTS[parts.scheme], path)


def _check_host(host: str) -> None:
    try:
        literal = ipaddress.ip_address(host)
    except ValueError:
        literal = None
    if literal is None and not NAME.fullmatch(host):
        raise BadAddress(_("Scrivi un indirizzo intero, per esempio https://portale.comune.example/innovato."))
    if literal is not None and ("%" in host or not may_reach(host)):
        raise BadAddress(_("Questo indirizzo porta dentro la rete: non è tra quelli permessi."))


def may_reach(ip: str) -> bool:
    """Whether we may connect to this address of the network: public ones, and those of INNOVATO_WEBHOOK_NETWORKS."""
    try:
        found = ipaddress.ip_address(ip)
    except ValueError:
        return False
    found = getattr(found, "ipv4_mapped", None) or found
    if any(found in network for network in _allowed(tuple(settings.INNOVATO_WEBHOOK_NETWORKS))):
        return True
    inside = not found.is_global or found.is_multicast or found.is_reserved or found.is_unspecified
    return not (inside or any(found in network for network in NEVER))


@lru_cache
def _allowed(written: tuple[str, ...]) -> tuple:
    """The networks of the setting. ValueError for what names none: the start refuses that (innovato.checks)."""
    return tuple(ipaddress.ip_network(network.strip()) for network in written)
