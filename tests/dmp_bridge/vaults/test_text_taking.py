"""Texts of files in documents: taken by a task, tried again, gone with the document."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from gateway.converting.texts import TextTaker
from gateway.core.rendered import TakesText
from gateway.core.word_form import WordPart
from gateway.dmp_bridge.vaults import text_taking
from gateway.dmp_bridge.vaults.embedded import EmbeddedVault
from gateway.metrics import TEXTS_NOT_TAKEN
from gateway.store.base.work import Database
from gateway.store.patients.deletion import delete_patient
from gateway.store.tables import blobs, document_indexes, document_texts
from gateway.store.tables import tasks as asked
from gateway.store.tasks.values import TaskKind
from gateway.store.vault.indexes import DocumentIndexes
from gateway.store.vault.texts import DocumentTexts
from tests.builders_pdfs import pdf_of, scanned
from tests.dmp_bridge.vaults.takers import Given, take_texts
from tests.dmp_bridge.vaults.test_listing import Person
from tests.fakes import SetClock
from tests.logged import lines_logged
from tests.web.mail import carried, narrative

LETTER = carried("application/pdf", pdf_of("Une hyper-\ntension artérielle"))


@pytest.fixture(scope="module")
def taker() -> Iterator[TextTaker]:
    with TextTaker() as made:
        yield made


def waiting(database: Database, kind: TaskKind = TaskKind.TEXT) -> list[timedelta]:
    """Return for how long the tasks of a kind wait yet."""
    with database.read() as work:
        due = select(asked.c.due_at).where(asked.c.kind == kind.value)
        found = work.connection.execute(due).scalars().all()
        return [max(one - work.now, timedelta(0)) for one in found]


def strike(database: Database) -> None:
    with database.write() as work:
        work.connection.execute(delete(asked))


def rows(database: Database) -> list[Any]:
    with database.read() as work:
        return list(work.connection.execute(document_texts.select()).all())


def words(person: Person) -> set[str]:
    with person.database.read() as work:
        parts = DocumentIndexes(work).texts(person.profile_id).values()
        own = [WordPart.from_bytes(one).words() for one in parts]
    return {word for part in own for some in part.values() for word in some}


def text_of(person: Person, name: str) -> str:
    with person.database.read() as work:
        vault = EmbeddedVault(work)
        document = vault.get(name)
        assert document is not None
        return vault.texts([document])[document.id]


def test_a_letter_is_found_by_the_words_of_its_pdf_once_they_are_taken(
    database: Database, clock: SetClock, taker: TextTaker
) -> None:
    person = Person.of(database, clock)
    letter = person.file(content=LETTER)
    plain = person.file(content=narrative("rien"))
    beyond = Person.of(database, clock)
    beyond.file(content=LETTER)

    before = person.find(["hypert"], [letter, plain])
    person.index()
    between = person.find(["hypert"], [letter, plain])
    assert waiting(database) == [timedelta(0)]
    take_texts(database, person.profile_id, lambda: nullcontext(taker))
    after = person.find(["hypert", "tension"], [letter, plain])
    person.index()
    last = person.find(["hypert", "tension", "oedeme"], [letter, plain])

    assert (before.by_word["hypert"], before.unread, before.unmade) == (set(), 1, 2)
    assert (between.by_word["hypert"], between.unread, between.unmade) == (set(), 1, 1)
    assert (after.by_word["hypert"], after.unread) == ({letter}, 0)
    assert last.by_word == {"hypert": {letter}, "tension": {letter}, "oedeme": set()}
    assert (last.unread, last.unmade) == (0, 0)
    assert text_of(person, letter) == "Une hyper\u00adtension artérielle"
    assert text_of(person, plain) == "Synthèse du séjour\nrien"


@pytest.mark.parametrize(
    "content",
    [
        carried("application/pdf", scanned()),
        carried("application/pdf", pdf_of("x", password="secret")),
        carried(
            "application/pdf",
            b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<</Root 9 0 R>>\n%%EOF\n",
        ),
    ],
    ids=["scan", "password", "broken"],
)
def test_a_file_that_cannot_be_read_is_done_with_at_once(
    database: Database, clock: SetClock, taker: TextTaker, content: bytes
) -> None:
    person = Person.of(database, clock)
    only = person.file(content=content)
    person.index()

    take_texts(database, person.profile_id, lambda: nullcontext(taker))
    person.index()

    (row,) = rows(database)
    assert (row.tries, row.due_at) == (0, None)
    found = person.find(["secret"], [only])
    assert (found.unread, found.unmade) == (0, 0)


def test_the_words_of_sections_and_of_the_pdf_beside_them_are_found(
    database: Database, clock: SetClock, taker: TextTaker
) -> None:
    packed = b64encode(pdf_of("annexe")).decode()
    media = (
        '<entry><observationMedia ID="M"><value mediaType="application/pdf" '
        f'representation="B64">{packed}</value></observationMedia></entry>'
    )
    person = Person.of(database, clock)
    only = person.file(content=narrative("corps", media))
    person.index()
    take_texts(database, person.profile_id, lambda: nullcontext(taker))
    person.index()

    found = person.find(["corps", "annexe"], [only])

    assert found.by_word == {"corps": {only}, "annexe": {only}}


def test_what_is_not_taken_is_tried_again_so_often_then_somebody_is_told(
    database: Database, clock: SetClock
) -> None:
    person = Person.of(database, clock)
    only = person.file(content=LETTER)
    person.index()
    strike(database)
    failing, counted = Given(fails=99), TEXTS_NOT_TAKEN._value.get()

    waits = []
    with lines_logged() as lines:
        for _ in range(4):
            take_texts(database, person.profile_id, failing)
            waits.append(waiting(database))
            clock.advance(seconds=3600)
            strike(database)

    minutes = [timedelta(minutes=1)], [timedelta(minutes=2)]
    assert waits == [*minutes, [], []]
    assert failing.asked == 3
    assert TEXTS_NOT_TAKEN._value.get() == counted + 1
    assert sum("after 3 tries" in line for line in lines) == 1
    assert not any("hyper" in line or "arter" in line for line in lines)
    person.index()
    found = person.find(["hypert"], [only])
    assert (found.by_word["hypert"], found.unmade) == (set(), 0)


def test_a_text_that_was_given_up_is_taken_when_somebody_asks_again(
    database: Database, clock: SetClock
) -> None:
    person = Person.of(database, clock)
    only, other = person.file(content=LETTER), person.file(content=LETTER)
    person.index()
    for _ in range(3):
        take_texts(database, person.profile_id, Given(fails=99))
        clock.advance(seconds=3600)
    person.index()
    strike(database)

    with database.write() as work:
        owners = DocumentTexts(work).ask_again(only, 10)
        nobody = DocumentTexts(work).ask_again("0" * 32, 10)
        work.tasks.ask(TaskKind.INDEX, person.profile_id)
    # Nothing worked for an hour, and this comes before the words of before are out.
    clock.advance(seconds=3600)
    take_texts(database, person.profile_id, Given("hypotension"))
    person.index()
    take_texts(database, person.profile_id, Given("hypertension"))
    person.index()

    assert (owners, nobody) == ({only: person.profile_id}, {})
    found = person.find(["hypert"], [only, other])
    assert (found.by_word["hypert"], found.unmade) == ({only}, 0)
    with database.write() as work:
        assert DocumentTexts(work).ask_again("", 10) == {other: person.profile_id}


def test_a_try_that_succeeds_ends_it(database: Database, clock: SetClock) -> None:
    person = Person.of(database, clock)
    only = person.file(content=LETTER)
    person.index()
    failing = Given(fails=2)

    for _ in range(4):
        take_texts(database, person.profile_id, failing)
        clock.advance(seconds=600)
    person.index()

    assert failing.asked == 3
    assert person.find(["hypert"], [only]).by_word["hypert"] == {only}


def test_one_that_waits_for_its_next_try_keeps_no_other_back(
    database: Database, clock: SetClock
) -> None:
    person = Person.of(database, clock)
    person.file(content=LETTER)
    person.index()
    strike(database)
    take_texts(database, person.profile_id, Given(fails=99))

    person.file(content=LETTER)
    person.index()

    assert waiting(database) == [timedelta(0)]
    good = Given()
    take_texts(database, person.profile_id, good)
    assert good.asked == 1


def test_so_many_are_taken_at_once_and_the_rest_is_asked_for(
    database: Database, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_taking, "AT_ONCE", 2)
    person = Person.of(database, clock)
    for _ in range(3):
        person.file(content=LETTER)
    person.index()
    strike(database)
    good = Given()

    take_texts(database, person.profile_id, good)
    assert (good.asked, waiting(database)) == (2, [timedelta(0)])
    strike(database)
    take_texts(database, person.profile_id, good, seconds=60)
    assert (good.asked, waiting(database)) == (3, [])


def test_past_its_time_no_other_document_is_begun(
    database: Database, clock: SetClock
) -> None:
    person = Person.of(database, clock)
    for _ in range(3):
        person.file(content=LETTER)
    person.index()
    good = Given()

    take_texts(database, person.profile_id, good, seconds=0)

    assert good.asked in {0, 1}
    assert len(waiting(database)) == 1


@pytest.mark.parametrize("how", ["withdraw", "erase"])
@pytest.mark.parametrize("when", ["before", "meanwhile", "after"])
def test_what_is_gone_leaves_no_text(
    database: Database, clock: SetClock, how: str, when: str
) -> None:
    person = Person.of(database, clock)
    gone = person.file(content=LETTER)
    person.index()

    def end() -> None:
        if how == "withdraw":
            person.change("withdraw", gone)
            return
        with database.write() as work:
            vault = EmbeddedVault(work)
            document = vault.get(gone)
            assert document is not None
            vault.erase(document)

    @contextmanager
    def interrupted() -> Iterator[TakesText]:
        yield Given()
        if when == "meanwhile":
            end()

    if when == "before":
        end()
    take_texts(database, person.profile_id, interrupted)
    if when == "after":
        person.index()
        assert "hypertension" in words(person)
        strike(database)
        end()
        assert waiting(database, TaskKind.INDEX) == [timedelta(0)]
    person.index()

    assert rows(database) == []
    assert words(person) == set()


def test_a_space_that_ended_asks_for_nothing_more(
    database: Database, clock: SetClock, taker: TextTaker
) -> None:
    person = Person.of(database, clock)
    person.file(content=LETTER)
    person.index()
    with database.write() as work:
        delete_patient(work, person.number, cause="test", by="test")
    strike(database)

    take_texts(database, person.profile_id, lambda: nullcontext(taker))

    assert waiting(database) == []
    assert [row.content for row in rows(database)] == [None]


def test_a_text_that_was_altered_is_none(database: Database, clock: SetClock) -> None:
    person = Person.of(database, clock)
    only = person.file(content=LETTER)
    person.index()
    take_texts(database, person.profile_id, Given())
    assert text_of(person, only) == "hypertension"

    with database.write() as work:
        work.connection.execute(update(document_texts).values(content=b"x" * 40))

    assert text_of(person, only) == ""


def test_a_document_whose_bytes_are_damaged_holds_nobody_up(
    database: Database, clock: SetClock
) -> None:
    person = Person.of(database, clock)
    person.file(content=LETTER)
    person.index()
    with database.write() as work:
        work.connection.execute(update(blobs).values(content=b"x" * 40))

    take_texts(database, person.profile_id, Given(fails=99))

    assert [row.due_at for row in rows(database)] == [None]


def test_documents_of_before_get_their_texts(
    database: Database, clock: SetClock
) -> None:
    """Whose words an earlier version made, which took none of PDFs."""
    person = Person.of(database, clock)
    only = person.file(content=LETTER)
    person.index()
    with database.write() as work:
        work.connection.execute(delete(document_texts))
        work.connection.execute(
            delete(document_indexes).where(document_indexes.c.part > 0)
        )
        old = b"1" + WordPart.of({only: ()}).to_bytes()[1:]
        key_id = work.key_for(f"patient:{person.profile_id}")
        DocumentIndexes(work).put(person.profile_id, key_id, {1: old})

    person.index()
    take_texts(database, person.profile_id, Given())
    person.index()

    assert person.find(["hypert"], [only]).by_word["hypert"] == {only}
