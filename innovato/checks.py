# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a production must have set before it may start: each gap is named in one sentence for who installs it."""

import ipaddress
import os
import sys
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import Error, Tags, register

UNSAFE_KEYS = ("insecure", "django-insecure", "changeme", "change-me")


def _gaps_in_identity() -> list[str]:
    gaps = []
    key = settings.SECRET_KEY
    if len(key) < 50 or len(set(key)) < 5 or key.startswith(UNSAFE_KEYS):
        gaps.append("SECRET_KEY is missing or too easy to guess: set it to at least 50 random characters.")
    if not os.environ.get("ALLOWED_HOSTS", "").strip():
        gaps.append("ALLOWED_HOSTS is empty: set it to the names the site answers to, separated by commas.")
    elif "*" in settings.ALLOWED_HOSTS:
        gaps.append("ALLOWED_HOSTS contains *, which lets anybody invent a name for the site: list the real names.")
    if urlsplit(settings.INNOVATO_BASE_URL).scheme != "https":
        gaps.append(
            "INNOVATO_BASE_URL is not an https address: set it to the site's public address, for links in mails."
        )
    if not settings.INNOVATO_SECURE:
        gaps.append("INNOVATO_SECURE is off, so cookies would travel unprotected: leave it unset behind https.")
    return gaps


def _gaps_in_services() -> list[str]:
    gaps = []
    sqlite = settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")
    if sqlite and not settings.INNOVATO_ALLOW_SQLITE:
        gaps.append(
            "DATABASE_URL does not name a PostgreSQL database: set it, or set INNOVATO_ALLOW_SQLITE=1 to keep"
            " a small office's data in one SQLite file."
        )
    if not os.environ.get("CELERY_BROKER_URL"):
        gaps.append(
            "CELERY_BROKER_URL is not set: name the message broker, for example amqp://user:password@host/vhost."
        )
    if not os.environ.get("EMAIL_URL"):
        gaps.append("EMAIL_URL is not set: name the mail server, for example smtp+tls://user:password@host:587.")
    if not os.environ.get("INNOVATO_KEYSTORE_DIR"):
        gaps.append("INNOVATO_KEYSTORE_DIR is not set: name a local folder, in no backup, for the keys of the ballots.")
    if odd := [written for written in settings.INNOVATO_WEBHOOK_NETWORKS if not _is_network(written)]:
        gaps.append(f"INNOVATO_WEBHOOK_NETWORKS names no network with {', '.join(odd)}: write them as 10.20.0.0/16.")
    return gaps


def _is_network(written: str) -> bool:
    try:
        ipaddress.ip_network(written.strip())
    except ValueError:
        return False
    return True


def production_gaps() -> list[str]:
    """One sentence per missing or unsafe setting; empty in the demo and while developing, where defaults are allowed."""
    if settings.DEBUG or settings.DEMO:
        return []
    return _gaps_in_identity() + _gaps_in_services()


def refuse_unsafe_production(**_signal) -> None:
    """End the process with the gaps on standard error, before it serves anybody; does nothing when there are none."""
    gaps = production_gaps()
    if gaps:
        sys.exit("\n".join(["InnovaTo does not start: its settings are not safe for production.", *gaps]))


@register(Tags.security, deploy=True)
def check_production_settings(app_configs, **_options) -> list[Error]:
    """The same gaps as errors of `manage.py check --deploy`."""
    return [Error(gap, id="innovato.E001") for gap in production_gaps()]
