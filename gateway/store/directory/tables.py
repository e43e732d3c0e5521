"""The professionals of the national directory, and the imports they came by."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from gateway.store.base.columns import UtcDateTime, metadata

MOST_WORD: Final = 60
"""Characters of a word by which a name is found."""

_BYTEWISE = String(MOST_WORD).with_variant(
    String(MOST_WORD, collation="C"), "postgresql"
)
"""In the order of its bytes on both databases, so that a beginning is a range."""

directory_people = Table(
    "directory_people",
    metadata,
    Column("national_id", String(20), primary_key=True),
    Column("family", String(300), nullable=False),
    Column("given", String(300), nullable=False),
    Column("practices", Text, nullable=False),  # see `practices_text`
    Column("words", Text, nullable=False),  # the name folded: " dupont marie"
    Column("towns", Text, nullable=False),  # folded: " lyon villeurbanne"
    Column("professions", Text, nullable=False),  # codes: " 10 60 "
    Column("gone_at", UtcDateTime),  # of the first import that had them no more
    Column("row_mac", LargeBinary),  # see `gateway.store.sealed.rows`
)
"""Professionals: by these rows somebody reads by a column, so they are bound."""

directory_words = Table(
    "directory_words",
    metadata,
    Column("word", _BYTEWISE, primary_key=True),
    Column(
        "national_id",
        String(20),
        ForeignKey("directory_people.national_id"),
        primary_key=True,
    ),
    sqlite_with_rowid=False,
)
"""Each word of each name, to be found by; those of a name that changed are gone."""

directory_labels = Table(
    "directory_labels",
    metadata,
    Column("kind", String(12), primary_key=True),  # profession, specialty
    Column("code", String(300), primary_key=True),
    Column("label", String(300), nullable=False),
)
"""What the directory calls its codes, in French."""

directory_imports = Table(
    "directory_imports",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("made_on", String(10), nullable=False),  # YYYY-MM-DD, of the extraction
    Column("imported_at", UtcDateTime, nullable=False),
    Column("lines", Integer, nullable=False),
    Column("refused", Integer, nullable=False),
    Column("people", Integer, nullable=False),
    Column("added", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("gone", Integer, nullable=False),
    Column("digest", LargeBinary),  # of all persons then; NULL: it is under way
    Column("row_mac", LargeBinary),  # see `gateway.store.sealed.rows`
)
"""
Each extraction that was taken, with what it changed; it only grows.

The last one vouches for all persons together: the journal follows it, not them.
"""
