"""A database of the first release, with a queue in it, is carried over and goes on."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import (
    select,
)

from gateway.dmp_bridge.filing.filing import Filing
from gateway.errors import AlteredError, DamagedError
from gateway.mssante.sending.delivery import Delivering
from gateway.node.vaults import open_vaults
from gateway.store.altered import AlteredRows
from gateway.store.arrivals.arrivals import Arrivals
from gateway.store.base.work import Database
from gateway.store.carrying.carrying import CarryingOver
from gateway.store.carrying.sealing_anew import SEALED
from gateway.store.carrying.steps import STEPS
from gateway.store.migrations import is_current, upgrade
from gateway.store.sealed.identity import identity_of
from gateway.store.tables import (
    arrivals,
    inbox_messages,
    mail_items,
    metadata,
    recipients,
)
from gateway.store.tasks.tasks import Task, TaskKind
from gateway.store.vault.documents import Documents
from tests.builders_first_release import DONE, QUEUED, RELAYED, make_first_release
from tests.builders_settings import make_settings


@pytest.fixture
def first(database: Database, tmp_path: Path) -> Database:
    """A database as the first release left it: its tables and rows, and no more."""
    metadata.drop_all(database.engine)
    make_first_release(database.engine, tmp_path)
    return database


def claimed(database: Database, kind: TaskKind) -> list[Task]:
    with database.write() as work:
        return work.tasks.claim("me", [kind], 10, timedelta(minutes=1))


def test_it_is_brought_to_this_version_and_nothing_of_it_is_lost(
    first: Database,
) -> None:
    assert not is_current(first.engine)

    upgrade(first.engine)

    assert is_current(first.engine)
    with first.read() as work:
        assert identity_of(work.connection).id
        states = {
            one: kept.state
            for one in (DONE, RELAYED, QUEUED)
            if (kept := Arrivals(work).get(one)) is not None
        }
        assert states == {DONE: "ended", RELAYED: "ended", QUEUED: "received"}
        assert work.tasks.counts() == {("file", "ready"): 1, ("notify", "ready"): 1}
        assert work.journal.verify() == []
        messages = select(inbox_messages.c.arrival_id)
        assert list(work.connection.execute(messages).scalars()) == [DONE]
        mails = select(mail_items.c.arrival_id)
        assert DONE in set(work.connection.execute(mails).scalars())


def carried_over(database: Database, batches: int) -> Iterator[str]:
    """Carry over in small pieces; yield within each step, and after all of them."""
    for step in STEPS:
        for number in itertools.count(1):
            with database.write() as work:
                count = step.batch(work, 2)
            if count == 0:
                break
            if number == batches:
                yield step.name
    CarryingOver(database, STEPS).run()
    yield "all"


def opens(database: Database) -> dict[str, object]:
    """Return all that is sealed in the database, in clear."""
    found: dict[str, object] = {}
    with database.read() as work:
        for sealed in SEALED:
            for row in work.connection.execute(select(sealed.table)):
                values = row._asdict()
                for column in sealed.columns:
                    place = sealed.place(column, values)
                    if (value := values[column]) is not None:
                        key = sealed.key_of(work, values)
                        found[place] = work.places.unseal(key, value, place)
    return found


def but_message_ids(opened: dict[str, object]) -> dict[str, object]:
    """Return what was opened without the Message-IDs, which are sealed with it now."""
    return {
        place: re.sub(rb',"message_id":"[^"]*"', b"", one)
        if isinstance(one, bytes)
        else one
        for place, one in opened.items()
    }


def test_it_is_bound_and_sealed_anew_while_its_queue_is_done(
    first: Database, tmp_path: Path
) -> None:
    upgrade(first.engine)
    carrying = carried_over(first, batches=1)

    assert next(carrying) == "rows"
    file_queued(first, tmp_path)  # some of its rows are bound, and some are not yet
    before = opens(first)
    assert next(carrying) == "places"
    assert next(carrying) == "columns"
    assert list(carrying) == ["settings", "deadlines", "traits", "all"]

    assert but_message_ids(opens(first)) == but_message_ids(before)
    assert CarryingOver(first, STEPS).left() == []
    with first.read() as work:
        assert AlteredRows(work).find() == []
        assert work.journal.verify() == []
        assert Arrivals(work).get(DONE) is not None
        assert Documents(work).find("2.25.1001") is not None


def test_once_carried_over_nothing_of_its_old_form_is_believed(
    first: Database,
) -> None:
    upgrade(first.engine)
    with first.read() as work:
        old = work.connection.execute(select(recipients).limit(1)).one()
        key = select(arrivals.c.key_id).where(arrivals.c.id == old.arrival_id)
        key_id = work.connection.execute(key).scalar_one()
    CarryingOver(first, STEPS).run()
    place = f"recipients.address:{old.arrival_id}:{old.position}"

    with first.read() as work:
        with pytest.raises(DamagedError):
            work.places.unseal(key_id, old.address, place)
        with pytest.raises(AlteredError):
            work.rows.check(recipients, old)


def test_what_waited_in_its_queue_is_done(first: Database, tmp_path: Path) -> None:
    upgrade(first.engine)
    file_queued(first, tmp_path)

    with first.read() as work:
        kept = Arrivals(work).get(QUEUED)
        assert kept is not None
        assert [one.outcome for one in kept.recipients] == ["FILED"]
        assert Documents(work).find("2.25.1001") is not None
        messages = select(inbox_messages.c.arrival_id)
        found = set(work.connection.execute(messages).scalars())
        assert found == {DONE, QUEUED}
        assert work.journal.verify() == []


def file_queued(first: Database, tmp_path: Path) -> None:
    """Do the task that waits, as a worker does it."""
    settings = make_settings(tmp_path)
    delivering = Delivering(first, settings)
    step = Filing.from_settings(first, open_vaults(first), settings, delivering.at_once)

    (task,) = claimed(first, TaskKind.FILE)
    job = step(task)
    with first.write() as work:
        assert work.tasks.finish(task, "me")
        job(work)
