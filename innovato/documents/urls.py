# SPDX-License-Identifier: AGPL-3.0-or-later
"""The addresses of the documents on data protection, below help."""

from django.urls import path

from innovato.documents import views

app_name = "documents"

urlpatterns = [
    path("aiuto/documenti/", views.index, name="index"),
    path("aiuto/documenti/<slug:document>/", views.document, name="document"),
    path("aiuto/documenti/<slug:document>/<str:language>.txt", views.text, name="text"),
]
