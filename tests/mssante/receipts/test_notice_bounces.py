"""A notice that comes back is seen: whose address it was, said to them once."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from attrs import evolve, frozen

from gateway.core.notices import NoticeWay
from gateway.core.texts.notices import NoticeKind
from gateway.errors import InvalidError, UnavailableError
from gateway.message.address import read_address
from gateway.mssante.receipts.notice_bounces import MOST_BYTES, NoticeBounces
from gateway.mssante.sending.bounce_address import bounce_address, bounced_notice
from gateway.mssante.sending.email import Email
from gateway.mssante.sending.notifying import Notifying
from gateway.mssante.sending.professional_codes import SendingCodes
from gateway.mssante.sending.service_mail import ServiceMail
from gateway.mssante.sending.sms import Sms
from gateway.settings.file import Settings
from gateway.store.base.work import Database
from gateway.store.journal import Action, chain_of
from gateway.store.patients.notices import Notices, get_notice
from gateway.store.patients.profiles import Profile, Profiles
from gateway.store.patients.reaching import Reaching, Unreached
from gateway.store.patients.ways import Ways
from gateway.store.professionals.accounts import ProfessionalAccounts
from gateway.store.professionals.mails import MailKind, ProfessionalMails
from gateway.store.tables import journal
from gateway.store.tasks.tasks import Task, TaskKind
from tests.builders_people import open_profile
from tests.builders_settings import make_settings
from tests.fakes import SetClock
from tests.logged import warnings_logged
from tests.mssante.receipts.bounces import postfix

SENDER = "ne-pas-repondre@sante.example"
ADDRESS = "d@courriel.example"


@frozen
class Sent:
    """A patient, a notice that left to them, and the Maildir of its bounces."""

    database: Database
    folder: Path
    profile_id: str
    email: Email
    notice_id: str

    @classmethod
    def make(
        cls, database: Database, folder: Path, kind: NoticeKind = NoticeKind.MESSAGE
    ) -> Sent:
        for name in ("new", "cur", "tmp"):
            (folder / name).mkdir(parents=True)
        profile_id = open_profile(database)
        notice_id, email = send(database, profile_id, kind)
        assert email is not None
        return cls(database, folder, profile_id, email, notice_id)

    def comes(self, content: bytes, name: str = "1.mail") -> Path:
        file = self.folder / "new" / name
        file.write_bytes(content)
        return file

    def bounce(self, **said: str) -> bytes:
        """Return the notice's bounce, as Postfix writes it."""
        return f"To: {self.email.sender}\r\n".encode() + postfix("x", ADDRESS, **said)

    def run(self) -> int:
        return NoticeBounces(self.database, self.settings).run()["bounces"]

    @property
    def settings(self) -> Settings:
        return make_settings(
            outgoing={"bounces": str(self.folder)}, sms={"folder": str(self.texts)}
        )

    @property
    def texts(self) -> Path:
        return self.folder.parent / "sms"

    def profile(self) -> Profile:
        with self.database.read() as work:
            profile = Profiles(work).get(self.profile_id)
        assert profile is not None
        return profile

    def unreached(self) -> Unreached | None:
        with self.database.read() as work:
            return Reaching(work).unreached(self.profile())

    def ends(self) -> list[str]:
        with self.database.read() as work:
            rows = work.connection.execute(
                journal.select()
                .where(journal.c.chain == chain_of(self.profile_id))
                .order_by(journal.c.seq)
            )
            return [r.outcome for r in rows if r.action == Action.NOTICE_SENT.value]


def send(
    database: Database,
    profile_id: str,
    kind: NoticeKind,
    fails: Callable[[], None] = lambda: None,
) -> tuple[str, Email | None]:
    """Make a notice and let it leave; return its id, and what left."""
    sent: list[Email] = []

    def carry(_: str, email: Email) -> None:
        fails()
        sent.append(email)

    with database.write() as work:
        profile = Profiles(work).get(profile_id)
        assert profile is not None
        told = Notices(work, "Le service", "https://sante.example/")
        notice_id = told.make(profile, kind)
        task = Task(1, TaskKind.NOTIFY, notice_id, 0, work.now)
    mail = ServiceMail(database.keys, SENDER, "Le service", carry, sees_bounces=True)
    job = Notifying(database, mail)(task)
    with database.write() as work:
        job(work)
    return notice_id, sent[0] if sent else None


@pytest.fixture
def sent(database: Database, tmp_path: Path) -> Sent:
    return Sent.make(database, tmp_path / "bounces")


