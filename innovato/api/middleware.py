# SPDX-License-Identifier: AGPL-3.0-or-later
"""Below /api/ no program ever gets a page: errors that no view of the API made become problem details too."""

from django.conf import settings

from innovato.api.problems import MEDIA_TYPE, PREFIX, instead_of_page


class ProblemsMiddleware:
    """Turns the HTML of 400, 403, 404, 405, 500… into a problem; a developer still gets the traceback of a 500."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if not request.path_info.startswith(PREFIX) or response.status_code < 400:
            return response
        if response.headers.get("Content-Type") == MEDIA_TYPE or (settings.DEBUG and response.status_code == 500):
            return response
        return instead_of_page(request, response)
