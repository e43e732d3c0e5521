"""The revisions make exactly the tables the program declares, on both engines."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import select, text

from gateway.errors import MisuseError
from gateway.store.base.work import Database
from gateway.store.inbox.drafts import DraftReader
from gateway.store.inbox.reading import InboxReader
from gateway.store.migrations import HEAD, is_current, make_config, upgrade
from gateway.store.sealed.identity import identity_of
from gateway.store.sealed.wrapping import encrypt
from gateway.store.tables import blob_grants, documents, metadata
from tests.builders_database import add_first_data_key
from tests.builders_people import open_profile


@pytest.fixture
def empty(database: Database) -> Database:
    metadata.drop_all(database.engine)
    return database


def test_an_empty_database_is_brought_to_the_declared_tables(empty: Database) -> None:
    assert not is_current(empty.engine)

    upgrade(empty.engine)

    assert is_current(empty.engine)
    with empty.engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []


def test_upgrading_twice_changes_nothing(empty: Database) -> None:
    upgrade(empty.engine)
    upgrade(empty.engine)

    assert is_current(empty.engine)


def test_a_database_of_another_version_is_noticed(empty: Database) -> None:
    upgrade(empty.engine)
    with empty.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    assert not is_current(empty.engine)
    with pytest.raises(MisuseError):
        upgrade(empty.engine)


def test_a_database_of_the_first_revision_is_carried_over(empty: Database) -> None:
    """It gets an identity, and what is in it stays."""
    with empty.engine.begin() as connection:
        config = make_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(
            text(
                "INSERT INTO tasks (kind, subject, state, attempts, due_at,"
                " lease_owner, last_error, created_at)"
                " VALUES ('file', 'a', 'ready', 0, 1, '', '', 1)"
            )
        )

    upgrade(empty.engine)

    with empty.read() as work:
        assert not identity_of(work.connection).joined
        assert [row.subject for row in work.tasks.listed(None)] == ["a"]


def test_the_head_known_to_the_program_is_alembics() -> None:
    assert ScriptDirectory.from_config(make_config()).get_current_head() == HEAD


def test_blobs_of_the_first_version_are_read_after_the_upgrade(
    empty: Database,
) -> None:
    with empty.engine.begin() as connection:
        config = make_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    parcel = empty.prepare(b"kept before there were forms")
    with empty.write() as work:
        key_id, key = add_first_data_key(work.connection, "patient:1")
        wrapped = encrypt(key, parcel.key, f"blob:{parcel.id}".encode())
        work.connection.execute(
            text(
                "INSERT INTO blobs (id, size, content, created_at)"
                " VALUES (:id, :size, :content, 0)"
            ),
            {"id": parcel.id, "size": parcel.size, "content": parcel.inline},
        )
        work.add(blob_grants, blob_id=parcel.id, key_id=key_id, wrapped=wrapped)

    upgrade(empty.engine)

    with empty.read() as work:
        assert work.blobs.get(parcel.id, key_id) == b"kept before there were forms"


def test_messages_and_documents_of_an_earlier_version_keep_order_and_sight(
    empty: Database,
) -> None:
    with empty.engine.begin() as connection:
        config = make_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0004")
    with empty.write() as work:
        key, _ = add_first_data_key(work.connection, "patient:p")
        work.connection.execute(
            text(
                "INSERT INTO profiles (id, ins_digest, key_id, state, identity,"
                " mask_by_default, emergency, language, settings_version, created_at,"
                " changed_at) VALUES ('p', 'd', :key, 'ACTIVATED', :blob, :no, '{}',"
                " 'fr', 1, 0, 0)"
            ),
            {"key": key, "blob": b"", "no": False},
        )
        work.connection.execute(
            text(
                "INSERT INTO conversations (id, profile_id, correspondent, display,"
                " mailbox_kind, state, started_at, last_at)"
                " VALUES ('c', 'p', 'x', :blob, '', 'open', 0, 7)"
            ),
            {"blob": b""},
        )
        for name, at in (("b", 7), ("a", 7), ("c", 7), ("z", 3)):
            work.connection.execute(
                text(
                    "INSERT INTO inbox_messages (id, conversation_id, profile_id,"
                    " direction, message_id, summary, key_id, at)"
                    " VALUES (:id, 'c', 'p', 'in', 'm', :blob, :key, :at)"
                ),
                {"id": name, "blob": b"", "key": key, "at": at},
            )
        for name, flags, then in (
            ("1", "[]", "[]"),
            ("2", '["INVISIBLE_PATIENT"]', "[]"),
            ("3", '["MASQUE_PS", "INVISIBLE_PATIENT"]', '["INVISIBLE_PATIENT"]'),
        ):
            work.connection.execute(
                text(
                    "INSERT INTO documents (id, profile_id, unique_id, set_id,"
                    " body_level, status, type_code, class_code, creation_time,"
                    " mime_type, size, sha1, sha256, flags, flags_then, masked_by,"
                    " author_id, structure_id, owners, entry, submission_id,"
                    " replaced_levels, blob_id, key_id, filed_at)"
                    " VALUES (:id, 'p', :id, '', 'N1', 'Approved', 't', 'c', 0, 'm', 1,"
                    " '', '', :flags, :then, '', '', '', '[]', :blob, 's', '[]', 'b',"
                    " :key, 0)"
                ),
                {"id": name, "flags": flags, "then": then, "blob": b"", "key": key},
            )

    upgrade(empty.engine)

    with empty.read() as work:
        order = work.connection.execute(
            text("SELECT id, serial FROM inbox_messages ORDER BY serial")
        ).all()
        hidden = work.connection.execute(
            select(documents.c.id, documents.c.hidden_now, documents.c.hidden_then)
            .order_by(documents.c.id)
        ).all()  # fmt: skip
    assert [tuple(row) for row in order] == [("z", 3), ("a", 7), ("b", 8), ("c", 9)]
    assert [tuple(row) for row in hidden] == [
        ("1", False, False),
        ("2", True, False),
        ("3", True, True),
    ]


def test_a_message_begun_in_an_earlier_version_is_still_opened(
    empty: Database,
) -> None:
    with empty.engine.begin() as connection:
        config = make_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0034")
    profile_id = open_profile(empty)
    with empty.write() as work:
        said = {"subject": "Sujet", "text": "Commencé"}
        key_id = work.key_for(f"patient:{profile_id}")
        content = work.seal(key_id, said, f"loose_drafts.content:{profile_id}")
        work.connection.execute(
            text("INSERT INTO loose_drafts VALUES (:id, :content, 0)"),
            {"id": profile_id, "content": content},
        )

    upgrade(empty.engine)

    with empty.read() as work:
        (draft,) = DraftReader(InboxReader(work)).all(profile_id, 5)
    assert (draft.id, draft.begun.text) == (profile_id, "Commencé")


def test_two_that_upgrade_at_once_do_it_once(empty: Database) -> None:
    """As two nodes do that are started together after an upgrade of the program."""
    together = threading.Barrier(2)

    def run() -> None:
        together.wait(20)
        upgrade(empty.engine)

    with ThreadPoolExecutor(2) as threads:
        for done in [threads.submit(run), threads.submit(run)]:
            done.result(60)

    assert is_current(empty.engine)
    with empty.engine.connect() as connection:
        names = connection.execute(text("SELECT count(*) FROM instance")).scalar_one()
    assert names == 1
