"""A professional hears once a day that patients wrote, if they want; of no patient."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from gateway.core.envelope import Door
from gateway.core.notices import NoticeWhen
from gateway.message.flags import SEEN, FlagChange, FlagMode
from gateway.store.base.work import Database
from gateway.store.mailbox.mail import Mail
from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.store.professionals.accounts import ProfessionalAccounts
from gateway.store.professionals.mails import ProfessionalMail, ProfessionalMails
from gateway.store.professionals.telling import ProfessionalNotices, TellingProfessional
from gateway.store.tables import professional_mails
from gateway.store.tasks.tasks import TaskKind
from tests.builders_arrivals import keep_arrival, make_arrival
from tests.builders_settings import make_settings
from tests.fakes import SetClock
from tests.store.mailbox.test_mail import deliver, folder_of

DUE = datetime(2026, 11, 21, 17, 0, tzinfo=UTC)  # 18 o'clock in Paris
DOCTOR, NURSE, STRUCTURE = "801234", "805678", "1750000011"
EMAIL = "dr@courriel.example"
STEP = TellingProfessional(
    make_settings(professional={"public_url": "https://pro.example/"})
)


def account_of(database: Database, number: str = DOCTOR, email: str = EMAIL) -> str:
    with database.write() as work:
        ProfessionalAccounts(work).set_email(number, email, by="a test")
        return ProfessionalAccounts(work).open(number).id


@pytest.fixture
def mailbox(database: Database) -> str:
    account_of(database)
    with database.write() as work:
        holders = [DOCTOR, NURSE, STRUCTURE]
        found = Mailboxes(work).add("a@h.test", kind="ORG", holders=holders)
        Mail(work).folders.ensure(found)
        return found


def comes(database: Database, mailbox_id: str, number: int = 0) -> int:
    """Have a patient's message lie in a mailbox, and its readers told."""
    came = make_arrival(id=f"{number:032}", door=Door.WEB)
    uid = deliver(database, mailbox_id, arrival_id=keep_arrival(database, came))
    with database.write() as work:
        ProfessionalNotices(work).came([mailbox_id])
    return uid


def mails(database: Database, clock: SetClock, moment: datetime) -> list[str]:
    """Return to whom e-mails left until a moment, the first at first."""
    clock.now = moment
    kind = TaskKind.DIGEST_PROFESSIONAL
    with database.write() as work:
        for task in work.tasks.claim("w", [kind], 9, timedelta(minutes=1)):
            assert work.tasks.finish(task, "w")
            STEP(task)(work)
    return [one.to for one in all_of(database)]


def all_of(database: Database) -> list[ProfessionalMail]:
    with database.read() as work:
        columns = professional_mails.c
        rows = work.connection.execute(select(columns.id).order_by(columns.created_at))
        found = [ProfessionalMails(work).get(one) for one in rows.scalars()]
    return [one for one in found if one is not None]


def test_many_messages_are_one_email_at_its_hour_that_names_nobody(
    database: Database, clock: SetClock, mailbox: str
) -> None:
    for number in range(3):
        comes(database, mailbox, number)
        clock.advance(minutes=1)

    assert mails(database, clock, DUE - timedelta(seconds=1)) == []
    assert mails(database, clock, DUE) == [EMAIL]
    assert mails(database, clock, DUE + timedelta(days=1)) == [EMAIL]
    (mail,) = all_of(database)
    assert mail.subject == "Messages en attente : 3"
    assert "que vous lisez : 3." in mail.text
    assert " : https://pro.example/." in mail.text
    for secret in ("PAT-TROIS", "279035121518989", "Sortie"):
        assert secret not in mail.subject + mail.text


def test_what_somebody_read_meanwhile_is_not_told(
    database: Database, clock: SetClock, mailbox: str
) -> None:
    uid = comes(database, mailbox)
    with database.write() as work:
        change = FlagChange(FlagMode.ADD, (SEEN,))
        Mail(work).change_flags(folder_of(database, mailbox), [uid], change)

    assert mails(database, clock, DUE) == []


def test_what_was_told_once_is_not_told_the_next_day(
    database: Database, clock: SetClock, mailbox: str
) -> None:
    comes(database, mailbox, 1)
    assert len(mails(database, clock, DUE)) == 1
    clock.advance(hours=1)
    comes(database, mailbox, 2)

    assert len(mails(database, clock, DUE + timedelta(hours=2))) == 1
    assert len(mails(database, clock, DUE + timedelta(days=1))) == 2
    assert all_of(database)[-1].subject.endswith(": 1")


def test_only_who_wants_it_and_has_an_address_is_told(
    database: Database, clock: SetClock, mailbox: str
) -> None:
    nurse = account_of(database, NURSE, "nurse@courriel.example")
    account_of(database, STRUCTURE, "")
    with database.write() as work:
        notices = ProfessionalNotices(work)
        assert notices.chosen(nurse) is NoticeWhen.DAILY
        notices.choose(nurse, NoticeWhen.NEVER, "en")
    comes(database, mailbox, 1)
    assert mails(database, clock, DUE) == [EMAIL]

    with database.write() as work:
        ProfessionalNotices(work).choose(nurse, NoticeWhen.DAILY, "en")
    comes(database, mailbox, 2)
    assert len(mails(database, clock, DUE + timedelta(days=1))) == 3
    assert "Messages waiting: 1" in [one.subject for one in all_of(database)]


def test_who_holds_the_mailbox_no_more_is_told_nothing(
    database: Database, clock: SetClock, mailbox: str
) -> None:
    comes(database, mailbox)
    with database.write() as work:
        Mailboxes(work).set_state(mailbox, "closed")

    assert mails(database, clock, DUE) == []


def test_an_address_that_failed_gets_nothing_until_it_is_mended(
    database: Database, clock: SetClock, mailbox: str
) -> None:
    account_id = account_of(database)
    with database.write() as work:
        accounts = ProfessionalAccounts(work)
        assert accounts.failed(account_id, work.now)
        assert not accounts.failed(account_id, work.now)
    comes(database, mailbox, 1)
    assert mails(database, clock, DUE) == []

    with database.write() as work:
        ProfessionalAccounts(work).works(account_id, by=DOCTOR)
        # What left before that says nothing of it any more.
        before = work.now - timedelta(seconds=1)
        assert not ProfessionalAccounts(work).failed(account_id, before)
    clock.advance(hours=1)
    comes(database, mailbox, 2)
    assert mails(database, clock, DUE + timedelta(days=1)) == [EMAIL]
