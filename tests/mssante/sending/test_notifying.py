"""Sending notices: one file, whole and private, in the outbox; once or never."""

from __future__ import annotations

import socket
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from attrs import define, field

from gateway.core.texts.notices import NoticeKind
from gateway.errors import InvalidError, UnavailableError
from gateway.mssante.sending.notifying import Notifying
from gateway.mssante.sending.outbox import Outbox
from gateway.mssante.sending.service_mail import PlainEmail, ServiceMail
from gateway.mssante.sending.smart_host import SmartHost
from gateway.store.base.work import Database
from gateway.store.patients.notices import Notices, get_notice
from gateway.store.patients.profiles import Profiles
from gateway.store.tasks.steps import SyncedJob
from gateway.store.tasks.tasks import Task, TaskKind
from tests.builders_people import open_profile
from tests.builders_settings import make_settings
from tests.fakes import SetClock
from tests.power_cuts import left_after

SENDER = "ne-pas-repondre@sante.example"


@define
class Remembering:
    """A carrier that never fails and remembers everything."""

    sent: list[str] = field(factory=list)

    def __call__(self, notice_id: str, _: object) -> None:
        self.sent.append(notice_id)


def make(database: Database, expires_at: datetime | None = None) -> Task:
    profile_id = open_profile(database)
    with database.write() as work:
        profile = Profiles(work).get(profile_id)
        assert profile is not None
        notice_id = Notices(work, "Le service", "https://sante.example/").make(
            profile,
            NoticeKind.CODE,
            digits="123456",
            minutes=10,
            expires_at=expires_at,
        )
        return Task(1, TaskKind.NOTIFY, notice_id, 0, work.now)


def step(database: Database, carrier: Outbox | Remembering | SmartHost) -> Notifying:
    return Notifying(
        database, ServiceMail(database.keys, SENDER, "Le service", carrier)
    )


def test_the_outbox_gets_one_private_file(database: Database, tmp_path: Path) -> None:
    task = make(database)
    notifying = step(database, Outbox(tmp_path / "outbox"))

    job = notifying(task)
    notifying(task)  # a crash before the commit: the same file again
    with database.write() as work:
        job(work)

    (file,) = (tmp_path / "outbox").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    message = message_from_bytes(file.read_bytes(), policy=default)
    assert message["To"] == "d@courriel.example"
    assert message["Subject"] == "Votre code de connexion"
    assert message["Auto-Submitted"] == "auto-generated"
    assert "123456" in message.get_content()


def test_the_names_of_many_files_are_made_durable_by_one_call(
    database: Database, tmp_path: Path
) -> None:
    task, notifying = make(database), step(database, Outbox(tmp_path / "outbox"))

    jobs = [notifying(task) for _ in range(2)]

    syncs = {job.sync for job in jobs if isinstance(job, SyncedJob)}
    assert len(syncs) == 1
    for sync in syncs:
        sync()


LEAVING = """
import os, sys
from pathlib import Path
from gateway.mssante.sending.email import Email
from gateway.mssante.sending.outbox import Outbox

os.umask(0o077)
outbox = Outbox(Path(sys.argv[1]) / "outbox")
for name in ("one", "two"):
    sync = outbox(name, Email("a@x.test", "b@x.test", name.encode()))
sync()
"""


def test_a_notice_that_was_struck_off_is_in_the_outbox_after_a_power_cut(
    tmp_path: Path,
) -> None:
    """With the folder itself, which was made for it."""
    folder = tmp_path / "folder"
    folder.mkdir()

    left = left_after(LEAVING, folder, tmp_path / "scratch")

    assert left == {"outbox/one.eml": b"one", "outbox/two.eml": b"two"}


def test_a_sent_notice_is_not_sent_again(database: Database) -> None:
    task, carrier = make(database), Remembering()
    notifying = step(database, carrier)

    for _ in range(2):
        job = notifying(task)
        with database.write() as work:
            job(work)

    assert carrier.sent == [task.subject]


def test_a_code_that_is_too_late_is_not_sent(
    database: Database, clock: SetClock
) -> None:
    task = make(database, expires_at=clock() + timedelta(minutes=10))
    carrier = Remembering()
    clock.advance(minutes=10)

    job = step(database, carrier)(task)
    with database.write() as work:
        job(work)

    assert carrier.sent == []
    with database.read() as work:
        notice = get_notice(work, task.subject)
    assert notice is not None
    assert notice.is_sent


def test_a_notice_that_is_gone_is_nothing_to_do(database: Database) -> None:
    carrier = Remembering()
    task = Task(1, TaskKind.NOTIFY, "0" * 32, 0, database.clock())

    job = step(database, carrier)(task)

    with database.write() as work:
        job(work)
    assert carrier.sent == []


@pytest.mark.parametrize("to", ["no-at-sign", "a@b.example\r\nBcc: c@d.example", ""])
def test_an_address_that_is_none_is_refused_and_adds_no_header(
    database: Database, clock: SetClock, to: str
) -> None:
    mail = ServiceMail(database.keys, SENDER, "Le service", Remembering())
    plain = PlainEmail(id="a" * 32, to=to, subject="s", text="t", created_at=clock.now)

    with pytest.raises(InvalidError):
        mail.written(plain)


def test_a_folder_that_cannot_be_written_is_tried_later(
    database: Database, tmp_path: Path
) -> None:
    task = make(database)
    (tmp_path / "outbox").write_text("not a folder")

    with pytest.raises(UnavailableError):
        step(database, Outbox(tmp_path / "outbox"))(task)


def test_a_relay_that_does_not_answer_is_tried_later(database: Database) -> None:
    task = make(database)

    notifying = step(database, SmartHost(address="127.0.0.1:9", timeout=2.0))

    with ThreadPoolExecutor(1) as worker, pytest.raises(UnavailableError):
        worker.submit(notifying, task).result()


def test_a_relay_that_goes_on_talking_is_left_in_time(database: Database) -> None:
    """Each line comes within the time for one; all of them together would not."""
    task = make(database)
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        relay = threading.Thread(target=drip, args=(listening, over))
        relay.start()
        address = f"127.0.0.1:{listening.getsockname()[1]}"
        carrier = SmartHost(address=address, timeout=1.0)

        with (
            ThreadPoolExecutor(1) as threads,
            pytest.raises(UnavailableError, match="TimeoutError"),
        ):
            threads.submit(step(database, carrier), task).result()
        over.set()
        relay.join()

    with database.read() as work:
        notice = get_notice(work, task.subject)
    assert notice is not None
    assert not notice.is_sent


def drip(listening: socket.socket, over: threading.Event) -> None:
    """Greet, without ever coming to the end of the greeting."""
    peer, _ = listening.accept()
    with peer:
        while not over.wait(0.2):
            try:
                peer.sendall(b"220-one moment\r\n")
            except OSError:
                return


@pytest.mark.parametrize(("lease", "most"), [(20.0, 5.0), (60.0, 30.0)])
def test_an_exchange_ends_before_the_lease_of_its_task(
    lease: float, most: float
) -> None:
    settings = make_settings(
        tasks={"lease_seconds": lease}, outgoing={"timeout_seconds": 30.0}
    )

    assert settings.exchange_seconds == most