def test_each_notice_leaves_from_an_address_that_says_which_it_is(sent: Sent) -> None:
    keys = sent.database.keys

    address = read_address(sent.email.sender)

    assert str(address).startswith("ne-pas-repondre+")
    assert len(address.local) <= 64  # RFC 5321 §4.5.3.1.1
    assert bounced_notice(keys, f"<{address}>") == sent.notice_id
    assert bounced_notice(keys, str(address).upper()) == sent.notice_id
    assert b"ne-pas-repondre+" not in sent.email.content


def test_a_bounce_is_kept_as_a_fact_said_once_and_its_file_goes(
    sent: Sent, clock: SetClock
) -> None:
    clock.advance(hours=1)
    for number in range(2):
        file = sent.comes(sent.bounce(), f"{number}.mail")
        assert sent.run() == 1
        assert not file.exists()

    assert sent.unreached() == Unreached(ADDRESS, clock.now)
    assert sent.ends() == ["sent", "bounced"]
    with sent.database.read() as work:
        changes = [one.what for one in Profiles(work).changes(sent.profile_id)]
    assert changes == ["unreached"]


def test_what_the_patient_says_of_it_ends_it(sent: Sent, clock: SetClock) -> None:
    sent.comes(sent.bounce())
    sent.run()
    clock.advance(days=1)
    with sent.database.write() as work:
        Reaching(work).works(sent.profile())
        Reaching(work).works(sent.profile())
    assert sent.unreached() is None

    sent.comes(sent.bounce())
    sent.run()
    assert sent.unreached() is not None
    with sent.database.write() as work:
        Profiles(work).set_email(sent.profile(), "autre@courriel.example")
    assert sent.unreached() is None


def test_a_bounce_from_a_former_address_says_nothing_of_the_one_now(
    sent: Sent, clock: SetClock
) -> None:
    clock.advance(minutes=1)
    with sent.database.write() as work:
        Profiles(work).set_email(sent.profile(), "autre@courriel.example")

    sent.comes(sent.bounce())

    assert sent.run() == 1
    assert sent.unreached() is None


@pytest.mark.parametrize(
    "change",
    [
        lambda sent: sent.bounce(action="delayed"),
        lambda sent: sent.bounce().replace(b"5.1.1", b"5.7.1"),
    ],
    ids=["a delay", "our server is refused"],
)
def test_what_says_nothing_of_the_address_is_taken_and_no_more(
    sent: Sent, change: Callable[[Sent], bytes]
) -> None:
    content = change(sent)
    assert content != sent.bounce()

    sent.comes(content)

    assert sent.run() == 1
    assert sent.unreached() is None


def forged(sent: Sent) -> bytes:
    said = sent.email.sender
    at = said.index("+") + 5
    other = said[:at] + ("a" if said[at] != "a" else "b") + said[at + 1 :]
    return sent.bounce().replace(said.encode(), other.encode())


@pytest.mark.parametrize(
    "content",
    [
        forged,
        lambda sent: postfix("x", ADDRESS),
        lambda sent: f"To: {sent.email.sender}\r\n\r\nBonjour".encode(),
        lambda sent: b"\xff\x00 no message",
        lambda sent: b"",
    ],
    ids=["forged", "to nobody", "a person's", "no message", "empty"],
)
def test_what_is_no_bounce_of_ours_stays_and_is_read_once(
    sent: Sent, content: Callable[[Sent], bytes]
) -> None:
    sent.comes(content(sent))

    assert sent.run() == 0
    assert [one.name for one in (sent.folder / "cur").iterdir()] == ["1.mail:2,S"]
    assert sent.run() == 0
    assert sent.unreached() is None


def test_a_large_one_is_read_as_far_as_it_matters_and_no_link_is_followed(
    sent: Sent, tmp_path: Path
) -> None:
    sent.comes(sent.bounce() + b"x" * (2 * MOST_BYTES))
    other = tmp_path / "other"
    other.write_bytes(sent.bounce())
    (sent.folder / "new" / "2.mail").symlink_to(other)

    assert sent.run() == 1
    assert other.exists()
    assert sent.unreached() is not None


def test_a_folder_that_is_not_there_is_said(database: Database, tmp_path: Path) -> None:
    settings = make_settings(outgoing={"bounces": str(tmp_path / "none")})

    with pytest.raises(UnavailableError):
        NoticeBounces(database, settings).run()


def prove_number(sent: Sent) -> None:
    with sent.database.write() as work:
        Profiles(work).set_telephone(sent.profile(), "+33612345678")
        Ways(work).prove(sent.profile_id, "+33612345678")


