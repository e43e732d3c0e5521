"""Conversations of an earlier version are taken apart by subject, and lose nothing."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update

from gateway.store.base.work import Database
from gateway.store.inbox.drafts import Begun, DraftReader, Drafts
from gateway.store.inbox.inbox import Inbox
from gateway.store.inbox.reading import InboxReader
from gateway.store.inbox.splitting import STEP, carry_threads
from gateway.store.inbox.values import ConversationState, MayReply
from gateway.store.sealed.carried import forget_place
from gateway.store.tables import conversations, inbox_messages
from tests.builders_people import open_profile
from tests.fakes import SetClock
from tests.store.inbox.test_inbox import DOCTOR, receive
from tests.store.inbox.test_threads import subjects, talks

NO = MayReply.NO_REPLY


def merge(database: Database, talk: str, **columns: datetime) -> None:
    """Put all messages in one conversation, as an earlier version did."""
    old = {"named": None, "conversation_id": talk}
    with database.write() as work:
        work.connection.execute(update(inbox_messages).values(**old))
        work.connection.execute(
            conversations.delete().where(conversations.c.id != talk)
        )
        work.connection.execute(update(conversations).values(thread=None, **columns))


def make_old(database: Database, profile_id: str, clock: SetClock) -> str:
    """Put five messages in one conversation, two of them deleted; return it."""
    receive(database, profile_id, 1, subject="Bilan")
    clock.advance(hours=1)
    receive(database, profile_id, 2, subject="Bilan", reply=NO)
    clock.advance(hours=1)
    with database.write() as work:
        (talk,) = InboxReader(work).conversations(profile_id)
        Inbox(work).delete_conversation(profile_id, talk.id)
    for number, subject in ((3, "Bilan"), (4, "Avis"), (5, "Re: Vaccin")):
        no_reply = {"reply": NO} if subject == "Avis" else {}
        receive(database, profile_id, number, subject=subject, **no_reply)
        clock.advance(hours=1)
    merge(database, talk.id)
    with database.write() as work:
        Drafts(work).save_answer(profile_id, talk.id, Begun(text="Commencé"))
    return talk.id


def test_the_newest_keeps_the_conversation_its_draft_and_what_was_deleted(
    database: Database, clock: SetClock
) -> None:
    profile_id = open_profile(database)
    talk = make_old(database, profile_id, clock)
    assert [one.messages for one in talks(database, profile_id)] == [3]

    with database.write() as work:
        forget_place(work.connection, STEP)
        assert carry_threads(work, 100) == 1
        assert carry_threads(work, 100) == 0

    assert subjects(database, profile_id) == [["Re: Vaccin"], ["Avis"], ["Bilan"]]
    found = talks(database, profile_id)
    assert [one.state for one in found] == [
        ConversationState.OPEN,
        ConversationState.NO_REPLY,
        ConversationState.OPEN,
    ]
    assert found[0].id == talk
    assert {one.address for one in found} == {DOCTOR.lower()}
    assert [one.unread for one in found] == [1, 1, 1]
    with database.read() as work:
        assert DraftReader(InboxReader(work)).answer(profile_id, talk) is not None
        rows = work.connection.execute(inbox_messages.select()).all()
    assert sum(row.conversation_id == talk for row in rows) == 3  # two are deleted
    assert None not in {row.named for row in rows}


def test_a_letter_that_comes_before_that_finds_its_subject_all_the_same(
    database: Database, clock: SetClock
) -> None:
    profile_id = open_profile(database)
    make_old(database, profile_id, clock)

    receive(database, profile_id, 6, subject="RE: bilan")

    assert subjects(database, profile_id) == [
        ["Bilan", "RE: bilan"],
        ["Re: Vaccin"],
        ["Avis"],
    ]


def test_what_an_end_ended_stays_so_where_only_another_subject_went_on(
    database: Database, clock: SetClock
) -> None:
    profile_id = open_profile(database)
    receive(database, profile_id, 1, subject="Bilan")
    clock.advance(hours=1)
    end = clock.now
    clock.advance(hours=1)
    receive(database, profile_id, 2, subject="Vaccin")
    (newest, _) = talks(database, profile_id)
    merge(database, newest.id, ended_at=end)

    receive(database, profile_id, 3, subject="Autre")

    states = {one.last_subject: one.state for one in talks(database, profile_id)}
    assert states == {
        "Bilan": ConversationState.ENDED,
        "Vaccin": ConversationState.OPEN,
        "Autre": ConversationState.OPEN,
    }


def test_what_was_altered_is_left_and_the_others_are_carried(
    database: Database, clock: SetClock
) -> None:
    profile_id = open_profile(database)
    talk = make_old(database, profile_id, clock)
    with database.write() as work:
        forget_place(work.connection, STEP)
        work.connection.execute(
            update(conversations)
            .where(conversations.c.id == talk)
            .values(display=b"altered")
        )
        assert carry_threads(work, 100) == 1
        row = work.connection.execute(conversations.select()).one()
    assert row.thread is None
