"""Who is told by e-mail: each rule alone, and their order."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve

from gateway.core.notices import NoticeWay, NoticeWhen, notice_table
from gateway.core.texts.notices import NoticeKind
from gateway.rights.notice_rules import (
    NOTICE_ROWS,
    NoticeFacts,
    Untold,
    WayFacts,
    email_when,
    next_digest,
    refuse_notice,
    way_of,
)
from gateway.rights.profile import ProfileState

TOLD = NoticeFacts(profile=ProfileState.ACTIVATED, has_address=True)
OBJECTIONS: list[tuple[str, dict[str, Any], Untold]] = [
    ("hidden", {"is_hidden": True}, Untold.HIDDEN),
    ("secret", {"is_secret": True}, Untold.REPRESENTATIVES),
    ("profile", {"profile": ProfileState.ABSENT}, Untold.GONE),
    ("sign-in", {"profile": ProfileState.CLOSED}, Untold.NOT_ACTIVATED),
    ("address", {"has_address": False}, Untold.NO_ADDRESS),
]


def test_who_can_read_what_waits_and_gave_an_address_is_told() -> None:
    assert refuse_notice(TOLD) is None
    assert [rule(TOLD) for _, rule in NOTICE_ROWS] == [None] * len(NOTICE_ROWS)


@pytest.mark.parametrize(("name", "change", "why"), OBJECTIONS)
def test_each_rule_objects_to_its_own(
    name: str, change: dict[str, Any], why: Untold
) -> None:
    facts = evolve(TOLD, **change)

    assert refuse_notice(facts) is why
    assert dict(NOTICE_ROWS)[name](facts) is why


def test_the_first_that_objects_is_the_answer() -> None:
    everything: dict[str, Any] = {}
    for _, change, _ in reversed(OBJECTIONS):
        everything |= change

    assert refuse_notice(evolve(TOLD, **everything)) is Untold.HIDDEN
    assert [name for name, _ in NOTICE_ROWS] == [name for name, _, _ in OBJECTIONS]


@pytest.mark.parametrize(
    "state", [one for one in ProfileState if one is not ProfileState.ACTIVATED]
)
def test_nobody_is_told_who_cannot_sign_in(state: ProfileState) -> None:
    assert refuse_notice(evolve(TOLD, profile=state)) is not None


@pytest.mark.parametrize("chosen", [None, *NoticeWhen])
def test_what_cannot_be_chosen_is_told_as_the_table_says(
    chosen: NoticeWhen | None,
) -> None:
    table = notice_table()

    for kind, row in table.items():
        when = email_when(row, chosen)
        assert when is (chosen if row.optional and chosen else row.email), kind
    assert email_when(table[NoticeKind.ACCESS], NoticeWhen.NEVER) is NoticeWhen.ONCE


@pytest.mark.parametrize(
    ("chosen", "has_email", "is_reached", "may_text"),
    list(product(NoticeWay, (True, False), (True, False), (True, False))),
)
def test_there_is_a_way_wherever_one_is_left(
    chosen: NoticeWay, has_email: bool, is_reached: bool, may_text: bool
) -> None:
    found = way_of(
        WayFacts(
            chosen=chosen,
            has_email=has_email,
            is_reached=is_reached,
            may_text=may_text,
        )
    )

    assert (found is None) == (not has_email and not may_text)
    if found is NoticeWay.SMS:
        assert may_text
        assert chosen is NoticeWay.SMS or not (has_email and is_reached)
    if found is NoticeWay.EMAIL:
        assert has_email
        assert not may_text or (chosen is NoticeWay.EMAIL and is_reached)


PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("now", "hour", "sent_on", "due"),
    [
        # An hour of winter, of summer, and the same moment, which is past.
        ("2026-11-21T09:00", 18, None, "2026-11-21T17:00"),
        ("2026-07-01T09:00", 18, None, "2026-07-01T16:00"),
        ("2026-11-21T17:00", 18, None, "2026-11-22T17:00"),
        ("2026-11-21T16:59:59", 18, None, "2026-11-21T17:00"),
        # The day is that of the patients, not of UTC.
        ("2026-11-21T23:30", 0, None, "2026-11-22T23:00"),
        ("2026-11-21T22:30", 0, None, "2026-11-21T23:00"),
        # The night the clocks go forward: two o'clock is three.
        ("2026-03-29T00:30", 2, None, "2026-03-29T01:00"),
        ("2026-03-29T01:00", 2, None, "2026-03-30T00:00"),
        # The night they go back: the first of the two, and once.
        ("2026-10-25T00:00", 2, None, "2026-10-26T01:00"),
        ("2026-10-24T23:59", 2, None, "2026-10-25T00:00"),
        ("2026-10-25T00:30", 2, "2026-10-25", "2026-10-26T01:00"),
        # Once a day, also where a clock was set back after the last.
        ("2026-11-21T09:00", 18, "2026-11-21", "2026-11-22T17:00"),
        ("2026-11-21T09:00", 18, "2026-11-20", "2026-11-21T17:00"),
        # A clock that was a year ahead keeps nothing back.
        ("2026-11-21T09:00", 18, "2027-11-21", "2026-11-21T17:00"),
    ],
)
def test_the_email_of_the_day_leaves_once_a_day_at_its_hour(
    now: str, hour: int, sent_on: str | None, due: str
) -> None:
    found = next_digest(
        datetime.fromisoformat(now).replace(tzinfo=UTC),
        hour,
        PARIS,
        date.fromisoformat(sent_on) if sent_on else None,
    )

    assert found == datetime.fromisoformat(due).replace(tzinfo=UTC)
    assert found.tzinfo is UTC
