"""`gateway queue`: tried again by number, by kind or all; held, released, dropped."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.cli import queue as noun
from gateway.core.copies import Copy
from gateway.core.envelope import (
    Door,
    Recipient,
    RecipientKind,
    Sender,
    SenderKind,
)
from gateway.errors import InvalidError, MisuseError, NotFoundError
from gateway.settings.file import read_settings
from gateway.store.arrivals.arrivals import Arrivals, ArrivalState
from gateway.store.base.open_database import open_database
from gateway.store.base.work import Database
from gateway.store.journal import Action
from gateway.store.tasks.tasks import Task, TaskKind, TaskState
from tests.builders_arrivals import keep_arrival, make_arrival
from tests.cli.conftest import Run

KINDS = (TaskKind.FILE, TaskKind.NOTIFY, TaskKind.NOTIFY)


@pytest.fixture
def opened(config: Path) -> Database:
    return open_database(read_settings(config))


def three_dead(database: Database) -> list[int]:
    """Give up a filing and two notices; return their numbers."""
    with database.write() as work:
        for kind in KINDS:
            work.tasks.add(kind, "subject")
    with database.write() as work:
        rows = work.tasks.listed()
        for row in rows:
            task = Task(row.id, TaskKind(row.kind), row.subject, 7, row.created_at)
            work.tasks.bury(task, "no room")
    return [row.id for row in rows]


def states(database: Database) -> list[str]:
    with database.read() as work:
        return [row.state for row in work.tasks.listed()]


@pytest.mark.parametrize(
    ("words", "after"),
    [
        (["1"], ["ready", "dead", "dead"]),
        (["--kind", "notify"], ["dead", "ready", "ready"]),
        (["--all"], ["ready", "ready", "ready"]),
    ],
)
def test_what_was_given_up_is_tried_again_as_new(
    opened: Database, run: Run, words: list[str], after: list[str]
) -> None:
    three_dead(opened)

    assert run(noun, "retry", *words) == 0

    assert states(opened) == after
    with opened.read() as work:
        assert {row.attempts for row in work.tasks.listed(TaskState.READY)} == {0}


def test_held_tasks_are_claimed_by_nobody_until_they_are_released(
    opened: Database, run: Run
) -> None:
    with opened.write() as work:
        work.tasks.add(TaskKind.RELAY, "a")
        work.tasks.add(TaskKind.FILE, "b")

    assert run(noun, "hold", "--kind", "relay") == 0

    with opened.read() as work:
        assert not work.tasks.anything_due([TaskKind.RELAY])
        assert work.tasks.anything_due([TaskKind.FILE])
    assert run(noun, "release", "--all") == 0
    with opened.read() as work:
        assert work.tasks.anything_due([TaskKind.RELAY])
        noted = list(work.journal.lines("operator"))
    assert [one.action for one in noted if one.action == Action.TASK_MOVED] == [
        Action.TASK_MOVED
    ] * 2
    assert all(one.detail["by"] for one in noted)


@pytest.mark.parametrize("kind", [TaskKind.FILE, TaskKind.DELIVER])
def test_the_sender_of_a_letter_that_is_held_hears_of_it_in_time(
    opened: Database, run: Run, kind: TaskKind
) -> None:
    with opened.write() as work:
        work.tasks.add(kind, "letter")
        work.tasks.add(TaskKind.NOTIFY, "notice")

    run(noun, "hold", "--all")

    with opened.read() as work:
        (held,) = [one for one in work.tasks.listed() if one.kind == kind.value]
        (telling,) = [one for one in work.tasks.listed() if one.kind == "acknowledge"]
    assert (telling.subject, telling.state) == ("letter", "ready")
    assert telling.due_at - held.created_at == timedelta(hours=4)
    run(noun, "release", "--all")
    with opened.read() as work:
        assert len(work.tasks.listed()) == 3


@pytest.mark.parametrize("verb", ["retry", "release"])
def test_where_there_is_nothing_to_move_it_is_said(
    run: Run, verb: str, opened: Database
) -> None:
    with pytest.raises(NotFoundError, match="no task"):
        run(noun, verb, "--all")
    with pytest.raises(NotFoundError, match="has the number 77"):
        run(noun, verb, "77")


def kept_letter(database: Database) -> str:
    doctor = Recipient(
        kind=RecipientKind.MAILBOX, address="d@x.test", target_id="b" * 32
    )
    return keep_arrival(
        database,
        make_arrival(
            door=Door.OPERATOR,
            sender=Sender(kind=SenderKind.OPERATOR, identity="1"),
            reverse_path="dr@peer.mssante.test",
            recipients=(doctor,),
            content=b"From: dr@peer.mssante.test\r\n\r\nBonjour\r\n",
            message_id="one@peer.mssante.test",
        ),
    )


def give_up_all(database: Database) -> list[int]:
    with database.write() as work:
        rows = work.tasks.listed()
        for row in rows:
            task = Task(row.id, TaskKind(row.kind), row.subject, 0, row.created_at)
            work.tasks.bury(task, "no room")
    return [row.id for row in rows]


def test_a_letter_that_is_dropped_ends_and_its_sender_is_told(
    opened: Database, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    arrival_id = kept_letter(opened)
    (number,) = give_up_all(opened)

    assert run(noun, "drop", str(number), "--reason", "disk replaced, asked again") == 0

    assert f"task {number}: dropped" in capsys.readouterr().out
    with opened.read() as work:
        kept = Arrivals(work).get(arrival_id)
        left = work.tasks.listed()
        (line,) = [
            one
            for one in work.journal.lines("operator")
            if one.action == Action.TASK_DROPPED
        ]
    assert kept is not None
    assert kept.state == ArrivalState.RETURNED
    assert [one.outcome for one in kept.recipients] == [Copy.GIVEN_UP]
    assert [(one.kind, one.subject) for one in left] == [("acknowledge", arrival_id)]
    assert line.detail["reason"] == "disk replaced, asked again"


def test_what_waits_for_no_person_is_not_dropped(opened: Database, run: Run) -> None:
    with opened.write() as work:
        work.tasks.add(TaskKind.NOTIFY, "a")

    with pytest.raises(NotFoundError, match="given up or held"):
        run(noun, "drop", "1", "--reason", "x")

    assert states(opened) == ["ready"]


def test_a_filed_letter_is_owed_to_its_recipients(opened: Database, run: Run) -> None:
    with opened.write() as work:
        work.tasks.add(TaskKind.DELIVER, "a")
    (number,) = give_up_all(opened)

    with pytest.raises(MisuseError, match="gateway queue retry"):
        run(noun, "drop", str(number), "--reason", "x")

    assert states(opened) == ["dead"]


def test_a_reason_names_no_patient(opened: Database, run: Run) -> None:
    (number, *_) = three_dead(opened)

    with pytest.raises(InvalidError, match="names no patient"):
        run(noun, "drop", str(number), "--reason", "2 79 03 51 215 189 89")

    assert len(states(opened)) == 3


def test_the_list_says_what_is_held(
    opened: Database, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    with opened.write() as work:
        work.tasks.add(TaskKind.RELAY, "a")
    run(noun, "hold", "--all")
    capsys.readouterr()

    assert run(noun, "list", "--json") == 0

    (row,) = json.loads(capsys.readouterr().out)
    assert row["state"] == "held"
