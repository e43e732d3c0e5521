"""The local directory: people and places by name, and what may be typed."""

from __future__ import annotations

import pytest

from gateway.store.base.work import Database
from gateway.store.mailbox.directory import LocalDirectory
from gateway.store.mailbox.mailboxes import Mailboxes

DIRECTORY = LocalDirectory(lambda domain: domain == "peer.mssante.test")
HOLDER = ["1750000011"]


@pytest.fixture
def furnished(database: Database) -> Database:
    with database.write() as work:
        boxes = Mailboxes(work)
        for address, name, kind in (
            ("dr.lefevre@h.test", "Dr Zoé LEFÈVRE", "PER"),
            ("cardio@h.test", "Service de cardiologie", "ORG"),
            ("dr.autre@h.test", "Dr Ève AUTRE", "PER"),
        ):
            boxes.add(address, kind=kind, holders=HOLDER, display_name=name)
        closed = boxes.add(
            "dr.parti@h.test", kind="PER", holders=HOLDER, display_name="Dr PARTI"
        )
        boxes.set_state(closed, "closed")
    return database


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("lefevre", ["dr.lefevre@h.test"]),
        ("ZOÉ  Lefèvre", ["dr.lefevre@h.test"]),
        ("dr", ["dr.autre@h.test", "dr.lefevre@h.test"]),
        ("h.test cardio", ["cardio@h.test"]),
        ("parti", []),
        ("%", []),
        ("  ", []),
        ("Dr.New@Peer.mssante.test", ["dr.new@peer.mssante.test"]),
        ("dr.new@elsewhere.example", []),
        ("dr.autre@h.test", ["dr.autre@h.test"]),
    ],
)
def test_names_are_found_by_words_and_addresses_of_the_space_of_trust_as_typed(
    furnished: Database, text: str, found: list[str]
) -> None:
    with furnished.read() as work:
        entries = DIRECTORY.search(work, text, 30)

    assert [one.identity for one in entries] == found
    assert all(one.is_place is (one.identity == "cardio@h.test") for one in entries)


def test_a_closed_mailbox_is_named_and_who_alone_holds_a_persons(
    furnished: Database,
) -> None:
    alone = ["899700111111"]
    with furnished.write() as work:
        Mailboxes(work).add(
            "dr.seul@h.test", kind="PER", holders=alone, display_name="Dr SEUL"
        )
        Mailboxes(work).add("sans-nom@h.test", kind="PER", holders=HOLDER)

    asked = {"899700111111", HOLDER[0], "dr.parti@h.test", "sans-nom@h.test"}
    with furnished.read() as work:
        names = DIRECTORY.names(work, asked)

    assert names == {"899700111111": "Dr SEUL", "dr.parti@h.test": "Dr PARTI"}


def test_so_many_are_returned_and_names_are_known_by_identity(
    furnished: Database,
) -> None:
    with furnished.read() as work:
        assert len(DIRECTORY.search(work, "test", 2)) == 2
        names = DIRECTORY.names(work, {"cardio@h.test", "x@h.test"})

    assert names == {"cardio@h.test": "Service de cardiologie"}
