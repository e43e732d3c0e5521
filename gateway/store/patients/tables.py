"""Patients: profiles, what they decided, accounts, codes, sessions, notices."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
)

from gateway.store.base.columns import (
    Id,
    UtcDateTime,
    metadata,
)

profiles = Table(
    "profiles",
    metadata,
    Column("id", Id, primary_key=True),
    Column("ins_digest", String(64), nullable=False, unique=True),
    Column("key_id", Id, ForeignKey("data_keys.id"), nullable=False),
    Column("state", String(24), nullable=False),
    Column("identity", LargeBinary, nullable=False),  # sealed: INS, traits
    Column("contact", LargeBinary),  # sealed: e-mail, telephone
    # Both stand empty: what the patient chose is sealed. NULL: of an earlier version,
    # whose columns say it themselves; so it is with each sealed column below.
    Column("mask_by_default", Boolean, nullable=False, default=False),
    Column("emergency", JSON, nullable=False),
    Column("choices", LargeBinary),  # sealed: mask_by_default, emergency
    Column("language", String(5), nullable=False, default="fr"),
    Column("settings_version", Integer, nullable=False, default=1),
    Column("created_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("sets", JSON),  # of blocks and the like: a MAC of each set of them
    Column("row_mac", LargeBinary),  # see `gateway.store.sealed.rows`
)

profile_changes = Table(
    "profile_changes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("profile_id", Id, ForeignKey("profiles.id"), nullable=False, index=True),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("what", String(32), nullable=False),
    Column("key_id", Id, ForeignKey("data_keys.id"), nullable=False),
    Column("detail", LargeBinary, nullable=False),  # sealed: before, after, by, why
)
"""What a profile said before each change and after it, who changed it, and why."""

blocks = Table(
    "blocks",
    metadata,
    Column("profile_id", Id, ForeignKey("profiles.id"), primary_key=True),
    Column("identity", String(254), primary_key=True),  # keyed, per patient
    Column("since", UtcDateTime, nullable=False),
    Column("sender", LargeBinary),  # sealed
)
"""A blocked sender: Struct_IdNat, PS_IdNat or mail address, in lower case."""

oppositions = Table(
    "oppositions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("profile_id", Id, ForeignKey("profiles.id"), nullable=False, index=True),
    # What was opposed stands in these no more.
    Column("kind", String(12), nullable=False),
    Column("structure", String(64), nullable=False, default=""),
    Column("type_code", String(64), nullable=False, default=""),
    Column("unique_id", String(256), nullable=False, default=""),
    Column("declared_by", String(254), nullable=False, default=""),
    Column("since", UtcDateTime, nullable=False),
    Column("until", UtcDateTime),  # it ended; NULL: it stands
    Column("facts", LargeBinary),  # sealed Opposition
)

secrecies = Table(
    "secrecies",
    metadata,
    Column("profile_id", Id, ForeignKey("profiles.id"), primary_key=True),
    Column("identity", String(254), primary_key=True),  # keyed, per patient
    Column("since", UtcDateTime, nullable=False),
    Column("sender", LargeBinary),  # sealed
)
"""Senders in secret connection with a minor (CSP R. 1111-33, R. 1111-50)."""

patient_traits = Table(
    "patient_traits",
    metadata,
    Column("profile_id", Id, ForeignKey("profiles.id"), primary_key=True),
    Column("digest", String(64), primary_key=True, index=True),  # keyed
)
"""By which names and birth date a patient is found in an emergency; it opens nothing"""

accounts = Table(
    "accounts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("login", String(64), nullable=False, unique=True),  # keyed digest
    Column("called", LargeBinary),  # sealed: the login
    Column("profile_id", Id, ForeignKey("profiles.id"), nullable=False, unique=True),
    Column("password", String(200), nullable=False),  # argon2id
    Column("failures", Integer, nullable=False, default=0),
    Column("failed_at", UtcDateTime),  # the last one; NULL in rows of before
    Column("paused_until", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    Column("row_mac", LargeBinary),  # see `gateway.store.sealed.rows`
)

unknown_logins = Table(
    "unknown_logins",
    metadata,
    Column("digest", String(64), primary_key=True),  # keyed, of what was typed
    Column("failures", Integer, nullable=False),
    Column("paused_until", UtcDateTime),
    Column("tried_at", UtcDateTime, nullable=False, index=True),
)
"""Logins that nobody has, paused like those that somebody has: no page tells which."""

one_time_codes = Table(
    "one_time_codes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account_id", Id, ForeignKey("accounts.id"), index=True),
    Column("digest", String(64), nullable=False),  # keyed
    Column("tries_left", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    Column("professional_id", Id, index=True),  # whose, where it is no patient's
    Column("row_mac", LargeBinary),  # see `gateway.store.sealed.rows`
)

web_sessions = Table(
    "web_sessions",
    metadata,
    Column("digest", String(64), primary_key=True),  # keyed, of the cookie
    Column("stage", String(12), nullable=False),  # code, open
    Column("account_id", Id, ForeignKey("accounts.id"), index=True),
    Column("code_id", Id),
    Column("created_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
    Column("row_mac", LargeBinary),  # see `gateway.store.sealed.rows`
)

devices = Table(
    "devices",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account_id", Id, ForeignKey("accounts.id"), nullable=False, index=True),
    Column("digest", String(64), nullable=False, unique=True),  # keyed, of its cookie
    Column("session", String(64), nullable=False),  # digest of its last session
    Column("key_id", Id, ForeignKey("data_keys.id"), nullable=False),
    Column("called", LargeBinary, nullable=False),  # sealed: browser, system
    Column("created_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
)
"""Browsers that an account was opened with: another one is told to the patient."""

trusted_devices = Table(
    "trusted_devices",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account_id", Id, ForeignKey("accounts.id"), nullable=False, index=True),
    Column("device_id", Id, ForeignKey("devices.id"), nullable=False, unique=True),
    Column("digest", String(64), nullable=False, unique=True),  # keyed, of its cookie
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
    Column("row_mac", LargeBinary),  # see `gateway.store.sealed.rows`
)
"""Browsers in which the password alone opens an account, as its patient chose."""

passkeys = Table(
    "passkeys",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account_id", Id, ForeignKey("accounts.id"), nullable=False, index=True),
    Column("credential", String(64), nullable=False, unique=True),  # keyed, of its id
    Column("key_id", Id, ForeignKey("data_keys.id"), nullable=False),
    Column("said", LargeBinary, nullable=False),  # sealed: public key, name, counter
    Column("created_at", UtcDateTime, nullable=False),
    Column("row_mac", LargeBinary),  # see `gateway.store.sealed.rows`
)
"""Passkeys (WebAuthn): what proves that a patient has one, and cannot be one."""

account_steps = Table(
    "account_steps",
    metadata,
    Column("session", String(64), primary_key=True),  # its digest
    Column("kind", String(12), primary_key=True),  # a word of StepKind
    Column("key_id", Id, ForeignKey("data_keys.id"), nullable=False),
    Column("content", LargeBinary, nullable=False),  # sealed: what was said, until when
    Column("expires_at", UtcDateTime, nullable=False, index=True),
)
"""What was begun in the settings of an account and is not ended."""

provisional_codes = Table(
    "provisional_codes",
    metadata,
    Column("profile_id", Id, ForeignKey("profiles.id"), primary_key=True),
    Column("key_id", Id, ForeignKey("data_keys.id"), nullable=False),
    Column("said", LargeBinary, nullable=False),  # sealed: its digest, until when
    Column("made_at", UtcDateTime, nullable=False),
)
"""Codes by which spaces are activated; one that was used is gone."""

deadlines = Table(
    "deadlines",
    metadata,
    Column("profile_id", Id, ForeignKey("profiles.id"), primary_key=True),
    Column("due_at", UtcDateTime, nullable=False, index=True),  # finds it, no more
    Column("key_id", Id, ForeignKey("data_keys.id"), nullable=False),
    Column("said", LargeBinary, nullable=False),  # sealed: what happens, and when
)
"""What time does to a patient's space, where it does something."""

