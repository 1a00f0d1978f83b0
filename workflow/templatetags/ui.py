# SPDX-License-Identifier: AGPL-3.0-or-later
"""The small pieces every page is made of: icons, badges, the path of an idea, ageing, dates, charts, form fields.

Nothing here asks the database. Everything that comes from people is escaped.
"""

from functools import lru_cache

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, ngettext

from innovato import charts, formats
from workflow import fields, hands
from workflow.looks import EARLY_ENDS, LAST_STEP, STEP_WORDS, STEPS, look_of
from workflow.states import IdeaState

register = template.Library()

register.filter("num", formats.number)
register.filter("plain_num", formats.plain_number)
register.filter("euro", formats.euro)
register.filter("percent", formats.percent)
register.filter("longdate", formats.long_date)
register.filter("longdatetime", formats.long_date_time)
register.filter("shortdate", formats.short_date)
register.filter("shortdatetime", formats.short_date_time)
register.filter("clock", formats.clock)
register.filter("anchor", fields.anchor)
register.simple_tag(fields.field_parts, name="field_parts")


@register.simple_tag
def signature(act) -> str:
    """Under whose name an act stands: who did it, and for whom where it was a deputy."""
    return hands.signature(act.by, act.on_behalf_of)


WARN_SHARE = 0.75  # from this share of its limit a waiting time is shown as a warning
WARN_DAYS = 2  # a deadline this near is shown as a warning


@register.filter(is_safe=True)
def elided(text) -> str:
    """A sentence with a date in good Italian: {% filter elided %}…{% endfilter %}."""
    return formats.elided(text)


@register.filter
def quoted(text) -> str:
    """Somebody's words in the quotation marks of the reader's language."""
    opening, closing = ("“", "”") if (get_language() or "it").startswith("en") else ("«", "»")
    return format_html("{}{}{}", opening, text, closing)


@register.filter
def colon(label) -> str:
    """A label before what is said of it: "Titolo:"; one that asks keeps its question mark."""
    text = str(label).rstrip()
    return text if text.endswith(("?", ":", "…")) else f"{text}:"


@register.filter
def voted_when(campaign) -> str:
    """When people voted in a campaign whose voting is over: "Si è votato dal 3 novembre al 10 novembre"."""
    return formats.voted_when(campaign.voting_opens_at, campaign.voting_closes_at)


@register.filter
def filesize(size) -> str:
    """The size of a file: "69 byte", "2,1 kB"."""
    return formats.file_size(int(size or 0))


@register.filter
def dec1(value) -> str:
    """One decimal: "3,9"."""
    return formats.number(value, 1)


@register.filter
def dec2(value) -> str:
    """Two decimals: "3,85"."""
    return formats.number(value, 2)


@register.filter
def fulldate(value) -> str:
    """A long date that always says the year: "giovedì 19 novembre 2026"."""
    return formats.long_date(value, year=True)


@register.filter
def capfirst_only(value) -> str:
    """The same words with a capital first letter, for a date at the start of a sentence."""
    text = str(value)
    return text[:1].upper() + text[1:]


@register.simple_tag
def when(value, style: str = "short") -> SafeString:
    """A `<time>` element; `style` is short, long, clock, shorttime or longtime."""
    if not value:
        return mark_safe("")
    words = {
        "short": formats.short_date,
        "long": formats.long_date,
        "clock": formats.clock,
        "shorttime": formats.short_date_time,
        "longtime": formats.long_date_time,
    }[style](value)
    return format_html('<time datetime="{}">{}</time>', formats.iso(value), words)


@register.simple_tag
@lru_cache(maxsize=256)
def icon(name: str, css: str = "in-i") -> SafeString:
    """A decorative icon; names that start with "it-" come from the kit's sprite. Words beside it carry the meaning."""
    sprite = static("svg/kit.svg" if name.startswith("it-") else "svg/innovato.svg")
    return format_html(
        '<svg class="{}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>', css, sprite, name
    )


