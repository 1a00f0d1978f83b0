# SPDX-License-Identifier: AGPL-3.0-or-later
"""Notices: what tells a person, in the application and by mail, that something concerns them."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    """This part delivers; it knows people, and nothing of ideas or ballots."""

    name = "innovato.notifications"
    verbose_name = _("Avvisi")
