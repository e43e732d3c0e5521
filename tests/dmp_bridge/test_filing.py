"""The filing step, row by row of the table, with real messages on both databases."""

from __future__ import annotations

from gateway.store.work import Database
from tests.builders_cda import make_cda
from tests.builders_mail import as_xdm, make_mail, pack
from tests.dmp_bridge.filing_story import Story


def test_a_letter_in_a_package_is_filed_and_reads_back(database: Database) -> None:
    story = Story.begin(database)
    letter = make_cda()

    told = story.send(make_mail(as_xdm(pack(letter))))

    assert told.outcome == "FILED"
    assert told.codes == ["FILED"]
    assert told.deliver
    assert set(told.tasks) >= {"deliver", "acknowledge"}
    (entry,) = story.entries()
    assert story.read(entry.unique_id).content == letter
    assert [line.action for line in story.lines()][-2:] == [
        "document:file",
        "document:decide",
    ]
