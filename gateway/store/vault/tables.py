"""Documents and the submissions they came by."""

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
    text,
)

from gateway.store.base.columns import (
    Id,
    UtcDateTime,
    metadata,
)

_names = text("names != ''")

documents = Table(
    "documents",
    metadata,
    Column("id", Id, primary_key=True),  # entryUUID in hex
    Column("profile_id", Id, ForeignKey("profiles.id"), nullable=False),
    Column("unique_id", String(256), nullable=False, unique=True),  # keyed digest
    Column("set_id", String(256), nullable=False, default=""),  # keyed, per patient
    Column("version", Integer),
    Column("body_level", String(2), nullable=False),
    Column("status", String(12), nullable=False),
    Column("type_code", String(64), nullable=False),
    Column("class_code", String(64), nullable=False),
    Column("creation_time", UtcDateTime, nullable=False),
    Column("mime_type", String(80), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha1", String(40), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("flags", JSON, nullable=False),  # visibility
    Column("visible_at", UtcDateTime),  # end of INVISIBLE_PATIENT, R. 1111-53
    Column("flags_then", JSON, nullable=False),  # visibility from visible_at on
    # INVISIBLE_PATIENT among flags and among flags_then: what lists are made from.
    Column("hidden_now", Boolean, nullable=False, default=False),
    Column("hidden_then", Boolean, nullable=False, default=False),
    Column("masked_by", String(8), nullable=False, default=""),  # sender, patient
    Column("author_id", String(64), nullable=False, default=""),
    Column("structure_id", String(64), nullable=False, default=""),
    Column("owners", JSON, nullable=False),  # ids of all authors and structures
    Column("entry", LargeBinary, nullable=False),  # sealed DocumentEntry
    # Sealed: what the columns say that stand empty beside it. NULL: a row of an earlier
    # version, whose columns still say it themselves.
    Column("facts", LargeBinary),
    Column("visibility", LargeBinary),  # sealed: flags, flags_then, masked_by
    Column("submission_id", Id, nullable=False),
    Column("arrival_id", Id),
    Column("names", String(256), nullable=False, server_default=""),  # keyed: its RPLC
    Column("replaced_by", Id),
    Column("replaced_levels", JSON, nullable=False),  # body levels that replaced it
    Column("blob_id", Id, nullable=False),  # no foreign key: see `store.tables`
    Column("key_id", Id, ForeignKey("data_keys.id"), nullable=False),
    Column("filed_at", UtcDateTime, nullable=False),
    Column("read_at", UtcDateTime),
    Column("erased_at", UtcDateTime),  # its patient deleted it, and its bytes are gone
    Column("row_mac", LargeBinary),  # see `gateway.store.sealed.rows`
    # Whole: a page of the list is found and counted in it, and no other row is read.
    Index(
        "ix_documents_listing",
        "profile_id",
        "filed_at",
        "creation_time",
        "id",
        "status",
        "hidden_now",
        "hidden_then",
        "visible_at",
        "row_mac",  # by which what was made of a row ahead is known to be of it
    ),
    Index("ix_documents_arrival", "arrival_id", "profile_id"),
    Index("ix_documents_profile_set", "profile_id", "set_id"),
    Index(
        "ix_documents_profile_names",
        "profile_id",
        "names",
        sqlite_where=_names,
        postgresql_where=_names,
    ),
)

_unsealed = text("facts IS NULL")
Index(
    "ix_documents_unsealed",
    documents.c.id,
    sqlite_where=_unsealed,
    postgresql_where=_unsealed,
)
"""Of rows of an earlier version alone, until they are sealed anew: then it is empty."""

submissions = Table(
    "submissions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("profile_id", Id, ForeignKey("profiles.id"), nullable=False),
    Column("unique_id", String(256), nullable=False),  # the id again, as an OID
    Column("submitted_at", UtcDateTime, nullable=False),
    Column("facts", LargeBinary, nullable=False),  # sealed SubmissionSet
)

document_indexes = Table(
    "document_indexes",
    metadata,
    Column("profile_id", Id, ForeignKey("profiles.id"), primary_key=True),
    # 0: the list; from 1 on words of documents' texts, from -1 down of messages.
    Column("part", Integer, primary_key=True),
    Column("key_id", Id, ForeignKey("data_keys.id"), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("content", LargeBinary, nullable=False),  # sealed
)
"""What was made ahead of a patient's documents and messages, to search them at once."""

document_texts = Table(
    "document_texts",
    metadata,
    Column("document_id", Id, ForeignKey("documents.id"), primary_key=True),
    Column("profile_id", Id, ForeignKey("profiles.id"), nullable=False),
    Column("key_id", Id, ForeignKey("data_keys.id"), nullable=False),
    Column("tries", Integer, nullable=False),  # how often it could not be taken
    Column("due_at", UtcDateTime),  # when it is to be taken; NULL: it is, or given up
    Column("content", LargeBinary),  # sealed; NULL: not taken, or given up
    Index("ix_document_texts_profile", "profile_id", "due_at"),
)
"""The texts of the files in documents, taken out of them once."""
