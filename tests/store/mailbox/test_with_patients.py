"""What a mailbox exchanged with patients, and the terms it sets for their answers."""

from __future__ import annotations

from datetime import timedelta

from attrs import evolve

from gateway.core.envelope import Door
from gateway.message.flags import DELETED, SEEN, FlagChange, FlagMode
from gateway.rights.messaging_rules import AnswerQuota
from gateway.store.base.work import Database
from gateway.store.mailbox.mail import Mail
from gateway.store.mailbox.openings import OpenedBy, Openings
from gateway.store.mailbox.terms import MailboxTerms, ReplyTerms
from gateway.store.mailbox.with_patients import MOST_COUNTED, MailWithPatients
from gateway.store.professionals.accounts import ProfessionalAccounts
from tests.builders_arrivals import keep_arrival, make_arrival
from tests.builders_people import open_profile
from tests.store.mailbox.test_mail import (
    ADDRESS,
    deliver,
    folder_of,
    open_mailbox,
)


def received(database: Database, mailbox_id: str, most: int = 10) -> list[str]:
    with database.read() as work:
        found = MailWithPatients(work).received(mailbox_id, most)
    return [one.arrival_id for one in found]


def test_what_came_by_the_patients_door_and_lies_in_inbox_is_theirs(
    database: Database,
) -> None:
    mailbox_id = open_mailbox(database)
    web = [
        keep_arrival(database, make_arrival(id=f"{number:032}", door=Door.WEB))
        for number in range(3)
    ]
    mail = keep_arrival(database, make_arrival(id="f" * 32, door=Door.OPERATOR))
    for arrival_id in (*web, mail, None):
        deliver(database, mailbox_id, arrival_id=arrival_id)
    inbox = folder_of(database, mailbox_id)
    archive = folder_of(database, mailbox_id, "Archive")
    with database.write() as work:
        Mail(work).move(inbox, [1], archive)
        Mail(work).change_flags(inbox, [2], FlagChange(FlagMode.ADD, ("\\Deleted",)))

    assert received(database, mailbox_id) == [web[2]]
    assert received(database, open_mailbox(database, "b@hopital.mssante.test")) == []
    with database.read() as work:
        (one,) = MailWithPatients(work).received(mailbox_id, 10)
    assert one.subject == web[2]
    assert one.item.headers is not None


def test_the_newest_are_listed_first_and_no_more_than_asked(database: Database) -> None:
    mailbox_id = open_mailbox(database)
    for number in range(3):
        deliver(database, mailbox_id, folder="Sent", flags=[f"n{number}"])

    with database.read() as work:
        reading = MailWithPatients(work)
        found = reading.sent(mailbox_id, 2)
        assert [one.item.flags for one in found] == ["n2", "n1"]
        assert [one.subject for one in found] == [one.item.blob_id for one in found]
        assert reading.sent_folder(mailbox_id) == "Sent"
    with database.write() as work:
        sent = folder_of(database, mailbox_id, "Sent")
        Mail(work).empty(sent)
        Mail(work).folders.remove(sent)
    with database.write() as work:
        assert MailWithPatients(work).sent_folder(mailbox_id) == "INBOX"


def test_who_opened_a_message_is_told_in_order(database: Database) -> None:
    mailbox_id, other = open_mailbox(database), open_mailbox(database, "b@h.test")
    uid = deliver(database, mailbox_id, arrival_id="a" * 32)
    folder = folder_of(database, mailbox_id)
    for identity in ("one", "two"):
        with database.write() as work:
            Openings(work).keep(folder.id, [uid], identity, OpenedBy.PAGE)

    with database.read() as work:
        openings = Openings(work)
        found = openings.by_whom(mailbox_id, ["a" * 32, "b" * 32])
        assert openings.by_whom(other, ["a" * 32]) == {}
        assert openings.by_whom(mailbox_id, []) == {}
    assert [one.identity for one in found["a" * 32]] == ["one", "two"]
    assert "b" * 32 not in found


def test_terms_are_set_changed_and_taken_away_with_a_line_each(
    database: Database,
) -> None:
    mailbox_id, patient = open_mailbox(database), open_profile(database)
    with database.write() as work:
        account = ProfessionalAccounts(work).open("899700000017")
    with database.write() as work:
        until = work.now + timedelta(days=1)
        terms = MailboxTerms(work)
        for moment in (until, until, until + timedelta(days=1)):
            terms.set_until(mailbox_id, patient, moment, by="8")
        for text in ("De 9 h à 17 h", "De 9 h à 17 h"):
            terms.set_hours(mailbox_id, text, key_id=account.key_id, by="8")

    with database.read() as work:
        terms = MailboxTerms(work)
        found = terms.for_patient(ADDRESS, patient)
        assert terms.for_patient("nobody@h.test", patient) == ReplyTerms()
        assert terms.until(mailbox_id, "0" * 32) is None
        said = [one.outcome for one in work.journal.lines("operator")]
    assert found.until == until + timedelta(days=1)
    assert found.last_day is not None
    assert found.last_day < found.until
    assert found.hours == "De 9 h à 17 h"
    assert said.count("answers end") == 2
    assert said.count("hours set") == 1

    with database.write() as work:
        MailboxTerms(work).set_until(mailbox_id, patient, None, by="8")
        MailboxTerms(work).set_hours(mailbox_id, "", key_id=account.key_id, by="8")
    with database.read() as work:
        found = MailboxTerms(work).for_patient(ADDRESS, patient)
    assert found == ReplyTerms()
    assert found.last_day is None


def test_unread_of_patients_is_counted_up_to_a_number(database: Database) -> None:
    mailbox_id = open_mailbox(database)
    other = open_mailbox(database, "b@hopital.mssante.test")
    for number in range(MOST_COUNTED + 1):
        came = make_arrival(id=f"{number:032}", door=Door.WEB)
        deliver(database, mailbox_id, arrival_id=keep_arrival(database, came))
    mail = make_arrival(id="f" * 32, door=Door.OPERATOR)
    deliver(database, other, arrival_id=keep_arrival(database, mail))
    inbox = folder_of(database, mailbox_id)

    def unread(*mailbox_ids: str, later: bool = False) -> int:
        with database.read() as work:
            since = work.now + timedelta(seconds=1) if later else work.now
            return MailWithPatients(work).unread(mailbox_ids, since=since)

    assert unread(mailbox_id, other) == MOST_COUNTED
    assert unread(mailbox_id, later=True) == 0
    assert (unread(other), unread()) == (0, 0)
    for flag, uids in ((SEEN, [1, 2]), (DELETED, [3]), ("\\Flagged", [4])):
        with database.write() as work:
            change = FlagChange(FlagMode.ADD, (flag,))
            Mail(work).change_flags(inbox, uids, change)
    assert unread(mailbox_id) == MOST_COUNTED + 1 - 3


def test_what_a_mailbox_takes_is_kept_once_and_taken_away(database: Database) -> None:
    mailbox_id = open_mailbox(database)
    quota = AnswerQuota(messages=3, days=7, file_bytes=1024)
    for said in (quota, quota, evolve(quota, days=8), None, None):
        with database.write() as work:
            MailboxTerms(work).set_quota(mailbox_id, said, by="801234")
            assert MailboxTerms(work).quota(mailbox_id) == said

    with database.read() as work:
        noted = [one.outcome for one in work.journal.about([mailbox_id])]
    assert noted[-3:] == ["quota set", "quota set", "quota taken away"]
