# SPDX-License-Identifier: AGPL-3.0-or-later
"""The API's addresses of ballots and of what is reported about them."""

from django.urls import path

from voting.api import ballots, objections

app_name = "voting_api"
urlpatterns = [
    path("ballots/", ballots.Ballots.as_view(), name="ballots"),
    path("ballots/<uuid:pk>/", ballots.OneBallot.as_view(), name="ballot"),
    path("ballots/<uuid:pk>/paper/", ballots.OwnPaper.as_view(), name="paper"),
    path("ballots/<uuid:pk>/objection/", objections.OwnObjection.as_view(), name="own_objection"),
    path("ballots/<uuid:pk>/objections/", objections.Objections.as_view(), name="objections"),
    path(
        "ballots/<uuid:pk>/objections/<int:number>/answer/",
        objections.ObjectionAnswer.as_view(),
        name="objection_answer",
    ),
    path("ballots/<uuid:pk>/publication/", ballots.OnePublication.as_view(), name="publication"),
]
