# SPDX-License-Identifier: AGPL-3.0-or-later
"""The addresses of the product: each floor's own, joined by name only."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("amministrazione/", admin.site.urls),
    path("api/v1/", include("innovato.api.urls")),
    path("api/v1/", include("workflow.api.urls")),
    path("api/v1/", include("voting.api.urls")),
    path("api/", include("innovato.api.nowhere")),
    path("", include("innovato.api.reference")),
    path("", include("innovato.organisation.urls")),
    path("", include("innovato.notifications.urls")),
    path("", include("innovato.webhooks.urls")),
    path("", include("innovato.exports.urls")),
    path("", include("innovato.participation.urls")),
    path("", include("innovato.documents.urls")),
    path("", include("innovato.retention.urls")),
    path("", include("voting.urls")),
    path("", include("workflow.urls")),
]

handler400 = "innovato.refusals.unreadable"
