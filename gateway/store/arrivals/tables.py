"""Messages received, their recipients and documents, and what left or was told."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    text,
)

from gateway.store.base.columns import (
    Id,
    UtcDateTime,
    metadata,
)

arrivals = Table(
    "arrivals",
    metadata,
    Column("id", Id, primary_key=True),
    Column("message_id", String(998), nullable=False),  # keyed digest
    Column("content_digest", String(64), nullable=False),  # keyed, of the bytes
    Column("door", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("sender", LargeBinary, nullable=False),  # sealed reverse path
    Column("sender_facts", JSON, nullable=False),  # empty: in facts
    Column("options", JSON, nullable=False),  # RET (RFC 3461); ENVID is in facts
    # Sealed: Message-ID, certificate of the sender, ENVID. NULL: a row of an earlier
    # version, whose columns say it themselves.
    Column("facts", LargeBinary),
    Column("size", BigInteger, nullable=False),
    Column("blob_id", Id),  # NULL: no longer in transit
    Column("key_id", Id, ForeignKey("data_keys.id"), nullable=False),
    Column("row_mac", LargeBinary),  # see `gateway.store.sealed.rows`
    # Messages without a Message-ID are told apart by their content alone.
    Index("ix_arrivals_message", "message_id", "content_digest"),
)
"""A message as it was received and answered 250."""

# In these two are only the rows that are looked for: a message passes the first when it
# ends, and leaves it with its bytes; nearly none is ever in the second.
_ended = arrivals.c.ended_at.is_not(None) & arrivals.c.blob_id.is_not(None)
Index(
    "ix_arrivals_transit",
    arrivals.c.ended_at,
    sqlite_where=_ended,
    postgresql_where=_ended,
)
_held = text("state = 'quarantined'")
Index(
    "ix_arrivals_held",
    arrivals.c.received_at,
    sqlite_where=_held,
    postgresql_where=_held,
)

_unsealed = text("facts IS NULL")
Index(
    "ix_arrivals_unsealed",
    arrivals.c.id,
    sqlite_where=_unsealed,
    postgresql_where=_unsealed,
)
"""Of rows of an earlier version alone, until they are sealed anew: then it is empty."""

recipients = Table(
    "recipients",
    metadata,
    Column("arrival_id", Id, ForeignKey("arrivals.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("kind", String(12), nullable=False),  # patient, mailbox, remote
    Column("target_id", Id),  # the profile or the mailbox
    Column("address", LargeBinary, nullable=False),  # sealed
    Column("notify", String(32), nullable=False, default=""),  # RFC 3461 §4.1
    Column("orcpt", LargeBinary),  # sealed, RFC 3461 §4.2
    Column("key_id", Id, ForeignKey("data_keys.id")),  # NULL: that of the message
    Column("outcome", String(32), nullable=False, default=""),
    Column("reasons", JSON, nullable=False),
    Column("deliver", Boolean, nullable=False, default=True),
    Column("hidden", JSON, nullable=False, default=list),  # visibility flags
    Column("hidden_until", UtcDateTime),  # not shown to the patient before
    Column("ended_at", UtcDateTime),
    Column("row_mac", LargeBinary),  # see `gateway.store.sealed.rows`
)

arrival_documents = Table(
    "arrival_documents",
    metadata,
    Column("arrival_id", Id, ForeignKey("arrivals.id"), primary_key=True),
    Column("recipient", Integer, primary_key=True),  # recipients.position
    Column("position", Integer, primary_key=True),
    Column("unique_id", String(256), nullable=False, default="", index=True),  # keyed
    Column("outcome", String(32), nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("error", String(8), nullable=False, default=""),  # of an MDN: 900 to 906
    Column("detail", String(400), nullable=False, default=""),  # empty: in facts
    Column("entry_id", Id),
    Column("facts", LargeBinary),  # sealed: uniqueId, detail; NULL as in arrivals
    Column("key_id", Id),  # the patient's, or the one of the arrival
    Index(
        "ix_arrival_documents_unsealed",
        "arrival_id",
        sqlite_where=_unsealed,
        postgresql_where=_unsealed,
    ),
)
"""What became of each document of a message, for each patient it was for."""

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Id, primary_key=True),
    Column("arrival_id", Id, index=True),
    Column("position", Integer),  # recipients.position
    Column("domain", String(254), nullable=False),
    Column("reverse_path", LargeBinary, nullable=False),  # sealed
    Column("recipient", LargeBinary, nullable=False),  # sealed
    Column("options", JSON, nullable=False),
    Column("state", String(12), nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("created_at", UtcDateTime, nullable=False),
    Column("warned_at", UtcDateTime),
    Column("confirm_by", UtcDateTime),  # NULL: no word of the peer is waited for
    Column("last_reply", String(500), nullable=False, default=""),
    Column("blob_id", Id),  # NULL: no longer in transit
    Column("key_id", Id, ForeignKey("data_keys.id"), nullable=False),
)
"""One recipient of one message that leaves for another operator."""

# A report that names no message is about one of the last that left for its domain.
Index("ix_deliveries_domain", deliveries.c.domain, deliveries.c.created_at)
_unconfirmed = deliveries.c.confirm_by.is_not(None)
Index(
    "ix_deliveries_unconfirmed",
    deliveries.c.confirm_by,
    sqlite_where=_unconfirmed,
    postgresql_where=_unconfirmed,
)

receipts = Table(
    "receipts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("arrival_id", Id, nullable=False),
    Column("kind", String(4), nullable=False),  # DSN, MDN, ERR, UNR
    Column("recipient", Integer, nullable=False),  # recipients.position
    Column("status", String(12), nullable=False),
    Column("code", String(8), nullable=False, default=""),
    Column("state", String(12), nullable=False),  # sent, queued, withheld
    Column("detail", String(200), nullable=False, default=""),
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("arrival_id", "kind", "recipient", "status"),
)
