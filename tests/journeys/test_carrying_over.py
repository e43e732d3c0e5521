"""A database of the first release is carried over while the service runs on it."""

from __future__ import annotations

import re
import shutil
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import func, inspect, select, text

from gateway.store.altered import AlteredRows
from gateway.store.base.engine import make_engine
from gateway.store.carrying.carrying import CarryingOver
from gateway.store.carrying.steps import STEPS
from gateway.store.tables import carried, documents, journal, mailboxes, metadata
from tests.builders_database import SECRET
from tests.builders_first_release import make_first_release
from tests.journeys.clients import patient_address
from tests.journeys.running import LETTER, Gateway, eventually
from tests.postgres import new_database

pytestmark = pytest.mark.journey

MANY = 3000
"""Empty mailboxes beside: some seconds of carrying over."""

FAR = re.compile(r"(\d) of \d steps done, now (\w+); (\d+) rows since the start")


@pytest.fixture(params=["sqlite", "postgresql"])
def gateway(
    request: pytest.FixtureRequest, tmp_path: Path, postgres: str | None
) -> Gateway:
    """An installation of the first release: its database, its key, nothing newer."""
    options: list[str] = []
    if request.param == "postgresql":
        if postgres is None:
            pytest.skip("PostgreSQL's server is not installed")
        options = ["--database", new_database(postgres)]
    made = Gateway.make(tmp_path / "gateway", *options)
    engine = make_engine(made.settings.database_url)
    metadata.drop_all(engine)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE alembic_version"))
    assert inspect(engine).get_table_names() == []
    make_first_release(engine, tmp_path, mailboxes=MANY)
    engine.dispose()
    made.settings.keys.master.write_text(SECRET.hex(), "ascii")
    shutil.rmtree(made.settings.blobs.folder)
    made.settings.blobs.folder.mkdir(mode=0o700)
    made.configure(tasks={"workers": 1}, smtp={"processes": 1})
    return made


def progress(gateway: Gateway) -> tuple[int, str, int] | None:
    """Return what /readyz says: steps done, the step it is at, rows; None at the end"""
    body = eventually(lambda: gateway.readyz()[1])
    said = body.get("underWay", {}).get("carrying over")
    if said is None:
        return None
    found = FAR.fullmatch(said)
    assert found is not None, said
    return int(found[1]), found[2], int(found[3])


def bound(gateway: Gateway) -> int:
    with gateway.database() as database, database.read() as work:
        count = select(func.count()).select_from(mailboxes)
        query = count.where(mailboxes.c.row_mac.is_not(None))
        return int(work.connection.execute(query).scalar_one())


def filed_at(gateway: Gateway, count: int) -> datetime | None:
    """Return when the last letter was filed, once so many are."""
    with gateway.database() as database, database.read() as work:
        there = work.connection.execute(select(func.count()).select_from(documents))
        if there.scalar_one() < count:
            return None
        last = select(func.max(journal.c.at)).where(journal.c.action == "document:file")
        found: datetime = work.connection.execute(last).scalar_one()
        return found


@pytest.mark.timeout(300)
def test_its_queue_is_done_meanwhile_and_a_kill_in_the_middle_loses_nothing(
    gateway: Gateway,
) -> None:
    with gateway.database() as database, database.engine.connect() as connection:
        before = connection.execute(text("SELECT count(*) FROM documents")).scalar_one()
    gateway.start()
    try:
        eventually(lambda: is_begun(gateway), seconds=60)
    finally:
        gateway.kill()
    assert 0 < bound(gateway) < MANY  # what was committed, and no more

    gateway.start()
    try:
        message = gateway.send(
            *("--as", "hospital", "--to", patient_address()),
            *("--document", str(LETTER)),
        )
        filed = eventually(lambda: filed_at(gateway, before + 2), seconds=120)
        said = followed(gateway)
        assert gateway.outcome(message) == "FILED"
        gateway.settle()
        gateway.run("journal verify")
    finally:
        gateway.stop()

    assert said == sorted(said, key=lambda one: (one[0], one[2]))
    with gateway.database() as database, database.read() as work:
        over = select(func.max(carried.c.done_at))
        ended: datetime = work.connection.execute(over).scalar_one()
        assert filed is not None
        assert filed < ended  # both letters, while it went on
        assert CarryingOver(database, STEPS).left() == []
        assert AlteredRows(work).find() == []
        assert work.journal.verify() == []


def is_begun(gateway: Gateway) -> bool:
    at = progress(gateway)
    return at is not None and at[:2] == (0, "rows") and at[2] > 0


def followed(gateway: Gateway) -> list[tuple[int, str, int]]:
    """Return what /readyz said until there was nothing left to carry over."""
    said: list[tuple[int, str, int]] = []

    def is_over() -> bool:
        at = progress(gateway)
        if at is not None:
            said.append(at)
        return at is None

    eventually(is_over, seconds=180)
    return said
