# SPDX-License-Identifier: AGPL-3.0-or-later
"""Participation: what HR may read about it, as protected tables and nothing else."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from innovato.participation import checks  # noqa: F401 - registers the checks


class ParticipationConfig(AppConfig):
    """This part receives counts as values, protects and publishes them; it knows no idea, no ballot, no person."""

    name = "innovato.participation"
    verbose_name = _("Partecipazione")
