"""What breaks under a service: the disk, a worker, a port, a key, the trust lists."""

from __future__ import annotations

import os
import re
import shutil
import signal
import smtplib
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from attrs import evolve
from sqlalchemy import func, select

from gateway.pki.folder import make_allowlist, write_crls, write_pki
from gateway.store.base.work import Database
from gateway.store.tables import arrivals, blobs, documents, inbox_messages, tasks
from gateway.store.tasks.values import OF_THE_DAY, TaskKind
from tests.journeys.clients import (
    HOSPITAL,
    client_context,
    letter,
    message_id_of,
    patient_address,
)
from tests.journeys.running import GATEWAY, Gateway, call, environment, eventually
from tests.pki import throwaway_pki
from tests.recorded_writes import strace

pytestmark = pytest.mark.journey


@pytest.fixture
def stopped(tmp_path: Path) -> Iterator[Gateway]:
    """A gateway of the test's own, not yet started; stopped at its end."""
    made = Gateway.make(tmp_path / "gateway")
    yield made
    if made.process is not None:
        made.kill()


@contextmanager
def connected(gateway: Gateway, name: str = "hospital") -> Iterator[smtplib.SMTP]:
    """Connect to submission with a certificate."""
    smtp = smtplib.SMTP("localhost", gateway.settings.listen.submission, timeout=60)
    try:
        smtp.starttls(context=client_context(gateway.certs, name))
        smtp.ehlo()
        yield smtp
    finally:
        with suppress(smtplib.SMTPException):
            smtp.quit()
        smtp.close()


def hand_over(smtp: smtplib.SMTP, content: bytes) -> tuple[int, bytes]:
    """Send without announcing a size; return the first refusal, or the last answer."""
    smtp.rset()
    for step in (
        lambda: smtp.mail(HOSPITAL),
        lambda: smtp.rcpt(patient_address()),
        lambda: smtp.data(content),
    ):
        try:
            answer: tuple[int, bytes] = step()
        except smtplib.SMTPDataError as error:  # DATA itself was refused
            text = error.smtp_error
            return error.smtp_code, text if isinstance(text, bytes) else text.encode()
        if answer[0] >= 400:
            return answer
    return answer


def new_letter(padding: int = 0) -> bytes:
    return letter(1, HOSPITAL, [patient_address()], padding=padding)


def count_of(gateway: Gateway) -> dict[str, int]:
    """Return how many rows there are where a half-kept message would leave some."""
    tables = (arrivals, blobs, documents, inbox_messages, tasks)
    with gateway.database() as database, database.read() as work:
        return {
            table.name: work.connection.execute(
                select(func.count()).select_from(table)
            ).scalar_one()
            for table in tables
        }


