"""Tidying: what went is what nobody needs, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gateway.errors import NotFoundError
from gateway.store.arrivals.arrivals import Arrivals, ArrivalState
from gateway.store.base.housekeeping import Housekeeping
from gateway.store.base.work import Database
from tests.builders_arrivals import ARRIVAL, keep_arrival
from tests.fakes import SetClock

WEEK = timedelta(days=7)


def end(database: Database) -> None:
    keep_arrival(database, ARRIVAL)
    with database.write() as work:
        Arrivals(work).set_state(ARRIVAL.id, ArrivalState.ENDED)


def test_a_message_that_ended_is_readable_for_the_time_of_transit_only(
    database: Database, clock: SetClock
) -> None:
    end(database)

    clock.advance(days=6)
    assert Housekeeping(database, WEEK).run()["messages"] == 0
    clock.advance(days=2)
    assert Housekeeping(database, WEEK).run()["messages"] == 1

    with database.read() as work:
        kept = Arrivals(work).get(ARRIVAL.id)
        assert kept is not None
        assert kept.recipients[0].recipient == ARRIVAL.recipients[0]
        with pytest.raises(NotFoundError):
            Arrivals(work).content(kept)


def test_a_recipients_own_grant_outlives_the_transit(
    database: Database, clock: SetClock
) -> None:
    end(database)
    with database.write() as work:
        kept = Arrivals(work).get(ARRIVAL.id)
        assert kept is not None
        own = work.key_for("patient:b")
        work.blobs.share(kept.blob_id, kept.key_id, own)

    clock.advance(days=8)
    Housekeeping(database, WEEK).run()

    with database.read() as work:
        assert work.blobs.get(kept.blob_id, own) == ARRIVAL.content


def test_a_message_under_way_or_in_quarantine_stays(
    database: Database, clock: SetClock
) -> None:
    keep_arrival(database, ARRIVAL)
    clock.advance(days=30)
    assert Housekeeping(database, WEEK).run()["messages"] == 0

    with database.write() as work:
        Arrivals(work).set_state(ARRIVAL.id, ArrivalState.QUARANTINED)
    clock.advance(days=30)

    assert Housekeeping(database, WEEK).run()["messages"] == 0
