# SPDX-License-Identifier: AGPL-3.0-or-later
"""The workflow floor: what an idea is and how it moves."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorkflowConfig(AppConfig):
    """Registers the floor with Django."""

    name = "workflow"
    verbose_name = _("Idee")
