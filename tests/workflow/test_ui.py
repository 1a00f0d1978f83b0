# SPDX-License-Identifier: AGPL-3.0-or-later
"""The small pieces of every page: they say the right words, in both languages, escape what people wrote, ask nothing."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.template import engines
from django.utils import timezone, translation

from innovato import charts, formats
from innovato.assets import trim_kit
from workflow import looks, state_words
from workflow.states import IdeaState

EVIL = '<script>alert("x")</script>'
NB = "\u00a0"


def show(template: str, **context) -> str:
    """The template text rendered with the tags loaded."""
    return engines["django"].from_string("{% load ui %}" + template).render(context)


# --- numbers and dates


@pytest.mark.parametrize(
    ("value", "italian", "english"),
    [
        (1284, "1.284", "1,284"),
        (0, "0", "0"),
        (-1500, "−1.500", "−1,500"),
        (None, "", ""),
        (Decimal("2.5"), "3", "3"),
        (1234567, "1.234.567", "1,234,567"),
    ],
)
def test_numbers_are_grouped_as_each_language_does(value, italian, english):
    with translation.override("it"):
        assert formats.number(value) == italian
    with translation.override("en"):
        assert formats.number(value) == english


def test_an_amount_shows_cents_only_where_there_are_any():
    with translation.override("it"):
        assert formats.euro(6500) == f"6.500{NB}€"
        assert formats.euro(Decimal("6500.5")) == f"6.500,50{NB}€"
        assert formats.euro(None) == ""
    with translation.override("en"):
        assert formats.euro(6500) == "€6,500"


def test_sizes_of_files_and_the_days_of_a_ballot_are_said_in_each_language():
    noon = datetime(2026, 11, 3, 12, tzinfo=UTC)
    with translation.override("it"):
        assert [formats.file_size(n) for n in (1, 69, 2100, 8_400_000)] == ["1 byte", "69 byte", "2,1 kB", "8,4 MB"]
        days = [formats.voted_when(noon, noon + timedelta(days=n)) for n in (0, 5)]
        assert days == ["Si è votato il 3 novembre", "Si è votato dal 3 novembre all’8 novembre"]
    with translation.override("en"):
        assert [formats.file_size(n) for n in (1, 69)] == ["1 byte", "69 bytes"]


def test_a_plain_number_has_only_the_decimals_it_needs():
    assert [formats.plain_number(n) for n in (18, 3.5, Decimal("0.25"), 1 / 3, None)] == [
        "18",
        "3,5",
        "0,25",
        "0,33",
        "",
    ]


def test_a_share_is_a_whole_per_cent_and_nothing_of_nothing_is_empty():
    assert formats.percent(16, 100) == "16%"
    assert formats.percent(1, 3) == "33%"
    assert formats.percent(5, 0) == ""
    assert [formats.percent(n, 7002) for n in (0, 16, 70, 71, 6931, 6932, 6990, 7002)] == [
        "0%", "meno dell’1%", "meno dell’1%", "1%", "99%", "più del 99%", "più del 99%", "100%"
    ]  # fmt: skip


def test_a_deadline_is_a_weekday_a_day_and_a_month_in_the_citys_time(time_machine):
    time_machine.move_to(datetime(2026, 11, 19, 9, tzinfo=UTC))
    late_evening_in_torino = datetime(2026, 12, 3, 23, 30, tzinfo=UTC)
    with translation.override("it"):
        assert formats.long_date(date(2026, 12, 4)) == "venerdì 4 dicembre"
        assert formats.long_date_time(datetime(2026, 12, 4, 17, tzinfo=UTC)) == "venerdì 4 dicembre alle 18:00"
        assert formats.short_date(late_evening_in_torino) == "4 dicembre"
        assert formats.short_date(date(2026, 10, 1)) == "1° ottobre"
    with translation.override("en"):
        assert formats.long_date(date(2026, 12, 4)) == "Friday 4 December"


def test_a_far_day_carries_its_year(time_machine):
    time_machine.move_to(datetime(2026, 11, 19, 9, tzinfo=UTC))
    with translation.override("it"):
        assert formats.short_date(date(2027, 1, 12)) == "12 gennaio"
        assert formats.short_date(date(2014, 5, 2)) == "2 maggio 2014"
        assert show("{{ day|fulldate }}", day=date(2026, 11, 19)) == "giovedì 19 novembre 2026"
        assert formats.long_date(None) == formats.short_date(None) == ""


def test_a_time_element_says_the_same_moment_to_machines():
    moment = datetime(2026, 11, 5, 9, 42, tzinfo=UTC)
    assert '<time datetime="2026-11-05T10:42+01:00">' in show('{% when moment "shorttime" %}', moment=moment)
    assert show("{% when nothing %}", nothing=None) == ""


# --- states and the path


def test_every_state_has_a_look_words_and_somebody_who_acts():
    assert set(looks.LOOKS) == set(state_words.MEANINGS) == set(state_words.ACTORS) == set(IdeaState)


def test_every_look_uses_an_icon_and_a_colour_that_exist():
    static = Path(settings.BASE_DIR) / "innovato" / "static"
    sprite, css = (static / "svg/innovato.svg").read_text(), (static / "css/innovato.css").read_text()
    for look in looks.LOOKS.values():
        assert f'id="{look.icon}"' in sprite
        assert f".{look.css}" in css


@pytest.mark.parametrize("state", IdeaState)
def test_a_badge_is_an_icon_and_the_states_word(state):
    badge = show("{% state_badge state %}", state=state)
    assert badge == show("{% state_badge state %}", state=state.value)
    assert badge.endswith(f"</svg>{state.label}</span>")


def test_a_badge_follows_the_language():
    with translation.override("it"):
        italian = show('{% state_badge "voting" %}')
    with translation.override("en"):
        english = show('{% state_badge "voting" %}')
    assert "In votazione" in italian
    assert str(IdeaState.VOTING.label) in italian
    with translation.override("en"):
        assert str(IdeaState.VOTING.label) in english


@pytest.mark.parametrize(
    ("state", "cells"),
    [
        ("draft", "n......."),
        ("screening", "ddn....."),
        ("voting", "dddn...."),
        ("piloting", "ddddddn."),
        ("adopted", "dddddddd"),
        ("declined", "xxxxxx.."),
        ("merged", "xxx....."),
    ],
)
def test_the_mini_bar_shows_the_place_on_the_path(state, cells):
    bar = show("{% mini_steps state %}", state=state)
    wanted = "".join("<i></i>" if cell == "." else f'<i class="{cell}"></i>' for cell in cells)
    assert wanted in bar


def test_the_path_marks_the_present_step_once_and_says_what_is_done():
    path = show('{% stepper "voting" dates=dates note="Si conta venerdì." %}', dates={"draft": date(2026, 10, 28)})
    assert path.count('aria-current="step"') == 1
    assert path.count("(fatto)") == 3
    assert "28 ottobre" in path
    assert "Passo 4 di 8: In votazione" in " ".join(path.replace("</strong>", "").split())
    assert "Si conta venerdì." in path


def test_an_ended_path_stops_at_its_end_under_its_own_name():
    path = show('{% stepper "declined" %}')
    assert path.count("<li") == 6
    assert "Non accolta" in path
    assert "Pilota" not in path


def test_a_finished_path_has_every_step_done_and_no_present_one():
    path = show('{% stepper "adopted" %}')
    assert path.count('class="done"') == 8
    assert "aria-current" not in path


def test_the_path_accepts_an_idea_and_eight_days_in_a_row():
    class Sample:
        state = "review"

    assert "5 novembre" in show("{% stepper idea dates=dates %}", idea=Sample(), dates=["", "", "5 novembre"])


# --- waiting and deadlines


@pytest.mark.parametrize(
    ("days", "limit", "css", "words"),
    [
        (1, 10, "", "1 giorno su 10"),
        (7, 10, "", "7 giorni su 10"),
        (8, 10, " warn", "8 giorni su 10"),
        (10, 10, " warn", "10 giorni su 10"),
        (11, 10, " err", "1 giorno oltre il termine"),
        (16, 10, " err", "6 giorni oltre il termine"),
    ],
)
def test_a_waiting_time_is_said_in_words_and_marked_when_it_presses(days, limit, css, words):
    text = show("{% agetxt days limit %}", days=days, limit=limit)
    assert f'<span class="in-due{css}">' in text
    assert words in text
    assert ("9 giorni oltre" in show("{% agetxt days limit 9 %}", days=days, limit=limit)) is (css == " err")


@pytest.mark.parametrize(
    ("days", "css", "words"),
    [
        (-3, " err", "Scaduta da 3 giorni: era lunedì 16 novembre"),
        (0, " warn", "Scade oggi, giovedì 19 novembre"),
        (1, " warn", "Scade domani, venerdì 20 novembre"),
        (2, " warn", "Entro sabato 21 novembre, tra 2 giorni"),
        (15, "", "Entro venerdì 4 dicembre, tra 15 giorni"),
    ],
)
def test_a_deadline_says_how_far_it_is(time_machine, days, css, words):
    time_machine.move_to(datetime(2026, 11, 19, 22, 30, tzinfo=UTC))  # still Thursday in Torino
    text = show("{% due day %}", day=timezone.localdate() + timedelta(days=days))
    assert f'<span class="in-due{css}">' in text
    assert words in text


def test_no_deadline_shows_nothing():
    assert show("{% due nothing %}", nothing=None) == ""


@pytest.mark.parametrize(("value", "maximum", "width"), [(3, 10, "30.0"), (20, 10, "100"), (-1, 10, "0"), (1, 0, "0")])
def test_a_bar_never_leaves_its_frame(value, maximum, width):
    assert f'width="{width}" height="12" rx="1"></rect></svg>' in show("{% hbar v m %}", v=value, m=maximum)


# --- charts


def test_a_chart_says_its_conclusion_and_marks_start_and_goal_by_words_and_patterns():
    drawn = show(
        '{% line_chart "g" "Pasti" "Da 410 a 281." labels values baseline=410 target=250 unit="%" %}',
        labels=["a", "b", "c"],
        values=[402, None, 281.5],
    )
    assert 'role="img" aria-labelledby="g-t g-d"' in drawn
    assert '<desc id="g-d">Da 410 a 281.</desc>' in drawn
    assert 'class="base"' in drawn and "Partenza 410" in drawn
    assert 'class="goal"' in drawn and "Meta 250" in drawn
    assert drawn.count("<circle") == 2  # the missing reading is no point
    assert "281,5%</text>" in drawn


def test_a_chart_without_readings_is_still_a_chart():
    drawn = charts.line_chart("g", "t", "d", charts.Line([], [], baseline=5, target=5))
    assert "Partenza 5" in drawn and "<circle" not in drawn


def test_what_people_wrote_is_escaped_in_charts_badges_and_fields():
    class Sample(forms.Form):
        title = forms.CharField(label=EVIL, help_text=EVIL, initial=EVIL)

    shown = show(
        '{% line_chart "g" evil evil labels values %}{% bar_chart "h" evil evil labels values %}'
        '{% badge "s-draft" evil "draft" %}{% state_badge "draft" evil %}{% avatar evil %}{% field form.title %}'
        "{% data_table evil labels values %}{% stepper 'draft' note=evil %}",
        evil=EVIL,
        labels=[EVIL],
        values=[1],
        form=Sample(),
    )
    assert "<script" not in shown


# --- form fields


class Sample(forms.Form):
    title = forms.CharField(label="Titolo", max_length=100, help_text="Di’ che cosa cambia.")
    cost = forms.CharField(label="Costo", required=False)
    kind = forms.ChoiceField(label="Tipo", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    agree = forms.BooleanField(label="Confermo")


def test_a_field_ties_hint_error_and_counter_to_its_input():
    shown = show("{% field form.title counter=True %}", form=Sample({"title": ""}))
    assert '<label for="id_title">Titolo</label>' in shown
    assert 'aria-describedby="id_title-h id_title-e id_title-c"' in shown
    assert 'aria-invalid="true"' in shown
    assert 'id="id_title-h"' in shown and 'id="id_title-e"' in shown and 'id="id_title-c"' in shown
    assert "in-invalid" in shown


def test_an_optional_field_says_so_and_a_required_one_does_not():
    form = Sample()
    assert "(facoltativo)" in show("{% field form.cost %}", form=form)
    assert "(facoltativo)" not in show("{% field form.title %}", form=form)


def test_a_group_of_choices_is_a_fieldset_with_a_legend():
    shown = show("{% field form.kind %}", form=Sample())
    assert shown.count('type="radio"') == 2
    assert "<fieldset" in shown and "<legend>Tipo</legend>" in shown
    assert '<label for="id_kind_1">B</label>' in shown


def test_a_field_can_be_included_as_a_component():
    form = Sample()
    included = show('{% include "components/field.html" with field=form.cost unit="€" %}', form=form)
    assert included == show('{% field form.cost unit="€" %}', form=form)
    assert "<span>€</span>" in included


def test_the_error_summary_links_each_error_to_a_field_that_is_there():
    form = Sample({})
    page = show('{% include "components/error_summary.html" %}{% for f in form %}{% field f %}{% endfor %}', form=form)
    assert "Ci sono 3 cose da sistemare" in page
    for anchor in ("id_title", "id_kind_0", "id_agree"):
        assert f'href="#{anchor}"' in page
        assert f'id="{anchor}"' in page


def test_no_errors_no_summary():
    assert show('{% include "components/error_summary.html" with form=form %}', form=Sample()).strip() == ""


# --- the trimmed kit


def test_the_kit_in_use_has_no_foreign_addresses_and_no_embedded_fonts():
    css = (Path(settings.BASE_DIR) / "innovato/static/css/kit.css").read_text()
    assert "@font-face" not in css and "sourceMappingURL" not in css
    assert "url(http" not in css and "url(//" not in css


def test_trimming_keeps_whole_families_and_drops_the_rest():
    css = ".btn,.vjs-big{a:b}.btn-primary:hover{a:b}@media print{.row{a:b}.card{a:b}}.x .row{a:b}p a{--u:1;a:b}"
    assert trim_kit.trim(css) == ".btn{a:b}.btn-primary:hover{a:b}@media print{.row{a:b}}p a{--u:1;a:b}"
    assert trim_kit.drop_unused_variables("p{--u:1;a:b}q{--v:1}r{a:var(--v)}") == "p{a:b}q{--v:1}r{a:var(--v)}"


# --- nothing asks the database (these tests have none): the pages around them


def test_the_promise_of_the_ballot_is_word_for_word():
    promised = (
        "Puoi votare, cambiare idea o ritirare il voto fino alla chiusura. La ricevuta ha un codice per ogni idea che "
        "sostieni: dopo la chiusura lo trovi nell’elenco pubblicato di quell’idea, e chiunque può rifare il conteggio. "
        "Finché la votazione è aperta, e per le 48 ore delle segnalazioni, i voti sono cifrati ma il sistema ha ancora "
        "la chiave. Poi la chiave viene distrutta: da quel momento nessuno, nemmeno chi amministra il database o i "
        "backup, può collegare un voto a una persona. Non è un’elezione formale: non protegge se qualcuno ti guarda "
        "mentre voti o ti chiede la ricevuta."
    )
    with translation.override("it"):
        shown = show('{% include "components/ballot_promise.html" with hours=48 %}')
    assert shown.strip() == f"<p>{promised}</p>"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Inviata il 8 novembre", "Inviata l’8 novembre"),
        ("Dal 11 marzo al 8 aprile", "Dall’11 marzo all’8 aprile"),
        ("entro il 18 novembre, dal 1° maggio", "entro il 18 novembre, dal 1° maggio"),
        ("il 8 per cento", "il 8 per cento"),
        ("Submitted on 8 November", "Submitted on 8 November"),
    ],
)
def test_a_date_that_begins_with_a_vowel_takes_the_short_article(written, said):
    assert formats.elided(written) == said
