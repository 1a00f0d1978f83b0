# SPDX-License-Identifier: AGPL-3.0-or-later
"""The addresses of retention, for who looks after the whole city."""

from django.urls import path

from innovato.retention import views

app_name = "retention"
urlpatterns = [
    path("conservazione/", views.index, name="index"),
    path("conservazione/prova/", views.count, name="count"),
    path("conservazione/persona/", views.erase, name="erase"),
]
