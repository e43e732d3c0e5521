"""Professionals who sign in."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, LargeBinary, String, Table

from gateway.store.base.columns import Id, UtcDateTime, metadata

professional_accounts = Table(
    "professional_accounts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("national_id", String(64), nullable=False, unique=True),  # IDNPS
    Column("key_id", Id, ForeignKey("data_keys.id"), nullable=False),
    Column("contact", LargeBinary),  # sealed: the e-mail address that codes go to
    Column("created_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("row_mac", LargeBinary),  # see `gateway.store.sealed.rows`
)
"""Whoever signed in once, or was given an address that codes go to."""

professional_sessions = Table(
    "professional_sessions",
    metadata,
    Column("digest", String(64), primary_key=True),  # keyed, of the cookie
    Column("stage", String(12), nullable=False),  # code, situation, open
    Column(
        "professional_id",
        Id,
        ForeignKey("professional_accounts.id"),
        nullable=False,
        index=True,
    ),
    Column("code_id", Id),
    Column("certificate", String(64), nullable=False, default=""),  # its SHA-256
    Column("provider_session", String(64), index=True),  # keyed, of sid
    Column("provider_subject", String(64), index=True),  # keyed, of sub
    Column("key_id", Id, ForeignKey("data_keys.id"), nullable=False),
    Column("said", LargeBinary, nullable=False),  # sealed: who, their practices
    Column("created_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
    Column("row_mac", LargeBinary),  # see `gateway.store.sealed.rows`
)

ended_sign_ins = Table(
    "ended_sign_ins",
    metadata,
    Column("id", Id, primary_key=True),
    Column("provider_session", String(64), index=True),  # keyed, of sid
    Column("provider_subject", String(64), index=True),  # keyed, of sub
    Column("at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
)
"""Sign-ins at a provider of identities that are over; one of both says which."""

message_templates = Table(
    "message_templates",
    metadata,
    Column("id", Id, primary_key=True),
    Column(
        "professional_id",
        Id,
        ForeignKey("professional_accounts.id"),
        nullable=False,
        index=True,
    ),
    Column("content", LargeBinary, nullable=False),  # sealed: name, text
    Column("key_id", Id, ForeignKey("data_keys.id"), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)
"""Texts that a professional begins messages with."""

professional_mails = Table(
    "professional_mails",
    metadata,
    Column("id", Id, primary_key=True),
    Column(
        "professional_id", Id, ForeignKey("professional_accounts.id"), nullable=False
    ),
    Column("kind", String(8), nullable=False, server_default="code"),  # messages
    Column("content", LargeBinary),  # sealed: to, subject, text; NULL once sent
    Column("key_id", Id, ForeignKey("data_keys.id"), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
)
"""E-mails with a one-time code, or that say that something waits."""

professional_digests = Table(
    "professional_digests",
    metadata,
    Column(
        "professional_id", Id, ForeignKey("professional_accounts.id"), primary_key=True
    ),
    Column("chosen", String(8), nullable=False, default="daily"),  # never
    Column("language", String(2), nullable=False, default="fr"),
    Column("since", UtcDateTime, nullable=False),  # of the first message that waits
    Column("due_at", UtcDateTime),  # NULL: nothing waits
    Column("sent_on", String(10), nullable=False, default=""),  # ISO 8601, or empty
)
"""How a professional is told of patients' messages, and when the next e-mail is due."""
