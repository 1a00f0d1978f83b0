# SPDX-License-Identifier: AGPL-3.0-or-later
"""Exports: reports as files, made in the background, kept seven days."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExportsConfig(AppConfig):
    """Registers this part with Django."""

    name = "innovato.exports"
    verbose_name = _("Esportazioni")
