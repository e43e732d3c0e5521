"""Messages are found by their words, by who may see them, made ahead or not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from gateway.core.ins import Ins
from gateway.core.word_form import MadeWords
from gateway.rights.visibility_rules import PatientReader
from gateway.store.base.work import Database
from gateway.store.inbox import secrets
from gateway.store.inbox import words as made_ahead
from gateway.store.inbox.finding import FoundMessages, MessageFinding
from gateway.store.inbox.inbox import Inbox
from gateway.store.inbox.reading import InboxReader
from gateway.store.inbox.recalls import Recalls
from gateway.store.inbox.values import WantedMessages
from gateway.store.inbox.words import MessageWords
from gateway.store.tables import document_indexes
from gateway.store.tables import tasks as asked
from gateway.store.tasks.values import TaskKind
from gateway.store.vault.indexes import DocumentIndexes
from tests.builders_people import TEST_RANGE, matricule, open_profile
from tests.builders_queries import statements
from tests.fakes import SetClock
from tests.store.inbox.test_inbox import DOCTOR, receive
from tests.store.inbox.test_threads import OTHER, begin


def find(
    database: Database,
    profile_id: str,
    wanted: WantedMessages,
    reader: PatientReader = PatientReader.HOLDER,
) -> FoundMessages:
    with database.read() as work:
        return MessageFinding(InboxReader(work, reader)).find(profile_id, wanted)


def subjects(
    database: Database,
    profile_id: str,
    wanted: WantedMessages,
    reader: PatientReader = PatientReader.HOLDER,
) -> list[str]:
    """Return the subjects of the newest messages that fit, a conversation each."""
    hits = find(database, profile_id, wanted, reader).hits
    with database.read() as work:
        finding = MessageFinding(InboxReader(work, reader))
        shown = finding.shown(profile_id, hits)
    return [one.conversation.last_subject for one in shown]


def index(database: Database, profile_id: str) -> MadeWords:
    """Make what is missing, as the step of the task does."""
    with database.write() as work:
        made = MessageWords(work).made(profile_id)
        indexes = DocumentIndexes(work)
        indexes.put(profile_id, work.key_for(f"patient:{profile_id}"), made.parts)
        for part in made.dropped:
            indexes.drop(profile_id, part)
    return made


def twice(database: Database, profile_id: str) -> Iterator[None]:
    """Go on before the words are made, and after."""
    yield
    assert index(database, profile_id).is_all
    assert not index(database, profile_id).parts
    yield


def test_words_are_of_the_subject_the_text_the_files_and_the_correspondent(
    database: Database, clock: SetClock
) -> None:
    profile_id = open_profile(database)
    receive(database, profile_id, 1, subject="Œdème", text="Prenez rendez-vous")
    clock.advance(hours=1)
    receive(database, profile_id, 2, subject="Bilan", correspondent=OTHER)
    other_id = open_profile(database, ins=Ins.of(matricule(2), TEST_RANGE))
    receive(database, other_id, 3, subject="Œdème")

    for _ in twice(database, profile_id):
        assert subjects(database, profile_id, WantedMessages(words=("oede",))) == [
            "Œdème"
        ]
        assert subjects(
            database, profile_id, WantedMessages(words=("rendez", "oedeme"))
        ) == ["Œdème"]
        assert (
            subjects(database, profile_id, WantedMessages(words=("rendez", "bilan")))
            == []
        )
        assert subjects(database, profile_id, WantedMessages(words=("loup",))) == [
            "Bilan"
        ]
        assert subjects(database, profile_id, WantedMessages(words=("lettre",))) == [
            "Bilan",
            "Œdème",
        ]
        assert subjects(database, profile_id, WantedMessages(words=("ettre",))) == []


def test_what_the_patient_wrote_is_found_and_only_that_with_files(
    database: Database, clock: SetClock
) -> None:
    profile_id = open_profile(database)
    receive(database, profile_id, 1, subject="Bilan", attachments=())
    clock.advance(hours=1)
    begin(database, profile_id, "Question", 7)
    clock.advance(hours=1)
    receive(database, profile_id, 2, subject="Vaccin")

    for _ in twice(database, profile_id):
        assert subjects(database, profile_id, WantedMessages(sent=True)) == ["Question"]
        assert subjects(database, profile_id, WantedMessages(with_files=True)) == [
            "Vaccin"
        ]
        assert subjects(
            database, profile_id, WantedMessages(words=("martin",), sent=True)
        ) == ["Question"]
        assert (
            subjects(database, profile_id, WantedMessages(words=("question", "files")))
            == []
        )


def test_by_correspondent_time_and_what_is_not_read(
    database: Database, clock: SetClock
) -> None:
    profile_id = open_profile(database)
    with database.read() as work:
        first = work.now
    receive(database, profile_id, 1, subject="Bilan")
    clock.advance(days=2)
    receive(database, profile_id, 2, subject="Vaccin", correspondent=OTHER)
    with database.write() as work:
        talk = InboxReader(work).conversations(profile_id)[1]
        Inbox(work).open(profile_id, talk.id)
        seconds = int((first + timedelta(days=1)).timestamp())
    middle = seconds * 1_000_000

    assert subjects(database, profile_id, WantedMessages(address=OTHER)) == ["Vaccin"]
    assert subjects(database, profile_id, WantedMessages(address=DOCTOR.lower())) == [
        "Bilan"
    ]
    assert (
        subjects(database, profile_id, WantedMessages(address="nobody@x.mssante.test"))
        == []
    )
    assert subjects(database, profile_id, WantedMessages(end=middle)) == ["Bilan"]
    assert subjects(database, profile_id, WantedMessages(begin=middle)) == ["Vaccin"]
    assert subjects(database, profile_id, WantedMessages(unread=True)) == ["Vaccin"]


def test_a_hit_says_how_many_came_after_it_in_its_conversation(
    database: Database, clock: SetClock
) -> None:
    profile_id = open_profile(database)
    for number, text in enumerate(("genou", "genou", "rien", "rien")):
        receive(database, profile_id, number, text=text)
        clock.advance(hours=1)

    (hit,) = find(database, profile_id, WantedMessages(words=("genou",))).hits
    with database.read() as work:
        finding = MessageFinding(InboxReader(work))
        (shown,) = finding.shown(profile_id, [hit])

    assert (hit.fitting, shown.newer) == (2, 2)
    assert shown.conversation.last_text == "genou"
    assert (shown.conversation.messages, shown.conversation.unread) == (4, 4)


def test_a_representative_finds_nothing_that_is_kept_from_them(
    database: Database, clock: SetClock
) -> None:
    profile_id = open_profile(database)
    receive(database, profile_id, 1, subject="Genou")
    receive(database, profile_id, 2, subject="Genou secret", is_secret=True)
    law = PatientReader.REPRESENTATIVE

    for _ in twice(database, profile_id):
        assert (
            len(subjects(database, profile_id, WantedMessages(words=("genou",)))) == 2
        )
        assert subjects(
            database, profile_id, WantedMessages(words=("genou",)), law
        ) == ["Genou"]
        assert (
            subjects(database, profile_id, WantedMessages(words=("secret",)), law) == []
        )
        assert subjects(
            database, profile_id, WantedMessages(address=DOCTOR.lower()), law
        ) == ["Genou"]
        assert (
            find(database, profile_id, WantedMessages(words=("genou",)), law).unread
            == 0
        )
    with database.read() as work:
        held = InboxReader(work).correspondents(profile_id)
        told = InboxReader(work, law).correspondents(profile_id)
    assert [one.address for one in held] == [DOCTOR.lower()]
    assert [one.is_secret for one in told] == [False]


def test_which_conversations_are_secret_is_looked_up_once_each(
    database: Database, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secrets, "_MOST_KNOWN", 3)
    monkeypatch.setattr(secrets, "_AT_ONCE", 2)
    profile_id = open_profile(database)
    law = PatientReader.REPRESENTATIVE
    seen = []
    for number in range(1, 6):
        receive(
            database,
            profile_id,
            number,
            subject=f"Genou {1000 + number}",
            is_secret=number % 2 == 0,
        )
        clock.advance(hours=1)
        seen.append(
            subjects(database, profile_id, WantedMessages(words=("genou",)), law)
        )

    assert seen[-1] == ["Genou 1005", "Genou 1003", "Genou 1001"]
    assert seen[3] == ["Genou 1003", "Genou 1001"]
    monkeypatch.setattr(secrets, "_MOST_KNOWN", 200_000)
    opened = []
    for _ in range(2):
        with statements(database.engine) as asked_now:
            assert (
                subjects(database, profile_id, WantedMessages(words=("genou",)), law)
                == seen[-1]
            )
        displays = "SELECT conversations.id, conversations.display"
        opened.append(sum(one.startswith(displays) for one in asked_now))
    assert opened[1] == 0


def test_what_is_hidden_for_now_is_found_once_it_is_shown(
    database: Database, clock: SetClock
) -> None:
    profile_id = open_profile(database)
    until = clock.now + timedelta(days=1)
    receive(database, profile_id, 1, subject="Annonce", hidden_until=until)

    for _ in twice(database, profile_id):
        assert subjects(database, profile_id, WantedMessages(words=("annonce",))) == []
    clock.advance(days=2)
    for _ in twice(database, profile_id):
        assert subjects(database, profile_id, WantedMessages(words=("annonce",))) == [
            "Annonce"
        ]


@pytest.mark.parametrize("way", ["deleted", "taken back"])
def test_the_words_of_what_is_gone_go_with_it(
    database: Database, clock: SetClock, way: str
) -> None:
    profile_id = open_profile(database)
    receive(database, profile_id, 1, subject="Genou")
    receive(database, profile_id, 2, subject="Hanche", correspondent=OTHER)
    index(database, profile_id)
    with database.write() as work:
        work.connection.execute(asked.delete())
        (hit,) = (
            MessageFinding(InboxReader(work))
            .find(profile_id, WantedMessages(words=("genou",)))
            .hits
        )
        if way == "deleted":
            Inbox(work).delete_conversation(profile_id, hit.conversation_id)
        else:
            message = InboxReader(work).message(profile_id, hit.message_id)
            assert message is not None
            Recalls(work).take_back(profile_id, message)

    with database.read() as work:
        kinds = work.connection.execute(select(asked.c.kind, asked.c.subject)).all()
    assert [tuple(one) for one in kinds] == [(TaskKind.INDEX.value, profile_id)]
    assert subjects(database, profile_id, WantedMessages(words=("genou",))) == []
    index(database, profile_id)
    with database.read() as work:
        kept = DocumentIndexes(work).messages(profile_id)
    assert [b"genou" in one for one in kept.values()] == [False]
    assert [b"hanche" in one for one in kept.values()] == [True]


def test_nothing_of_it_is_in_clear_and_what_is_damaged_is_read_again(
    database: Database, clock: SetClock
) -> None:
    profile_id = open_profile(database)
    receive(database, profile_id, 1, subject="Genou")
    index(database, profile_id)
    with database.read() as work:
        (row,) = work.connection.execute(document_indexes.select()).all()

    assert row.part == -1
    assert b"genou" not in row.content
    with database.write() as work:
        work.connection.execute(update(document_indexes).values(content=b"x" * 40))
    found = find(database, profile_id, WantedMessages(words=("genou",)))
    assert (len(found.hits), found.unread, found.unmade) == (1, 0, 1)


def test_a_search_reads_so_many_itself_and_says_what_is_left(
    database: Database, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(made_ahead, "MOST_READ", 2)
    monkeypatch.setattr(made_ahead, "AT_ONCE", 2)
    profile_id = open_profile(database)
    for number in range(3):
        receive(database, profile_id, number, subject=f"Genou {1000 + number}")
        clock.advance(hours=1)

    found = find(database, profile_id, WantedMessages(words=("genou",)))
    assert (len(found.hits), found.unread, found.unmade) == (2, 1, 3)
    # Of the newest the words were looked for.
    assert subjects(database, profile_id, WantedMessages(words=("genou",))) == [
        "Genou 1002",
        "Genou 1001",
    ]
    assert [index(database, profile_id).is_all for _ in range(2)] == [False, True]
    found = find(database, profile_id, WantedMessages(words=("genou",)))
    assert (len(found.hits), found.unread, found.unmade) == (3, 0, 0)
