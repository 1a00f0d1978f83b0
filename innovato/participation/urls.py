# SPDX-License-Identifier: AGPL-3.0-or-later
"""The addresses of the participation page and of what is being prepared for it."""

from django.urls import path

from innovato.participation import views

app_name = "participation"
urlpatterns = [
    path("partecipazione/", views.overview, name="overview"),
    path("partecipazione/preparazioni/", views.preparations, name="preparations"),
]