def test_what_came_back_is_told_by_text_message_where_the_number_is_proved(
    sent: Sent,
) -> None:
    prove_number(sent)
    sent.comes(sent.bounce())
    sent.run()

    with sent.database.write() as work:
        (task,) = work.tasks.claim("w", [TaskKind.NOTIFY], 9, timedelta(1))[-1:]
    job = Notifying.from_settings(sent.database, sent.settings)(task)
    with sent.database.write() as work:
        job(work)

    (file,) = (sent.texts / "new").iterdir()
    said = json.loads(file.read_text("utf-8"))
    assert said["to"] == "+33612345678"
    assert "du nouveau dans votre espace" in said["text"]
    # The next ones go there at once, until the patient mends their address.
    with sent.database.write() as work:
        told = Notices.of(work, sent.settings)
        notice_id = told.make(sent.profile(), NoticeKind.SHOWN)
    with sent.database.read() as work:
        notice = get_notice(work, notice_id)
    assert notice is not None
    assert notice.way is NoticeWay.SMS


def left_by_text(sent: Sent) -> list[str]:
    """Let all that waits leave; return the kinds of what left as a text message."""
    with sent.database.read() as work:
        waiting = [
            notice
            for one in work.tasks.listed()
            if one.kind == TaskKind.NOTIFY
            and (notice := get_notice(work, one.subject)) is not None
        ]
    return [one.kind for one in waiting if one.way is NoticeWay.SMS and not one.is_sent]


def test_each_notice_that_comes_back_is_told_another_way_once(sent: Sent) -> None:
    """Not the first alone: what came back after it was told by nothing."""
    prove_number(sent)
    _, second = send(sent.database, sent.profile_id, NoticeKind.ACCESS)
    assert second is not None
    sent.comes(sent.bounce())
    assert sent.run() == 1

    for number in range(2):
        content = f"To: {second.sender}\r\n".encode() + postfix("x", ADDRESS)
        sent.comes(content, f"{number}.mail")
        assert sent.run() == 1

    assert left_by_text(sent) == [NoticeKind.MESSAGE, NoticeKind.ACCESS]
    assert sent.ends() == ["sent", "sent", "bounced", "bounced"]


@pytest.mark.parametrize(
    ("code", "is_of_address"),
    [(b"5.7.1", False), (b"5.6.0", False), (b"4.4.1", True), (b"5.2.2", True)],
)
def test_a_server_that_gave_up_is_a_notice_that_did_not_arrive(
    sent: Sent, code: bytes, is_of_address: bool
) -> None:
    """Postfix ends what it tried for days as failed, with the code it met last."""
    prove_number(sent)

    sent.comes(sent.bounce().replace(b"5.1.1", code))

    assert sent.run() == 1
    assert (sent.unreached() is not None) is is_of_address
    assert left_by_text(sent) == [NoticeKind.MESSAGE]
    assert sent.ends() == ["sent", "bounced"]


def test_what_the_relay_refuses_at_once_is_told_another_way_too(sent: Sent) -> None:
    prove_number(sent)
    with sent.database.write() as work:
        told = Notices.of(work, sent.settings)
        notice_id = told.make(sent.profile(), NoticeKind.ACCESS)
        task = Task(1, TaskKind.NOTIFY, notice_id, 0, work.now)

    def carry(_: str, __: Email) -> None:
        refuse()

    step = evolve(
        Notifying.from_settings(sent.database, sent.settings),
        mail=ServiceMail(sent.database.keys, SENDER, "Le service", carry),
    )
    job = step(task)
    with sent.database.write() as work:
        job(work)

    assert sent.unreached() is not None
    assert left_by_text(sent) == [NoticeKind.ACCESS]


def subjects(sent: Sent) -> set[str]:
    with sent.database.read() as work:
        return {one.subject for one in work.tasks.listed()}


def test_what_a_number_refuses_is_told_by_email_unless_that_failed_too(
    sent: Sent,
) -> None:
    def fail() -> list[NoticeWay]:
        prove_number(sent)
        with sent.database.write() as work:
            told = Notices.of(work, sent.settings)
            notice_id = told.make(sent.profile(), NoticeKind.ACCESS, way=NoticeWay.SMS)
            task = Task(1, TaskKind.NOTIFY, notice_id, 0, work.now)

        def text(_: Sms) -> None:
            refuse()

        step = evolve(Notifying.from_settings(sent.database, sent.settings), text=text)
        job = step(task)
        before = subjects(sent)
        with sent.database.write() as work:
            job(work)
        with sent.database.read() as work:
            found = [get_notice(work, one) for one in subjects(sent) - before]
        return [one.way for one in found if one is not None]

    assert fail() == [NoticeWay.EMAIL]
    sent.comes(sent.bounce())
    sent.run()
    assert fail() == []


