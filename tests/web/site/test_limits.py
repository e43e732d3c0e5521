"""How often one address may ask; the other limits are tested as attacks."""

from __future__ import annotations

from datetime import timedelta

from gateway.web.site import limits
from gateway.web.site.limits import Throttle
from tests.fakes import SetClock

SPAN = timedelta(minutes=5)


def test_one_more_than_the_most_waits_until_the_first_is_over(clock: SetClock) -> None:
    throttle = Throttle(3, SPAN)

    assert [throttle.lets("a", clock()) for _ in range(4)] == [True] * 3 + [False]
    clock.advance(seconds=299)
    assert not throttle.lets("a", clock())
    clock.advance(seconds=1)
    assert throttle.lets("a", clock())


def test_who_is_slowed_down_slows_nobody_else(clock: SetClock) -> None:
    throttle = Throttle(1, SPAN)

    assert [throttle.lets(peer, clock()) for peer in "aab"] == [True, False, True]


def test_asking_in_vain_does_not_lengthen_the_wait(clock: SetClock) -> None:
    throttle = Throttle(1, SPAN)
    throttle.lets("a", clock())
    for _ in range(10):
        clock.advance(seconds=20)
        throttle.lets("a", clock())

    clock.advance(seconds=100)
    assert throttle.lets("a", clock())


def test_many_addresses_take_no_more_memory_than_some(clock: SetClock) -> None:
    throttle = Throttle(1, SPAN)

    for number in range(limits._MOST_PEERS + 100):
        throttle.lets(str(number), clock())

    assert len(throttle._seen) == limits._MOST_PEERS