@register.simple_tag
def badge(css: str, label, icon_name: str) -> SafeString:
    """A badge with other words than a state's: `{% badge "s-closed" "Votazione chiusa" "closed" %}`."""
    return format_html('<span class="in-state {}">{}{}</span>', css, icon(icon_name), label)


@lru_cache(maxsize=64)
def _state_badge(state: str, language: str) -> SafeString:
    look = look_of(state)
    return badge(look.css, str(IdeaState(state).label), look.icon)


@register.simple_tag
def state_badge(state, label=None) -> SafeString:
    """The badge of a state: icon and word, colour only as a help; `label` puts other words in the same badge."""
    if label:
        look = look_of(state)
        return badge(look.css, label, look.icon)
    return _state_badge(str(state), get_language() or "it")


@lru_cache(maxsize=64)
def _mini_steps(state: str, language: str) -> SafeString:
    look = look_of(state)
    css = {}
    for step in range(1, LAST_STEP + 1):
        if look.done or (step < look.step and not look.ended):
            css[step] = "d"
        elif step <= look.step:
            css[step] = "x" if look.ended else "n"
    cells = mark_safe("".join(f'<i class="{css[n]}"></i>' if n in css else "<i></i>" for n in range(1, LAST_STEP + 1)))
    words = gettext("Percorso concluso") if look.ended else _step_words(look.step)
    return format_html('<span class="in-mini" role="img" aria-label="{}">{}</span>', words, cells)


def _step_words(step: int) -> str:
    return gettext("Passo %(step)d di %(last)d") % {"step": step, "last": LAST_STEP}


@register.simple_tag
def mini_steps(state) -> SafeString:
    """The eight-segment bar of a list row, with its meaning in words for who can't see it."""
    return _mini_steps(str(state), get_language() or "it")


@register.inclusion_tag("components/stepper.html")
def stepper(idea, dates=None, note="") -> dict:
    """The path of an idea. `idea` is an idea or a state; `dates` maps step keys (looks.STEPS) to days or words, or lists
    eight of them; `note` says what happens next."""
    state = IdeaState(getattr(idea, "state", idea))
    look = look_of(state)
    if not isinstance(dates, dict):
        dates = dict(zip((key for key, _word in STEPS), dates or (), strict=False))
    steps = []
    for at, (key, word) in enumerate(STEPS, 1):
        now = at == look.step and not look.done
        if look.ended and not look.done and at > look.step:
            break
        day = dates.get(key) or ""
        steps.append(
            {
                "n": at,
                "word": (STEP_WORDS.get(state) or (state.label if state in EARLY_ENDS else word)) if now else word,
                "date": day if isinstance(day, str) else formats.short_date(day),
                "done": look.done or at < look.step,
                "now": now and not look.ended,
                "end": now and look.ended,
            }
        )
    return {"steps": steps, "state": state, "ended": look.ended, "place": _step_words(look.step), "note": note}


@register.simple_tag
def avatar(person, css: str = "") -> SafeString:
    """A disc with a person's initials, for the eyes only: the name stands beside it. Accepts ready initials too."""
    initials = person if isinstance(person, str) else person.initials
    return format_html('<span class="in-disc{}" aria-hidden="true">{}</span>', f" {css}" if css else "", initials)


def _ageing(days: int, limit: int) -> str:
    """late, soon or nothing: how a waiting time stands against its limit."""
    if days > limit:
        return "late"
    return "soon" if days >= limit * WARN_SHARE else ""


@register.simple_tag
def age(days: int, limit: int) -> SafeString:
    """The bar of days spent against the limit; always beside `agetxt`, which says it in words."""
    return format_html(
        '<svg class="in-age" viewBox="0 0 100 5" preserveAspectRatio="none" aria-hidden="true"><rect width="100" '
        'height="5" rx="1"></rect><rect class="v {}" width="{}" height="5" rx="1"></rect></svg>',
        _ageing(days, limit),
        min(100, round(days * 100 / limit)) if limit else 100,
    )


@register.simple_tag
def agetxt(days: int, limit: int, over: int | None = None) -> SafeString:
    """Days spent against the limit in words: "4 giorni su 10", "6 giorni oltre il termine". `over`: how far past it, where
    that is counted in other days than the limit."""
    return _agetxt(days, limit, days - limit if over is None else over, get_language())


