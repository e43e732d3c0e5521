"""Conversations by subject: what a message answers counts first, then its subject."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from gateway.store.base.work import Database
from gateway.store.inbox import threads
from gateway.store.inbox.digests import correspondent_digests
from gateway.store.inbox.inbox import Inbox
from gateway.store.inbox.reading import InboxReader
from gateway.store.inbox.values import Conversation, ConversationState, MayReply
from gateway.store.sealed.keys import KeyRing
from tests.builders_people import open_profile
from tests.builders_queries import statements
from tests.fakes import SetClock
from tests.store.inbox.test_inbox import DOCTOR, receive

OTHER = "dr.loup@hopital.mssante.test"


def talks(database: Database, profile_id: str) -> list[Conversation]:
    with database.read() as work:
        return InboxReader(work).conversations(profile_id)


def subjects(database: Database, profile_id: str) -> list[list[str]]:
    """Return the subjects of each conversation, the newest conversation first."""
    with database.read() as work:
        reader = InboxReader(work)
        return [
            [one.subject for one in reader.messages(profile_id, talk.id)]
            for talk in reader.conversations(profile_id)
        ]


def begin(database: Database, profile_id: str, subject: str, number: int) -> str:
    """Write a message that is no answer to the one correspondent; return its talk."""
    parcel = database.prepare(b"Subject: x\r\n\r\nx\r\n")
    with database.write() as work:
        known = InboxReader(work).contacts(profile_id)[0]
        talk = Inbox(work).begin(known, profile_id, subject)
        work.blobs.put(parcel, work.key_for("transit:x"), work.now)
        Inbox(work).send(
            talk,
            profile_id,
            f"{number:032d}",
            subject=subject,
            text="Bonjour",
            parcel=parcel,
            message_id=f"own-{number}@patient.mssante.test",
        )
    return talk


def test_beginning_another_reads_no_name_and_digests_its_correspondent_once(
    database: Database, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile_id = open_profile(database)
    receive(database, profile_id, subject="Bilan")
    taken: list[str] = []

    def counted(keys: KeyRing, profile_id: str, address: str) -> tuple[str, str]:
        taken.append(address)
        return correspondent_digests(keys, profile_id, address)

    with database.write() as work:
        known = InboxReader(work).contacts(profile_id)[0]
        monkeypatch.setattr(threads, "correspondent_digests", counted)
        with statements(database.engine) as seen:
            talk = Inbox(work).begin(known, profile_id, "Vaccin")

    assert taken == [known.address]
    assert talk != known.id
    assert not [one for one in seen if "conversations.last_at DESC" in one]


def test_another_subject_is_another_conversation(
    database: Database, clock: SetClock
) -> None:
    profile_id = open_profile(database)
    for number, subject in enumerate(("Bilan", "Vaccin", "RE: Bilan", "vaccin")):
        receive(database, profile_id, number, subject=subject)
        clock.advance(hours=1)

    assert subjects(database, profile_id) == [
        ["Vaccin", "vaccin"],
        ["Bilan", "RE: Bilan"],
    ]
    assert [one.unread for one in talks(database, profile_id)] == [2, 2]
    with database.read() as work:
        (contact,) = InboxReader(work).contacts(profile_id)
    assert contact.id == talks(database, profile_id)[0].id


def test_an_answer_stays_in_its_conversation_whatever_its_subject(
    database: Database, clock: SetClock
) -> None:
    profile_id = open_profile(database)
    receive(database, profile_id, 1, subject="Bilan")
    clock.advance(hours=1)
    receive(
        database,
        profile_id,
        2,
        subject="Autre chose",
        references=["unknown@x.test", "1@hopital.mssante.test"],
    )
    clock.advance(hours=1)
    talk = begin(database, profile_id, "Ma question", 3)
    clock.advance(hours=1)
    receive(
        database,
        profile_id,
        4,
        subject="Réponse",
        references=["own-3@patient.mssante.test"],
    )

    assert subjects(database, profile_id) == [
        ["Ma question", "Réponse"],
        ["Bilan", "Autre chose"],
    ]
    assert talks(database, profile_id)[0].id == talk


def test_a_reference_to_the_letter_of_another_leads_into_no_conversation_of_theirs(
    database: Database,
) -> None:
    profile_id = open_profile(database)
    receive(database, profile_id, 1, subject="Bilan")
    stranger: dict[str, Any] = {"correspondent": OTHER, "display_name": "Dr Loup"}
    named = ["1@hopital.mssante.test"]
    receive(database, profile_id, 2, subject="Bilan", references=named, **stranger)

    found = talks(database, profile_id)
    assert {one.address for one in found} == {DOCTOR.lower(), OTHER}
    assert [one.messages for one in found] == [1, 1]


def test_the_end_is_of_all_conversations_and_a_later_letter_opens_its_own(
    database: Database, clock: SetClock
) -> None:
    profile_id = open_profile(database)
    receive(database, profile_id, 1, subject="Bilan")
    receive(database, profile_id, 2, subject="Vaccin")
    own = begin(database, profile_id, "Ma question", 3)
    clock.advance(hours=1)
    end = clock.now
    with database.write() as work:
        assert Inbox(work).end_conversations(profile_id, DOCTOR, end)
    assert {one.state for one in talks(database, profile_id)} == {
        ConversationState.ENDED
    }
    with database.read() as work:
        reader = InboxReader(work)
        assert reader.contacts(profile_id) == []

    late = end - timedelta(minutes=5)  # was on its way when the end was written
    receive(database, profile_id, 4, subject="En retard", received_at=late)
    clock.advance(hours=1)
    receive(database, profile_id, 5, subject="bilan")

    states = {one.last_subject: one.state for one in talks(database, profile_id)}
    assert states == {
        "bilan": ConversationState.OPEN,
        "Vaccin": ConversationState.ENDED,
        "Ma question": ConversationState.ENDED,
        "En retard": ConversationState.ENDED,
    }
    with database.read() as work:
        reader = InboxReader(work)
        (contact,) = reader.contacts(profile_id)
        ended = reader.conversation(profile_id, own)
        assert ended is not None
        before = [one.subject for one in reader.received(profile_id, ended)]
    assert contact.last_at == clock.now
    assert before == ["En retard"]  # nothing that came after its end opens it


def test_an_end_with_words_stands_in_the_last_conversation(
    database: Database, clock: SetClock
) -> None:
    profile_id = open_profile(database)
    receive(database, profile_id, 1, subject="Bilan")
    clock.advance(hours=1)
    receive(database, profile_id, 2, subject="Vaccin")
    clock.advance(hours=1)
    no = MayReply.NO_REPLY
    receive(database, profile_id, 3, subject="[FIN]", text="Au revoir", reply=no)

    assert subjects(database, profile_id) == [["Vaccin", "[FIN]"], ["Bilan"]]


def test_what_the_patient_begins_is_answered_to_whom_wrote(database: Database) -> None:
    profile_id = open_profile(database)
    receive(database, profile_id, 1, subject="Bilan")

    talk = begin(database, profile_id, "Ma question", 2)
    assert begin(database, profile_id, "Re: ma question", 3) == talk

    with database.read() as work:
        reader = InboxReader(work)
        own = reader.conversation(profile_id, talk)
        assert own is not None
        assert own.state is ConversationState.OPEN
        assert [one.subject for one in reader.received(profile_id, own)] == ["Bilan"]
        assert len(reader.contacts(profile_id)) == 1


def test_an_ended_subject_may_be_begun_again_with_who_wrote_since(
    database: Database, clock: SetClock
) -> None:
    profile_id = open_profile(database)
    receive(database, profile_id, 1, subject="Bilan")
    clock.advance(hours=1)
    with database.write() as work:
        Inbox(work).end_conversations(profile_id, DOCTOR)
    clock.advance(hours=1)
    receive(database, profile_id, 2, subject="Vaccin")

    talk = begin(database, profile_id, "Bilan", 3)

    with database.read() as work:
        found = InboxReader(work).conversation(profile_id, talk)
    assert found is not None
    assert found.state is ConversationState.OPEN


def test_an_answer_to_a_secret_message_is_as_secret(
    database: Database, clock: SetClock
) -> None:
    profile_id = open_profile(database)
    receive(database, profile_id, 1, subject="Bilan", is_secret=True)
    named = ["1@hopital.mssante.test"]

    with database.read() as work:
        inbox = Inbox(work)
        assert inbox.answers_secret(profile_id, DOCTOR, named)
        assert not inbox.answers_secret(profile_id, DOCTOR, ["2@x.test"])
        assert not inbox.answers_secret(profile_id, OTHER, named)
    clock.advance(hours=1)
    receive(database, profile_id, 2, subject="Suite", references=named, is_secret=True)
    receive(database, profile_id, 3, subject="Bilan", references=named)

    found = {one.last_subject: one for one in talks(database, profile_id)}
    assert found["Suite"].is_secret
    assert found["Suite"].messages == 2
    assert not found["Bilan"].is_secret  # whoever calls it no secret writes elsewhere


def test_another_name_of_a_known_address_is_noted_in_a_new_conversation_too(
    database: Database,
) -> None:
    profile_id = open_profile(database)
    receive(database, profile_id, 1, subject="Bilan")
    item = receive(database, profile_id, 2, subject="Vaccin", display_name="Dr Loup")

    with database.read() as work:
        message = InboxReader(work).message(profile_id, item)
    assert message is not None
    assert message.named_before == "Dr Claire MARTIN"
