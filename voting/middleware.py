# SPDX-License-Identifier: AGPL-3.0-or-later
"""A page that shows somebody their own paper is kept by no cache and not named by the next request.

Browsers send the address of the page one comes from; web servers write it down beside the vote that follows.
"""

from voting.booth import was_entered

HEADERS = {"Cache-Control": "no-store, private, no-transform", "Referrer-Policy": "strict-origin"}


class OwnPaperMiddleware:
    """Marks every answer for which the own paper was read (`voting.booth`), whichever page it belongs to."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if was_entered(request):
            for name, value in HEADERS.items():
                response.headers[name] = value
        return response