def test_with_too_little_room_nothing_is_let_in(stopped: Gateway) -> None:
    free = shutil.disk_usage(stopped.folder).free
    stopped.configure(blobs={"min_free_bytes": free * 2})
    stopped.start(ready=503)

    with connected(stopped) as smtp:
        answer = smtp.mail(HOSPITAL, ["SIZE=1000"])

    assert answer == (452, b"4.3.1 Not enough storage, try again later")
    assert "bytes free" in stopped.faults()["disk"]
    assert stopped.faults()["disk"].endswith("wanted")
    assert count_of(stopped)["arrivals"] == 0


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[None]:
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "tmpfs", str(folder)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode != 0:
        pytest.skip("a small file system cannot be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path, leave: int) -> Path:
    """Take all the room of the disk but some bytes; return the file that does."""
    filler = folder / "filler"
    with filler.open("wb") as file:
        size = shutil.disk_usage(folder).free - leave
        os.posix_fallocate(file.fileno(), 0, size)
    return filler


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")
def test_a_full_disk_refuses_for_now_and_loses_nothing(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    with small_disk(disk, "40m"):
        gateway = Gateway.make(disk / "gateway")
        gateway.configure(blobs={"min_free_bytes": 1})
        gateway.start()
        try:
            with connected(gateway) as smtp:
                assert hand_over(smtp, new_letter())[0] == 250
            gateway.settle()
            before = count_of(gateway)

            # Room for the commands, not for the bytes: the write itself fails.
            filler = fill(disk, leave=64 * 1024)
            with connected(gateway) as smtp:
                refused = hand_over(smtp, new_letter(padding=300_000))
            assert refused == (452, b"4.3.1 Not enough storage, try again later")
            assert count_of(gateway) == before
            assert list(gateway.settings.blobs.folder.glob("??/*")) == []

            # No room at all: not even a small message, which goes to the database.
            filler.unlink()
            filler = fill(disk, leave=0)
            time.sleep(1.1)  # the free space is looked at once a second
            with connected(gateway) as smtp:
                assert hand_over(smtp, new_letter())[0] == 452
            status, said = gateway.readyz()
            assert status == 503
            assert "disk" in said["faults"]
            assert count_of(gateway) == before

            filler.unlink()
            eventually(lambda: gateway.readyz()[0] == 200)
            content = new_letter(padding=300_000)
            time.sleep(1.1)
            with connected(gateway) as smtp:
                assert hand_over(smtp, content)[0] == 250
            assert gateway.outcome(message_id_of(content)) == "FILED"
            assert gateway.run("journal verify").endswith(" 0 faults\n")
        finally:
            gateway.kill()


def with_failing_disk(*, after: int) -> list[str]:
    """Return what is put before a program whose threads can fsync only so often."""
    fault = f"inject=fsync,fdatasync:error=EIO:when={after + 1}+"
    return strace("-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e", fault)


GONE = (0, b"connection closed")


def test_after_an_fsync_that_failed_nothing_more_is_accepted(stopped: Gateway) -> None:
    # Without workers: the fault is to meet the process that says 250.
    stopped.configure(tasks={"workers": 0}, smtp={"processes": 1})
    stopped.start(*with_failing_disk(after=11))

    kept, answer, refused = [], (250, b""), b""
    with connected(stopped) as smtp:
        for _ in range(60):
            refused = new_letter()
            answer = hand_over(smtp, refused)
            if answer[0] != 250:
                break
            kept.append(refused)
        try:
            again = hand_over(smtp, new_letter())
        except smtplib.SMTPServerDisconnected:
            again = GONE

    assert kept, "the disk failed before anything was kept"
    assert answer == (451, b"4.3.0 Try again later")
    assert again in {(451, b"4.3.0 Try again later"), GONE}
    # Whoever runs it starts it again: only a new process sees what is on the disk.
    assert stopped.ended() == 1
    assert "gateway: storage failed: " in stopped.log()
    stopped.configure(tasks={"workers": 1})

    stopped.start()
    with connected(stopped) as smtp:  # as its sender would
        assert hand_over(smtp, refused)[0] == 250
    stopped.settle()
    for content in (*kept, refused):
        assert stopped.outcome(message_id_of(content)) == "FILED"
    assert count_of(stopped)["documents"] == len(kept) + 1
    assert stopped.run("journal verify").endswith(" 0 faults\n")


def hand_over_letters(gateway: Gateway, count: int) -> list[bytes]:
    """Have new letters accepted; return them."""
    contents = [new_letter() for _ in range(count)]
    with connected(gateway) as smtp:
        for content in contents:
            assert hand_over(smtp, content)[0] == 250
    return contents


def check_each_was_filed_once(gateway: Gateway, contents: list[bytes]) -> None:
    for content in contents:
        assert gateway.outcome(message_id_of(content)) == "FILED"
    counts = count_of(gateway)
    assert counts["documents"] == counts["inbox_messages"] == len(contents)
    assert gateway.run("journal verify").endswith(" 0 faults\n")


def test_what_a_killed_worker_had_begun_is_done_by_the_next(stopped: Gateway) -> None:
    stopped.configure(tasks={"workers": 1, "batch": 4})
    stopped.start()
    contents = hand_over_letters(stopped, 1)
    stopped.settle()
    with stopped.database() as database:
        with database.write():
            pass  # it has committed, and given back its turn to write
        (worker,) = stopped.workers()
        os.kill(worker, signal.SIGSTOP)  # so that there is enough for it to be amid of
        contents += hand_over_letters(stopped, 40)
        os.kill(worker, signal.SIGCONT)

        eventually(lambda: leases(database) > 0)
        os.kill(worker, signal.SIGKILL)

        eventually(lambda: worker not in stopped.workers())
        assert leases(database) > 0, "it had finished before it was killed"
    eventually(lambda: "processes" in stopped.faults())  # seen, for a minute
    eventually(stopped.workers)
    stopped.settle()
    check_each_was_filed_once(stopped, contents)


PLANTED = """
import os, sys, time
from gateway.cli.main import main
from gateway.dmp_bridge.filing.filing import Filing

files = Filing.__call__

def ends(self, task):
    if task.subject == os.environ.get("ENDS_WORKERS"):
        os.kill(os.getpid(), 9)
    if task.subject == os.environ.get("HANGS"):
        time.sleep(3600)
    return files(self, task)

Filing.__call__ = ends
sys.exit(main())
"""
"""A worker with a defect as a parser may have: at one letter it crashes, or hangs."""


@contextmanager
def planted_worker(
    gateway: Gateway, **defect: str
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a worker with a defect until the end of the block, or its own."""
    words = [sys.executable, "-c", PLANTED, "work", "-c", str(gateway.config)]
    with (
        (gateway.folder / "work.log").open("ab") as log,
        subprocess.Popen(words, env=environment() | defect, stderr=log) as worker,
    ):
        yield worker
        worker.terminate()


def hand_over_one_bad(
    gateway: Gateway, count: int, place: int
) -> tuple[list[bytes], str]:
    """Have letters accepted; return all but one, and the arrival of that one."""
    contents = hand_over_letters(gateway, count)
    contents.pop(place)
    with gateway.database() as database, database.read() as work:
        found = [one for one in work.tasks.listed() if one.kind == TaskKind.FILE]
    return contents, found[place].subject


def test_a_letter_that_ends_its_worker_is_given_up_and_its_neighbours_are_filed(
    stopped: Gateway,
) -> None:
    """The others are claimed with it; some are older, some younger."""
    stopped.configure(tasks={"workers": 0, "max_attempts": 2, "retry_seconds": 0.1})
    stopped.start()
    contents, bad = hand_over_one_bad(stopped, 8, 3)
    ended = 0
    while stopped.waiting() and ended < 20:
        with planted_worker(stopped, ENDS_WORKERS=bad) as worker:
            eventually(
                lambda: worker.poll() is not None or not stopped.waiting(), seconds=60
            )
            ended += worker.poll() is not None

    assert ended == 3, "with its neighbours, and alone until it is given up"
    for content in contents:
        assert stopped.outcome(message_id_of(content)) == "FILED"
    assert "dead" in stopped.run("queue list")
    assert "workers ended while they had this" in stopped.run("queue list")


def test_a_worker_that_does_not_come_to_an_end_ends_and_another_files_the_rest(
    stopped: Gateway,
) -> None:
    stopped.configure(
        tasks={
            "workers": 0,
            "max_attempts": 1,
            "lease_seconds": 1.0,
            "retry_seconds": 0.1,
        }
    )
    stopped.start()
    contents, bad = hand_over_one_bad(stopped, 4, 1)
    for _ in ("with its neighbours", "alone"):
        with planted_worker(stopped, HANGS=bad) as worker:
            assert worker.wait(60) == 1
    said = (stopped.folder / "work.log").read_text("utf-8")
    assert said.count("work-file does not come to an end: the process ends") == 2

    with planted_worker(stopped, HANGS=bad):
        eventually(lambda: not stopped.waiting(), seconds=60)
    for content in contents:
        assert stopped.outcome(message_id_of(content)) == "FILED"
    assert "workers ended while they had this" in stopped.run("queue list")


def leases(database: Database) -> int:
    """Return how many tasks are claimed and not done; those of the day are not."""
    with database.read() as work:
        held = work.connection.execute(
            select(func.count())
            .select_from(tasks)
            .where(tasks.c.lease_owner != "", tasks.c.kind.not_in(OF_THE_DAY))
        )
        return int(held.scalar_one())


def in_another_pid_namespace() -> list[str]:
    """Return what is put before a program for it to count processes for itself."""
    if shutil.which("unshare") is None:
        pytest.skip("unshare is not installed")
    apart = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"]
    if os.geteuid() != 0:
        apart.append("--map-root-user")
    if subprocess.run([*apart, "true"], check=False, capture_output=True).returncode:
        pytest.skip("no PID namespace may be made here")
    return apart


@contextmanager
def running_worker(gateway: Gateway, *before: str) -> Iterator[int]:
    """Run a worker for the length of the block; yield the id of what was started."""
    words = [*before, *GATEWAY, "work", "-c", str(gateway.config)]
    with (
        (gateway.folder / "work.log").open("ab") as log,
        subprocess.Popen(words, env=environment(), stderr=log) as worker,
    ):
        try:
            yield worker.pid
        finally:
            worker.kill()  # unshare ignores what is gentler, and kills its child then


def frozen_amid(database: Database, worker: int) -> int:
    """Stop a worker if it holds leases; return how many."""
    with database.write():  # so that it is not stopped with the turn to write
        if held := leases(database):
            os.kill(worker, signal.SIGSTOP)
    return held


@pytest.mark.parametrize("end", [signal.SIGCONT, signal.SIGKILL])
def test_a_worker_in_another_pid_namespace_keeps_its_leases_while_it_lives(
    stopped: Gateway, end: signal.Signals
) -> None:
    apart = in_another_pid_namespace()
    stopped.configure(tasks={"workers": 0, "batch": 4})
    stopped.start()
    contents = hand_over_letters(stopped, 40)

    with stopped.database() as database, running_worker(stopped, *apart) as unshare:
        held = eventually(lambda: frozen_amid(database, one_child_of(unshare)))
        with running_worker(stopped):
            # It has looked for leases of the dead before it did anything.
            eventually(lambda: stopped.tasks() == held, seconds=30)
            assert leases(database) == held
            os.kill(one_child_of(unshare), end)
            stopped.settle()
    check_each_was_filed_once(stopped, contents)


def one_child_of(process: int) -> int:
    """Return the id of the process that another has started, once it has."""
    children = Path(f"/proc/{process}/task/{process}/children")
    (child,) = eventually(lambda: children.read_text().split())
    return int(child)


def test_a_worker_whose_disk_failed_ends_and_the_next_goes_on(stopped: Gateway) -> None:
    stopped.configure(tasks={"workers": 0, "batch": 4})
    stopped.start()
    contents = hand_over_letters(stopped, 20)
    work = [*GATEWAY, "work", "-c", str(stopped.config)]

    ended = subprocess.run(
        [*with_failing_disk(after=3), *work],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ended.returncode == 1, ended.stderr
    assert ended.stderr.splitlines()[-1].startswith("gateway: storage failed: ")
    assert stopped.tasks() > 0, "it had finished before its disk failed"
    log = (stopped.folder / "work.log").open("wb")
    with log, subprocess.Popen(work, env=environment(), stderr=log) as other:
        stopped.settle()
        other.terminate()
    assert other.returncode == 0
    check_each_was_filed_once(stopped, contents)


def test_each_taken_port_is_named(stopped: Gateway) -> None:
    doors = ("smtp", "submissions", "imaps", "patient_https")
    ports = {door: getattr(stopped.settings.listen, door) for door in doors}
    with ExitStack() as others:
        for port in ports.values():
            other = others.enter_context(socket.socket())
            other.bind(("127.0.0.1", port))
            other.listen()

        said = stopped.refused("serve")

    taken = [
        f"127.0.0.1 port {port} ([listen] {door}): another program listens there"
        for door, port in ports.items()
    ]
    assert said == (
        f"gateway: cannot listen on {'; '.join(taken)}. "
        "Stop that program, or change the port in gateway.toml"
    )


@pytest.mark.parametrize("noun", ["serve", "work", "queue list"])
def test_a_database_of_another_version_is_named(stopped: Gateway, noun: str) -> None:
    with sqlite3.connect(stopped.folder / "gateway.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()

    said = stopped.refused(noun, status=2)

    assert "the database" in said
    assert "version" in said


@pytest.mark.parametrize("noun", ["serve", "work", "queue list"])
def test_another_master_key_is_refused(stopped: Gateway, noun: str) -> None:
    key = stopped.settings.keys.master
    key.write_text("ab" * 32 + "\n", "ascii")

    said = stopped.refused(noun, status=2)

    assert re.fullmatch(
        rf"gateway: file {re.escape(str(key))} is not the master key this database was "
        r"encrypted with \([0-9a-f]{16}\): put the right one back",
        said,
    )


@pytest.fixture
def distrusting(tmp_path: Path) -> Iterator[Gateway]:
    """A gateway of the session's PKI, whose authorities can still sign lists."""
    made = Gateway.make(tmp_path / "gateway")
    shutil.rmtree(made.certs)
    write_pki(throwaway_pki(), made.certs)
    allowlist = made.settings.trust.allowlist
    make_allowlist(allowlist, made.certs, throwaway_pki().made_at)
    yield made
    if made.process is not None:
        made.kill()


def expire_lists(gateway: Gateway, *, hours: int) -> None:
    """Put lists in place that should have been replaced so many hours ago."""
    before = datetime.now(UTC) - timedelta(days=2, hours=hours)
    stale = evolve(throwaway_pki(), made_at=before)
    write_crls(stale.revocation_lists(days=2), gateway.settings.trust.crl)


def greeting(gateway: Gateway, name: str = "hospital") -> tuple[int, bytes]:
    smtp = smtplib.SMTP("localhost", gateway.settings.listen.submission, timeout=60)
    try:
        smtp.starttls(context=client_context(gateway.certs, name))
        return smtp.ehlo()
    finally:
        smtp.close()


NOT_CURRENT = (451, b"4.3.5 Our lists are not current, try again later")


def test_without_revocation_lists_nobody_comes_in(distrusting: Gateway) -> None:
    distrusting.settings.trust.crl.unlink()
    distrusting.start()

    assert greeting(distrusting) == NOT_CURRENT

    status, said = distrusting.readyz()
    assert status == 200, "the others' mail waits at their side; this is for a person"
    assert said["faults"] == {"trust": "CRL_MISSING, CRL_NOT_TAKEN"}
    eventually(lambda: "CRL" in distrusting.log())
    write_crls(throwaway_pki().revocation_lists(), distrusting.settings.trust.crl)
    eventually(lambda: greeting(distrusting)[0] == 250)
    assert distrusting.faults() == {}


def test_late_revocation_lists_refuse_unless_a_setting_says_how_late(
    distrusting: Gateway,
) -> None:
    expire_lists(distrusting, hours=3)
    distrusting.start()
    assert greeting(distrusting) == NOT_CURRENT
    assert distrusting.faults() == {"trust": "CRL_EXPIRED"}
    distrusting.stop()

    distrusting.configure(trust={"crl_grace_hours": 6})
    distrusting.start()

    assert greeting(distrusting)[0] == 250
    assert distrusting.faults() == {"trust": "CRL_EXPIRED"}
    distrusting.stop()

    # An older list is not taken once a newer one was: the time is made shorter.
    distrusting.configure(trust={"crl_grace_hours": 2})
    distrusting.start()

    assert greeting(distrusting) == NOT_CURRENT


def test_a_service_without_its_settings_says_what_to_do(tmp_path: Path) -> None:
    missing = tmp_path / "gateway.toml"

    done = call("serve", "-c", str(missing), status=2)

    assert done.stderr.decode() == (
        f"gateway: {missing}: no such file; make one with: gateway init {tmp_path}\n"
    )
