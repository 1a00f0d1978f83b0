# SPDX-License-Identifier: AGPL-3.0-or-later
"""How Django knows this part: the city, its people and their rights."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from . import checks  # noqa: F401 - registers the checks


class OrganisationConfig(AppConfig):
    name = "innovato.organisation"
    verbose_name = _("Organizzazione")
