"""The statements every message runs through."""

from __future__ import annotations

from sqlalchemy import BindParameter, bindparam, select, update

from gateway.store.base.prepared import Prepared
from gateway.store.tables import arrivals, recipients

_ID: BindParameter[str] = bindparam("arrival")
_OF_RECIPIENT = [
    one for one in recipients.c if one.name not in {"arrival_id", "ended_at"}
]
GET = Prepared(
    select(arrivals, *_OF_RECIPIENT)
    .join(recipients, recipients.c.arrival_id == arrivals.c.id)
    .where(arrivals.c.id == _ID)
    .order_by(recipients.c.position)
)
"""A row for each recipient, the message's own columns in each: one question of two."""
GET_STATE = Prepared(select(arrivals.c.state).where(arrivals.c.id == _ID))
SET_STATE = Prepared(
    update(arrivals).where(arrivals.c.id == _ID), ("state", "ended_at")
)
DECIDE = Prepared(
    update(recipients).where(
        recipients.c.arrival_id == _ID, recipients.c.position == bindparam("at")
    ),
    ("outcome", "reasons", "deliver", "hidden", "hidden_until", "ended_at"),
)

SAME = Prepared(
    select(arrivals.c.id).where(
        arrivals.c.message_id == bindparam("id"),
        arrivals.c.content_digest == bindparam("digest"),
    )
)
"""Asked for each message received."""
