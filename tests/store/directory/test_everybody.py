"""People by name, from here and from the national directory together."""

from __future__ import annotations

from gateway.store.base.work import Database
from gateway.store.directory.everybody import EverybodyDirectory
from gateway.store.mailbox.directory import LocalDirectory
from gateway.store.mailbox.mailboxes import Mailboxes
from tests.builders_directory import HOMONYMS, TWO_ACTIVITIES, take_sample

EVERYBODY = EverybodyDirectory(LocalDirectory(lambda domain: False))


def test_those_here_come_first_and_the_national_ones_say_who_they_are(
    database: Database,
) -> None:
    take_sample(database)
    with database.write() as work:
        Mailboxes(work).add(
            "dr.martin@h.test",
            kind="PER",
            holders=[HOMONYMS[0]],
            display_name="Dr MARTIN",
        )

    with database.read() as work:
        found = EVERYBODY.search(work, "martin", 30)
        few = EVERYBODY.search(work, "martin", 1)
        names = EVERYBODY.names(work, {"dr.martin@h.test", TWO_ACTIVITIES, "x@h.test"})

    assert [one.identity for one in found] == [
        "dr.martin@h.test",
        TWO_ACTIVITIES,
        *HOMONYMS,
    ]
    assert [bool(one.about) for one in found] == [False, True, True, True]
    assert few == found[:1]
    assert names == {
        "dr.martin@h.test": "Dr MARTIN",
        TWO_ACTIVITIES: "Zoé LEFÈVRE-MARTIN",
    }


def test_before_an_import_there_are_those_here(database: Database) -> None:
    with database.read() as work:
        assert EVERYBODY.search(work, "martin", 30) == []
        assert EVERYBODY.names(work, {TWO_ACTIVITIES}) == {}
