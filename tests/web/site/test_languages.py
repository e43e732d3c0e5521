"""The two languages: every text is translated, and the choice is kept."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from gateway.errors import MisuseError
from gateway.store.patients.profiles import Profiles
from gateway.web.site import languages
from gateway.web.site.languages import (
    choose_language,
    machine_time,
    say_day,
    say_moment,
    say_recent,
    zone_of,
)
from gateway.web.site.templating import translated
from tests.web.browsing import Site, blocking, token_of
from tests.web.mail import receive

SITE = Path(languages.__file__).parent
OPTIONS = {"**.html": {"trimmed": "true", "silent": "false"}}


def texts_of_the_pages() -> set[str]:
    found = extract_from_dir(
        str(SITE.parent),
        method_map=[("**.html", "jinja2")],
        options_map=OPTIONS,
        keywords={"_": None, "gettext": None, "ngettext": (1, 2)},
    )
    return {text[0] if isinstance(text, tuple) else text for _, _, text, _, _ in found}


@pytest.mark.parametrize("language", languages.LANGUAGES)
def test_each_catalogue_holds_the_texts_of_the_pages_and_no_other(
    language: str,
) -> None:
    file = SITE / "locale" / language / "LC_MESSAGES" / "messages.po"
    with file.open("rb") as source:
        catalogue = read_po(source, locale=language)
    keys = {
        message.id[0] if isinstance(message.id, tuple) else message.id
        for message in catalogue
        if message.id
    }

    assert keys == texts_of_the_pages()
    assert not catalogue.fuzzy
    assert all(not list(message.check(catalogue)) for message in catalogue)
    if language == "fr":
        assert all(
            all(
                one for one in (m.string if isinstance(m.string, tuple) else [m.string])
            )
            for m in catalogue
            if m.id
        )


def test_the_french_of_the_pages_has_the_apostrophe_of_print() -> None:
    file = SITE / "locale" / "fr" / "LC_MESSAGES" / "messages.po"
    with file.open("rb") as source:
        catalogue = read_po(source, locale="fr")
    said = [one.string for one in catalogue if isinstance(one.string, str)]
    for one in catalogue:
        if isinstance(one.string, tuple | list):
            said += one.string

    assert [text for text in said if "'" in text] == []


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        ("Space of %(name)s", "Anne MOREL", "Espace d’Anne MOREL"),
        ("Space of %(name)s", "Zoé MOREL", "Espace de Zoé MOREL"),
    ],
)
def test_french_is_elided_before_the_names_that_begin_with_a_vowel(
    text: str, name: str, said: str
) -> None:
    assert translated("fr", text, name=name) == said
    assert translated("en", text, name=name) == text % {"name": name}


@pytest.mark.parametrize("language", languages.LANGUAGES)
def test_the_compiled_catalogue_is_the_one_in_the_tree(language: str) -> None:
    folder = SITE / "locale" / language / "LC_MESSAGES"
    with (folder / "messages.po").open("rb") as source:
        catalogue = read_po(source, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)

    assert (folder / "messages.mo").read_bytes() == compiled.getvalue()


@pytest.mark.parametrize(
    ("cookie", "accept", "chosen"),
    [
        ("", "", "fr"),
        ("", "en", "en"),
        ("", "de, en;q=0.3", "en"),
        ("", "en;q=0.3, fr;q=0.9", "fr"),
        ("en", "fr", "en"),
        ("xx", "fr-CA", "fr"),
        ("", "en;q=many,,;;", "fr"),
        ("", "x" * 5000, "fr"),
    ],
)
def test_the_language_is_the_chosen_or_the_preferred_one(
    cookie: str, accept: str, chosen: str
) -> None:
    assert choose_language(cookie, accept) == chosen


def test_hours_are_those_of_paris_in_winter_and_summer() -> None:
    assert say_moment(datetime(2026, 1, 5, 9, 7, tzinfo=UTC), "fr") == (
        "5 janvier 2026 à 10\u00a0h\u00a007"
    )
    assert say_moment(datetime(2026, 7, 5, 9, 7, tzinfo=UTC), "en") == (
        "5 July 2026, 11:07"
    )


def test_the_first_of_a_month_is_said_as_people_say_it() -> None:
    first = datetime(2026, 12, 1, 9, tzinfo=UTC)

    assert say_moment(first, "fr") == "1er décembre 2026 à 10\u00a0h\u00a000"
    assert say_day(first, "fr") == "1er décembre 2026"
    assert say_recent(first, datetime(2026, 12, 9, tzinfo=UTC), "fr") == "1er déc."
    assert say_day(first, "en") == "1 December 2026"
    assert say_day(datetime(2026, 12, 11, 9, tzinfo=UTC), "fr") == "11 décembre 2026"


def test_hours_are_those_of_the_zone_that_is_set() -> None:
    moment = datetime(2026, 1, 5, 9, 7, tzinfo=UTC)

    assert say_moment(moment, "fr", zone_of("Indian/Reunion")).endswith(
        "13\u00a0h\u00a007"
    )
    assert machine_time(moment, zone_of("America/Cayenne")) == (
        "2026-01-05T06:07:00-03:00"
    )
    with pytest.raises(MisuseError):
        zone_of("Paris/France")


@pytest.mark.parametrize("site", [{"time_zone": "Indian/Reunion"}], indirect=True)
@blocking
def test_pages_say_hours_by_the_clock_that_is_set(site: Site) -> None:
    receive(site.database, site.patient)
    at = site.clock.now.astimezone(zone_of("Indian/Reunion"))

    assert f"{at.hour}\u00a0h\u00a0{at:%M}" in site.signed_in().get("/inbox").text


def test_recent_times_are_short() -> None:
    now = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)

    assert (
        say_recent(datetime(2026, 11, 21, 8, 5, tzinfo=UTC), now, "fr")
        == "9\u00a0h\u00a005"
    )
    assert say_recent(datetime(2026, 11, 3, 8, 5, tzinfo=UTC), now, "fr") == "3 nov."
    assert "2025" in say_recent(datetime(2025, 11, 3, tzinfo=UTC), now, "fr")


@blocking
def test_the_choice_is_kept_for_pages_and_notices(site: Site) -> None:
    browser = site.signed_in()
    page = browser.get("/inbox")
    assert '<html lang="fr">' in page.text

    done = browser.post(
        "/language",
        {"token": token_of(page), "language": "en", "back": "/documents"},
    )

    assert done.location == "/documents"
    assert '<html lang="en">' in browser.get("/documents").text
    with site.database.read() as work:
        profile = Profiles(work).get(site.patient)
    assert profile is not None
    assert profile.language == "en"