notices = Table(
    "notices",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", String(16), nullable=False),  # a word of NoticeKind
    Column("profile_id", Id, ForeignKey("profiles.id"), nullable=False, index=True),
    Column("content", LargeBinary),  # sealed: to, subject, text; NULL once sent
    Column("key_id", Id, ForeignKey("data_keys.id"), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),  # not worth sending afterwards
    Column("sent_at", UtcDateTime),
    Column(  # email, sms
        "way", String(5), nullable=False, default="email", server_default="email"
    ),
)
"""E-mails to a patient's ordinary address; they say only that something waits."""

centre_notices = Table(
    "centre_notices",
    metadata,
    Column("id", Id, primary_key=True),
    Column("profile_id", Id, ForeignKey("profiles.id"), nullable=False),
    Column("about", String(64), nullable=False),  # keyed, of what it is about
    Column("key_id", Id, ForeignKey("data_keys.id"), nullable=False),
    Column("said", LargeBinary, nullable=False),  # sealed: what happened, by whom
    Column("created_at", UtcDateTime, nullable=False, index=True),
    Index("ix_centre_notices_listing", "profile_id", "created_at", "id"),
    Index("ix_centre_notices_about", "profile_id", "about"),
)
"""What happened in a space, for whoever reads its notices there."""

centre_marks = Table(
    "centre_marks",
    metadata,
    Column("account_id", Id, ForeignKey("accounts.id"), primary_key=True),
    Column(
        "notice_id", Id, ForeignKey("centre_notices.id"), primary_key=True, index=True
    ),
    Column("read_at", UtcDateTime, nullable=False),
    Column("taken_at", UtcDateTime),  # out of the list of this account
)
"""Which notices an account has read, and taken out of its own list."""

