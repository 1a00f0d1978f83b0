# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where every address below /api/ ends that belongs to nothing."""

from django.urls import re_path

from innovato.api.views import Nowhere

urlpatterns = [re_path(r"", Nowhere.as_view())]
