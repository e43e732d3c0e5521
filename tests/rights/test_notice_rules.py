"""Who is told by e-mail: each rule alone, and their order."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from gateway.rights.notice_rules import (
    NOTICE_ROWS,
    NoticeFacts,
    Untold,
    refuse_notice,
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
