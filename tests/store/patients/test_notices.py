"""Notices: what an e-mail says, how often, and what is left of it."""

from __future__ import annotations

import pytest
from sqlalchemy import String

from gateway.core.notices import NoticeWhen, families_to_choose
from gateway.core.texts.notices import NOTICE_TEXTS, NoticeKind
from gateway.rights.notice_rules import Untold
from gateway.store.base.work import Database
from gateway.store.patients.notice_choices import NoticeChoices
from gateway.store.patients.notices import (
    NoticeEnd,
    Notices,
    end_notice,
    get_notice,
)
from gateway.store.patients.profiles import Profiles
from gateway.store.tables import notices
from gateway.store.tasks.tasks import TaskKind
from tests.builders_people import open_profile
from tests.fakes import SetClock

URL = "https://sante.example/"
ALLOWED_WORDS = {"service", "url", "digits", "minutes"}


def make(
    database: Database,
    profile_id: str,
    kind: NoticeKind,
    *,
    digits: str = "",
    minutes: int = 0,
) -> str:
    with database.write() as work:
        profile = Profiles(work).get(profile_id)
        assert profile is not None
        notices = Notices(work, "Le service", URL)
        return notices.make(profile, kind, digits=digits, minutes=minutes)


def test_the_word_of_each_kind_fits_its_column() -> None:
    """PostgreSQL keeps no longer one; SQLite would."""
    room = notices.c.kind.type
    assert isinstance(room, String)
    assert max(len(kind) for kind in NoticeKind) <= (room.length or 0)


def test_a_notice_waits_with_its_task_and_is_sealed(database: Database) -> None:
    profile_id = open_profile(database)

    notice_id = make(database, profile_id, NoticeKind.CODE, digits="123456", minutes=10)

    with database.read() as work:
        notice = get_notice(work, notice_id)
        rows = repr(work.connection.execute(notices.select()).all())
        (task,) = work.tasks.listed()
    assert notice is not None
    assert notice.to == "d@courriel.example"
    assert "123456" in notice.text
    assert (task.kind, task.subject) == (TaskKind.NOTIFY.value, notice_id)
    assert "123456" not in rows
    assert "courriel.example" not in rows


def test_one_notice_is_enough_until_it_left(database: Database) -> None:
    profile_id = open_profile(database)

    first = make(database, profile_id, NoticeKind.MESSAGE)
    assert make(database, profile_id, NoticeKind.MESSAGE) == ""
    assert make(database, profile_id, NoticeKind.SHOWN) != ""
    with database.write() as work:
        notice = get_notice(work, first)
        assert notice is not None
        end_notice(work, notice, NoticeEnd.SENT)
    assert make(database, profile_id, NoticeKind.MESSAGE) != ""


def test_one_notice_is_enough_within_one_transaction(database: Database) -> None:
    profile_id = open_profile(database)

    with database.write() as work:
        profile = Profiles(work).get(profile_id)
        assert profile is not None
        told = Notices(work, "Le service", URL)
        made = [told.make(profile, NoticeKind.MESSAGE) for _ in range(3)]

    assert [bool(one) for one in made] == [True, False, False]


def test_a_notice_that_never_left_keeps_back_others_for_a_day_only(
    database: Database, clock: SetClock
) -> None:
    profile_id = open_profile(database)
    make(database, profile_id, NoticeKind.UPDATE)

    clock.advance(hours=23)
    assert make(database, profile_id, NoticeKind.UPDATE) == ""
    clock.advance(hours=1)
    assert make(database, profile_id, NoticeKind.UPDATE) != ""


def test_codes_are_always_made(database: Database) -> None:
    profile_id = open_profile(database)

    assert all(make(database, profile_id, NoticeKind.CODE) for _ in range(2))


def test_without_an_address_there_is_no_notice(database: Database) -> None:
    profile_id = open_profile(database, email="")

    assert make(database, profile_id, NoticeKind.MESSAGE) == ""


@pytest.mark.parametrize(
    ("email", "state", "why"),
    [
        ("d@courriel.example", "ACTIVATED", None),
        ("d@courriel.example", "OPEN_NOT_ACTIVATED", Untold.NOT_ACTIVATED),
        ("d@courriel.example", "SUSPENDED", Untold.NOT_ACTIVATED),
        ("", "ACTIVATED", Untold.NO_ADDRESS),
    ],
)
def test_who_can_sign_in_and_has_an_address_is_told(
    database: Database, email: str, state: str, why: Untold | None
) -> None:
    profile_id = open_profile(database, email=email)
    with database.write() as work:
        Profiles(work).change(profile_id, "state", state=state)

    with database.write() as work:
        told = Notices(work, "Le service", URL).tell(
            profile_id, NoticeKind.UPDATE, subject="a" * 32
        )

    assert told.why == why
    with database.read() as work:
        assert len(work.tasks.listed()) == (1 if why is None else 0)


def test_nobody_cannot_be_told(database: Database) -> None:
    with database.write() as work:
        told = Notices(work, "Le service", URL).tell(
            "0" * 32, NoticeKind.UPDATE, subject="a" * 32
        )

    assert told.why is Untold.GONE


def test_nothing_is_left_of_a_notice_that_left(database: Database) -> None:
    profile_id = open_profile(database)
    notice_id = make(database, profile_id, NoticeKind.CODE, digits="123456")

    with database.write() as work:
        notice = get_notice(work, notice_id)
        assert notice is not None
        end_notice(work, notice, NoticeEnd.SENT)

    with database.read() as work:
        ended = get_notice(work, notice_id)
    assert ended is not None
    assert ended.is_sent
    assert (ended.to, ended.text) == ("", "")


@pytest.mark.parametrize("kind", NoticeKind)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_texts_have_place_for_nothing_personal(
    kind: NoticeKind, language: str
) -> None:
    from string import Formatter

    subject, text = NOTICE_TEXTS[kind][language]

    places = {name for _, name, _, _ in Formatter().parse(subject + text) if name}
    of_login = {"login"} if kind is NoticeKind.LOGIN else set()
    assert places <= ALLOWED_WORDS | of_login
    assert "digits" not in {n for _, n, _, _ in Formatter().parse(subject) if n}
    assert "?" not in text.replace(" ?", "").replace("code?", "")


@pytest.mark.parametrize("kind", NoticeKind)
def test_seeded_secrets_are_in_no_notice(database: Database, kind: NoticeKind) -> None:
    profile_id = open_profile(database)
    with database.write() as work:
        for family in families_to_choose():
            NoticeChoices(work, profile_id).choose(family, NoticeWhen.ONCE)

    notice_id = make(database, profile_id, kind, digits="654321", minutes=10)

    with database.read() as work:
        notice = get_notice(work, notice_id)
    assert notice is not None
    said = (notice.subject + notice.text).upper()
    for secret in ("279035121518989", "PAT-TROIS", "DOMINIQUE", "CARDIO", "MARTIN"):
        assert secret not in said
    assert all(
        URL.upper() in line or "HTTP" not in line.upper() for line in said.splitlines()
    )
