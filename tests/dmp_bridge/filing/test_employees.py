"""An employee's card files a letter under the responsibility of its author."""

from __future__ import annotations

from attrs import evolve

from gateway.core.envelope import Sender, SenderKind
from gateway.core.reasons import Reason
from gateway.store.base.work import Database
from gateway.store.journal import Action, Entry
from gateway.store.patients.decisions import Decisions
from tests.builders_cda import make_cda
from tests.dmp_bridge.filing.story import HOSPITAL, STRUCTURE, Story
from tests.dmp_bridge.filing.test_filing_rows import packed

SECRETARY = Sender(
    kind=SenderKind.EMPLOYEE, identity="3750000011/CPET0002", structure=STRUCTURE
)
LETTER = packed(make_cda())


def filings(story: Story) -> list[Entry]:
    return [line for line in story.lines() if line.action == Action.DOCUMENT_FILED]


def test_b7_03_a_secretary_files_her_doctors_letter(database: Database) -> None:
    story = Story.begin(database)

    told = story.send(LETTER, sender=SECRETARY)

    assert (told.outcome, told.deliver) == (Reason.FILED, True)
    assert told.kept.sender == SECRETARY
    assert len(story.entries()) == 1


def test_the_journal_keeps_who_sent_and_under_whose_responsibility(
    database: Database,
) -> None:
    story = Story.begin(database)

    story.send(LETTER, sender=SECRETARY)

    (line,) = filings(story)
    assert {
        key: line.detail.get(key)
        for key in ("sender", "identity", "structure", "responsible")
    } == {
        "sender": "employee",
        "identity": "3750000011/CPET0002",
        "structure": STRUCTURE,
        "responsible": "899700000017",
    }


def test_who_answers_for_itself_is_filed_under_nobody(database: Database) -> None:
    story = Story.begin(database)

    story.send(LETTER, sender=HOSPITAL)

    (line,) = filings(story)
    assert "responsible" not in line.detail
    assert "identity" not in line.detail


def test_an_employee_files_nothing_of_another_structures_professional(
    database: Database,
) -> None:
    story = Story.begin(database)
    elsewhere = evolve(SECRETARY, structure="1990000002")

    told = story.send(LETTER, sender=elsewhere)

    assert told.outcome == Reason.AUTHOR_UNVERIFIED
    assert told.deliver
    assert (story.entries(), filings(story)) == ([], [])


def test_an_employee_files_nothing_in_her_own_name(database: Database) -> None:
    story = Story.begin(database)
    own = packed(make_cda(author_id=SECRETARY.identity))

    told = story.send(own, sender=SECRETARY)

    assert told.outcome == Reason.AUTHOR_UNVERIFIED
    assert story.entries() == []


def test_who_blocked_a_structure_blocked_its_employees(database: Database) -> None:
    story = Story.begin(database)
    with database.write() as work:
        Decisions(work).block(story.profile_id, STRUCTURE)

    told = story.send(LETTER, sender=SECRETARY)

    assert told.outcome == Reason.SENDER_BLOCKED
    assert not told.deliver
    assert story.entries() == []