digests = Table(
    "digests",
    metadata,
    Column("profile_id", Id, ForeignKey("profiles.id"), primary_key=True),
    Column("since", UtcDateTime, nullable=False),  # of the first thing that waits
    Column("due_at", UtcDateTime),  # NULL: nothing waits
    Column("sent_on", String(10), nullable=False),  # ISO 8601, or empty
)
"""When the e-mail of the day is due; it is read again what there is to tell."""

mask_runs = Table(
    "mask_runs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("profile_id", Id, ForeignKey("profiles.id"), nullable=False, index=True),
    Column("masks", Boolean, nullable=False),  # false: undoes what another masked
    Column("asked_at", UtcDateTime, nullable=False),
    Column("place", Id),  # the last document that was looked at; NULL: none yet
    Column("seen", Integer, nullable=False, default=0),
    Column("changed", Integer, nullable=False, default=0),
    Column("ended_at", UtcDateTime),  # NULL: it is under way
    Column("row_mac", LargeBinary),  # see `gateway.store.sealed.rows`
)
"""A patient asked to mask everything, or to undo it: how far that came."""

inquiries = Table(
    "inquiries",
    metadata,
    Column("id", Id, primary_key=True),
    Column("profile_id", Id, ForeignKey("profiles.id"), nullable=False, index=True),
    Column("state", String(12), nullable=False),  # a word of InquiryState
    Column("key_id", Id, ForeignKey("data_keys.id"), nullable=False),
    Column("said", LargeBinary, nullable=False),  # sealed: whom, why, what was done
    Column("created_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("row_mac", LargeBinary),  # see `gateway.store.sealed.rows`
)
"""A patient does not know somebody, and asks the service who that is."""

corrections = Table(
    "corrections",
    metadata,
    Column("id", Id, primary_key=True),
    Column("profile_id", Id, ForeignKey("profiles.id"), nullable=False, index=True),
    Column("document_id", Id, nullable=False),
    Column("state", String(12), nullable=False, index=True),  # of CorrectionState
    Column("key_id", Id, ForeignKey("data_keys.id"), nullable=False),
    Column("said", LargeBinary, nullable=False),  # sealed: whom, why, what came of it
    Column("asked_at", UtcDateTime, nullable=False),
    Column("remind_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("row_mac", LargeBinary),  # see `gateway.store.sealed.rows`
)
"""A patient asked the author of a document to correct or to withdraw it."""

delegations = Table(
    "delegations",
    metadata,
    Column("id", Id, primary_key=True),
    Column("holder_id", Id, ForeignKey("profiles.id"), nullable=False, index=True),
    # NULL: whom the patient named was not found; nobody is told that.
    Column("helper_id", Id, ForeignKey("profiles.id"), index=True),
    Column("capacity", String(16), nullable=False),  # a word of Capacity
    Column("state", String(12), nullable=False),  # a word of DelegationState
    Column("first_day", String(10), nullable=False),  # ISO 8601
    Column("last_day", String(10), nullable=False),
    Column("key_id", Id, ForeignKey("data_keys.id"), nullable=False),
    Column("named", LargeBinary, nullable=False),  # sealed: whom the patient named
    Column("created_at", UtcDateTime, nullable=False),
    Column("answered_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Column("row_mac", LargeBinary),  # see `gateway.store.sealed.rows`
)
"""Who may act for a patient, from when until when; rows stay when they are over."""
