"""A sealed value belongs to one place; which columns are sealed is said in one list."""

from __future__ import annotations

import pytest
from sqlalchemy import LargeBinary

from gateway.errors import DamagedError
from gateway.store.base.work import Database
from gateway.store.carrying.sealing_anew import SEALED
from gateway.store.sealed.carried import set_carried
from gateway.store.sealed.places import STEP, shorter
from gateway.store.sealed.rows import MAC
from gateway.store.tables import metadata

NOT_SEALED = {
    "blobs.content": "encrypted under a key of its own, bound to the blob",
    "data_keys.wrapped": "wrapped by the key source",
    "carried.mac": "a digest",
    "directory_imports.digest": "of the national directory, which is public",
    "journal_leaves.salt": "by chance",
    "journal_leaves.hash": "a salted digest",
    "journal_nodes.hash": "a digest of digests",
    "sealed_chains.leaf": "a salted digest",
    "sealed_tree.sum": "a sum of digests",
}
NEVER_BOUND_TO_LESS = {
    "accesses.said",
    "agreements.said",
    "consultations.said",
    "corrections.said",
    "episodes.said",
    "hidden_documents.ids",
    "reading_codes.said",
    "team_members.said",
    "document_indexes.content",
    "document_texts.content",
    "download_pieces.listed",
    "inquiries.said",
    "mailbox_hours.content",
    "message_templates.content",
    "operator_requests.confirmed",
    "operator_requests.said",
    "account_steps.content",
    "accounts.called",
    "arrival_documents.facts",
    "arrivals.facts",
    "blocks.sender",
    "centre_notices.said",
    "deadlines.said",
    "delegations.named",
    "devices.called",
    "documents.facts",
    "documents.visibility",
    "evidence.sealed",
    "oppositions.facts",
    "passkeys.said",
    "patient_settings.sealed",
    "professional_accounts.contact",
    "professional_mails.content",
    "professional_sessions.said",
    "profiles.choices",
    "provisional_codes.said",
    "secrecies.sender",
}
"""Sealed since values are bound to their whole places: nothing of them is older."""
PLACE = "recipients.address:a:1"


def key_of(database: Database) -> str:
    with database.write() as work:
        return work.key_for("transit:2026-11-21")


@pytest.mark.parametrize(
    "other",
    [
        "recipients.address:a:2",
        "recipients.address:b:1",
        "recipients.orcpt:a:1",
        "recipients.address:a1:",
        "recipients.address:a",
        "arrivals.address:a:1",
    ],
)
def test_a_value_opens_in_its_place_alone(database: Database, other: str) -> None:
    key_id = key_of(database)
    with database.write() as work:
        set_carried(work.connection, work.keys, STEP, work.now)
    with database.read() as work:
        sealed = work.seal(key_id, "d@mail.test", PLACE)
        assert work.unseal(key_id, sealed, PLACE) == "d@mail.test"
        with pytest.raises(DamagedError):
            work.unseal(key_id, sealed, other)


def test_a_value_of_an_earlier_version_opens_until_all_are_sealed_anew(
    database: Database,
) -> None:
    key_id = key_of(database)
    with database.write() as work:
        before = work.keys.seal(
            work.connection, key_id, b'"d@mail.test"', "recipients.address:a"
        )
        assert work.unseal(key_id, before, PLACE) == "d@mail.test"
        anew = work.places.renewed(key_id, before, PLACE)
        assert work.places.renewed(key_id, anew, PLACE) == anew != before

        set_carried(work.connection, work.keys, STEP, work.now)
        assert work.unseal(key_id, anew, PLACE) == "d@mail.test"
        with pytest.raises(DamagedError):
            work.unseal(key_id, before, PLACE)


@pytest.mark.parametrize(
    ("place", "before"),
    [
        ("recipients.orcpt:a:1", "recipients.orcpt:a"),
        ("deliveries.recipient:a", "deliveries:a"),
        ("inbox_messages.summary:a:p", "inbox_messages.summary:a"),
        ("notices.content:a:p", "notices.content:a"),
        ("mail_outlines.headers:a:k", "mail_outlines.headers:a"),
        ("blob_grants.wrapped:a:k", "blob:a"),
        ("profile_changes.detail:p:c", "profile_changes.detail:p:c"),
        ("documents.entry:a", "documents.entry:a"),
    ],
)
def test_what_a_value_was_bound_to_before_is_known(place: str, before: str) -> None:
    assert shorter(place) == before


def test_every_column_of_bytes_is_in_the_list_or_says_why_not() -> None:
    bytes_of = {
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.c
        if isinstance(column.type, LargeBinary) and column.name != MAC
    }
    listed = {f"{one.table.name}.{name}" for one in SEALED for name in one.columns}
    assert listed | NOT_SEALED.keys() | NEVER_BOUND_TO_LESS == bytes_of
