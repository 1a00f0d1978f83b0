# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every visible text is translatable, has its English, and the compiled catalogue is the one that stands in the source."""

import re

import polib
from django.template.base import Lexer, TokenType
from django.utils.translation.template import block_re, endblock_re

from tests.architecture.catalogue import PO, collect, in_python, in_template, open_catalogue
from tests.architecture.files import ROOT, name, template_files

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
HIDDEN = re.compile(r"<(script|style|code|pre|svg)\b.*?</\1>|<!--.*?-->|<!doctype[^>]*>", re.IGNORECASE | re.DOTALL)
SPOKEN_ATTRIBUTE = re.compile(r"""\b(?:title|alt|aria-label|placeholder|content)\s*=\s*(["'])([^"']*)\1""")
WORD = re.compile(r"[^\W\d_]{2,}")
# Written alike in every language.
SAME_EVERYWHERE = {"InnovaTo", "Innova", "To", "PDF", "CSV", "PNG", "JSON", "SHA", "EUR", "IPA", "AOO"}
SAME_EVERYWHERE |= {"width", "device", "initial", "scale"}  # the viewport
# Their contents are names of classes, or nothing.
UNSPOKEN_BLOCKS = {"comment", "block tone", "block main_attrs", "block head_class"}
# For developers, in Italian only, and says so.
NOT_FOR_COLLEAGUES = {"templates/workflow/help/gallery.html"}
# How a mail's template marks its first line; the mark is not sent.
SUBJECT = re.compile(r"Oggetto:")


def sample(texts: list[str]) -> str:
    """Enough of a list to see what it is about."""
    return f"{len(texts)} texts, among them:\n" + "\n".join(texts[:20])


def test_each_text_shown_is_in_the_english_catalogue_and_nothing_else_is():
    wanted = {(message.context, message.text, message.plural) for message, _places in collect().values()}
    present = {(entry.msgctxt, entry.msgid, entry.msgid_plural or None) for entry in open_catalogue()}
    assert wanted == present, f"run make messages; {sample([text for _c, text, _p in wanted ^ present])}"


def test_each_text_has_its_english():
    catalogue = open_catalogue()
    waiting = [entry.msgid for entry in catalogue.untranslated_entries() + catalogue.fuzzy_entries()]
    assert waiting == [], sample(waiting)


def test_the_english_keeps_the_places_where_values_go():
    wrong = [entry.msgid for entry in open_catalogue() if entry.translated() and not keeps_placeholders(entry)]
    assert wrong == [], sample(wrong)


def keeps_placeholders(entry: polib.POEntry) -> bool:
    """The singular may say "one" without its number; everything else names the same values."""
    if not entry.msgid_plural:
        return set(PLACEHOLDER.findall(entry.msgid)) == set(PLACEHOLDER.findall(entry.msgstr))
    wanted = set(PLACEHOLDER.findall(entry.msgid_plural))
    one, many = (set(PLACEHOLDER.findall(entry.msgstr_plural[form])) for form in (0, 1))
    return many == wanted and one <= wanted


def test_the_compiled_catalogue_is_the_one_in_the_source():
    assert PO.with_suffix(".mo").read_bytes() == open_catalogue().to_binary(), "run make messages"


def test_no_text_of_a_template_escapes_translation():
    found = {
        name(path): bare_words(path.read_text()) for path in template_files() if name(path) not in NOT_FOR_COLLEAGUES
    }
    assert {path: words[:10] for path, words in found.items() if words} == {}


def bare_words(source: str) -> list[str]:
    """Words a reader would see that no translation tag surrounds."""
    outside, translated, commented = [], False, False
    for token in Lexer(source).tokenize():
        if token.token_type == TokenType.BLOCK:
            translated = bool(block_re.match(token.contents)) or (translated and not endblock_re.match(token.contents))
            commented = token.contents in UNSPOKEN_BLOCKS or (commented and not token.contents.startswith("end"))
        if not translated and not commented and token.token_type != TokenType.COMMENT:
            outside.append(token.contents if token.token_type == TokenType.TEXT else " ")
    text = HIDDEN.sub(" ", SUBJECT.sub(" ", "".join(outside), count=1))
    seen = " ".join(value for _quote, value in SPOKEN_ATTRIBUTE.findall(text)) + re.sub(r"<[^>]*>", " ", text)
    return [word for word in WORD.findall(re.sub(r"&\w+;", " ", seen)) if word not in SAME_EVERYWHERE]


def test_the_finder_of_bare_words_sees_text_and_spoken_attributes():
    source = '<p class="in-note" title="Chiudi">{% translate "Bene" %} {{ x }} <b>nudo</b></p>{# mai #}'
    assert bare_words(source) == ["Chiudi", "nudo"]


def test_the_finder_of_texts_reads_every_form_of_the_template_tags():
    source = """{% load i18n %}{% translate "Ciao 100%" %}{% translate 'Apri' context "bottone" as x %}
        {% blocktranslate trimmed count n=items|length %}
          {{ n }} idea
        {% plural %}
          {{ n }} idee
        {% endblocktranslate %}{% comment %}{% translate "no" %}{% endcomment %}{# {% translate "no" %} #}
        {% field form.x label=_("Nome") %}{{ x|default:_("niente") }}"""
    assert [tuple(message) for message in in_template(source)] == [
        (None, "Ciao 100%%", None),
        ("bottone", "Apri", None),
        (None, "%(n)s idea", "%(n)s idee"),
        (None, "Nome", None),
        (None, "niente", None),
    ]


def test_the_finder_of_texts_follows_the_names_under_which_python_imports_the_functions():
    source = """
from django.utils import translation
from django.utils.translation import gettext_lazy as _, ngettext, pgettext
_("a" "b"), ngettext("uno", "%(n)s", 3), pgettext("c", "m"), translation.gettext("t"), _(variable), other("no")
"""
    assert [tuple(message) for message in in_python(source)] == [
        (None, "ab", None),
        (None, "uno", "%(n)s"),
        ("c", "m", None),
        (None, "t", None),
    ]


def test_the_catalogue_lies_where_django_looks_for_it(settings):
    assert ROOT / "innovato" / "locale" in settings.LOCALE_PATHS
