"""After a theft all that a mailbox has is under another key, and read all the while."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import select, update

from gateway.errors import ConflictError, DamagedError, DestroyedError
from gateway.message.outline import read_outline
from gateway.store.arrivals.arrivals import Arrivals
from gateway.store.arrivals.transit import give_to_owners
from gateway.store.base.work import Database
from gateway.store.mailbox.folders import INBOX
from gateway.store.mailbox.mail import Mail
from gateway.store.mailbox.openings import Openings
from gateway.store.mailbox.reading import MailReading
from gateway.store.mailbox.reencrypting import SEALED_ANEW, Reencrypting
from gateway.store.patients.epochs import MAILBOX, turn_owner
from gateway.store.sealed.destroying import clear_traces
from gateway.store.sealed.keys import KeyRing
from gateway.store.sealed.places import _whole
from gateway.store.sealed.wrapping import decrypt
from gateway.store.tables import (
    blob_grants,
    data_keys,
    mail_items,
    mail_openings,
    mail_outlines,
    metadata,
)
from tests.mssante.post import DOCTOR, Post, mail
from tests.store.mailbox.test_mail import LETTER, deliver, folder_of, open_mailbox

HOLDER = "801234"


def another(database: Database) -> Database:
    """The same database as another process has it: with a memory of its own."""
    keys = KeyRing(database.keys.source)
    keys.bind(database.engine)
    return Database(database.engine, keys, database.folder, database.clock)


def begin(database: Database, mailbox_id: str) -> None:
    with database.write() as work:
        turn_owner(work, MAILBOX, mailbox_id, by="anne (keys)")


def carry(database: Database, mailbox_id: str, most: int = 100) -> int:
    with database.write() as work:
        return Reencrypting(work, mailbox_id).carry(most)


def carry_all(database: Database, mailbox_id: str) -> None:
    while carry(database, mailbox_id):
        continue


def end(database: Database, mailbox_id: str) -> int:
    with database.write() as work:
        return Reencrypting(work, mailbox_id).end(by="anne (keys)")


def read(database: Database, mailbox_id: str) -> list[tuple[bytes, bytes]]:
    """Return header and bytes of each message, as a client is given them."""
    folder = folder_of(database, mailbox_id)
    with database.read() as work:
        reading = MailReading(work)
        items = list(reading.items(folder.id, outlined=True))
        return [(one.headers or b"", reading.content(one)) for one in items]


def keys_of(database: Database, mailbox_id: str) -> list[Any]:
    query = select(data_keys).where(data_keys.c.scope == f"mailbox:{mailbox_id}")
    with database.engine.connect() as connection:
        return list(connection.execute(query.order_by(data_keys.c.epoch)).all())


def open_first(database: Database, mailbox_id: str) -> int:
    """Have the holder open the first message; return how many lines say so."""
    folder = folder_of(database, mailbox_id)
    with database.write() as work:
        Openings(work).keep(folder.id, [1], HOLDER)
    with database.read() as work:
        lines = [one.action for one in work.journal.lines()]
    return lines.count("message:open")


def test_messages_are_read_and_come_in_all_the_while(database: Database) -> None:
    mailbox_id, other = open_mailbox(database), another(database)
    contents = [LETTER + b"%d\r\n" % number for number in range(4)]
    for content in contents[:3]:
        deliver(database, mailbox_id, content)
    assert open_first(database, mailbox_id) == 1
    begin(database, mailbox_id)
    deliver(other, mailbox_id, contents[3])
    with database.read() as work:
        before = list(MailReading(work).items(folder_of(database, mailbox_id).id))

    assert [carry(database, mailbox_id, 1), carry(other, mailbox_id, 1)] == [1, 1]
    assert [one for _, one in read(other, mailbox_id)] == contents
    carry_all(another(database), mailbox_id)
    with database.read() as work:  # by who had listed them before
        assert [MailReading(work).content(one) for one in before] == contents
    assert end(database, mailbox_id) == 1

    for one in (database, other, another(database)):
        assert [content for _, content in read(one, mailbox_id)] == contents
        assert all(b"Subject: Lettre" in header for header, _ in read(one, mailbox_id))
    assert open_first(other, mailbox_id) == 1, "it was opened before"
    old, new = keys_of(database, mailbox_id)
    assert (old.wrapped, new.destroyed_at) == (None, None)
    with database.engine.connect() as connection:
        for table in (mail_items, mail_outlines, mail_openings, blob_grants):
            named = set(connection.execute(select(table.c.key_id)).scalars())
            assert old.id not in named
    with database.read() as work:
        said = [
            (one.action, one.outcome, one.subject)
            for one in work.journal.lines()
            if one.action.startswith("key:")
        ]
    assert said == [
        (f"key:{verb}", MAILBOX, mailbox_id) for verb in ("turn", "destroy")
    ]
    assert end(database, mailbox_id) == 0


def test_a_message_that_is_removed_meanwhile_is_gone(database: Database) -> None:
    mailbox_id = open_mailbox(database)
    for number in range(2):
        deliver(database, mailbox_id, LETTER + b"%d\r\n" % number)
    begin(database, mailbox_id)
    carry_all(database, mailbox_id)
    with database.write() as work:
        Mail(work).empty(folder_of(database, mailbox_id))
    end(database, mailbox_id)

    assert read(database, mailbox_id) == []
    with database.engine.connect() as connection:
        grants = set(connection.execute(select(blob_grants.c.key_id)).scalars())
    assert not grants & {one.id for one in keys_of(database, mailbox_id)}


Cell = tuple[str, bytes]


def cells(database: Database, key_ids: Sequence[str]) -> Iterator[Cell]:
    """Yield each place a value may be sealed for with one of some keys, and it."""
    for table in metadata.sorted_tables:
        names = [one.name for one in table.primary_key]
        with database.engine.connect() as connection:
            rows = list(connection.execute(select(table)).all())
        for row in rows:
            kept = dict(row._mapping)
            for name, value in kept.items():
                if isinstance(value, bytes):
                    for key_id in key_ids:
                        parts = [
                            key_id if one == "key_id" else str(kept[one])
                            for one in names
                        ]
                        yield f"{table.name}.{name}:{':'.join(parts)}", value


def opened(stolen: AESGCM, database: Database, key_ids: Sequence[str]) -> set[str]:
    """Return the columns of which a stolen key opens something, in any of its places"""
    found = set()
    for place, value in cells(database, key_ids):
        try:
            decrypt(stolen, value, _whole(place).encode())
        except DamagedError:
            continue
        found.add(place.partition(":")[0])
    return found


def test_a_stolen_key_of_before_opens_nothing_that_is_in_the_database(
    post: Post,
) -> None:
    database, mailbox_id = post.database, post.mailboxes[DOCTOR]
    arrival_id = post.send(mail(), post.mailbox(DOCTOR), message_id="1@x.test")
    sent = post.send(
        mail(sender=DOCTOR), post.patient(), reverse_path=DOCTOR, message_id="2@x.test"
    )
    with database.write() as work:
        for one in (arrival_id, sent):
            give_to_owners(work, one)
    (key,) = keys_of(database, mailbox_id)
    with database.read() as work:
        stolen = AESGCM(work.keys._unwrapped(work.connection, key.id))
    assert opened(stolen, database, [key.id]) >= {
        "arrivals.facts",
        "arrivals.sender",
        "blob_grants.wrapped",
        "mail_outlines.headers",
        "mail_outlines.structure",
        "recipients.address",
    }
    with database.read() as work:
        told = [Arrivals(work).get(one) for one in (arrival_id, sent)]

    begin(database, mailbox_id)
    carry_all(database, mailbox_id)
    assert end(database, mailbox_id) == 1
    clear_traces(database.engine, SEALED_ANEW)

    ids = [one.id for one in keys_of(database, mailbox_id)]
    assert opened(stolen, database, ids) == set()
    with database.read() as work:
        after = [Arrivals(work).get(one) for one in (arrival_id, sent)]
        with pytest.raises(DestroyedError):
            work.keys.data_key(work.connection, key.id)
    for then, now in zip(told, after, strict=True):
        assert then is not None
        assert now is not None
        assert now.reverse_path == then.reverse_path
        assert now.message_id == then.message_id
        assert [one.recipient.address for one in now.recipients] == [
            one.recipient.address for one in then.recipients
        ]


def test_what_was_altered_stops_it_and_it_goes_on_once_that_is_mended(
    database: Database,
) -> None:
    mailbox_id = open_mailbox(database)
    deliver(database, mailbox_id)
    begin(database, mailbox_id)
    with database.engine.begin() as connection:
        kept = connection.execute(select(mail_outlines.c.structure)).scalar_one()
        broken = bytes([kept[0] ^ 1]) + kept[1:]
        connection.execute(update(mail_outlines).values(structure=broken))
    with pytest.raises(ConflictError, match="was altered"):
        carry(database, mailbox_id)
    with pytest.raises(ConflictError, match="mail_items are under the old key"):
        end(database, mailbox_id)
    with database.engine.begin() as connection:
        connection.execute(update(mail_outlines).values(structure=kept))
    carry_all(database, mailbox_id)

    assert end(database, mailbox_id) == 1
    assert [content for _, content in read(database, mailbox_id)] == [LETTER]
    assert read_outline(LETTER).headers is not None


def test_another_mailbox_with_the_same_message_goes_on_as_it_was(
    database: Database,
) -> None:
    one, two = open_mailbox(database), open_mailbox(database, "b@hopital.mssante.test")
    parcel = database.prepare(LETTER)
    with database.write() as work:
        key_id = work.key_for("transit:2026-11-21")
        blob_id = work.blobs.put(parcel, key_id, work.now)
    for mailbox_id in (one, two):
        with database.write() as work:
            Mail(work).deliver(mailbox_id, blob_id, key_id, LETTER)
    begin(database, one)
    carry_all(database, one)
    end(database, one)

    for mailbox_id in (one, two):
        assert folder_of(database, mailbox_id, INBOX)
        assert [content for _, content in read(database, mailbox_id)] == [LETTER]
    assert len(keys_of(database, two)) == 1
