"""What decisions rested on, sealed; and the settings they were taken under."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from gateway.store.base.columns import Id, UtcDateTime, metadata

evidence = Table(
    "evidence",
    metadata,
    Column("id", Id, primary_key=True),  # the decision's, as the journal names it
    Column("subject", Id, index=True),  # the arrival or document; NULL at a door
    Column("profile_id", Id),  # whose key seals it; NULL: the operator's
    Column("at", UtcDateTime, nullable=False),
    Column("outcomes", JSON, nullable=False),  # kind, place, outcome, reasons
    Column("program", String(64), nullable=False),  # SHA-256 of the rules
    Column("settings", String(64), nullable=False),  # settings_texts.hash
    Column("form", Integer, nullable=False),
    Column("key_id", Id, ForeignKey("data_keys.id"), nullable=False),
    Column("sealed", LargeBinary, nullable=False),  # arguments, without identity
)
"""The decisions of one transaction on one message for one patient, in one value."""

settings_texts = Table(
    "settings_texts",
    metadata,
    Column("hash", String(64), primary_key=True),  # SHA-256 of the text
    Column("json", Text, nullable=False),
    Column("since", UtcDateTime, nullable=False),
)
"""The settings of the service under which anything was decided; it only grows."""

patient_settings = Table(
    "patient_settings",
    metadata,
    Column("profile_id", Id, ForeignKey("profiles.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("key_id", Id, ForeignKey("data_keys.id"), nullable=False),
    Column("sealed", LargeBinary, nullable=False),  # all that the patient had set
    Column("actor", String(254), nullable=False, default=""),
    Column("at", UtcDateTime, nullable=False),
)
"""What a patient had set, version by version; it only grows."""
