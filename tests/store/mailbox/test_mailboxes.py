"""Mailboxes: by which names somebody is known who holds one."""

from __future__ import annotations

import pytest
from sqlalchemy import event, update

from gateway.errors import AlteredError
from gateway.store.base.work import Database
from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.store.tables import mailbox_holders

DOCTOR, COLLEAGUE = "899700000017", "899700000025"
STRUCTURE, CORSE = "1750000011", "02A1234567"
OWN, SECOND = "dr.martin@hopital.mssante.test", "c.martin@hopital.mssante.test"
SERVICE, HERS = "service@hopital.mssante.test", "dr.faure@hopital.mssante.test"
ISLAND = "dr.corse@hopital.mssante.test"
ELSEWHERE = "dr.loin@ailleurs.mssante.test"


@pytest.mark.parametrize(
    ("names", "others"),
    [
        ({OWN.title()}, {DOCTOR, SECOND}),
        ({DOCTOR}, {OWN, SECOND}),
        ({STRUCTURE, DOCTOR, ""}, {OWN, SECOND}),
        ({SERVICE}, set()),
        ({STRUCTURE}, set()),
        ({ELSEWHERE}, set()),
        ({CORSE.lower()}, {ISLAND}),
        ({ISLAND}, {CORSE.lower()}),
        (set(), set()),
    ],
)
def test_one_person_is_known_by_number_and_by_each_mailbox_of_their_own(
    database: Database, names: set[str], others: set[str]
) -> None:
    with database.write() as work:
        boxes = Mailboxes(work)
        boxes.add(OWN, kind="PER", holders=[DOCTOR])
        boxes.add(SECOND, kind="PER", holders=[DOCTOR, STRUCTURE])
        boxes.add(HERS, kind="PER", holders=[COLLEAGUE])
        boxes.add(SERVICE, kind="ORG", holders=[DOCTOR, COLLEAGUE, STRUCTURE])
        boxes.add(ISLAND, kind="PER", holders=[CORSE])

        found = boxes.known_as(names)

        assert boxes.names_of_sender(*names) >= found
        assert boxes.kept_off(names) >= found

    assert found == {one.lower() for one in names if one} | others


def test_with_a_structure_its_mailboxes_are_kept_off_and_not_it_with_one_of_these(
    database: Database,
) -> None:
    with database.write() as work:
        boxes = Mailboxes(work)
        boxes.add(SERVICE, kind="ORG", holders=[DOCTOR, STRUCTURE])
        boxes.add(HERS, kind="PER", holders=[STRUCTURE])

        from_it = boxes.names_of_sender(SERVICE, DOCTOR, "")
        assert STRUCTURE in from_it
        assert not boxes.kept_off({STRUCTURE}).isdisjoint({SERVICE})
        assert HERS not in boxes.kept_off({STRUCTURE})
        assert boxes.kept_off({SERVICE}) == {SERVICE}
        assert boxes.names_of_sender(STRUCTURE) == {STRUCTURE}
        assert STRUCTURE not in boxes.names_of_sender(HERS)
        assert boxes.kept_off(()) == frozenset()


def test_as_many_questions_are_asked_however_many_are_blocked(
    database: Database,
) -> None:
    asked: list[str] = []
    few = {DOCTOR, OWN, STRUCTURE}
    many = few | {f"8997{number:08d}" for number in range(300)}
    with database.write() as work:
        boxes = Mailboxes(work)
        boxes.add(OWN, kind="PER", holders=[DOCTOR])
        boxes.add(SERVICE, kind="ORG", holders=[STRUCTURE])
        event.listen(
            work.connection,
            "before_cursor_execute",
            lambda _c, _u, statement, *_: asked.append(statement),
        )
        boxes.kept_off(few)
        first = len(asked)
        boxes.kept_off(many)

    assert len(asked) == 2 * first
    assert first <= 6


def test_a_mailbox_that_was_given_to_another_lets_nobody_past_a_block(
    database: Database,
) -> None:
    with database.write() as work:
        boxes = Mailboxes(work)
        boxes.add(OWN, kind="PER", holders=[DOCTOR])
        work.connection.execute(update(mailbox_holders).values(identity=COLLEAGUE))
        with pytest.raises(AlteredError):
            boxes.kept_off({OWN})
        with pytest.raises(AlteredError):
            boxes.names_of_sender(COLLEAGUE)
