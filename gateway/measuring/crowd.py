"""Fills a vault with copies of the rows that one filed letter left, under other ids."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import define, field
from sqlalchemy import Table, insert, select

from gateway.store.base.columns import metadata
from gateway.store.base.work import Database, UnitOfWork
from gateway.store.journal import chain_of
from gateway.store.sealed.rows import BINDINGS, MAC, OWNED, SETS
from gateway.store.tables import (
    arrival_documents,
    arrivals,
    blob_grants,
    blobs,
    chain_heads,
    conversations,
    documents,
    inbox_messages,
    journal,
    profiles,
    recipients,
    submissions,
)

_PER_PATIENT = 20
_CHUNK = 2_000

Row = Mapping[str, Any]


@define
class Crowd:
    """
    Rows copied from those of one letter; ids are random, as real ones are.

    The copies look like documents to every index and every query, but their bytes are
    not there: a million real ones would fill the disk and not change what is measured.
    """

    samples: dict[Table, Row]
    _chance: random.Random = field(factory=lambda: random.Random(7))  # noqa: S311

    @classmethod
    def like(cls, database: Database, arrival_id: str) -> Crowd:
        """Take the letter of an arrival that was filed and delivered as the model."""
        with database.read() as work:
            document = _one(work, documents, "arrival_id", arrival_id)
            profile_id = document["profile_id"]
            arrival = _one(work, arrivals, "id", arrival_id)
            return cls(
                {
                    profiles: _one(work, profiles, "id", profile_id),
                    blobs: _one(work, blobs, "id", arrival["blob_id"]),
                    blob_grants: _one(work, blob_grants, "blob_id", arrival["blob_id"]),
                    arrivals: arrival,
                    recipients: _one(work, recipients, "arrival_id", arrival_id),
                    arrival_documents: _one(
                        work, arrival_documents, "arrival_id", arrival_id
                    ),
                    documents: document,
                    submissions: _one(
                        work, submissions, "id", document["submission_id"]
                    ),
                    conversations: _one(work, conversations, "profile_id", profile_id),
                    inbox_messages: _one(
                        work, inbox_messages, "arrival_id", arrival_id
                    ),
                    journal: _one(work, journal, "chain", chain_of(profile_id)),
                }
            )

    def add_to(self, database: Database, count: int) -> None:
        """Add that many documents, a few for each of as many new patients."""
        for first in range(0, count, _CHUNK):
            rows: dict[Table, list[dict[str, Any]]] = defaultdict(list)
            for patient in range(first, min(first + _CHUNK, count), _PER_PATIENT):
                for table, row in self._patient(min(_PER_PATIENT, count - patient)):
                    rows[table].append(row)
            with database.write() as work:
                for table in metadata.sorted_tables:
                    if table in rows:
                        bound = [self._bound(work, table, row) for row in rows[table]]
                        work.connection.execute(insert(table), bound)

    @staticmethod
    def _bound(work: UnitOfWork, table: Table, row: dict[str, Any]) -> dict[str, Any]:
        """Return a row as it is written by who may; no line of the journal says so."""
        if table not in BINDINGS:
            return row
        if SETS in row:
            made = {
                one.name: work.rows.set_mac(one, row["id"], [])
                for one, (owner, _) in OWNED.items()
                if owner is table
            }
            row = {**row, SETS: made}
        return {**row, MAC: work.rows.mac(table, row)}

    def _patient(self, letters: int) -> Iterator[tuple[Table, dict[str, Any]]]:
        profile, conversation = self._id(), self._id()
        chain = chain_of(profile)
        yield self._copy(profiles, id=profile, ins_digest=self._id() * 2)
        yield self._copy(
            conversations,
            id=conversation,
            profile_id=profile,
            correspondent=self._id() * 2,
        )
        for number in range(letters):
            yield from self._letter(profile, conversation)
            line = dict(self.samples[journal])
            del line["id"]
            yield journal, {**line, "chain": chain, "seq": number + 1}
        yield chain_heads, {"chain": chain, "seq": letters, "hash": "0" * 64}

    def _letter(
        self, profile: str, conversation: str
    ) -> Iterator[tuple[Table, dict[str, Any]]]:
        arrival, entry, submission = self._id(), self._id(), self._id()
        message, content = self._id(), self._id()
        for blob in (message, content):
            yield self._copy(blobs, id=blob, content=b"")
            yield self._copy(blob_grants, blob_id=blob)
        named = {"message_id": f"<{arrival}@peer.mssante.test>", "blob_id": message}
        yield self._copy(arrivals, id=arrival, content_digest=self._id() * 2, **named)
        yield self._copy(recipients, arrival_id=arrival, target_id=profile)
        unique = f"2.25.{self._chance.getrandbits(120)}"
        yield self._copy(
            arrival_documents, arrival_id=arrival, unique_id=unique, entry_id=entry
        )
        yield self._copy(
            submissions, id=submission, profile_id=profile, unique_id=f"{unique}.9"
        )
        yield self._copy(
            documents,
            id=entry,
            profile_id=profile,
            unique_id=unique,
            set_id=f"{unique}.1",
            submission_id=submission,
            arrival_id=arrival,
            blob_id=content,
        )
        yield self._copy(
            inbox_messages,
            id=self._id(),
            conversation_id=conversation,
            profile_id=profile,
            arrival_id=arrival,
            **named,
        )

    def _copy(self, table: Table, **changes: Any) -> tuple[Table, dict[str, Any]]:
        return table, {**self.samples[table], **changes}

    def _id(self) -> str:
        return f"{self._chance.getrandbits(128):032x}"


def _one(work: UnitOfWork, table: Table, column: str, name: str) -> Row:
    query = select(table).where(table.c[column] == name)
    return dict(work.connection.execute(query).mappings().first() or {})
