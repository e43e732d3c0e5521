"""Which allow-list may take the place of the one in use."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from gateway.errors import InvalidError
from gateway.trust.allowlist import Allowlist
from gateway.trust.allowlist_rules import ShrunkError, check_successor
from gateway.trust.names import DnKey

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
PEER = frozenset({DnKey("smtp.peer.test", "300000000000022", "fr")})


def a_list(count: int, *, first: int = 0, at: datetime = NOW) -> Allowlist:
    domains = {f"d{number}.test": PEER for number in range(first, first + count)}
    return Allowlist(generated_at=at, domains=domains)


def check(
    fresh: Allowlist,
    before: Allowlist | None,
    *,
    percent: int = 10,
    accepted: bool = False,
) -> None:
    check_successor(fresh, before, NOW, most_lost_percent=percent, accepted=accepted)


@pytest.mark.parametrize(
    ("count", "left", "percent", "taken"),
    [
        (100, 90, 10, True),
        (100, 89, 10, False),
        (1000, 900, 10, True),
        (1000, 899, 10, False),
        (100, 94, 0, False),
        (100, 95, 0, True),  # so few may always go
        (6, 1, 10, True),
        (7, 1, 10, False),
        (100, 1, 100, True),
    ],
)
def test_a_list_that_loses_more_than_the_share_waits_for_a_word(
    count: int, left: int, percent: int, *, taken: bool
) -> None:
    fresh, before = a_list(left), a_list(count)

    if taken:
        check(fresh, before, percent=percent)
        return
    with pytest.raises(ShrunkError) as found:
        check(fresh, before, percent=percent)
    assert str(found.value) == (
        f"allow-list without {count - left} of the {count} domains of the one in use; "
        "if that is right: gateway trust accept"
    )
    check(fresh, before, percent=percent, accepted=True)


def test_other_domains_do_not_make_up_for_those_that_are_gone() -> None:
    with pytest.raises(ShrunkError, match="without 50 of the 100 domains"):
        check(a_list(500, first=50), a_list(100))


def test_the_first_list_there_is_cannot_have_lost_any() -> None:
    check(a_list(1), None)


@pytest.mark.parametrize("accepted", [False, True])
@pytest.mark.parametrize(
    ("at", "why"),
    [
        (NOW - timedelta(seconds=1), "older than the one in use"),
        (NOW + timedelta(days=1, seconds=1), "made in the future"),
    ],
)
def test_a_word_does_not_help_a_list_of_another_time(
    at: datetime, why: str, *, accepted: bool
) -> None:
    with pytest.raises(InvalidError, match=why):
        check(a_list(100, at=at), a_list(100), accepted=accepted)


@pytest.mark.parametrize("at", [NOW, NOW + timedelta(days=1)])
def test_a_list_as_old_or_newer_is_taken(at: datetime) -> None:
    check(a_list(100, at=at), a_list(100))
