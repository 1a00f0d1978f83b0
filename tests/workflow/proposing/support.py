# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the tests of writing an idea share: a filled sheet, a browser for somebody, the errors a page shows."""

import re
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.workflow.factories_writing import COMPLETE

pytestmark = pytest.mark.django_db

HTMX = {"HTTP_HX_REQUEST": "true"}


def browser_of(person):
    browser = Client()
    browser.force_login(person)
    return browser


def sheet(call, **fields):
    """What the page of a new idea posts."""
    data = {
        "token": uuid.uuid4().hex,
        "page": uuid.uuid4().hex,
        "version": "1",
        "campaign": str(call.pk),
        "title": "",
        "problem": "",
        "proposal": "",
        "benefit": "",
        "theme": "",
        "department": "",
        "touched_add": "",
        "estimated_cost": "",
        "duration_months": "",
        "how_measured": "",
        "coauthor": "",
    }
    return data | fields


def complete(call, **fields):
    filled = {name: value for name, value in COMPLETE.items() if name != "no_personal_data"}
    return sheet(call, **filled, no_personal_data="on", department_unknown="on") | fields


def errors_of(response):
    """Every sentence beside a field, without tags."""
    html = response.content.decode()
    return [re.sub(r"<[^>]+>", "", found).strip() for found in re.findall(r'<p class="in-error">(.*?)</p>', html, re.S)]


def edit(draft):
    return f"/idee/{draft.ref}/modifica/"


def upload(data, name="foto.png"):
    return SimpleUploadedFile(name, data)
