"""Data keys: wrapped by version, followed by others, dropped from memory, destroyed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from gateway.errors import (
    ConflictError,
    DamagedError,
    NotFoundError,
    UnavailableError,
)
from gateway.store.base.engine import make_engine
from gateway.store.base.work import Database
from gateway.store.sealed.blobs import BlobFolder
from gateway.store.sealed.destroying import clear_traces, destroy_scope
from gateway.store.sealed.digest_keys import Label
from gateway.store.sealed.key_counts import kinds_of
from gateway.store.sealed.keys import KeyRing
from gateway.store.sealed.sources import (
    FileSource,
    SecretKey,
    make_master_key,
)
from gateway.store.sealed.turning import Kek, turn_all, wrap_anew, wrap_first_form
from gateway.store.sealed.wrapping import KeyPlace, is_first_form, unwrap, wrap
from gateway.store.sealed.wrapping_keys import keks_in_use
from gateway.store.tables import data_keys, journal, key_encryption_keys
from tests.fakes import SecretSource, SetClock

NOW = datetime(2026, 11, 29, tzinfo=UTC)


@pytest.fixture
def source(tmp_path: Path) -> FileSource:
    make_master_key(tmp_path / "master.key")
    return FileSource(tmp_path / "master.key")


def another_process(database: Database, source: FileSource, **limits: Any) -> Database:
    """The same database as another process has it: with a memory of its own."""
    keys = KeyRing(source, **limits)
    keys.bind(database.engine)
    return Database(database.engine, keys, database.folder, database.clock)


@pytest.fixture
def mine(database: Database, source: FileSource) -> Database:
    opened = another_process(database, source)
    with opened.write() as work:
        opened.keys.establish(work.connection, work.now, new=True)
    return opened


def seal(database: Database, scope: str, value: str) -> tuple[str, bytes]:
    with database.write() as work:
        key_id = work.key_for(scope)
        return key_id, work.seal(key_id, value, "a.b:c")


def unseal(database: Database, key_id: str, sealed: bytes) -> Any:
    with database.read() as work:
        return work.unseal(key_id, sealed, "a.b:c")


def records(database: Database) -> dict[str, Any]:
    with database.engine.connect() as connection:
        return {row.scope: row for row in connection.execute(select(data_keys))}


# The record


PLACES = st.builds(
    KeyPlace,
    st.text(st.characters(codec="ascii"), max_size=12),
    st.text(st.characters(codec="ascii"), max_size=12),
    st.integers(1, 12),
)


@given(PLACES, PLACES)
def test_a_record_opens_in_its_own_place_alone(one: KeyPlace, other: KeyPlace) -> None:
    kek = SecretKey(bytes(32))
    record = wrap(kek, bytes(range(32)), one)
    assert unwrap(kek, record, one) == bytes(range(32))
    if one != other:
        with pytest.raises(DamagedError):
            unwrap(kek, record, other)


@pytest.mark.parametrize("at", range(70))
def test_no_byte_of_a_record_can_be_changed(at: int) -> None:
    kek, place = SecretKey(bytes(32)), KeyPlace("patient:a", "b", 1)
    record = wrap(kek, bytes(range(32)), place)
    assert len(record) == 70
    changed = record[:at] + bytes([record[at] ^ 1]) + record[at + 1 :]
    with pytest.raises(DamagedError):
        unwrap(kek, changed, place)


def test_a_record_says_its_version_its_key_and_its_algorithm() -> None:
    kek = SecretKey(bytes(32))
    record = wrap(kek, bytes(32), KeyPlace("patient:a", "b", 1))
    assert record[0] == 1
    assert record[1:9].hex() == kek.id
    assert record[9] == 1
    assert not is_first_form(record)


def test_a_wrapped_key_put_into_another_row_opens_nothing(mine: Database) -> None:
    one, sealed = seal(mine, "patient:1", "of one")
    two, _ = seal(mine, "patient:2", "of two")
    kept = {row.id: row.wrapped for row in records(mine).values()}
    with mine.engine.begin() as connection:
        for name, wrapped in ((one, kept[two]), (two, kept[one])):
            connection.execute(
                update(data_keys).where(data_keys.c.id == name).values(wrapped=wrapped)
            )
    source = mine.keys.source
    assert isinstance(source, FileSource)
    fresh = another_process(mine, FileSource(source.first))
    with pytest.raises(DamagedError):
        unseal(fresh, one, sealed)


# Digests


def test_digests_stay_the_same_when_the_key_that_wraps_turns_over(
    mine: Database, source: FileSource
) -> None:
    before = {label: mine.keys.digest(label, "x") for label in Label}
    assert len(set(before.values())) == len(Label)
    with mine.write() as work:
        Kek(work).next("me")
    turn_all(mine)
    source.destroy(1)

    fresh = another_process(mine, source)
    assert {label: fresh.keys.digest(label, "x") for label in Label} == before


def test_digests_of_a_database_of_one_master_key_go_on_as_they_were(
    database: Database, source: FileSource
) -> None:
    secret = bytes.fromhex(source.first.read_text("ascii").strip())
    then = KeyRing(SecretSource(secret)).digest(Label.INS, "279035121518989")
    opened = another_process(database, source)
    assert opened.keys.digest(Label.INS, "279035121518989") == then
    with opened.write() as work:
        opened.keys.establish(work.connection, work.now)
    assert (
        another_process(database, source).keys.digest(Label.INS, "279035121518989")
        == then
    )


def test_keys_of_digests_of_a_new_database_do_not_follow_from_the_master_key(
    mine: Database, source: FileSource
) -> None:
    secret = bytes.fromhex(source.first.read_text("ascii").strip())
    derived = KeyRing(SecretSource(secret))
    for label in Label:
        assert mine.keys.digest(label, "x") != derived.digest(label, "x")


# Turning over


def test_what_was_sealed_before_opens_after_each_turn_in_every_process(
    mine: Database, source: FileSource
) -> None:
    other = another_process(mine, source)
    kept = [seal(mine, f"patient:{number}", f"{number}") for number in range(5)]
    assert unseal(other, *kept[0]) == "0"
    for version in (2, 3):
        with mine.write() as work:
            assert Kek(work).next("me") == version
        with mine.write() as work:
            assert wrap_anew(work, most=2) == 2
        # Half-way: some are wrapped by one, some by the other.
        kept.append(seal(other, f"patient:late-{version}", f"{len(kept)}"))
        for number, one in enumerate(kept):
            assert unseal(other, *one) == f"{number}"
        assert turn_all(mine, batch=3) >= 5
        with mine.read() as work:
            assert keks_in_use(work.connection) == [source.open(version).id]
    fresh = another_process(mine, source)
    for number, one in enumerate(kept):
        assert unseal(fresh, *one) == f"{number}"


def test_a_turn_is_not_begun_while_the_one_before_is_not_done(mine: Database) -> None:
    seal(mine, "patient:1", "x")
    with mine.write() as work:
        Kek(work).next("me")
    with pytest.raises(ConflictError, match="not done"), mine.write() as work:
        Kek(work).next("me")


def test_keys_of_the_first_form_get_a_place(
    database: Database, source: FileSource
) -> None:
    opened = another_process(database, source)
    master = source.open(1)
    with database.engine.begin() as connection:
        for number in range(3):
            nonce, key_id = bytes([number]) * 12, f"{number:032x}"
            connection.execute(
                data_keys.insert().values(
                    id=key_id,
                    scope=f"patient:{number}",
                    wrapped=nonce + master.encrypt(nonce, bytes(32), key_id.encode()),
                    kek_id=master.id,
                    created_at=NOW,
                )
            )
    key_id, sealed = seal(opened, "patient:1", "x")
    assert key_id == f"{1:032x}"

    with opened.write() as work:
        assert wrap_first_form(work, "", most=2) == (2, f"{1:032x}")
    assert turn_all(opened) == 1

    assert not any(is_first_form(row.wrapped) for row in records(database).values())
    assert unseal(another_process(database, source), key_id, sealed) == "x"


def test_a_version_that_is_needed_or_wraps_or_just_did_is_not_destroyed(
    mine: Database, clock: SetClock, source: FileSource
) -> None:
    seal(mine, "patient:1", "x")

    def refused(version: int, words: str) -> None:
        with pytest.raises(ConflictError, match=words), mine.write() as work:
            Kek(work).destroy(version, cause="quarter", by="me")

    refused(1, "wraps what is made now")
    with mine.write() as work:
        Kek(work).next("me")
    refused(1, "wait")
    clock.advance(seconds=61)
    refused(1, "still wraps")
    turn_all(mine)
    with pytest.raises(NotFoundError), mine.write() as work:
        Kek(work).destroy(3, cause="quarter", by="me")
    with mine.write() as work:
        assert Kek(work).destroy(1, cause="quarter", by="me")

    assert not source.path(1).exists()
    with mine.read() as work:
        first, second = Kek(work).versions()
        line = list(work.journal.lines(None))[-1]
    assert (first.version, first.wraps, first.destroyed_at is None) == (1, 0, False)
    assert (second.version, second.retired_at) == (2, None)
    assert (line.action, line.outcome) == ("key:destroy", "kek")
    assert line.detail == {"version": 1, "cause": "quarter", "by": "me"}


def test_a_key_that_wraps_and_is_not_at_hand_is_said_and_nothing_is_mixed(
    mine: Database, source: FileSource
) -> None:
    key_id, sealed = seal(mine, "patient:1", "x")
    source.destroy(1)
    make_master_key(source.first)
    fresh = another_process(mine, source)
    with pytest.raises(UnavailableError, match="another key than"):
        unseal(fresh, key_id, sealed)
    with pytest.raises(UnavailableError), fresh.write() as work:
        work.key_for("patient:2")


# Epochs, counts and memory


def test_another_epoch_seals_what_is_new_and_the_one_before_is_read(
    mine: Database, source: FileSource
) -> None:
    other = another_process(mine, source)
    first = seal(other, "patient:1", "old")
    with mine.write() as work:
        work.keys.next_epoch(work.connection, "patient:1", work.now)

    second = seal(other, "patient:1", "new")

    assert second[0] != first[0]
    assert unseal(other, *first) == "old"
    assert unseal(other, *second) == "new"


def test_a_value_of_an_earlier_epoch_opens_by_the_key_of_now(mine: Database) -> None:
    """As a draft, whose row does not say which of the patient's keys sealed it."""
    _, sealed = seal(mine, "patient:1", "old")
    with mine.write() as work:
        now = work.keys.next_epoch(work.connection, "patient:1", work.now)
    assert unseal(mine, now, sealed) == "old"
    stranger, of_stranger = seal(mine, "patient:2", "not yours")
    with pytest.raises(DamagedError):
        unseal(mine, now, of_stranger)
    with pytest.raises(DamagedError):
        unseal(mine, stranger, sealed)


