# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whatever text people write comes out as text: on every page, in every fragment, in every mail, and by construction."""

import ast
import re
from contextlib import suppress

import pytest
from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.test import Client

from innovato.notifications import delivery, kinds
from innovato.notifications.models import Notice
from tests.architecture.files import files, name, python_files, template_files
from tests.journeys import city_for_pages
from tests.journeys.page_table import ALIASES
from tests.workflow.askers import seeds
from workflow.models import IdeaEvent

MARKUP = "<b data-hurt='1' onclick=x>\"'&lt;{{ 7|add:7 }}"
RAW = re.compile(rb"<b data-hurt|data-hurt='1' onclick=x>\"'")
# Where a text passes as markup, and why it may: built of pieces that were escaped before, or of nothing people write.
TRUSTED = {
    "innovato/charts.py": "pieces made by format_html, joined",
    "voting/envelope.py": "a rendered template, and blanks",
    "voting/lookup.py": "two empty spans of our own",
    "voting/panels.py": "rendered templates",
    "voting/templatetags/voting_tags.py": "nothing at all",
    "workflow/templatetags/ui.py": "constants of our own",
}
PLAIN_TEXT = {"templates/email/_layout.txt"}  # no markup in it, so nothing to escape
UNESCAPED = re.compile(r"\|\s*safe\b|\|\s*safeseq\b|autoescape\s+off|html_safe")
OURS = {"organisation", "notifications", "workflow"}
WORDS = {"title", "text", "by_name", "name", "reason", "reason_text", "note", "campaign", "department", "lessons"}
NOT_WRITTEN = {
    "content_type",
    "password",
    "sha256",
    "slug",
    "code",
    "staff_number",
    "path",
    "kind",
    "state",
    "stage",
    "status",
    "hash",
    "prev_hash",
    "key",
}


def test_no_template_lets_a_text_through_as_markup():
    found = {name(path) for path in template_files() if UNESCAPED.search(path.read_text())}
    assert found == PLAIN_TEXT


def test_markup_is_made_of_text_in_the_known_places_only():
    found = set()
    for path in python_files():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in (
                "mark_safe",
                "SafeString",
                "SafeText",
            ):
                found.add(name(path))
    assert found == set(TRUSTED)


def test_no_script_of_ours_writes_markup():
    for path in files(".js"):
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", path.read_text()), path


def columns_people_write(model) -> list[str]:
    """The columns of one of our tables that hold somebody's words and have room for the markup."""
    return [
        column.name
        for column in model._meta.concrete_fields
        if isinstance(column, models.TextField | models.CharField)
        and not isinstance(column, models.EmailField | models.SlugField | models.FileField)
        and not (column.choices or column.unique or column.primary_key or column.name in NOT_WRITTEN)
        and (column.max_length or 1000) >= len(MARKUP)
    ]


def write_markup_everywhere() -> int:
    """Put the markup into every such column that its constraints let it into; how many columns those are."""
    written = 0
    for model in apps.get_models():
        if model._meta.app_label not in OURS or model is IdeaEvent:
            continue
        for column in columns_people_write(model):
            with suppress(IntegrityError), transaction.atomic():
                written += bool(model._base_manager.update(**{column: MARKUP}))
    for notice in Notice.objects.all():
        words = {key: MARKUP for key, value in notice.context.items() if isinstance(value, str) and key in WORDS}
        Notice.objects.filter(pk=notice.pk).update(context=notice.context | words)
    return written


@pytest.mark.django_db
def test_no_page_and_no_mail_shows_what_people_wrote_as_markup():
    here = city_for_pages.build()
    questions = [seed for seed in seeds(here) if seed.method == "GET"]
    assert write_markup_everywhere() > 40
    clients, found, seen = {}, [], 0
    for seed in questions:
        client = clients.setdefault(seed.role, Client(raise_request_exception=False))
        if seed.role != "nobody" and not client.cookies:
            client.force_login(getattr(here, ALIASES.get(seed.role, seed.role)))
        answer = client.get(f"{seed.address}?{seed.query}")
        body = b"".join(answer) if answer.streaming else answer.content
        seen += b"data-hurt" in body
        if (RAW.search(body) and "html" in answer["Content-Type"]) or answer.status_code >= 500:
            found.append((seed.address, answer.status_code))
    assert found == []
    assert seen > 60, f"the markup was shown, as text, on {seen} of {len(questions)} pages only"
    for notice in {notice.kind: notice for notice in Notice.objects.select_related("recipient")}.values():
        if not kinds.get(notice.kind).mail:
            continue
        ((html, _kind),) = delivery.compose(notice).alternatives
        assert not RAW.search(html.encode()), notice.kind
