# SPDX-License-Identifier: AGPL-3.0-or-later
"""The addresses of notices."""

from django.urls import path

from innovato.notifications import views

app_name = "notifications"
urlpatterns = [
    path("avvisi/", views.index, name="index"),
    path("avvisi/letti/", views.read_all, name="read_all"),
    path("avvisi/<int:pk>/letto/", views.read_one, name="read_one"),
    path("avvisi/<int:pk>/apri/", views.open_notice, name="open"),
    path("avvisi/posta/", views.letters, name="letters"),
    path("avvisi/posta/<str:name>/", views.letter, name="letter"),
    path("avvisi/posta/<str:name>/html/", views.letter_as_shown, name="letter_as_shown"),
]
