# SPDX-License-Identifier: AGPL-3.0-or-later
"""Webhooks: other programs of the city are told by https what happened to ideas."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebhooksConfig(AppConfig):
    """This part signs and delivers; it is handed plain values and knows neither ideas nor ballots."""

    name = "innovato.webhooks"
    verbose_name = _("Webhook")
