"""Agreements, episodes of care, care teams, consultations, and codes that open one."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    text,
)

from gateway.store.base.columns import Id, Serial, UtcDateTime, metadata

_open = text("ended_at IS NULL")

episodes = Table(
    "episodes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("profile_id", Id, ForeignKey("profiles.id"), nullable=False),
    Column("team", String(64), nullable=False),  # keyed, per patient
    Column("key_id", Id, ForeignKey("data_keys.id"), nullable=False),
    Column("said", LargeBinary, nullable=False),  # sealed: where, opened by whom
    Column("opened_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("row_mac", LargeBinary),  # see `gateway.store.sealed.rows`
    Index(
        "ix_episodes_open",
        "profile_id",
        "team",
        unique=True,
        sqlite_where=_open,
        postgresql_where=_open,
    ),
    Index("ix_episodes_profile_id", "profile_id"),
)
"""A follow-up of a patient by a structure; one at most is open for both at a time."""

agreements = Table(
    "agreements",
    metadata,
    Column("id", Id, primary_key=True),
    Column("profile_id", Id, ForeignKey("profiles.id"), nullable=False),
    Column("kind", String(12), nullable=False),  # a word of AgreementKind
    Column("about", String(64), nullable=False),  # keyed, per patient: team or person
    Column("episode_id", Id, ForeignKey("episodes.id")),  # it ends with that one
    Column("key_id", Id, ForeignKey("data_keys.id"), nullable=False),
    Column("said", LargeBinary, nullable=False),  # sealed: to whom, by whom collected
    Column("given_at", UtcDateTime, nullable=False),
    Column("until", UtcDateTime),  # NULL: with what it was given for
    Column("spent_at", UtcDateTime),  # it was for one consultation
    Column("ended_at", UtcDateTime),  # withdrawn, or ended by a block
    Column("row_mac", LargeBinary),
    Index("ix_agreements_profile_id", "profile_id", "about"),
)
"""What a patient agreed to be read by: a care team, or one professional once."""

team_members = Table(
    "team_members",
    metadata,
    Column("id", Id, primary_key=True),
    Column("profile_id", Id, ForeignKey("profiles.id"), nullable=False),
    Column("about", String(64), nullable=False),  # keyed, per patient: who, and where
    Column("key_id", Id, ForeignKey("data_keys.id"), nullable=False),
    Column("said", LargeBinary, nullable=False),  # sealed: who, and where
    Column("joined_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("row_mac", LargeBinary),
    Index("ix_team_members_profile_id", "profile_id", "about"),
)
"""Who was in a patient's care team, from the first reading that was agreed to."""

consultations = Table(
    "consultations",
    metadata,
    Column("id", Id, primary_key=True),
    Column("profile_id", Id, ForeignKey("profiles.id"), nullable=False),
    Column("reader", String(64), nullable=False),  # keyed: all readings of one person
    Column("way", String(12), nullable=False),  # a word of ReadingWay
    Column("agreement_id", Id, ForeignKey("agreements.id")),  # by which it was opened
    Column("episode_id", Id, ForeignKey("episodes.id")),  # the patient was told in it
    Column("key_id", Id, ForeignKey("data_keys.id"), nullable=False),
    Column("said", LargeBinary, nullable=False),  # sealed: who reads, as what, why
    Column("begun_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),  # the last thing done in it
    Column("expires_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("end", String(8)),  # a word of ConsultationEnd
    Column("row_mac", LargeBinary),
    Index("ix_consultations_profile_id", "profile_id", "begun_at"),
    Index("ix_consultations_reader", "reader", "begun_at"),
    Index(
        "ix_consultations_open",
        "seen_at",
        sqlite_where=_open,
        postgresql_where=_open,
    ),
)
"""A professional who reads in one patient's vault, from opening it to its end."""

hidden_documents = Table(
    "hidden_documents",
    metadata,
    Column("id", Id, primary_key=True),
    Column("profile_id", Id, ForeignKey("profiles.id"), nullable=False),
    Column(
        "consultation_id",
        Id,
        ForeignKey("consultations.id"),
        nullable=False,
        index=True,
    ),
    Column("key_id", Id, ForeignKey("data_keys.id"), nullable=False),
    Column("ids", LargeBinary, nullable=False),  # sealed, filled up to whole KiB
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("row_mac", LargeBinary),
)
"""What was not shown in a consultation: kept as proof, shown to no reader."""

reading_codes = Table(
    "reading_codes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("profile_id", Id, ForeignKey("profiles.id"), nullable=False, index=True),
    Column("digest", String(64), nullable=False),  # keyed
    Column("tries_left", Integer, nullable=False),
    Column("key_id", Id, ForeignKey("data_keys.id"), nullable=False),
    Column("said", LargeBinary, nullable=False),  # sealed: who made it
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    Column("row_mac", LargeBinary),
)
"""Codes by which a patient lets somebody read; gone a day after they are over."""

reading_attempts = Table(
    "reading_attempts",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("reader", String(64), nullable=False),  # keyed, as in consultations
    Column("profile_id", Id),  # no foreign key: rows live for a day
    Column("by_names", Boolean, nullable=False),
    Column("outcome", String(32), nullable=False),  # a refusal, or how it was found
    Column("at", UtcDateTime, nullable=False),
    Index("ix_reading_attempts_reader", "reader", "at"),
)
"""What professionals looked for and opened in the last day, to be counted."""
