"""Killed outright at random moments under load: nothing is lost, nothing is doubled.

``make crash N=300`` runs it longer by hand, and ``CRASH_SEED`` repeats the moments of a
run that failed. PostgreSQL syncs to its disk here, and is killed with the gateway.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from gateway.store.tables import strays as seen
from tests.journeys.audit import (
    check_each_is_there_once,
    make_senders,
    strays,
    under_load,
)
from tests.journeys.running import Gateway, eventually
from tests.postgres import Server, new_database, own_server

ROUNDS = {"sqlite": 20, "postgresql": 5}
"""Kills of each; ``CRASH_ROUNDS`` asks for another number of both."""

LEFT_BY_A_KILL = 5
"""So many files with content are left without a row at most; by twenty, the default."""

ASKED = os.environ.get("CRASH_ROUNDS")

SECONDS_A_ROUND = 60
"""A start, at most a second of load and a kill: what a slow machine takes for them."""

pytestmark = pytest.mark.journey


@pytest.mark.timeout(600 + SECONDS_A_ROUND * int(ASKED or max(ROUNDS.values())))
@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_every_acknowledged_message_is_there_once_after_any_crash(
    tmp_path: Path, engine: str, request: pytest.FixtureRequest
) -> None:
    server, options = server_for(engine, request)
    gateway = Gateway.make(tmp_path / "gateway", *options)
    rounds = int(ASKED or ROUNDS[engine])
    gateway.configure(
        tasks={"workers": 1}, blobs={"strays_most_files": LEFT_BY_A_KILL * rounds}
    )
    senders = make_senders(gateway)
    seed = int(os.environ.get("CRASH_SEED", str(random.randrange(2**32))))
    print(f"CRASH_SEED={seed}")
    chance = random.Random(seed)

    for _ in range(rounds):
        gateway.start()
        with under_load(senders):
            time.sleep(chance.uniform(0.05, 1.0))
            if server is not None:
                server.kill()
            gateway.kill()
        if server is not None:
            server.start()
    age_files(gateway)
    gateway.start()
    try:
        for sender in senders:
            sender.send_rest()
        # Where a machine is slow, a kill comes before anything of its round is filed.
        gateway.settle(seconds=120 + 10 * rounds)
        eventually(lambda: old_strays(gateway) == seen_strays(gateway))
    finally:
        gateway.stop()
    set_strays_aside(gateway)

    sent = {message_id for sender in senders for message_id in sender.sent}
    assert sent == {one for sender in senders for one in sender.acknowledged}, seed
    assert len(sent) > rounds, "the load was no load"
    check_each_is_there_once(gateway, senders, seed)
    assert strays(gateway) == [], seed


@pytest.fixture
def server() -> Iterator[Server]:
    """A PostgreSQL of the test's own, whose commits are on the disk."""
    with own_server() as server:
        if server is None:
            pytest.skip("PostgreSQL's server is not installed")
        yield server


def server_for(
    engine: str, request: pytest.FixtureRequest
) -> tuple[Server | None, list[str]]:
    """Return the server, if any, and what `gateway init` needs for a database there."""
    if engine == "sqlite":
        return None, []
    server: Server = request.getfixturevalue("server")
    return server, ["--database", new_database(server.url)]


def age_files(gateway: Gateway) -> None:
    """Make every blob file old enough to be looked at, and add two that are strays."""
    folder = gateway.settings.blobs.folder / "ff"
    folder.mkdir(exist_ok=True)
    for name, content in (("ff" * 16, b"left by a crash"), (f"ff{'fe' * 15}", b"")):
        (folder / name).write_bytes(content)
    long_ago = time.time() - 2 * 3600
    for file in gateway.settings.blobs.folder.glob("??/*"):
        os.utime(file, (long_ago, long_ago))


def old_strays(gateway: Gateway) -> list[str]:
    """Return the strays but for files made ahead for what comes next."""
    folder = gateway.settings.blobs.folder
    young = time.time() - 3600
    paths = [folder / name[:2] / name for name in strays(gateway)]
    return [one.name for one in paths if one.exists() and one.stat().st_mtime < young]


def seen_strays(gateway: Gateway) -> list[str]:
    """Return the strays that a round has noted, to look at them again in some days."""
    with gateway.database() as database, database.read() as work:
        noted = set(work.connection.execute(select(seen.c.blob_id)).scalars())
    return [name for name in old_strays(gateway) if name in noted]


def set_strays_aside(gateway: Gateway) -> None:
    """Let the days pass that a stray is left alone, then look again."""
    with gateway.database() as database, database.write() as work:
        work.connection.execute(
            update(seen).values(seen_at=work.now - timedelta(days=4))
        )
    gateway.run("database strays")
