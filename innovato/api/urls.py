# SPDX-License-Identifier: AGPL-3.0-or-later
"""The API's addresses about oneself and the city; the floors above bring their own."""

from django.urls import path

from innovato.api import city, own, participation, schema

app_name = "own_api"
urlpatterns = [
    path("me/", own.Me.as_view(), name="me"),
    path("notices/", own.Notices.as_view(), name="notices"),
    path("notices/<int:pk>/read/", own.NoticeRead.as_view(), name="notice_read"),
    path("departments/", city.Departments.as_view(), name="departments"),
    path("departments/<str:code>/", city.OneDepartment.as_view(), name="department"),
    path("schema/", schema.Schema.as_view(), name="schema"),
    path("participation/", participation.Releases.as_view(), name="releases"),
    path("participation/<int:number>/", participation.OneRelease.as_view(), name="release"),
    path("people/", city.People.as_view(), name="people"),
    path("people/<uuid:uuid>/", city.OnePerson.as_view(), name="person"),
]