@pytest.mark.parametrize(("seals", "epochs"), [(31, 1), (32, 2), (33, 2), (64, 3)])
def test_a_key_that_sealed_often_enough_is_followed_by_another(
    mine: Database, source: FileSource, seals: int, epochs: int
) -> None:
    few = another_process(mine, source, most_seals=32)
    for _ in range(seals):
        seal(few, "transit:2026-11-29", "x")
    with mine.read() as work:
        kinds = {one.kind: one for one in kinds_of(work)}
    assert kinds["transit"].epoch == epochs
    assert kinds["transit"].most_seals == min(seals // 2 * 2, 32)


def test_keys_are_dropped_from_memory_after_their_time(
    mine: Database, source: FileSource
) -> None:
    """The time is five minutes; here none. Nothing but the row opens then."""
    short = another_process(mine, source, kept_seconds=-1.0)
    key_id, sealed = seal(short, "patient:1", "x")
    assert unseal(short, key_id, sealed) == "x"
    lasting = another_process(mine, source)
    assert unseal(lasting, key_id, sealed) == "x"
    with mine.engine.begin() as connection:  # behind everybody's back
        connection.execute(update(data_keys).values(wrapped=None))
    assert unseal(lasting, key_id, sealed) == "x"
    with pytest.raises(UnavailableError):
        unseal(short, key_id, sealed)


# Destruction


def destroy(database: Database, scope: str) -> None:
    with database.write() as work:
        destroy_scope(work, scope, cause="asked for", by="me")
    clear_traces(database.engine)


def test_a_destroyed_key_opens_nothing_in_any_process_and_is_never_made_again(
    mine: Database, source: FileSource
) -> None:
    other = another_process(mine, source)
    first = seal(mine, "patient:1", "gone")
    with mine.write() as work:
        work.keys.next_epoch(work.connection, "patient:1", work.now)
    second = seal(other, "patient:1", "gone too")
    kept = seal(other, "patient:2", "kept")
    for one in (mine, other):
        assert unseal(one, *first) == "gone"

    destroy(mine, "patient:1")

    for one in (mine, other, another_process(mine, source)):
        for sealed in (first, second):
            with pytest.raises(UnavailableError, match="destroyed"):
                unseal(one, *sealed)
        with pytest.raises(UnavailableError), one.write() as work:
            work.key_for("patient:1")
        assert unseal(one, *kept) == "kept"
    with pytest.raises(ConflictError, match="before"), mine.write() as work:
        destroy_scope(work, "patient:1", cause="again", by="me")
    with pytest.raises(NotFoundError), mine.write() as work:
        destroy_scope(work, "patient:9", cause="again", by="me")


def test_the_row_of_a_destroyed_key_stays_with_its_day_and_a_line(
    mine: Database, clock: SetClock
) -> None:
    key_id, _ = seal(mine, "patient:1", "gone")
    destroy(mine, "patient:1")
    row = records(mine)["patient:1"]
    assert (row.id, row.wrapped, row.kek_id) == (key_id, None, None)
    assert row.destroyed_at == clock()
    with mine.read() as work:
        (line,) = [one for one in work.journal.lines(None) if "key:" in one.action]
    assert (line.action, line.outcome, line.subject) == ("key:destroy", "patient", "1")
    assert line.detail == {"keys": 1, "cause": "asked for", "by": "me"}


def test_the_bytes_of_a_destroyed_key_are_in_no_file_of_sqlite(
    mine: Database, tmp_path: Path
) -> None:
    """Among many keys, for which pages were split."""
    if mine.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL keeps its files to itself")
    with mine.write() as work:
        for number in range(400):
            work.key_for(f"patient:{number}")
    with mine.write() as work:
        Kek(work).next("me")
    before = {row.wrapped for row in records(mine).values()}
    turn_all(mine)
    after = {scope: row.wrapped for scope, row in records(mine).items()}
    gone = [after[f"patient:{number}"] for number in range(0, 400, 7)]

    with mine.write() as work:
        for number in range(0, 400, 7):
            destroy_scope(work, f"patient:{number}", cause="asked for", by="me")
    clear_traces(mine.engine)

    files = b"".join(one.read_bytes() for one in tmp_path.glob("gateway.db*"))
    assert not [one for one in gone if one in files]
    assert not [one for one in before if one in files]
    assert after["patient:1"] in files, "the others are there"
    log = tmp_path / "gateway.db-wal"
    assert not log.exists() or log.stat().st_size == 0


def test_a_reader_that_holds_the_log_is_said(mine: Database) -> None:
    if mine.engine.dialect.name != "sqlite":
        pytest.skip("SQLite alone has a log that a reader holds")
    seal(mine, "patient:1", "x")
    with mine.read() as work:
        work.connection.execute(select(journal.c.id)).all()
        seal(mine, "patient:2", "x")
        with pytest.raises(UnavailableError, match="keys clear"):
            clear_traces(mine.engine, wait_seconds=0.0)
    clear_traces(mine.engine, wait_seconds=0.0)


def test_an_older_backup_opens_for_the_others_and_not_for_who_was_destroyed(
    mine: Database, source: FileSource, clock: SetClock, tmp_path: Path
) -> None:
    """Once the key that wraps has turned over, and the version of then is destroyed."""
    if mine.engine.dialect.name != "sqlite":
        pytest.skip("the backup is made as a file")
    gone, kept = seal(mine, "patient:1", "gone"), seal(mine, "patient:2", "kept")
    with closing(sqlite3.connect(tmp_path / "gateway.db")) as running:
        running.execute("VACUUM INTO ?", (str(tmp_path / "older.db"),))
    destroy(mine, "patient:1")
    with mine.write() as work:
        Kek(work).next("me")
    turn_all(mine)
    clock.advance(minutes=2)
    with mine.write() as work:
        Kek(work).destroy(1, cause="quarter", by="me")

    older = another_process(
        Database(
            make_engine(f"sqlite:///{tmp_path / 'older.db'}"),
            mine.keys,
            BlobFolder(tmp_path / "blobs", 1024),
            clock,
        ),
        source,
    )
    for one in (gone, kept):
        with pytest.raises(UnavailableError):
            unseal(older, *one)
    # The others are opened by their key as it is wrapped now.
    newer = {row.id: row for row in records(mine).values()}
    with older.engine.begin() as connection, mine.read() as work:
        for version in work.connection.execute(select(key_encryption_keys)):
            if version.version == 2:
                connection.execute(
                    key_encryption_keys.insert().values(**version._mapping)  # noqa: SLF001
                )
        for key_id, row in newer.items():
            connection.execute(
                update(data_keys)
                .where(data_keys.c.id == key_id)
                .values(wrapped=row.wrapped, kek_id=row.kek_id)
            )
    restored = another_process(older, source)
    assert unseal(restored, *kept) == "kept"
    with pytest.raises(UnavailableError):
        unseal(restored, *gone)
    older.close()