@lru_cache(maxsize=1024)
def _agetxt(days: int, limit: int, over: int, language: str) -> SafeString:
    ageing = _ageing(days, limit)
    if ageing == "late":
        words = ngettext("%(days)d giorno oltre il termine", "%(days)d giorni oltre il termine", over) % {"days": over}
    else:
        words = ngettext("%(days)d giorno su %(limit)d", "%(days)d giorni su %(limit)d", days)
        words %= {"days": days, "limit": limit}
    return _due(words, {"late": "err", "soon": "warn", "": ""}[ageing])


def _due(words: str, css: str) -> SafeString:
    symbol = icon("alert" if css == "err" else "clock")
    return format_html('<span class="in-due{}">{}{}</span>', f" {css}" if css else "", symbol, words)


@register.simple_tag
def due(date, warn: int = WARN_DAYS) -> SafeString:
    """A deadline in words, with how far it is: amber when `warn` days or fewer are left, red when it has passed."""
    if not date:
        return mark_safe("")
    left = (formats.local_day(date) - timezone.localdate()).days
    return _deadline(formats.long_date(date), left, warn, get_language())


@lru_cache(maxsize=1024)
def _deadline(day: str, left: int, warn: int, language: str) -> SafeString:
    words = {"day": day, "left": abs(left)}
    if left < 0:
        over = ngettext("Scaduta da %(left)d giorno: era %(day)s", "Scaduta da %(left)d giorni: era %(day)s", -left)
        return _due(over % words, "err")
    css = "warn" if left <= warn else ""
    if left == 0:
        return _due(gettext("Scade oggi, %(day)s") % words, css)
    if left == 1:
        return _due(gettext("Scade domani, %(day)s") % words, css)
    ahead = ngettext("Entro %(day)s, tra %(left)d giorno", "Entro %(day)s, tra %(left)d giorni", left)
    return _due(ahead % words, css)


@register.simple_tag
def hbar(value, maximum=100, css: str = "v") -> SafeString:
    """A small horizontal bar beside the number it repeats; `css="q"` is the quieter colour."""
    width = round(float(value or 0) * 100 / float(maximum), 1) if maximum else 0
    return format_html(
        '<svg class="in-hbar" viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true"><rect width="100" '
        'height="12" rx="1"></rect><rect class="{}" width="{}" height="12" rx="1"></rect></svg>',
        css,
        min(100, max(0, width)),
    )


@register.simple_tag
def picks(chosen: int, maximum: int) -> SafeString:
    """The little squares of a ballot paper: filled for each idea chosen. Decorative: the words stand beside them."""
    squares = format_html_join(
        "", "<i{}></i>", ((mark_safe(' class="on"' if n < chosen else ""),) for n in range(maximum))
    )
    return format_html('<span class="in-picks" aria-hidden="true">{}</span>', squares)


@register.simple_tag
def line_chart(name, title, desc, labels, values, **options) -> SafeString:
    """A line chart; options are those of charts.Line: baseline, target, unit, low, high, width, height, ticks, every."""
    return charts.line_chart(name, title, desc, charts.Line(list(labels), list(values), **options))


@register.simple_tag
def bar_chart(name, title, desc, labels, values, **options) -> SafeString:
    """A bar chart; options are those of charts.Bars: high, hot (positions drawn darker), width, height, ticks."""
    return charts.bar_chart(name, title, desc, charts.Bars(list(labels), list(values), **options))


@register.inclusion_tag("components/data_table.html")
def data_table(caption, labels, values, label_head="", value_head="", unit="") -> dict:
    """The same numbers as a chart, folded below it under "Vedi i dati in tabella"."""
    rows = [(label, value) for label, value in zip(labels, values, strict=True)]
    return {"caption": caption, "rows": rows, "label_head": label_head, "value_head": value_head, "unit": unit}


@register.inclusion_tag("components/field.html", name="field")
def field(bound, **options) -> dict:
    """One form field with label, hint and error; options are those of fields.field_parts."""
    return {"field": bound, **options}
