"""Senders of several kinds, and the audit: every 250 is there, exactly once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import func, select

from gateway.store.arrivals.arrivals import Arrivals
from gateway.store.tables import (
    blob_grants,
    blobs,
    documents,
    inbox_messages,
    mail_items,
    notices,
)
from tests.journeys.clients import PATIENT, Sender, letter
from tests.journeys.running import Gateway


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


@contextmanager
def under_load(senders: list[Sender]) -> Iterator[None]:
    """Let them all send for the length of the block, and until none is left."""
    for sender in senders:
        sender.start()
    try:
        yield
    finally:
        for sender in senders:
            sender.stop()


def check_each_is_there_once(
    gateway: Gateway, senders: list[Sender], seed: int
) -> None:
    """Look into the store itself: rows, bytes, journal."""
    with gateway.database() as database, database.read() as work:
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
            work.unseal(
                row.key_id,
                row.summary,
                f"inbox_messages.summary:{row.id}:{row.profile_id}",
            )["message_id"]
            for row in work.connection.execute(select(inbox_messages))
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
        for notice_id in work.connection.execute(
            select(notices.c.id).where(notices.c.sent_at.is_not(None))
        ).scalars():
            notice = gateway.settings.outgoing.outbox / f"{notice_id}.eml"
            assert notice.read_bytes().endswith(b"\r\n"), (seed, notice)
        assert work.journal.verify() == [], seed


def strays(gateway: Gateway) -> list[str]:
    """Return the blob files that belong to no message."""
    with gateway.database() as database, database.read() as work:
        known = set(work.connection.execute(select(blobs.c.id)).scalars())
    names = (file.name for file in gateway.settings.blobs.folder.glob("??/*"))
    return [name for name in names if name not in known]
