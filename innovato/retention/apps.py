# SPDX-License-Identifier: AGPL-3.0-or-later
"""Retention: what is deleted when, for everybody by the calendar and for one person on request."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RetentionConfig(AppConfig):
    """This part knows the rules and runs them; what a rule deletes belongs to the part that contributes it."""

    name = "innovato.retention"
    verbose_name = _("Conservazione")
