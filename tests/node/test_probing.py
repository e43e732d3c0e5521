"""What `/readyz` says is proven: each fault is made, and the answer read."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from attrs import define, evolve, field
from sqlalchemy import update

from gateway.core.accesses import Verdict
from gateway.node.health import BLOCKING, Readiness
from gateway.node.probing import Look, Probes, faults_of
from gateway.rights.inquiry_rules import InquiryEvent
from gateway.settings.file import Settings
from gateway.store.accesses.accesses import Accesses
from gateway.store.base.work import Database
from gateway.store.base.writer import Writer
from gateway.store.patients.inquiries import Inquiries, ReportedPerson
from gateway.store.patients.profiles import Profiles
from gateway.store.sealed.identity import join
from gateway.store.tables import accesses, arrivals
from gateway.store.tasks.tasks import TaskKind, TaskState
from tests.builders_accesses import BEN, take
from tests.builders_arrivals import ARRIVAL, keep_arrival
from tests.builders_database import name_database
from tests.builders_directory import take_sample
from tests.builders_people import open_profile
from tests.builders_settings import make_settings
from tests.fakes import SetClock

LARGE = b"x" * 100_000


@define
class Ground:
    """A node's ground, with a writer that runs, and what may be changed of it."""

    database: Database
    settings: Settings
    writer: Writer
    ends: datetime
    _readiness: Readiness | None = field(default=None)

    @property
    def readiness(self) -> Readiness:
        if self._readiness is None:
            probes = Probes(
                self.database, self.settings, self.writer.submit, lambda: self.ends
            )
            self._readiness = Readiness(probes, {})
        return self._readiness

    def faults(self) -> dict[str, str]:
        return self.readiness.faults()


@pytest.fixture
def ground(database: Database, tmp_path: Path, clock: SetClock) -> Iterator[Ground]:
    with database.write() as work:
        name_database(work)
    database.folder.folder.mkdir()
    join(database)
    writer = Writer(database)
    writer.start()
    settings = make_settings(tmp_path, blobs={"folder": "blobs"})
    yield Ground(database, settings, writer, clock.now + timedelta(days=90))
    writer.stop()


def test_where_all_is_well_nothing_is_said_and_nothing_is_left(ground: Ground) -> None:
    before = sorted(ground.database.folder.folder.rglob("*"))

    assert ground.faults() == {}

    assert sorted(ground.database.folder.folder.rglob("*")) == before


def test_a_writer_that_is_stuck_is_no_readiness(ground: Ground) -> None:
    """Its thread waits for something: what was accepted before says nothing."""
    go_on = threading.Event()
    stuck = ground.writer.submit(lambda _: go_on.wait(30))
    looks = ground.readiness.probes.looks()

    found = faults_of(looks, 0.5)

    assert set(found) == {"database"}
    assert found["database"].startswith("no answer for ")
    assert "database" in BLOCKING
    go_on.set()
    assert stuck.result(20)
    assert faults_of(looks, 20) == {}


def test_another_process_that_holds_the_turn_to_write_is_seen(ground: Ground) -> None:
    """A process that was stopped while it wrote holds up all the others."""
    if ground.database.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL takes several writers")
    looks = ground.readiness.probes.looks()
    with ground.database.write():
        found = faults_of(looks, 0.5)

    assert set(found) == {"database"}


def test_a_look_that_hangs_is_asked_once_and_its_age_is_told() -> None:
    asked: list[float] = []
    go_on = threading.Event()

    def hang() -> dict[str, str]:
        asked.append(time.monotonic())
        go_on.wait(30)
        return {"disk": "late"}

    look = Look("disk", hang)
    first = faults_of([look], 0.1)
    again = faults_of([look], 0.1)
    go_on.set()

    assert first == {"disk": "no answer for 0 s"}
    assert set(again) == {"disk"}
    assert len(asked) == 1
    assert faults_of([look], 20) == {"disk": "late"}


@pytest.mark.parametrize("error", [OSError(5, "Input/output error"), KeyError("x")])
def test_a_look_that_fails_says_nothing_well(error: Exception) -> None:
    def fail() -> dict[str, str]:
        raise error

    (fault,) = faults_of([Look("disk", fail)], 20).items()

    assert fault in {("disk", "[Errno 5] Input/output error"), ("disk", "KeyError")}


