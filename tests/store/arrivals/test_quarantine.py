"""What is held back is judged anew or closed: once, by one operator, and told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from gateway.cli.trace import stories_in
from gateway.core.envelope import Recipient, RecipientKind
from gateway.errors import InvalidError, NotFoundError
from gateway.store.arrivals.quarantine import Quarantine
from gateway.store.base.work import Database
from gateway.store.journal import Entry
from gateway.store.patients.profiles import Profiles
from gateway.store.tables import profiles
from gateway.store.tasks.tasks import Task, TaskKind
from tests.builders_cda import SET, make_cda
from tests.builders_mail import as_xdm, as_xml, make_mail, pack
from tests.builders_people import INS, MATRICULE, TEST_RANGE, TRAITS
from tests.dmp_bridge.filing.story import Story, Told

OTHER_OID = "1.2.250.1.213.1.4.11"
MAIL = make_mail(as_xdm(pack(make_cda())))
MAILBOX = Recipient(
    kind=RecipientKind.MAILBOX,
    address="doctor@hopital.mssante.test",
    target_id="d" * 32,
)
WHY = "authority of the INS mended"


@pytest.fixture
def story(database: Database) -> Story:
    """A patient whose INS was entered with another authority than it has."""
    story = Story.begin(database)
    set_authority(story, OTHER_OID)
    return story


def set_authority(story: Story, oid: str) -> None:
    with story.database.write() as work:
        profile = Profiles(work).find(MATRICULE)
        assert profile is not None
        Profiles(work).set_authority(profile, oid)


def release(database: Database, arrival_id: str, by: str = "alice") -> None:
    with database.write() as work:
        Quarantine(work).release(arrival_id, by=by, reason=WHY)


def file_tasks(database: Database) -> list[str]:
    with database.read() as work:
        return [row.subject for row in work.tasks.listed() if row.kind == "file"]


def judge(story: Story, held: Told) -> Told:
    """Run the task of what was released; return what became of it."""
    now = story.database.clock()
    story.settle(Task(99, TaskKind.FILE, held.kept.id, 0, now))
    return story.told(held.kept.id)


def lines(database: Database, action: str) -> list[Entry]:
    with database.read() as work:
        assert work.journal.verify() == []
        return [one for one in work.journal.lines() if one.action == action]


def test_after_the_record_is_mended_a_message_released_is_filed(story: Story) -> None:
    held = story.send(MAIL, recipients=(story.to_patient(), MAILBOX))
    assert held.kept.state == "quarantined"
    set_authority(story, TEST_RANGE)

    release(story.database, held.kept.id)
    filed = judge(story, held)

    assert [one.outcome for one in filed.kept.recipients] == ["FILED", ""]
    assert (filed.kept.state, filed.codes) == ("decided", ["FILED"])
    assert filed.deliver
    assert [entry.unique_id for entry in story.entries()] == [f"{SET}.1"]


def test_a_message_released_waits_as_if_it_had_just_come_in(story: Story) -> None:
    held = story.send(MAIL, recipients=(story.to_patient(), MAILBOX))

    release(story.database, held.kept.id)

    waiting = story.told(held.kept.id)
    assert (waiting.kept.state, waiting.documents) == ("received", [])
    assert [(one.outcome, one.reasons) for one in waiting.kept.recipients] == [
        ("", ()),
        ("", ()),
    ]
    assert all(one.deliver for one in waiting.kept.recipients)
    assert file_tasks(story.database).count(held.kept.id) == 2  # the first one's too
    with story.database.read() as work:
        assert Quarantine(work).listed() == []


def test_a_release_lets_nothing_through_that_the_rules_refuse(story: Story) -> None:
    held = story.send(MAIL)

    release(story.database, held.kept.id)
    again = judge(story, held)

    assert (again.kept.state, again.codes) == ("quarantined", ["PATIENT_MISMATCH"])
    assert story.entries() == []
    with story.database.read() as work:
        (listed,) = Quarantine(work).listed()
    assert listed.id == held.kept.id


def test_a_message_may_be_released_again_when_it_is_held_again(story: Story) -> None:
    held = story.send(MAIL)
    release(story.database, held.kept.id)
    judge(story, held)
    set_authority(story, TEST_RANGE)

    release(story.database, held.kept.id, by="bob")

    assert judge(story, held).outcome == "FILED"
    released = lines(story.database, "message:release")
    assert [line.detail["by"] for line in released] == ["alice", "bob"]


def test_the_same_release_twice_is_one(story: Story) -> None:
    held = story.send(MAIL)
    release(story.database, held.kept.id)
    before = len(file_tasks(story.database))

    with pytest.raises(NotFoundError):
        release(story.database, held.kept.id)

    assert len(file_tasks(story.database)) == before
    assert len(lines(story.database, "message:release")) == 1


@pytest.mark.parametrize("first", ["release", "close"])
@pytest.mark.parametrize("second", ["release", "close"])
def test_of_two_operators_at_once_one_is_heard(
    first: str, second: str, story: Story
) -> None:
    held, database = story.send(MAIL).kept.id, story.database

    def act(verb: str) -> None:
        with database.write() as work:
            getattr(Quarantine(work), verb)(held, by="bob", reason="looked at it")

    with ThreadPoolExecutor(1) as other:
        with database.write() as work:
            getattr(Quarantine(work), first)(held, by="alice", reason=WHY)
            late = other.submit(act, second)  # waits for this transaction
        with pytest.raises(NotFoundError):
            late.result(timeout=20)

    acted = lines(database, "message:release") + lines(database, "message:return")
    assert [line.detail["by"] for line in acted] == ["alice"]


def test_what_is_closed_is_not_released(story: Story) -> None:
    held = story.send(MAIL)
    with story.database.write() as work:
        Quarantine(work).close(held.kept.id, by="alice", reason="sender called")

    with pytest.raises(NotFoundError):
        release(story.database, held.kept.id)

    assert story.told(held.kept.id).kept.state == "returned"


@pytest.mark.parametrize("arrival_id", ["f" * 32, "", "'; --"])
def test_what_is_not_in_quarantine_cannot_leave_it(
    arrival_id: str, database: Database
) -> None:
    with pytest.raises(NotFoundError):
        release(database, arrival_id)


@pytest.mark.parametrize(
    "reason",
    [
        f"INS {MATRICULE} mended",
        "2 79 03 51 215 189 89",
        "12345678901AB",
        "179-022A351-21586",
    ],
)
def test_a_reason_with_a_patients_number_is_refused(reason: str, story: Story) -> None:
    held = story.send(MAIL)

    with pytest.raises(InvalidError), story.database.write() as work:
        Quarantine(work).release(held.kept.id, by="alice", reason=reason)

    assert story.told(held.kept.id).kept.state == "quarantined"


def test_the_story_tells_who_released_it_and_each_judgement(story: Story) -> None:
    broken = as_xml(b"<ClinicalDocument")
    held = story.send(make_mail(as_xdm(pack(make_cda())), broken))
    set_authority(story, TEST_RANGE)
    release(story.database, held.kept.id)
    judge(story, held)

    with story.database.read() as work:
        (told,) = stories_in(story.database, work).tell(held.kept.id)

    steps = [
        (one["action"], one["outcome"])
        for one in told["steps"]
        if one["action"].startswith(("message:", "document:decide"))
    ]
    assert steps == [
        ("message:accept", "kept"),
        ("document:decide", "PATIENT_MISMATCH"),
        ("document:decide", "PATIENT_MISMATCH"),
        ("message:quarantine", "PATIENT_MISMATCH"),
        ("message:release", "judged anew"),
        ("document:decide", "FILED"),
        ("document:decide", "DOC_INVALID"),
    ]
    (released,) = steps_of(told, "message:release")
    assert released["detail"] == f"by=alice, reason={WHY}"
    faults = ["fault=" in one["detail"] for one in steps_of(told, "document:decide")]
    assert faults == [False, False, False, True]  # the tables know the last only


def steps_of(told: dict[str, Any], action: str) -> list[dict[str, Any]]:
    return [one for one in told["steps"] if one["action"] == action]


def test_a_mended_authority_changes_nothing_else(story: Story) -> None:
    set_authority(story, TEST_RANGE)

    with story.database.read() as work:
        profile = Profiles(work).find(MATRICULE)
        assert profile is not None
        rows = work.connection.execute(profiles.select()).all()
    assert (profile.ins, profile.traits) == (INS, TRAITS)
    assert len(rows) == 1
