# SPDX-License-Identifier: AGPL-3.0-or-later
"""The voting floor: sealed ballots on the ideas of a campaign."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VotingConfig(AppConfig):
    """Registers the floor with Django."""

    name = "voting"
    verbose_name = _("Votazioni")
