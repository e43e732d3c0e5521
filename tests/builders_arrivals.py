"""A message that came in, and keeping it as a door does."""

from __future__ import annotations

from typing import Any

from attrs import evolve

from gateway.core.envelope import (
    Arrival,
    Door,
    Recipient,
    RecipientKind,
    Sender,
    SenderKind,
)
from gateway.store.arrivals.arrivals import Arrivals
from gateway.store.base.work import Database

ARRIVAL = Arrival(
    id="a" * 32,
    door=Door.SUBMISSION,
    sender=Sender(kind=SenderKind.ORGANISATION, identity="1750000011"),
    reverse_path="service@hopital.mssante.test",
    recipients=(
        Recipient(
            kind=RecipientKind.PATIENT,
            address="279035121518989@patient.mssante.test",
            target_id="b" * 32,
        ),
    ),
    content=b"Subject: x\r\n\r\ny\r\n",
    message_id="one@hopital.mssante.test",
)
"""From a service of the hospital, to a patient whose profile is nowhere."""


def make_arrival(**changes: Any) -> Arrival:
    """Return a message that came in, changed as asked."""
    return evolve(ARRIVAL, **changes)


def keep_arrival(database: Database, arrival: Arrival = ARRIVAL) -> str:
    """Keep a message with its task; return its id."""
    parcel = database.prepare(arrival.content, arrival.trace)
    with database.write() as work:
        Arrivals(work).keep(arrival, parcel)
    return arrival.id
