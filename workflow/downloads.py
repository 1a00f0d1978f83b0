# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a file that somebody attached leaves the site, by page or API: to be saved, never shown, able to run nothing."""

from django.http import FileResponse, Http404

from workflow.models import Attachment

# Opened by itself the file can run nothing and reach nothing; no shared computer keeps a copy.
FILE_HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}


def handed_out(attachment: Attachment | None) -> FileResponse:
    """The bytes of an attachment. Raises Http404 without one, or where its bytes are gone."""
    if attachment is None:
        raise Http404
    try:
        opened = attachment.file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    kind, name = attachment.content_type, attachment.name
    return FileResponse(opened, as_attachment=True, filename=name, content_type=kind, headers=FILE_HEADERS)
