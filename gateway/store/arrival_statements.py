"""The statements every message runs through: made once, for that takes longest."""

from __future__ import annotations

from sqlalchemy import BindParameter, bindparam, select, update

from gateway.store.prepared import Prepared
from gateway.store.tables import arrivals, recipients

_ID: BindParameter[str] = bindparam("arrival")
GET = select(arrivals).where(arrivals.c.id == _ID)
GET_STATE = select(arrivals.c.state).where(arrivals.c.id == _ID)
GET_RECIPIENTS = (
    select(recipients)
    .where(recipients.c.arrival_id == _ID)
    .order_by(recipients.c.position)
)
# Columns that are given are set; the others are left alone.
SET_STATE = update(arrivals).where(arrivals.c.id == _ID)
DECIDE = update(recipients).where(
    recipients.c.arrival_id == _ID, recipients.c.position == bindparam("at")
)

SAME = Prepared(
    select(arrivals.c.id).where(
        arrivals.c.message_id == bindparam("id"),
        arrivals.c.content_digest == bindparam("digest"),
    )
)
"""Asked for each message received."""
