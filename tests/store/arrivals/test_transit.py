"""A day of transit ends: its key goes, and what the stories need is its owners'."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from gateway.core.envelope import Recipient, RecipientKind
from gateway.errors import AlteredError, NotFoundError
from gateway.store.arrivals.arrivals import Arrivals, ArrivalState
from gateway.store.arrivals.deliveries import Deliveries
from gateway.store.arrivals.transit import TransitDays
from gateway.store.base.housekeeping import Housekeeping
from gateway.store.base.work import Database
from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.store.sealed.destroying import destroy_scope
from gateway.store.tables import arrivals, data_keys, deliveries
from tests.builders_arrivals import ARRIVAL, keep_arrival, make_arrival
from tests.fakes import SetClock

WEEK = timedelta(days=7)
PATIENT = f"patient:{'b' * 32}"
REMOTE = Recipient(kind=RecipientKind.REMOTE, address="far@peer.mssante.test")


def end(database: Database, state: ArrivalState = ArrivalState.ENDED) -> None:
    with database.write() as work:
        Arrivals(work).set_state(ARRIVAL.id, state)


def tidy(database: Database) -> int:
    Housekeeping(database, WEEK).run()
    return TransitDays(database, WEEK).run()["days of transit"]


def left(database: Database) -> list[str]:
    """Return the scopes of owners and days whose key is there still."""
    with database.read() as work:
        found = work.connection.execute(
            select(data_keys.c.scope)
            .where(data_keys.c.wrapped.is_not(None))
            .order_by(data_keys.c.scope)
        ).scalars()
        return [one for one in found if not one.startswith(("label:", "journal:"))]


@pytest.fixture
def kept(database: Database) -> Database:
    """A letter from a mailbox here to a patient here and to somebody elsewhere."""
    with database.write() as work:
        work.key_for(PATIENT)
        Mailboxes(work).add(ARRIVAL.reverse_path, kind="ORG", holders=[])
    keep_arrival(database, make_arrival(recipients=(*ARRIVAL.recipients, REMOTE)))
    return database


def story(database: Database) -> tuple[str, list[str]]:
    with database.read() as work:
        found = Arrivals(work).get(ARRIVAL.id)
        assert found is not None
        return found.reverse_path, [one.recipient.address for one in found.recipients]


def test_its_key_is_destroyed_and_the_story_is_told_by_its_owners_keys(
    kept: Database, clock: SetClock
) -> None:
    before = story(kept)
    end(kept)
    clock.advance(days=8)

    assert tidy(kept) == 1

    scopes = [one.partition(":")[0] for one in left(kept)]
    assert scopes == ["mailbox", "patient"]
    assert story(kept) == before
    with kept.read() as work:
        found = Arrivals(work).get(ARRIVAL.id)
        assert found is not None
        with pytest.raises(NotFoundError):
            Arrivals(work).content(found)
        (line,) = [one for one in work.journal.lines(None) if "key:" in one.action]
    assert line.outcome == "transit"
    assert line.detail["by"] == "gateway"
    assert tidy(kept) == 0


def test_who_is_destroyed_is_no_longer_in_the_story(
    kept: Database, clock: SetClock
) -> None:
    end(kept)
    clock.advance(days=8)
    tidy(kept)
    with kept.write() as work:
        destroy_scope(work, PATIENT, cause="asked for", by="me")

    assert story(kept) == (ARRIVAL.reverse_path, ["", REMOTE.address])


def test_what_is_about_nobody_here_is_kept_no_longer(
    database: Database, clock: SetClock
) -> None:
    keep_arrival(database, make_arrival(recipients=(REMOTE,)))
    end(database)
    clock.advance(days=8)

    assert tidy(database) == 1

    assert left(database) == []
    assert story(database) == ("", [""])


@pytest.mark.parametrize(("days", "hours", "gone"), [(7, 14, 0), (7, 16, 1)])
def test_a_day_is_over_when_its_last_moment_is_so_long_ago(
    kept: Database, clock: SetClock, days: int, hours: int, gone: int
) -> None:
    """The clock begins at nine: the day ends fifteen hours later."""
    end(kept)
    clock.advance(days=days, hours=hours)
    assert tidy(kept) == gone


@pytest.mark.parametrize(
    "state", [ArrivalState.RECEIVED, ArrivalState.QUARANTINED, ArrivalState.RELAYING]
)
def test_a_day_that_a_queue_or_the_quarantine_needs_stays(
    kept: Database, clock: SetClock, state: ArrivalState
) -> None:
    end(kept, state)
    clock.advance(days=40)
    assert tidy(kept) == 0
    assert "transit:" in "".join(left(kept))
    end(kept)
    assert tidy(kept) == 0, "it ended just now"
    clock.advance(days=8)
    assert tidy(kept) == 1


def test_a_copy_on_its_way_keeps_its_day_and_then_keeps_its_addresses(
    kept: Database, clock: SetClock
) -> None:
    with kept.write() as work:
        found = Arrivals(work).get(ARRIVAL.id)
        assert found is not None
        delivery_id = Deliveries(work).add(found, found.recipients[1])
    end(kept)
    clock.advance(days=8)
    assert tidy(kept) == 0

    with kept.write() as work:
        work.connection.execute(update(deliveries).values(state="sent"))
    assert tidy(kept) == 1
    with kept.read() as work:
        copy = Deliveries(work).get(delivery_id)
    assert copy is not None
    assert copy.recipient == REMOTE.address
    assert copy.reverse_path == ARRIVAL.reverse_path


def test_a_message_that_was_altered_keeps_its_day_and_is_opened_to_nobody(
    kept: Database, clock: SetClock
) -> None:
    end(kept)
    clock.advance(days=8)
    Housekeeping(kept, WEEK).run()
    with kept.engine.begin() as connection:
        connection.execute(update(arrivals).values(size=0))

    assert tidy(kept) == 0

    assert "transit:" in "".join(left(kept))
    with pytest.raises(AlteredError):
        story(kept)


def test_a_day_that_is_needed_is_looked_at_again_a_day_later(
    kept: Database, clock: SetClock
) -> None:
    days = TransitDays(kept, WEEK)
    clock.advance(days=8)
    assert days.run() == {"days of transit": 0}
    end(kept)
    clock.advance(hours=23)
    assert days.run() == {"days of transit": 0}
    clock.advance(days=8)
    Housekeeping(kept, WEEK).run()
    assert days.run() == {"days of transit": 1}
