"""The languages of the pages, and how dates and sizes are said in them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from gettext import GNUTranslations
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_decimal

from gateway.core.texts.elision import is_elided_before
from gateway.errors import MisuseError

LANGUAGES = MappingProxyType({"fr": "Français", "en": "English"})
FIRST = "fr"
_FOLDER = Path(__file__).parent / "locale"
PARIS = ZoneInfo("Europe/Paris")
KIB = 1024
_HOUR = MappingProxyType({"fr": "H\xa0'h'\xa0mm", "en": "HH:mm"})
_MOMENT = MappingProxyType(
    {"fr": f"d MMMM y 'à' {_HOUR['fr']}", "en": f"d MMMM y, {_HOUR['en']}"}
)


_PARTED = re.compile(r" (?=[:;?!»])|(?<=«) ")


def _held(text: str) -> str:
    """
    Return a French text whose high signs stay in the line of their word.

    >>> _held("Vous opposez-vous ?")
    'Vous opposez-vous\xa0?'
    """
    return _PARTED.sub("\xa0", text)


_OF = re.compile(r"\bde ((?:<strong>)?%\((\w+)\)s)")


def elided(text: str, words: Mapping[str, object]) -> str:
    """
    Return a French text whose "de" is elided before the names that fill its places.

    >>> elided("Espace de %(name)s", {"name": "Anne"})
    'Espace d’%(name)s'
    """

    def said(found: re.Match[str]) -> str:
        is_elided = is_elided_before(str(words.get(found[2], "")))
        return f"d’{found[1]}" if is_elided else found[0]

    return _OF.sub(said, text)


class _French(GNUTranslations):
    """The catalogue, with spaces that do not break where French asks for them."""

    def gettext(self, message: str) -> str:
        return _held(super().gettext(message))

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return _held(super().ngettext(msgid1, msgid2, n))


def _load(language: str) -> GNUTranslations:
    kind = _French if language == "fr" else GNUTranslations
    with (_FOLDER / language / "LC_MESSAGES" / "messages.mo").open("rb") as file:
        return kind(file)


TRANSLATIONS = MappingProxyType({language: _load(language) for language in LANGUAGES})


def choose_language(cookie: str, accept: str) -> str:
    """
    Return the language of the cookie, or the first known in Accept-Language, or French.

    >>> choose_language("", "de-DE, en-GB;q=0.8, fr;q=0.5")
    'en'
    """
    if cookie in LANGUAGES:
        return cookie
    offers: list[tuple[float, str]] = []
    for part in accept[:200].split(","):
        tag, _, quality = part.partition(";q=")
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            weight = 0.0
        if weight > 0:
            offers.append((-weight, tag.strip()[:2].lower()))
    for _, tag in sorted(offers, key=lambda offer: offer[0]):
        if tag in LANGUAGES:
            return tag
    return FIRST


def say_moment(moment: datetime, language: str, zone: ZoneInfo = PARIS) -> str:
    """
    Return a date and an hour in words.

    >>> say_moment(datetime(2026, 12, 1, 9, 5, tzinfo=PARIS), "fr")
    '1er décembre 2026 à 9\xa0h\xa005'
    """
    local = moment.astimezone(zone)
    words = format_datetime(local, _MOMENT[language], locale=_locale(language))
    return _with_first(words, local, language)


def say_long_day(moment: datetime, language: str, zone: ZoneInfo = PARIS) -> str:
    """
    Return a date in words, with the day of the week.

    >>> say_long_day(datetime(2026, 11, 28, 12, tzinfo=PARIS), "fr")
    'samedi 28 novembre 2026'
    """
    local = moment.astimezone(zone)
    form = "EEEE d MMMM y"
    words = format_date(local, form, locale=_locale(language))
    if language == "fr" and local.day == 1:
        return words.replace(" 1 ", " 1er ", 1)
    return words


def say_hour(moment: datetime, language: str, zone: ZoneInfo = PARIS) -> str:
    """Return an hour of the day, as people write it."""
    local = moment.astimezone(zone)
    return format_time(local, _HOUR[language], locale=_locale(language))


def say_day(moment: datetime, language: str, zone: ZoneInfo = PARIS) -> str:
    """
    Return a date in words.

    >>> say_day(datetime(2026, 12, 1, 12, tzinfo=PARIS), "fr")
    '1er décembre 2026'
    """
    return say_date(moment.astimezone(zone), language)


def say_date(day: date, language: str) -> str:
    """
    Return a day in words, wherever it is that day.

    >>> say_date(date(2026, 12, 1), "en")
    '1 December 2026'
    """
    words = format_date(day, "long", locale=_locale(language))
    return _with_first(words, day, language)


def say_recent(
    moment: datetime, now: datetime, language: str, zone: ZoneInfo = PARIS
) -> str:
    """Return an hour for today, a day for this half-year, else the whole date."""
    local, today = moment.astimezone(zone), now.astimezone(zone)
    if local.date() == today.date():
        return say_hour(moment, language, zone)
    form = "d MMM" if today - local < timedelta(days=180) else "d MMM y"
    words = format_date(local, form, locale=_locale(language))
    return _with_first(words, local, language)


def say_day_of_year(moment: datetime, language: str, zone: ZoneInfo = PARIS) -> str:
    """
    Return a day without its year, where that stands above.

    >>> say_day_of_year(datetime(2026, 12, 1, 9, tzinfo=PARIS), "fr")
    '1er déc.'
    """
    local = moment.astimezone(zone)
    words = format_date(local, "d MMM", locale=_locale(language))
    return _with_first(words, local, language)


def _with_first(words: str, local: date, language: str) -> str:
    """Write the first of a month as French does."""
    is_first = language == "fr" and local.day == 1
    return f"1er{words[1:]}" if is_first and words.startswith("1 ") else words


def say_number(number: Decimal, language: str) -> str:
    """
    Return a number as people write it, with all its digits.

    >>> say_number(Decimal("1234.50"), "fr"), say_number(Decimal("1234.50"), "en")
    ('1\u202f234,50', '1,234.50')
    """
    places = -int(number.as_tuple().exponent)
    form = "#,##0" + ("." + "0" * places if places > 0 else "")
    return str(format_decimal(number, form, locale=_locale(language)))


def say_size(size: int, language: str) -> str:
    """
    Return a number of bytes as people read it.

    >>> say_size(2_500_000, "fr"), say_size(300, "en")
    ('2,4\\xa0Mo', '1\\xa0kB')
    """
    unit = ("ko", "Mo") if language == "fr" else ("kB", "MB")
    if size < KIB * KIB:
        return f"{max(1, round(size / KIB))}\xa0{unit[0]}"
    number = format_decimal(size / KIB / KIB, "0.#", locale=_locale(language))
    return f"{number}\xa0{unit[1]}"


def machine_time(moment: datetime, zone: ZoneInfo = PARIS) -> str:
    """Return the value of a ``datetime`` attribute."""
    return moment.astimezone(zone).isoformat(timespec="seconds")


def zone_of(name: str) -> ZoneInfo:
    """
    Return the clock by which pages say hours.

    Raises:
        MisuseError: there is none of this name.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise MisuseError("[web] time_zone is no time zone") from error


def _locale(language: str) -> str:
    return "en_GB" if language == "en" else language
