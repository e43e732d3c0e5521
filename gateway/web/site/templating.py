"""The templates of the pages: autoescaped, strict, in the language of the visitor."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, PrefixLoader, StrictUndefined
from markupsafe import Markup

from gateway.core.shown_text import shown_text
from gateway.web.site.icons import begin_page, drawings, icon
from gateway.web.site.languages import (
    LANGUAGES,
    PARIS,
    TRANSLATIONS,
    elided,
    machine_time,
    say_date,
    say_day,
    say_day_of_year,
    say_hour,
    say_long_day,
    say_moment,
    say_number,
    say_recent,
    say_size,
)

_FOLDER = Path(__file__).parent
_TYPES = MappingProxyType(
    {
        ".css": "text/css; charset=utf-8",
        ".js": "text/javascript; charset=utf-8",
        ".svg": "image/svg+xml",
        ".png": "image/png",
        ".ico": "image/x-icon",
        ".webmanifest": "application/manifest+json",
        ".woff2": "font/woff2",
        ".txt": "text/plain; charset=utf-8",
    }
)


def _read_static() -> Mapping[str, tuple[str, bytes]]:
    return MappingProxyType(
        {
            file.name: (_TYPES[file.suffix], file.read_bytes())
            for file in sorted((_FOLDER / "static").iterdir())
            if file.suffix in _TYPES
        }
    )


_TEMPLATES = PrefixLoader(
    {
        pages.parent.name: FileSystemLoader(pages)
        for pages in _FOLDER.parent.glob("*/pages")
    }
)
"""Each audience's templates by its name, and ours: ``site/base.html``."""

STATIC = _read_static()
"""The fixed files by name: their media type and bytes."""


def static_url(name: str) -> str:
    """Return the address of a fixed file; it changes with the content."""
    return f"/static/{name}?v={hashlib.sha256(STATIC[name][1]).hexdigest()[:12]}"


@cache
def _environment(language: str, zone_name: str) -> Environment:
    zone = ZoneInfo(zone_name)
    environment = Environment(
        loader=_TEMPLATES,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        finalize=_without_tricks,
        extensions=["jinja2.ext.i18n"],
    )
    translations: Any = environment
    translations.install_gettext_translations(TRANSLATIONS[language], newstyle=True)
    if language == "fr":
        environment.globals["gettext"] = _french
    environment.filters["moment"] = partial(_time, say_moment, language, zone)
    environment.filters["hour"] = partial(_time, say_hour, language, zone)
    environment.filters["long_day"] = partial(_time, say_long_day, language, zone)
    environment.filters["day"] = partial(_time, say_day, language, zone)
    environment.filters["day_of_year"] = partial(_time, say_day_of_year, language, zone)
    environment.filters["date"] = partial(_filter, say_date, language)
    environment.filters["number"] = partial(_filter, say_number, language)
    environment.filters["size"] = partial(_filter, say_size, language)
    environment.filters["machine"] = partial(_machine, zone)
    environment.globals["recent"] = partial(_recent, language, zone)
    environment.globals["static"] = static_url
    environment.globals["icon"] = icon
    environment.globals["drawings"] = drawings
    environment.globals["initials"] = initials
    environment.globals["languages"] = LANGUAGES
    environment.globals["language"] = language
    return environment


def _french(text: str, **words: Any) -> Markup:
    """Return a text of the catalogue with its places filled, in the French of names."""
    return Markup(elided(TRANSLATIONS["fr"].gettext(text), words)) % words  # noqa: S704 (our own; what fills it is escaped)


def _without_tricks(value: Any) -> Any:
    """Clean whatever a page shows: all of it passes here, and most is foreign."""
    if isinstance(value, Markup):
        return Markup(shown_text(value))  # noqa: S704 (less than what was safe)
    return shown_text(value) if isinstance(value, str) else value


def _filter(say: Any, language: str, value: Any) -> str:
    return str(say(value, language))


def _time(say: Any, language: str, zone: ZoneInfo, value: datetime) -> str:
    return str(say(value, language, zone))


def _machine(zone: ZoneInfo, moment: datetime) -> str:
    return machine_time(moment, zone)


def _recent(language: str, zone: ZoneInfo, moment: datetime, now: datetime) -> str:
    return say_recent(moment, now, language, zone)


def render(
    template: str, language: str, zone: str = PARIS.key, **context: Any
) -> bytes:
    """Return a page; every name a template uses must be given."""
    begin_page()
    found = _environment(language, zone).get_template(template)
    return found.render(**context).encode()


_TITLES = frozenset({"dr", "docteur", "pr", "professeur", "m", "mme", "mlle"})


def initials(name: str) -> str:
    """
    Return the two letters that stand for a person, of the first and the last name.

    >>> initials("Dr Claire MARTIN"), initials("Laboratoire"), initials("")
    ('CM', 'L', '')
    """
    words = [word.strip(".,") for word in name.split()]
    named = [one for one in words if one and one.lower() not in _TITLES]
    chosen = [*named[:1], *named[1:][-1:]]
    return "".join(word[0] for word in chosen).upper()


def translated(language: str, text: str, **words: Any) -> str:
    """Return a text of our own in a language; ``words`` fill its places."""
    said = TRANSLATIONS[language].gettext(text)
    if not words:
        return said
    return (elided(said, words) if language == "fr" else said) % words