def test_a_database_that_says_it_is_damaged_is_not_forgotten(ground: Ground) -> None:
    ground.database.availability.found_damaged("DatabaseError SQLITE_CORRUPT")

    assert ground.faults() == {
        "storage": "the database is damaged: DatabaseError SQLITE_CORRUPT"
    }
    assert "storage" in BLOCKING


def test_a_blob_folder_that_is_not_mounted_is_seen_while_it_runs(
    ground: Ground, tmp_path: Path
) -> None:
    folder = ground.database.folder.folder
    folder.rename(tmp_path / "away")
    assert "blobs" in ground.faults()
    folder.mkdir()

    assert ground.faults()["blobs"] == (
        f"{folder} does not say whose it is: is its disk mounted?"
    )

    (folder / "identity").write_text("f" * 32)
    assert ground.faults()["blobs"] == (
        f"{folder} is another database's: is its disk mounted?"
    )
    assert "blobs" in BLOCKING


def test_blobs_that_are_gone_are_seen_by_a_sample(ground: Ground) -> None:
    parcel = ground.database.prepare(LARGE)
    with ground.database.write() as work:
        work.blobs.put(parcel, work.key_for("transit:x"), work.now)
    assert ground.readiness.probes.look_at_blobs() == {}
    ground.database.folder.path(parcel.id).unlink()

    found = evolve(ground.readiness.probes).look_at_blobs()

    assert found == {
        "missing blobs": f"1 of 1 blobs that were looked for are not in "
        f"{ground.database.folder.folder}, {parcel.id} for one"
    }
    assert "missing blobs" not in BLOCKING


def test_a_blob_that_lies_aside_is_not_missing(ground: Ground) -> None:
    parcel = ground.database.prepare(LARGE)
    with ground.database.write() as work:
        work.blobs.put(parcel, work.key_for("transit:x"), work.now)
    ground.database.folder.set_aside(parcel.id, ground.database.clock())

    assert ground.faults() == {}


@pytest.mark.parametrize(
    ("kind", "seconds", "state", "said"),
    [
        (TaskKind.FILE, 900, TaskState.READY, False),
        (TaskKind.FILE, 901, TaskState.READY, True),
        (TaskKind.NOTIFY, 901, TaskState.READY, True),
        (TaskKind.FILE, 901, TaskState.HELD, False),  # by an operator
        (TaskKind.RELAY, 901, TaskState.READY, False),  # a peer holds up its own
    ],
)
def test_tasks_that_no_worker_does_are_said_to_wait(
    ground: Ground,
    clock: SetClock,
    kind: TaskKind,
    seconds: int,
    state: TaskState,
    said: bool,
) -> None:
    with ground.database.write() as work:
        work.tasks.add(kind, "subject")
        work.tasks.add(TaskKind.DISCLOSE, "later", delay=timedelta(days=30))
    with ground.database.write() as work:
        ids = [row.id for row in work.tasks.listed() if row.subject == "subject"]
        work.tasks.move(ids, TaskState.READY, state)
    clock.advance(seconds=seconds)

    words = f"tasks to {kind} have been due for {seconds} s"
    assert ground.faults() == ({"queue": words} if said else {})
    assert "queue" not in BLOCKING


@pytest.mark.parametrize(("hours", "said"), [(23.999, False), (24, True)])
def test_an_access_that_nobody_reviewed_in_time_is_for_a_person(
    ground: Ground, clock: SetClock, hours: float, said: bool
) -> None:
    patient = open_profile(ground.database)
    day = timedelta(hours=24)
    access_id = take(ground.database, patient)
    due = clock.now + day
    clock.advance(hours=hours)

    words = {"access reviews": f"1 wait for a review since {due:%Y-%m-%d}"}
    assert ground.faults() == (words if said else {})
    counted = f"gateway_unreviewed_accesses {float(said)}\n".encode()
    metrics = ground.readiness.metrics()
    assert counted in metrics
    assert (b'gateway_fault{fault="access reviews"} 1' in metrics) == said
    assert "access reviews" not in BLOCKING
    with ground.database.write() as work:
        Accesses(work, *BEN).review(access_id, Verdict.FINE, "z")
    assert ground.faults() == {}
    long_ago = clock.now - timedelta(days=400)
    with ground.database.engine.begin() as connection:
        connection.execute(
            update(accesses).values(verdict="not-fine", ends_at=long_ago)
        )
    assert ground.faults() == {"access reviews": "1 were altered in the database"}


