# SPDX-License-Identifier: AGPL-3.0-or-later
"""The addresses of exports."""

from django.urls import path

from innovato.exports import views

app_name = "exports"
urlpatterns = [
    path("esportazioni/", views.index, name="index"),
    path("esportazioni/nuova/", views.ask, name="ask"),
    path("esportazioni/registro/", views.register, name="register"),
    path("esportazioni/invii/", views.add_mailing, name="mailing_add"),
    path("esportazioni/invii/<int:pk>/togli/", views.remove_mailing, name="mailing_remove"),
    path("esportazioni/<uuid:uuid>/", views.export, name="export"),
    path("esportazioni/<uuid:uuid>/interrompi/", views.cancel, name="cancel"),
    path("esportazioni/<uuid:uuid>/file/", views.file, name="file"),
]
