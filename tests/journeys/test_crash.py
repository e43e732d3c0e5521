"""Killed outright at random moments under load: nothing is lost, nothing is doubled.

``CRASH_ROUNDS=200 pytest tests/journeys/test_crash.py`` runs it longer by hand.
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, select

from gateway.store.arrivals import Arrivals
from gateway.store.tables import blob_grants, documents, inbox_messages, mail_items
from gateway.store.work import Database
from tests.journeys.clients import PATIENT, Sender, letter
from tests.journeys.running import Gateway, eventually

ROUNDS = int(os.environ.get("CRASH_ROUNDS", "6"))

pytestmark = pytest.mark.journey


def make_senders(gateway: Gateway) -> list[Sender]:
    """Small letters, large ones that go to the blob folder, and several recipients."""
    patient = f"{PATIENT}@patient.mssante.test"
    hospital, doctor = "hospital@hopital.mssante.test", "doctor@hopital.mssante.test"
    return [
        Sender(
            gateway,
            "hospital",
            hospital,
            [patient],
            lambda n: letter(n, hospital, [patient]),
        ),
        Sender(
            gateway,
            "hospital",
            hospital,
            [patient],
            lambda n: letter(n, hospital, [patient], padding=200_000),
        ),
        Sender(
            gateway,
            "doctor",
            doctor,
            [patient, hospital],
            lambda n: letter(n, doctor, [patient, hospital]),
        ),
    ]


@pytest.mark.timeout(600)
def test_every_acknowledged_message_is_there_once_after_any_crash(
    tmp_path: Path,
) -> None:
    gateway = Gateway.make(tmp_path / "gateway")
    senders = make_senders(gateway)
    seed = int(os.environ.get("CRASH_SEED", str(random.randrange(2**32))))
    chance = random.Random(seed)

    for _ in range(ROUNDS):
        gateway.start()
        for sender in senders:
            sender.start()
        time.sleep(chance.uniform(0.05, 1.5))
        gateway.kill()
        for sender in senders:
            sender.stop()
    gateway.start()
    for sender in senders:
        sender.send_rest()
    eventually(lambda: gateway.run("queue list", "--json") == "[]\n", seconds=120)
    gateway.stop()

    sent = {message_id for sender in senders for message_id in sender.sent}
    assert sent == {one for sender in senders for one in sender.acknowledged}, seed
    assert len(sent) > ROUNDS, "the load was no load"
    check_each_is_there_once(gateway, senders, seed)


def check_each_is_there_once(
    gateway: Gateway, senders: list[Sender], seed: int
) -> None:
    """Look into the store itself: rows, bytes, journal."""
    database = Database.open(gateway.settings)
    with database.read() as work:
        arrivals = Arrivals(work)
        for sender in senders:
            for message_id, content in sender.sent.items():
                found = arrivals.find(message_id)
                assert len(found) == 1, (seed, message_id, found)
                kept = arrivals.get(found[0])
                assert kept is not None
                assert kept.state == "ended", (seed, kept)
                assert content.rstrip() in arrivals.content(kept), seed
        filed = work.connection.execute(select(func.count(documents.c.id))).scalar_one()
        total = sum(len(sender.sent) for sender in senders)
        assert filed == total, seed
        counts = Counter(
            work.connection.execute(select(inbox_messages.c.message_id)).scalars()
        )
        assert set(counts.values()) == {1}, seed
        assert len(counts) == total, seed
        copies = work.connection.execute(
            select(mail_items.c.arrival_id, func.count())
            .where(mail_items.c.arrival_id.is_not(None))
            .group_by(mail_items.c.arrival_id)
        ).all()
        assert {count for _, count in copies} == {1}, seed
        for blob_id, key_id in work.connection.execute(
            select(blob_grants.c.blob_id, blob_grants.c.key_id)
        ):
            work.blobs.get(blob_id, key_id)  # raises for half a blob
        assert work.journal.verify() == [], seed
    database.close()
    assert list(gateway.settings.blobs.folder.glob("*/*.part")) == [], seed
