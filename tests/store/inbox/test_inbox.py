"""The inbox: conversations, what is unread, what ends, what is deleted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve
from sqlalchemy import func, select

from gateway.core.document import Visibility
from gateway.core.envelope import (
    Sender,
    SenderKind,
)
from gateway.core.ins import Ins, InsAuthority, control_key
from gateway.errors import NotFoundError
from gateway.rights.visibility_rules import PatientReader
from gateway.store.arrivals.arrivals import Arrivals
from gateway.store.base.work import Database
from gateway.store.inbox.drafts import Begun, DraftReader, Drafts
from gateway.store.inbox.inbox import Inbox
from gateway.store.inbox.reading import InboxReader
from gateway.store.inbox.rows import InboxRows
from gateway.store.inbox.values import (
    AttachedFile,
    ConversationState,
    Direction,
    MayReply,
)
from gateway.store.journal import chain_of
from gateway.store.sealed.blobs import RELEASED_AT_ONCE
from gateway.store.tables import (
    blob_grants,
    conversations,
    inbox_messages,
)
from tests.builders_arrivals import ARRIVAL, keep_arrival, make_arrival
from tests.builders_people import open_profile
from tests.builders_queries import statements
from tests.fakes import SetClock

DOCTOR = "Dr.Martin@hopital.mssante.test"
CONTENT = b"Subject: Sortie\r\n\r\nBonjour\r\n"


def receive(
    database: Database, profile_id: str, number: int = 1, **changes: Any
) -> str:
    """Keep an arrival and put it in the inbox, as the delivery step does."""
    arrival_id = f"{number:032x}"
    patient = evolve(ARRIVAL.recipients[0], target_id=profile_id)
    arrival = make_arrival(
        id=arrival_id,
        sender=Sender(kind=SenderKind.PERSON),
        reverse_path=DOCTOR,
        recipients=(patient,),
        content=CONTENT,
        message_id=f"{number}@hopital.mssante.test",
    )
    with database.read() as work:
        is_there = Arrivals(work).get(arrival_id) is not None
    if not is_there:
        keep_arrival(database, arrival)
    with database.write() as work:
        kept = Arrivals(work).get(arrival_id)
        assert kept is not None
        facts = {
            "correspondent": DOCTOR,
            "display_name": "Dr_Claire_MARTIN",
            "subject": "Votre sortie",
            "text": "Bonjour",
            "attachments": [AttachedFile("lettre.pdf", "application/pdf", 12)],
            "blob_id": kept.blob_id,
            "from_key": kept.key_id,
            "message_id": kept.message_id,
            "mailbox_kind": "PER",
        }
        return Inbox(work).receive(profile_id, arrival_id, **{**facts, **changes})


def only(database: Database, profile_id: str) -> Any:
    with database.read() as work:
        (found,) = InboxReader(work).conversations(profile_id)
    return found


def test_a_message_opens_a_conversation_and_waits_unread(database: Database) -> None:
    profile_id = open_profile(database)

    receive(database, profile_id)

    conversation = only(database, profile_id)
    assert conversation.name == "Dr Claire MARTIN"
    assert conversation.address == DOCTOR.lower()
    assert conversation.state is ConversationState.OPEN
    assert (conversation.messages, conversation.unread) == (1, 1)
    assert conversation.last_subject == "Votre sortie"
    with database.read() as work:
        assert InboxReader(work).unread_count(profile_id) == 1


def test_the_same_arrival_twice_is_one_message(database: Database) -> None:
    profile_id = open_profile(database)

    first = receive(database, profile_id)
    second = receive(database, profile_id)

    assert first == second
    assert only(database, profile_id).messages == 1


def test_messages_on_one_subject_share_a_conversation(
    database: Database, clock: SetClock
) -> None:
    profile_id = open_profile(database)
    receive(database, profile_id, 1)
    clock.advance(hours=1)
    receive(
        database,
        profile_id,
        2,
        correspondent=DOCTOR.upper(),
        subject="RE : votre  Sortie",
    )

    conversation = only(database, profile_id)
    with database.read() as work:
        messages = InboxReader(work).messages(profile_id, conversation.id)
    subjects = [one.subject for one in messages]
    assert subjects == ["Votre sortie", "RE : votre  Sortie"]
    assert conversation.last_subject == subjects[1]


def test_the_patient_reads_the_bytes_with_a_key_of_their_own(
    database: Database,
) -> None:
    profile_id = open_profile(database)
    message_id = receive(database, profile_id)

    with database.read() as work:
        reader = InboxReader(work)
        message = reader.message(profile_id, message_id)
        assert message is not None
        assert reader.content(message) == CONTENT
        assert message.key_id == work.key_for(f"patient:{profile_id}")


def test_neither_correspondent_nor_subject_is_readable_in_the_database(
    database: Database,
) -> None:
    profile_id = open_profile(database)
    receive(database, profile_id)

    with database.read() as work:
        rows = repr(work.connection.execute(select(conversations)).all())
        rows += repr(work.connection.execute(select(inbox_messages)).all())
    assert "martin" not in rows.lower()
    assert "sortie" not in rows.lower()


def test_opening_marks_as_read_once_and_tells_whose_receipt_is_due(
    database: Database,
) -> None:
    profile_id = open_profile(database)
    receive(database, profile_id, 1, receipt_asked=True)
    receive(database, profile_id, 2)
    conversation_id = only(database, profile_id).id

    with database.write() as work:
        read = Inbox(work).open(profile_id, conversation_id)
    with database.write() as work:
        again = Inbox(work).open(profile_id, conversation_id)

    assert sorted(one.receipt_asked for one in read) == [False, True]
    assert again == []
    assert only(database, profile_id).unread == 0
    with database.read() as work:
        actions = [line.action for line in work.journal.lines(chain_of(profile_id))]
    assert actions.count("message:read") == 2


def test_an_ended_exchange_is_reopened_by_a_new_message(
    database: Database, clock: SetClock
) -> None:
    profile_id = open_profile(database)
    receive(database, profile_id, 1)
    with database.write() as work:
        assert Inbox(work).end_conversations(profile_id, DOCTOR)
        assert not Inbox(work).end_conversations(profile_id, DOCTOR)
    assert only(database, profile_id).state is ConversationState.ENDED

    clock.advance(hours=1)
    receive(database, profile_id, 2, reply=MayReply.NO_REPLY)
    assert only(database, profile_id).state is ConversationState.ENDED
    receive(database, profile_id, 3)
    assert only(database, profile_id).state is ConversationState.OPEN


def test_ending_what_never_began_ends_nothing(database: Database) -> None:
    profile_id = open_profile(database)

    with database.write() as work:
        assert not Inbox(work).end_conversations(profile_id, DOCTOR)


def test_a_message_that_takes_no_answer_makes_no_contact(database: Database) -> None:
    profile_id = open_profile(database)

    receive(database, profile_id, reply=MayReply.NO_REPLY)

    assert only(database, profile_id).state is ConversationState.NO_REPLY
    with database.read() as work:
        assert InboxReader(work).contacts(profile_id) == []


def test_a_hidden_message_is_nowhere_until_its_day(
    database: Database, clock: SetClock
) -> None:
    profile_id = open_profile(database)
    day = clock() + timedelta(days=30)

    message_id = receive(database, profile_id, hidden_until=day)

    with database.read() as work:
        reader = InboxReader(work)
        conversation_id = work.connection.execute(
            select(conversations.c.id)
        ).scalar_one()
        assert reader.conversations(profile_id) == []
        assert reader.unread_count(profile_id) == 0
        assert reader.count(profile_id) == 0
        assert reader.contacts(profile_id) == []
        assert reader.conversation(profile_id, conversation_id) is None
        assert reader.message(profile_id, message_id) is None
    clock.advance(days=30)
    assert only(database, profile_id).unread == 1


def test_what_the_patient_sends_is_in_the_thread_and_goes_out(
    database: Database,
) -> None:
    profile_id = open_profile(database)
    receive(database, profile_id)
    conversation = only(database, profile_id)
    parcel = database.prepare(b"Subject: Re\r\n\r\nMerci\r\n")
    with database.write() as work:
        Drafts(work).save_answer(profile_id, conversation.id, Begun(text="Mer"))
        work.blobs.put(parcel, work.key_for("transit:x"), work.now)
        Inbox(work).send(
            conversation.id,
            profile_id,
            "f" * 32,
            subject="Re: Votre sortie",
            text="Merci",
            parcel=parcel,
            message_id="2@patient.mssante.test",
        )

    with database.read() as work:
        reader = InboxReader(work)
        messages = reader.messages(profile_id, conversation.id)
        sent = next(one for one in messages if one.direction is Direction.OUT)
        assert reader.content(sent).endswith(b"Merci\r\n")
        assert DraftReader(reader).answer(profile_id, conversation.id) is None
    assert only(database, profile_id).unread == 1


def test_a_deleted_conversation_is_gone_but_the_patient_may_still_write(
    database: Database,
) -> None:
    profile_id = open_profile(database)
    message_id = receive(database, profile_id)
    conversation_id = only(database, profile_id).id
    with database.write() as work:
        key_id = work.key_for(f"patient:{profile_id}")
        assert Inbox(work).delete_conversation(profile_id, conversation_id) == 1
        assert Inbox(work).delete_conversation(profile_id, conversation_id) == 0

    with database.read() as work:
        reader = InboxReader(work)
        assert reader.conversations(profile_id) == []
        assert reader.message(profile_id, message_id) is None
        assert [one.id for one in reader.contacts(profile_id)] == [conversation_id]
        (contact,) = reader.contacts(profile_id)
        (kept,) = reader.received(profile_id, contact)
        assert (kept.deleted, kept.text, kept.files) == (True, "", ())
        grants = work.connection.execute(
            select(blob_grants).where(blob_grants.c.key_id == key_id)
        ).all()
        assert grants == []


def test_another_patients_conversation_is_nobodys(database: Database) -> None:
    profile_id = open_profile(database)
    message_id = receive(database, profile_id)
    conversation_id = only(database, profile_id).id

    with database.write() as work:
        inbox, reader = Inbox(work), InboxReader(work)
        assert reader.conversation("other", conversation_id) is None
        assert reader.messages("other", conversation_id) == []
        assert reader.message("other", message_id) is None
        assert inbox.open("other", conversation_id) == []
        assert inbox.delete_conversation("other", conversation_id) == 0


def test_the_bytes_stay_with_the_arrival_when_the_patient_deletes(
    database: Database,
) -> None:
    profile_id = open_profile(database)
    receive(database, profile_id)
    conversation_id = only(database, profile_id).id

    with database.write() as work:
        Inbox(work).delete_conversation(profile_id, conversation_id)

    with database.read() as work:
        kept = Arrivals(work).get(f"{1:032x}")
        assert kept is not None
        assert Arrivals(work).content(kept) == CONTENT
        with pytest.raises(NotFoundError):
            work.blobs.get(kept.blob_id, work.key_for(f"patient:{profile_id}"))


def many(database: Database, count: int) -> tuple[str, str]:
    """Open a conversation of so many messages, each with bytes of its own."""
    body = f"279035121{count:04d}"
    ins = Ins(f"{body}{control_key(body)}", InsAuthority.NIR_TEST)
    profile_id = open_profile(database, ins=ins)
    receive(database, profile_id)
    conversation_id = only(database, profile_id).id
    with database.write() as work:
        key_id = work.key_for(f"patient:{profile_id}")
        (first,) = InboxReader(work).messages(profile_id, conversation_id)
        summary = {
            "sender": first.sender,
            "name": "",
            "named_before": "",
            "proven": "",
            "subject": "",
            "text": "",
            "files": [],
            "reply": MayReply.REPLY.value,
            "reply_to": [],
            "receipt_asked": False,
            "message_id": "x@hopital.mssante.test",
        }
        for number in range(2, count + 1):
            parcel = work.folder.prepare(b"%d" % number)
            work.blobs.put(parcel, key_id, work.now)
            InboxRows(work).add(
                profile_id,
                key_id,
                conversation_id,
                Direction.IN,
                summary,
                at=work.now,
                arrival_id=f"{number:032x}",
                blob_id=parcel.id,
                hidden_until=None,
            )
    return profile_id, conversation_id


def test_a_long_conversation_is_deleted_by_as_few_statements_as_a_short_one(
    database: Database,
) -> None:
    """Two thousand messages took a minute beside other work, one by one."""
    asked = {}
    for count in (10, RELEASED_AT_ONCE, RELEASED_AT_ONCE + 1):
        profile_id, conversation_id = many(database, count)
        with (
            statements(database.engine) as seen,
            database.write() as work,
        ):
            assert Inbox(work).delete_conversation(profile_id, conversation_id) == count
        asked[count] = seen.total()
        with database.read() as work:
            assert InboxReader(work).messages(profile_id, conversation_id) == []
            left = work.connection.execute(
                select(func.count())
                .select_from(blob_grants)
                .where(blob_grants.c.key_id == work.key_for(f"patient:{profile_id}"))
            ).scalar_one()
            assert left == 0

    assert asked[10] == asked[RELEASED_AT_ONCE] == asked[RELEASED_AT_ONCE + 1] - 3


def subjects(database: Database, profile_id: str, **page: int) -> list[str]:
    with database.read() as work:
        (conversation,) = InboxReader(work).conversations(profile_id)
        reader = InboxReader(work)
        found = reader.messages(profile_id, conversation.id, **page)
    return [one.text for one in found]


def test_messages_stand_as_they_were_received_whatever_the_order_of_filing(
    database: Database, clock: SetClock
) -> None:
    profile_id, start = open_profile(database), clock.now
    for number in (4, 1, 6, 3, 2, 5):
        moment = start + timedelta(microseconds=number)
        receive(database, profile_id, number, text=str(number), received_at=moment)

    assert subjects(database, profile_id) == list("123456")
    assert subjects(database, profile_id, limit=2) == list("56")
    assert subjects(database, profile_id, limit=2, offset=4) == list("12")


def test_messages_kept_by_one_transaction_have_the_order_they_were_given_in(
    database: Database,
) -> None:
    made = [
        make_arrival(id=f"{one:032x}", message_id=f"{one}@x.test", content=CONTENT)
        for one in (7, 3, 9, 1)
    ]
    parcels = [database.prepare(one.content) for one in made]
    with database.write() as work:
        for arrival, parcel in zip(made, parcels, strict=True):
            Arrivals(work).keep(arrival, parcel)
    with database.read() as work:
        kept = [Arrivals(work).get(one.id) for one in made]

    moments = [one.received_at for one in kept if one is not None]
    assert moments == sorted(set(moments))
    assert len(moments) == 4


@pytest.mark.parametrize("letter_first", [True, False])
def test_the_end_comes_after_the_letter_in_whichever_order_they_are_filed(
    database: Database, clock: SetClock, *, letter_first: bool
) -> None:
    profile_id = open_profile(database)
    letter, end = clock.now, clock.now + timedelta(microseconds=1)

    def file_letter() -> None:
        receive(database, profile_id, received_at=letter)

    def file_end() -> None:
        with database.write() as work:
            done = Inbox(work).end_conversations(
                profile_id, DOCTOR, end, "Dr Claire MARTIN"
            )
        assert done is letter_first

    steps = [file_letter, file_end]
    for step in steps if letter_first else reversed(steps):
        step()

    conversation = only(database, profile_id)
    assert conversation.state is ConversationState.ENDED
    assert conversation.ended_at == end
    assert (conversation.messages, conversation.name) == (1, "Dr Claire MARTIN")


def test_an_end_from_before_the_last_letter_ends_nothing(
    database: Database, clock: SetClock
) -> None:
    profile_id = open_profile(database)
    end = clock.now
    receive(database, profile_id, received_at=end + timedelta(microseconds=1))

    with database.write() as work:
        assert not Inbox(work).end_conversations(profile_id, DOCTOR, end)

    assert only(database, profile_id).state is ConversationState.OPEN


def test_an_end_without_any_letter_shows_no_conversation(database: Database) -> None:
    profile_id = open_profile(database)

    with database.write() as work:
        Inbox(work).end_conversations(profile_id, DOCTOR)

    with database.read() as work:
        reader = InboxReader(work)
        assert reader.conversations(profile_id) == []
        assert reader.contacts(profile_id) == []
        assert not reader.has_contacts(profile_id)


_NAMES = ("Dr_Claire_MARTIN", "dr claire martin", "Dr Loup", "", "Dr Loup")


def test_each_message_keeps_the_name_it_came_with_and_a_new_one_is_noted(
    database: Database, clock: SetClock
) -> None:
    profile_id = open_profile(database)
    for number, name in enumerate(_NAMES):
        receive(database, profile_id, number, display_name=name, proven="CHU")
        clock.advance(seconds=1)

    conversation = only(database, profile_id)
    with database.read() as work:
        found = InboxReader(work).messages(profile_id, conversation.id)
    assert [(one.name, one.named_before) for one in found] == [
        ("Dr Claire MARTIN", ""),
        ("dr claire martin", ""),
        ("Dr Loup", "dr claire martin"),
        (DOCTOR.lower(), ""),
        ("Dr Loup", ""),
    ]
    assert {one.proven for one in found} == {"CHU"}


def test_a_page_marks_as_read_what_is_on_it_and_no_more(database: Database) -> None:
    profile_id = open_profile(database)
    first, second = (receive(database, profile_id, one) for one in (1, 2))
    conversation = only(database, profile_id)

    with database.write() as work:
        opened = Inbox(work).open(profile_id, conversation.id, [second])

    assert [one.id for one in opened] == [second]
    with database.read() as work:
        unread = InboxReader(work).unread(profile_id, conversation.id)
    assert [one.id for one in unread] == [first]


def test_what_may_be_answered_is_found_behind_many_that_may_not(
    database: Database, clock: SetClock
) -> None:
    profile_id = open_profile(database)
    receive(database, profile_id, 1)
    for number in range(2, 5):
        clock.advance(seconds=1)
        receive(database, profile_id, number, reply=MayReply.NO_REPLY)
    conversation = only(database, profile_id)

    def received() -> list[str]:
        with database.read() as work:
            found = InboxReader(work).received(profile_id, conversation)
        return [one.message_id for one in found]

    expected = ["1@hopital.mssante.test", "4@hopital.mssante.test"]
    assert received() == expected
    with database.write() as work:  # rows of an earlier version do not say it
        work.connection.execute(inbox_messages.update().values(reply=None))
    assert received() == expected


def test_a_secret_message_stands_apart_and_is_nothing_to_representatives(
    database: Database, clock: SetClock
) -> None:
    profile_id = open_profile(database)
    receive(database, profile_id, 1)
    clock.advance(hours=1)
    receive(
        database, profile_id, 2, text="Secret", display_name="Autre", is_secret=True
    )

    with database.write() as work:
        own = InboxReader(work)
        both = own.conversations(profile_id)
        (secret,) = [one for one in both if one.is_secret]
        (message,) = own.messages(profile_id, secret.id)
        begun = Begun(text="Ma réponse")
        Drafts(work).save_answer(profile_id, secret.id, begun)
        to_them = evolve(begun, to=secret.id)
        new = Drafts(work).save_new(profile_id, to_them, most=5)
    with database.read() as work:
        theirs = InboxReader(work, PatientReader.REPRESENTATIVE)
        (shown,) = theirs.conversations(profile_id)
        assert (shown.last_subject, shown.name) == ("Votre sortie", "Dr Claire MARTIN")
        assert [one.address for one in both] == [DOCTOR.lower()] * 2
        assert theirs.count(profile_id) == theirs.unread_count(profile_id) == 1
        assert len(theirs.contacts(profile_id)) == 1
        assert DraftReader(theirs).all(profile_id, 5) == []
        assert theirs.conversation(profile_id, secret.id) is None
        assert theirs.messages(profile_id, secret.id) == []
        assert theirs.message_count(profile_id, secret.id) == 0
        assert theirs.message(profile_id, message.id) is None
        decides = theirs.received(profile_id, secret)
        assert secret.id not in {one.conversation_id for one in decides}
        assert theirs.references(profile_id, secret.id, 5) == ()
        assert DraftReader(theirs).answer(profile_id, secret.id) is None
        assert DraftReader(theirs).new(profile_id, new) is None
        assert len(DraftReader(InboxReader(work)).all(profile_id, 5)) == 2
        assert theirs.seen_arrivals(profile_id, [message.arrival_id]) == frozenset()
        assert InboxReader(work).is_secret(profile_id, message)


def test_a_secret_message_of_before_is_nothing_to_representatives_either(
    database: Database,
) -> None:
    profile_id = open_profile(database)
    receive(database, profile_id, 1)
    with database.write() as work:
        (conversation,) = InboxReader(work).conversations(profile_id)
        (message,) = InboxReader(work).messages(profile_id, conversation.id)
        Arrivals(work).decide_recipient(
            message.arrival_id,
            0,
            "delivered",
            (),
            hidden=[Visibility.HIDDEN_FROM_REPRESENTATIVES.value],
        )
    with database.read() as work:
        theirs = InboxReader(work, PatientReader.REPRESENTATIVE)
        assert theirs.conversations(profile_id) == []
        assert theirs.conversation(profile_id, conversation.id) is None
        assert theirs.unread_count(profile_id) == 0
        assert InboxReader(work).unread_count(profile_id) == 1


def test_a_secret_that_comes_while_a_page_is_made_is_on_none_of_it(
    database: Database, clock: SetClock
) -> None:
    """What is secret is asked once by who only reads: nothing that comes is seen."""
    law = PatientReader.REPRESENTATIVE
    profile_id = open_profile(database)
    receive(database, profile_id, 1)
    with database.read() as work:
        before = InboxReader(work, law).conversations(profile_id)

        clock.advance(hours=1)
        receive(database, profile_id, 2, text="Secret", is_secret=True)

        with statements(database.engine) as asked:
            assert InboxReader(work, law).conversations(profile_id) == before
        assert InboxReader(work, law).unread_count(profile_id) == 1
        assert [one for one in asked if "recipients" in one] == []
    with database.read() as work:
        assert InboxReader(work, law).conversations(profile_id) == before
        assert len(InboxReader(work).conversations(profile_id)) == 2


def test_who_writes_asks_each_time_what_is_secret(database: Database) -> None:
    law = PatientReader.REPRESENTATIVE
    profile_id = open_profile(database)
    receive(database, profile_id, 1)

    with database.write() as work:
        assert not work.is_snapshot
        (conversation,) = InboxReader(work, law).conversations(profile_id)
        (message,) = InboxReader(work, law).messages(profile_id, conversation.id)
        Arrivals(work).decide_recipient(
            message.arrival_id,
            0,
            "delivered",
            (),
            hidden=[Visibility.HIDDEN_FROM_REPRESENTATIVES.value],
        )
        assert InboxReader(work, law).conversations(profile_id) == []


def test_an_end_ends_the_secret_exchange_too(database: Database) -> None:
    profile_id = open_profile(database)
    receive(database, profile_id, 1)
    receive(database, profile_id, 2, is_secret=True)

    with database.write() as work:
        assert Inbox(work).end_conversations(profile_id, DOCTOR)
    with database.read() as work:
        states = {one.state for one in InboxReader(work).conversations(profile_id)}
    assert states == {ConversationState.ENDED}
