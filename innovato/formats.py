# SPDX-License-Identifier: AGPL-3.0-or-later
"""How numbers, amounts and dates are written, in Italian and in English; the same in pages, mails and charts.

Twenty dates on a page are a measured cost, so the names of days and months are looked up once per language.
"""

import re
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from django.utils import timezone
from django.utils.dates import MONTHS, WEEKDAYS
from django.utils.formats import get_format
from django.utils.translation import get_language, gettext, ngettext, override

NBSP = "\u00a0"
MINUS = "\u2212"
# Nearer than this a day and a month say enough; farther away the year is written too.
YEAR_NEEDED_AFTER = timedelta(days=270)


@lru_cache
def _separators(language: str) -> tuple[str, str]:
    """The thousands and decimal separators of a language."""
    return get_format("THOUSAND_SEPARATOR", language, True), get_format("DECIMAL_SEPARATOR", language, True)


@lru_cache
def _names(language: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of the weekdays (Monday first) and of the months (January first) in a language."""
    small = not language.startswith("en")  # Italian writes them small; Django's catalogue does not
    with override(language):
        names = [str(WEEKDAYS[n]) for n in range(7)], [str(MONTHS[n]) for n in range(1, 13)]
    return tuple(tuple(name.lower() if small else name for name in row) for row in names)


def number(value, decimals: int = 0) -> str:
    """`1284` as "1.284" or "1,284"; with a fixed count of decimals. Accepts int, float, Decimal; None gives ""."""
    if value is None or value == "":
        return ""
    exact = value if isinstance(value, Decimal | int) else Decimal(repr(float(value)))
    return _number(exact, decimals, get_language() or "it")


@lru_cache(maxsize=4096)
def _number(exact: Decimal | int, decimals: int, language: str) -> str:
    thousands, point = _separators(language)
    rounded = Decimal(exact).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    whole, _, rest = f"{abs(rounded):,f}".partition(".")
    sign = MINUS if rounded < 0 else ""
    return sign + whole.replace(",", thousands) + (point + rest if rest else "")


def plain_number(value) -> str:
    """A number with at most two decimals and only those it needs: 18, 3,5, 0,25."""
    if value is None or value == "":
        return ""
    exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    for decimals in (0, 1):
        if exact == exact.quantize(Decimal(1).scaleb(-decimals)):
            return number(exact, decimals)
    return number(exact, 2)


def euro(value) -> str:
    """An amount: "6.500 €" in Italian, "€6,500" in English; cents only where there are any."""
    if value is None or value == "":
        return ""
    exact = Decimal(value)
    text = number(exact, 0 if exact == exact.to_integral_value() else 2)
    return f"€{text}" if (get_language() or "it").startswith("en") else f"{text}{NBSP}€"


def percent(part, whole=100) -> str:
    """A share as whole per cent: "16%"; nothing and all are said of nothing and all alone. An empty whole gives ""."""
    if not whole:
        return ""
    share = Decimal(part) * 100 / Decimal(whole)
    return nearly(share) or f"{number(share)}%"


def nearly(share: Decimal | float, brief: bool = False) -> str:
    """A share that no whole per cent tells honestly: "meno dell’1%", "più del 99%", brief for charts; "" for others."""
    if 0 < share < 1:
        return "<1%" if brief else gettext("meno dell’1%")
    if 99 < share < 100:
        return ">99%" if brief else gettext("più del 99%")
    return ""


def local_day(value: date | datetime) -> date:
    """The day of a moment in the city's time zone."""
    if isinstance(value, datetime):
        return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return value


def _needs_year(day: date) -> bool:
    return abs(day - timezone.localdate()) > YEAR_NEEDED_AFTER


@lru_cache(maxsize=4096)
def _written(day: date, weekday: bool, year: bool, language: str) -> str:
    weekdays, months = _names(language)
    number_of_day = "1°" if day.day == 1 and language.startswith("it") else day.day
    words = [weekdays[day.weekday()]] if weekday else []
    words += [f"{number_of_day}", months[day.month - 1]]
    return " ".join([*words, f"{day.year}"] if year else words)


def _date(value, weekday: bool, year: bool | None) -> str:
    if not value:
        return ""
    day = local_day(value)
    return _written(day, weekday, _needs_year(day) if year is None else year, get_language() or "it")


def short_date(value, year: bool | None = None) -> str:
    """ "5 novembre"; the year is added when the day is more than nine months away, or as `year` says."""
    return _date(value, False, year)


def voted_when(opens_at, closes_at) -> str:
    """When a ballot that is over took place: "Si è votato dal 3 al …"; one day when it opened and closed on the same."""
    first, last = short_date(opens_at), short_date(closes_at)
    if first == last:
        return elided(gettext("Si è votato il %(day)s") % {"day": first})
    return elided(gettext("Si è votato dal %(first)s al %(last)s") % {"first": first, "last": last})


def file_size(size: int) -> str:
    """The size of a file: "69 byte", "2,1 kB", "8,4 MB"; in English "69 bytes"."""
    if size < 1000:
        return ngettext("%(n)d byte", "%(n)d byte", size) % {"n": size}
    if size < 1_000_000:
        return f"{number(size / 1000, 1)} kB"
    return f"{number(size / 1_000_000, 1)} MB"


_BEFORE_A_VOWEL = {"il": "l’", "al": "all’", "dal": "dall’", "del": "dell’", "nel": "nell’", "sul": "sull’"}
_MONTHS_IT = "gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre"
_ARTICLE = re.compile(rf"\b({'|'.join(_BEFORE_A_VOWEL)}) (?=(?:8|11) (?:{_MONTHS_IT})\b)", re.IGNORECASE)


def elided(text: str) -> str:
    """A sentence with a date, as it is said in Italian: "entro l’8 dicembre", "dall’11 marzo". Other texts stay."""

    def joined(found: re.Match) -> str:
        word = found[1]
        short = _BEFORE_A_VOWEL[word.lower()]
        return short.capitalize() if word[0].isupper() else short

    return _ARTICLE.sub(joined, text)


def long_date(value, year: bool | None = None) -> str:
    """ "venerdì 4 dicembre": for deadlines."""
    return _date(value, True, year)


def month(value: date, short: bool = False) -> str:
    """ "novembre 2026", or "nov" where columns are narrow; a January always says its year."""
    language = get_language() or "it"
    name = _names(language)[1][value.month - 1]
    if not short:
        return f"{name} {value.year}"
    return f"{name[:3]} {value.year}" if value.month == 1 else name[:3]


def clock(value: datetime) -> str:
    """ "18:00", in the city's time zone."""
    return f"{timezone.localtime(value):%H:%M}" if value else ""


def long_date_time(value: datetime) -> str:
    """ "venerdì 4 dicembre alle 18:00"."""
    if not value:
        return ""
    return gettext("%(day)s alle %(time)s") % {"day": long_date(value), "time": clock(value)}


def short_date_time(value: datetime) -> str:
    """ "5 novembre alle 10:42"."""
    if not value:
        return ""
    return gettext("%(day)s alle %(time)s") % {"day": short_date(value), "time": clock(value)}


def iso(value: date | datetime) -> str:
    """The machine's form of a day or a moment, for `<time datetime>`."""
    return timezone.localtime(value).isoformat(timespec="minutes") if isinstance(value, datetime) else value.isoformat()
