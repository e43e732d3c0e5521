"""What counts in a quota: on all subjects with a correspondent, since they wrote."""

from __future__ import annotations

from datetime import datetime, timedelta

from gateway.rights.messaging_rules import AnswerQuota
from gateway.store.base.work import Database
from gateway.store.inbox.inbox import Inbox
from gateway.store.inbox.reading import InboxReader
from gateway.store.inbox.sent_lately import SentLately
from tests.builders_people import open_profile
from tests.fakes import SetClock
from tests.store.inbox.test_inbox import receive
from tests.store.inbox.test_threads import OTHER, begin

QUOTA = AnswerQuota(messages=3, days=7)


def counted(database: Database, profile_id: str, place: int = 0) -> list[datetime]:
    with database.read() as work:
        talk = InboxReader(work).conversations(profile_id)[place]
        return SentLately(work).counted(profile_id, talk, QUOTA)


def test_messages_on_every_subject_count_until_they_are_too_old(
    database: Database, clock: SetClock
) -> None:
    profile_id = open_profile(database)
    receive(database, profile_id, 1, subject="Bilan")
    clock.advance(hours=1)
    first = clock.now
    begin(database, profile_id, "Bilan", 2)
    clock.advance(days=1)
    begin(database, profile_id, "Vaccin", 3)

    assert counted(database, profile_id) == [clock.now, first]
    assert counted(database, profile_id, 1) == [clock.now, first]
    clock.now = first + timedelta(days=7)
    assert len(counted(database, profile_id)) == 1


def test_no_more_are_looked_at_than_the_quota_has(
    database: Database, clock: SetClock
) -> None:
    profile_id = open_profile(database)
    receive(database, profile_id, 1, subject="Bilan")
    for number in range(5):
        clock.advance(minutes=1)
        begin(database, profile_id, "Bilan", number + 2)

    assert len(counted(database, profile_id)) == QUOTA.messages


def test_a_message_from_them_begins_the_count_again_and_anothers_does_not(
    database: Database, clock: SetClock
) -> None:
    profile_id = open_profile(database)
    receive(database, profile_id, 1, subject="Bilan")
    clock.advance(minutes=1)
    talk = begin(database, profile_id, "Bilan", 2)
    clock.advance(minutes=1)
    receive(database, profile_id, 3, correspondent=OTHER, subject="Bilan")
    assert len(counted(database, profile_id, 1)) == 1
    assert counted(database, profile_id, 0) == []

    with database.write() as work:
        Inbox(work).delete_conversation(profile_id, talk)
    clock.advance(minutes=1)
    # One that waits for its announcement begins nothing before it is shown.
    until = clock.now + timedelta(days=2)
    receive(database, profile_id, 4, subject="Résultats", hidden_until=until)
    with database.read() as work:
        known = InboxReader(work).conversation(profile_id, talk)
        assert known is not None
        assert len(SentLately(work).counted(profile_id, known, QUOTA)) == 1
    clock.now = until
    assert counted(database, profile_id) == []
