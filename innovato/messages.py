# SPDX-License-Identifier: AGPL-3.0-or-later
"""Short messages that survive a redirect: in a signed cookie, named like all our cookies; too long a one in the session."""

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage


class HostCookie(CookieStorage):
    """The cookie, under the name that the settings give it."""

    @property
    def cookie_name(self) -> str:
        """The name, with the prefix that https allows."""
        return settings.INNOVATO_MESSAGES_COOKIE_NAME


class Messages(FallbackStorage):
    """First the cookie, then the session."""

    storage_classes = (HostCookie, SessionStorage)
