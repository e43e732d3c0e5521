"""A document sent again to be withdrawn goes from the vault, and is told."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest

from gateway.cli.trace import stories_in
from gateway.core.document import Visibility
from gateway.core.envelope import Sender
from gateway.documents.xds.values import EntryAction
from gateway.store.base.work import Database
from tests.builders_cda import SET, make_cda
from tests.builders_mail import as_xdm, make_mail, pack
from tests.dmp_bridge.filing.story import DOCTOR, HOSPITAL, OPERATOR, Story
from tests.fakes import SetClock

LETTER = make_cda()
HIDDEN = Visibility.HIDDEN_FROM_PATIENT.value
SECOND = make_cda(unique_id=(f"{SET}.2", ""), version=2, replaces=f"{SET}.1")


def filing(*contents: bytes, flags: tuple[str, ...] = ()) -> bytes:
    return make_mail(as_xdm(pack(*contents, flags=list(flags))))


def withdrawal(*contents: bytes) -> bytes:
    return make_mail(as_xdm(pack(*contents, action=EntryAction.DELETE)))


def statuses(story: Story) -> dict[str, str]:
    """Return the status of each document by the end of its uniqueId."""
    return {
        entry.unique_id.rpartition(".")[2]: entry.availability_status.value
        for entry in story.entries()
    }


@pytest.mark.parametrize("sender", [HOSPITAL, DOCTOR, OPERATOR])
def test_its_author_its_structure_or_their_operator_withdraws_it(
    sender: Sender, database: Database
) -> None:
    story = Story.begin(database)
    story.send(filing(LETTER), sender=sender)

    told = story.send(withdrawal(LETTER), sender=sender)

    assert (told.outcome, told.codes, told.deliver) == (
        "WITHDRAWN",
        ["WITHDRAWN"],
        True,
    )
    assert statuses(story) == {"1": "Deleted"}


def test_the_patients_journal_and_the_story_say_who_withdrew_it(
    database: Database,
) -> None:
    story = Story.begin(database)
    filed = story.send(filing(LETTER))

    told = story.send(withdrawal(LETTER))

    (line,) = [one for one in story.lines() if one.action == "document:withdraw"]
    assert line.subject == filed.documents[0].entry_id == told.documents[0].entry_id
    assert dict(line.detail) == {
        "arrival": told.kept.id,
        "document": f"{SET}.1",
        "sender": HOSPITAL.kind.value,
        "identity": HOSPITAL.identity,
    }
    with database.read() as work:
        stories = stories_in(database, work).tell(f"{SET}.1")
    assert [one["state"] for one in stories] == ["Deleted", "Deleted"]
    assert {one["documents"][0]["outcome"] for one in stories} == {"FILED", "WITHDRAWN"}
    steps = [step["action"] for one in stories for step in one["steps"]]
    assert "document:withdraw" in steps


def test_a_withdrawal_done_twice_is_one(database: Database) -> None:
    story = Story.begin(database)
    story.send(filing(LETTER))

    outcomes = [story.send(withdrawal(LETTER)).outcome for _ in range(2)]

    assert outcomes == ["WITHDRAWN", "WITHDRAWN"]
    lines = [one.action for one in story.lines()]
    assert lines.count("document:withdraw") == 1


def test_the_bytes_stay_and_those_sent_again_are_not_kept(database: Database) -> None:
    story = Story.begin(database)
    noise = Random(1).randbytes(100_000).hex()  # large even deflated
    large = make_cda(extra=f"<!-- {noise} -->")
    story.send(filing(large))
    task = story.keep(withdrawal(large))
    before = sorted(database.folder.folder.rglob("*"))
    assert before

    story.settle(task)

    assert sorted(database.folder.folder.rglob("*")) == before
    assert story.read(f"{SET}.1").content == large


def test_what_was_withdrawn_does_not_come_back_under_its_id(database: Database) -> None:
    story = Story.begin(database)
    story.send(filing(LETTER))
    story.send(withdrawal(LETTER))

    told = story.send(filing(LETTER))

    assert told.codes == ["ID_REUSED"]
    assert statuses(story) == {"1": "Deleted"}


def test_the_next_version_is_filed_after_the_last_was_withdrawn(
    database: Database,
) -> None:
    story = Story.begin(database)
    story.send(filing(LETTER))
    story.send(withdrawal(LETTER))

    told = story.send(filing(SECOND))

    assert told.codes == ["REPLACED_PARENT_UNKNOWN"]
    assert statuses(story) == {"1": "Deleted", "2": "Approved"}


def test_with_the_latest_version_those_before_stay_as_they_are(
    database: Database,
) -> None:
    story = Story.begin(database)
    story.send(filing(LETTER))
    story.send(filing(SECOND))

    told = story.send(withdrawal(SECOND))

    assert told.codes == ["WITHDRAWN"]
    assert statuses(story) == {"1": "Deprecated", "2": "Deleted"}


def test_a_document_may_go_and_another_come_in_one_message(database: Database) -> None:
    story = Story.begin(database)
    story.send(filing(LETTER))
    other = make_cda(unique_id=("1.2.9", ""), set_id="1.2.10")
    mail = make_mail(
        as_xdm(pack(LETTER, action=EntryAction.DELETE)), as_xdm(pack(other))
    )

    told = story.send(mail)

    assert told.codes == ["WITHDRAWN", "FILED"]
    assert told.outcome == "FILED"
    assert sorted(statuses(story).values()) == ["Approved", "Deleted"]


def test_the_message_of_a_withdrawal_is_hidden_as_long_as_the_document_was(
    database: Database,
) -> None:
    story = Story.begin(database)
    first = story.send(filing(LETTER, flags=(HIDDEN,)))

    told = story.send(withdrawal(LETTER))  # which does not say that it was hidden

    until = told.kept.recipients[0].hidden_until
    assert until == first.kept.recipients[0].hidden_until
    assert until is not None
    assert until > database.clock() + timedelta(days=27)


@pytest.mark.parametrize(
    ("flags", "waits", "is_told"),
    [((), False, True), ((HIDDEN,), False, False), ((HIDDEN,), True, True)],
    ids=["seen", "never seen", "shown this moment"],
)
def test_who_could_see_it_is_told_that_it_went(
    database: Database,
    clock: SetClock,
    flags: tuple[str, ...],
    *,
    waits: bool,
    is_told: bool,
) -> None:
    story = Story.begin(database)
    until = story.send(filing(LETTER, flags=flags)).kept.recipients[0].hidden_until
    if waits:
        assert until is not None
        clock.now = until

    story.send(withdrawal(LETTER))

    with database.read() as work:
        (withdrawn,) = story.vault(work).listed(story.profile_id)
        told = [one.subject for one in work.tasks.listed() if one.kind == "withdraw"]
    assert told == ([withdrawn.id] if is_told else [])


def test_a_refusal_says_what_to_do(database: Database) -> None:
    story = Story.begin(database)

    told = story.send(withdrawal(LETTER))

    (document,) = told.documents
    assert (document.outcome, document.error) == ("WITHDRAWAL_UNKNOWN", "906")


def test_a_job_done_twice_changes_nothing(database: Database) -> None:
    story = Story.begin(database)
    story.send(filing(LETTER))
    task = story.keep(withdrawal(LETTER))
    jobs = [story.filing(task), story.filing(task)]

    for job in jobs:
        with database.write() as work:
            job(work)

    assert story.told(task.subject).codes == ["WITHDRAWN"]
    with database.read() as work:
        stored = story.vault(work).find(f"{SET}.1")
    assert stored is not None
    assert [one.action for one in story.lines()].count("document:withdraw") == 1
