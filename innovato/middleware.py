# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every answer carries (the security headers), and the one address that machines ask: is the site alive?"""

from django.conf import settings
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers

HEALTH_PATH = "/salute/"


def policy_header(policy: dict[str, list[str]]) -> str:
    """A policy in Django 6's form as the header's value."""
    return "; ".join(" ".join([directive, *sources]) for directive, sources in policy.items())


def own_answer_headers(*, https: bool) -> dict[str, str]:
    """The headers of every answer, as the settings want them."""
    headers = {
        "Content-Security-Policy": policy_header(settings.SECURE_CSP),
        "Cross-Origin-Opener-Policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": settings.PERMISSIONS_POLICY,
        "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": settings.X_FRAME_OPTIONS,
    }
    if https and settings.SECURE_HSTS_SECONDS:
        whole = "; includeSubDomains" if settings.SECURE_HSTS_INCLUDE_SUBDOMAINS else ""
        listed = "; preload" if settings.SECURE_HSTS_PRELOAD else ""
        headers["Strict-Transport-Security"] = f"max-age={settings.SECURE_HSTS_SECONDS}{whole}{listed}"
    return headers


class SecurityHeadersMiddleware:
    """The security headers on every response: pages, errors, files, redirects, refused hosts.

    Outermost, since what an inner middleware refuses never comes by the others. A view that knows better has set its own
    (a file's sandbox). What is made for one person, no cache in between keeps and no browser shows again unasked.
    """

    def __init__(self, get_response):
        self.get_response = get_response
        self.headers = {https: own_answer_headers(https=https) for https in (False, True)}

    def __call__(self, request):
        response = self.get_response(request)
        for name, value in self.headers[request.is_secure()].items():
            response.headers.setdefault(name, value)
        if "Cookie" in response.headers.get("Vary", ""):
            response.headers.setdefault("Cache-Control", "private, no-cache")
        return response


class MethodPageMiddleware:
    """A page with words where the framework answers nothing at all: a method that an address does not know (405)."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if response.status_code == 405 and not response.streaming and not response.content:
            response.content = render_to_string("405.html")
            patch_vary_headers(response, ["Accept-Language"])
        return response


class HealthMiddleware:
    """Answers the health address before sessions, languages and the database are touched."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.path == HEALTH_PATH:
            return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")
        return self.get_response(request)