def test_of_a_hidden_document_that_comes_back_the_operator_is_told(
    database: Database, tmp_path: Path
) -> None:
    """Where nothing else gets to the patient: the law says by any means."""
    sent = Sent.make(database, tmp_path / "bounces", NoticeKind.UPDATE)
    sent.comes(sent.bounce())
    with warnings_logged() as said:
        sent.run()
    assert [sent.notice_id in one for one in said] == [True]

    prove_number(sent)
    _, email = send(database, sent.profile_id, NoticeKind.UPDATE)
    assert email is not None
    sent.comes(f"To: {email.sender}\r\n".encode() + postfix("x", ADDRESS))
    with warnings_logged() as said:
        sent.run()
    assert said == []


def test_without_a_proved_number_there_is_no_other_way(sent: Sent) -> None:
    before = tasks_of(sent)
    sent.comes(sent.bounce())
    sent.run()

    assert tasks_of(sent) == before


def tasks_of(sent: Sent) -> int:
    with sent.database.read() as work:
        return len(work.tasks.listed())


def refuse() -> None:
    raise InvalidError("the relay refused the address of a notice")


def test_an_address_that_the_relay_refuses_is_kept_and_is_no_task_for_a_person(
    sent: Sent,
) -> None:
    send(sent.database, sent.profile_id, NoticeKind.SHOWN, refuse)

    assert sent.unreached() is not None
    assert sent.ends() == ["sent", "refused"]


def test_of_a_hidden_document_the_operator_is_told_as_well(sent: Sent) -> None:
    with warnings_logged() as said:
        notice_id, _ = send(sent.database, sent.profile_id, NoticeKind.UPDATE, refuse)

    assert [notice_id in one for one in said] == [True]


def test_a_notice_long_gone_or_a_patient_deleted_says_nothing(
    sent: Sent, clock: SetClock
) -> None:
    from gateway.store.base.housekeeping import Housekeeping

    clock.advance(days=8)
    Housekeeping(sent.database, timedelta(days=7)).run()
    with sent.database.read() as work:
        assert get_notice(work, sent.notice_id) is None

    sent.comes(sent.bounce())

    assert sent.run() == 1
    assert sent.unreached() is None
    assert bounce_address(sent.database.keys, SENDER, "a" * 32) != sent.email.sender


def test_what_bounces_of_a_professionals_email_is_kept_of_their_account(
    sent: Sent, clock: SetClock
) -> None:
    left: list[Email] = []
    with sent.database.write() as work:
        accounts = ProfessionalAccounts(work)
        accounts.set_email("801234", ADDRESS, by="a test")
        account = accounts.find("801234")
        assert account is not None
        mail_id = ProfessionalMails(work).add(
            account, "Messages", "Un.", timedelta(days=1), MailKind.MESSAGES
        )
        task = Task(1, TaskKind.CODE, mail_id, 0, work.now)

    def carry(_: str, email: Email) -> None:
        left.append(email)

    keys = sent.database.keys
    mail = ServiceMail(keys, SENDER, "Le service", carry, sees_bounces=True)
    job = SendingCodes(sent.database, mail)(task)
    with sent.database.write() as work:
        job(work)
    clock.advance(days=5)
    bounce = f"To: {left[0].sender}\r\n".encode() + postfix("x", ADDRESS)
    for number in range(2):
        sent.comes(bounce, f"{number}.mail")
        assert sent.run() == 1

    with sent.database.read() as work:
        found = ProfessionalAccounts(work).find("801234")
        lines = [
            (one.outcome, one.detail["kind"])
            for one in work.journal.about([mail_id])
            if one.action == Action.NOTICE_SENT
        ]
    assert found is not None
    assert found.unreached_since == clock.now
    assert found.email == ADDRESS
    assert lines[:2] == [("sent", "messages"), ("bounced", "messages")]
    assert sent.unreached() is None


def test_a_professionals_address_that_is_refused_is_kept_too(
    sent: Sent, clock: SetClock
) -> None:
    with sent.database.write() as work:
        accounts = ProfessionalAccounts(work)
        accounts.set_email("801234", ADDRESS, by="a test")
        account = accounts.find("801234")
        assert account is not None
        mail_id = ProfessionalMails(work).add(account, "a", "b", timedelta(days=1))
        task = Task(1, TaskKind.CODE, mail_id, 0, work.now)

    def refuse(_: str, __: Email) -> None:
        raise InvalidError("no such address")

    mail = ServiceMail(sent.database.keys, SENDER, "Le service", refuse)
    job = SendingCodes(sent.database, mail)(task)
    with sent.database.write() as work:
        job(work)
        found = ProfessionalAccounts(work).find("801234")
    assert found is not None
    assert found.unreached_since == clock.now