@pytest.mark.parametrize(("hours", "said"), [(72, False), (73, True)])
def test_what_a_patient_reported_and_nobody_looked_at_is_for_a_person(
    ground: Ground, clock: SetClock, hours: int, said: bool
) -> None:
    patient = open_profile(ground.database)
    reported = ReportedPerson(
        identity="dr@peer.mssante.test",
        name="Dr Nadine NEUF",
        source="line",
        subject="7",
        text="Jamais vue.",
        blocked=True,
    )
    with ground.database.write() as work:
        profile = Profiles(work).get(patient)
        assert profile is not None
        inquiry_id = Inquiries(work).open(profile, reported)
    clock.advance(hours=hours)

    words = "1 reports of patients were looked at by nobody for 3 days"
    assert ground.faults() == ({"inquiries": words} if said else {})
    assert "inquiries" not in BLOCKING
    with ground.database.write() as work:
        one = Inquiries(work).get(inquiry_id)
        Inquiries(work).move(one, InquiryEvent.LOOK, "")
    assert ground.faults() == {}


@pytest.mark.parametrize(("held", "said"), [(3, False), (4, True)])
def test_many_messages_in_quarantine_are_for_a_person(
    ground: Ground, held: int, said: bool
) -> None:
    ground.settings = evolve(
        ground.settings, filing=evolve(ground.settings.filing, quarantine_most=3)
    )
    for number in range(held):
        keep_arrival(ground.database, evolve(ARRIVAL, id=f"{number:032x}"))
    with ground.database.write() as work:
        work.connection.execute(update(arrivals).values(state="quarantined"))

    expected = {"quarantine": "4 messages wait there, more than 3"} if said else {}
    assert ground.faults() == expected
    assert "quarantine" not in BLOCKING


@pytest.mark.parametrize(
    ("left", "name", "blocking"),
    [
        (timedelta(0), "certificate", True),
        (timedelta(seconds=1), "certificate ends", False),
        (timedelta(days=30) - timedelta(seconds=1), "certificate ends", False),
        (timedelta(days=30), "", False),
    ],
)
def test_our_own_certificate_that_ends_is_said_before_and_after(
    ground: Ground, clock: SetClock, left: timedelta, name: str, blocking: bool
) -> None:
    ground.ends = clock.now + left

    faults = ground.faults()

    said = {"certificate": "ours ended on", "certificate ends": "ours ends on"}
    day = f"{ground.ends:%Y-%m-%d}"
    assert faults == ({name: f"{said[name]} {day}"} if name else {})
    assert (name in BLOCKING) is blocking


def test_the_queue_of_the_last_look_is_in_the_metrics(
    ground: Ground, clock: SetClock
) -> None:
    with ground.database.write() as work:
        work.tasks.add(TaskKind.FILE, "one")
    clock.advance(seconds=90)

    said = ground.readiness.metrics().decode()

    assert 'gateway_tasks{kind="file",state="ready"} 1.0' in said
    assert 'gateway_task_wait_seconds{kind="file"} 90.0' in said


def test_what_was_given_up_is_for_a_person(ground: Ground) -> None:
    with ground.database.write() as work:
        work.tasks.add(TaskKind.FILE, "one")
    with ground.database.write() as work:
        (task,) = work.tasks.claim("me", TaskKind, 1, timedelta(minutes=1))
        work.tasks.bury(task, "hopeless")

    assert ground.faults() == {"dead letter": "1 tasks wait for a person"}
    assert "dead letter" not in BLOCKING


def test_a_national_directory_that_is_old_is_told_and_its_age_is_a_metric(
    ground: Ground, clock: SetClock
) -> None:
    assert "directory" not in ground.faults()
    clock.now = datetime(2026, 11, 28, tzinfo=UTC)
    take_sample(ground.database)
    clock.advance(days=30)
    ground.ends = clock.now + timedelta(days=90)

    assert ground.faults() == {}
    assert b"gateway_directory_age_seconds 2.592e+06" in ground.readiness.metrics()

    clock.advance(hours=22, minutes=59)
    assert ground.faults() == {}
    clock.advance(minutes=1)  # a day of France, as the extraction's
    assert ground.faults() == {"directory": "of 2026-11-28, older than 30 days"}
    assert "directory" not in BLOCKING
