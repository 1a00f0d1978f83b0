# SPDX-License-Identifier: AGPL-3.0-or-later
"""The addresses of signing in, the language and one's own data."""

from django.urls import path

from . import views, views_tokens

app_name = "organisation"
urlpatterns = [
    path("accesso/", views.sign_in, name="sign_in"),
    path("accesso/persona/", views.sign_in_as, name="sign_in_as"),
    path("uscita/", views.sign_out, name="sign_out"),
    path("sessione/", views.session, name="session"),
    path("lingua/", views.set_language, name="set_language"),
    path("profilo/", views.profile, name="profile"),
    path("profilo/token/", views_tokens.make_token, name="token_make"),
    path("profilo/token/<uuid:uuid>/revoca/", views_tokens.revoke_token, name="token_revoke"),
]
