# SPDX-License-Identifier: AGPL-3.0-or-later
"""The addresses of webhooks."""

from django.urls import path

from innovato.webhooks import views

app_name = "webhooks"
urlpatterns = [
    path("verifica/webhook/", views.index, name="index"),
    path("verifica/webhook/nuovo/", views.new, name="new"),
    path("verifica/webhook/<uuid:uuid>/", views.hook, name="hook"),
    path("verifica/webhook/<uuid:uuid>/modifica/", views.edit, name="edit"),
    path("verifica/webhook/<uuid:uuid>/prova/", views.test, name="test"),
    path("verifica/webhook/<uuid:uuid>/pausa/", views.pause, name="pause"),
    path("verifica/webhook/<uuid:uuid>/riprendi/", views.resume, name="resume"),
    path("verifica/webhook/<uuid:uuid>/segreto/", views.rotate, name="rotate"),
    path("verifica/webhook/<uuid:uuid>/elimina/", views.delete, name="delete"),
    path("verifica/webhook/<uuid:uuid>/consegne/<uuid:delivery>/", views.delivery, name="delivery"),
    path("verifica/webhook/<uuid:uuid>/consegne/<uuid:delivery>/ripeti/", views.redeliver, name="redeliver"),
]
