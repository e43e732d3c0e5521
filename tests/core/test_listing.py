"""What a list knows of a document: moments and flags as numbers, and back."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from gateway.core.document import Visibility
from gateway.core.listing import FLAGS_OF, bits_of, moment_of, when_of
from tests.rights.test_listing_rules import entry


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_moment_is_the_same_moment_afterwards(when: datetime) -> None:
    assert when_of(moment_of(when)) == when


def test_flags_are_bits_and_back() -> None:
    assert [bits_of(flags) for flags in FLAGS_OF] == list(range(8))
    assert bits_of([Visibility.MASKED, Visibility.MASKED]) == 1


def test_the_flags_that_apply_change_at_the_end_of_the_delay() -> None:
    waits = entry("1", flags=2, flags_then=1, visible_at=10)

    assert [waits.flags_at(now) for now in (9, 10, 11)] == [2, 1, 1]
    assert entry("1", flags=2, flags_then=1).flags_at(11) == 2
