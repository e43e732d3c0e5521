"""Words made ahead: of every document once, of none that is gone, within limits."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, func, select, update

from gateway.core import word_form
from gateway.core.listing import MANY_READ
from gateway.core.word_form import WordPart
from gateway.dmp_bridge.vaults import word_making
from gateway.dmp_bridge.vaults.embedded import EmbeddedVault
from gateway.dmp_bridge.vaults.word_making import LARGEST_READ
from gateway.store.base.work import Database
from gateway.store.tables import blobs, document_indexes
from gateway.store.tables import tasks as asked
from gateway.store.tasks.values import TaskKind
from gateway.store.vault.indexes import DocumentIndexes
from tests.builders_queries import statements
from tests.dmp_bridge.vaults.test_listing import Person
from tests.fakes import SetClock
from tests.web.mail import narrative


def tasks(database: Database) -> int:
    """Return how many tasks wait, and take them away."""
    with database.write() as work:
        where = asked.c.kind == TaskKind.INDEX.value
        return work.connection.execute(delete(asked).where(where)).rowcount


def parts(database: Database) -> int:
    with database.read() as work:
        where = document_indexes.c.part > 0
        query = select(func.count()).select_from(document_indexes).where(where)
        return work.connection.execute(query).scalar_one()


def test_documents_are_found_before_and_after_their_words_are_made(
    database: Database, clock: SetClock
) -> None:
    person = Person.of(database, clock)
    first = person.file(content=narrative("Tension et cœur"))
    other = Person.of(database, clock).file(content=narrative("coeur"))

    for made in (False, True):
        if made:
            person.index(MANY_READ)
        found = person.find(["coeu", "tens", "genou"], [first])
        assert found.by_word == {"coeu": {first}, "tens": {first}, "genou": set()}
        assert found.unmade == (0 if made else 1)
        assert other not in found.by_word["coeu"]


def test_what_may_not_be_found_is_not_opened_for_it(
    database: Database, clock: SetClock
) -> None:
    person = Person.of(database, clock)
    hidden = person.file(content=narrative("coeur"))

    for among, opens in (([], False), ([hidden], True)):
        with statements(database.engine) as seen:
            found = person.find(["coeur"], among)
        assert found.by_word == {"coeur": set(among)}
        assert any("blob_grants" in one for one in seen) is opens


def test_a_task_makes_so_many_and_asks_for_the_rest(
    database: Database, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(word_making, "AT_ONCE", 3)
    monkeypatch.setattr(word_form, "MOST_DOCUMENTS", 4)
    person = Person.of(database, clock)
    ids = [person.file(content=narrative(f"mot{n}")) for n in range(9)]

    waiting = []
    for _ in range(4):
        person.index(MANY_READ)
        waiting.append(tasks(database))

    assert waiting == [1, 1, 0, 0]
    assert parts(database) == 3
    found = person.find(["mot"], ids)
    assert (found.by_word["mot"], found.unmade) == (set(ids), 0)


def test_large_ones_are_made_one_at_a_time(
    database: Database, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = Person.of(database, clock)
    for number in range(3):
        person.file(content=narrative(f"mot{number}"))
    monkeypatch.setattr(word_making, "AT_ONCE_BYTES", 1)

    person.index(MANY_READ)

    assert tasks(database) == 1


def test_a_search_reads_some_itself_and_says_how_many_are_left(
    database: Database, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(word_making, "MOST_READ", 2)
    person = Person.of(database, clock)
    large = person.file(content=narrative("mot " + "x" * LARGEST_READ))
    ids = [person.file(content=narrative("mot")) for _ in range(3)]

    first = person.find(["mot"], [*ids, large])
    other = person.find(["mot"], [large])

    assert (first.by_word["mot"], first.unread, first.unmade) == (set(ids[:2]), 2, 4)
    assert (other.by_word["mot"], other.unread) == (set(), 1)


@pytest.mark.parametrize("how", ["withdraw", "erase"])
def test_words_of_what_is_gone_are_taken_out(
    database: Database, clock: SetClock, how: str
) -> None:
    person = Person.of(database, clock)
    gone = person.file(content=narrative("secret"))
    left = person.file(content=narrative("reste"))
    person.index()
    if how == "erase":
        with database.write() as work:
            vault = EmbeddedVault(work)
            document = vault.get(gone)
            assert document is not None
            vault.erase(document)
        assert tasks(database) == 1
    else:
        person.change("withdraw", gone)

    person.index(MANY_READ)

    with database.read() as work:
        kept = DocumentIndexes(work).texts(person.profile_id).values()
        words = [WordPart.from_bytes(one).words() for one in kept]
    assert [set(one) for one in words] == [{left}]
    assert "secret" not in words[0][left]


def test_a_part_with_nothing_left_is_dropped(
    database: Database, clock: SetClock
) -> None:
    person = Person.of(database, clock)
    only = person.file(content=narrative("seul"))
    person.index()
    person.change("withdraw", only)

    person.index(MANY_READ)

    assert parts(database) == 0


def test_damaged_words_are_made_again(database: Database, clock: SetClock) -> None:
    person = Person.of(database, clock)
    only = person.file(content=narrative("coeur"))
    person.index()
    with database.write() as work:
        work.connection.execute(update(document_indexes).values(content=b"x" * 40))

    assert person.find(["coeur"], [only]).unmade == 1
    person.index(MANY_READ)
    found = person.find(["coeur"], [only])
    assert (found.by_word["coeur"], found.unmade) == ({only}, 0)


def test_words_of_an_earlier_form_are_made_again(
    database: Database, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = Person.of(database, clock)
    only = person.file(content=narrative("coeur"))
    person.index()
    monkeypatch.setattr(word_form, "FORM", b"next")

    person.index(MANY_READ)

    assert person.find(["coeur"], [only]).unmade == 0


def test_damaged_bytes_have_no_words_and_hold_nobody_up(
    database: Database, clock: SetClock
) -> None:
    person = Person.of(database, clock)
    person.file(content=narrative("coeur"))
    with database.write() as work:
        work.connection.execute(update(blobs).values(content=b"x" * 40))
    good = person.file(content=narrative("coeur"))

    person.index(MANY_READ)

    assert person.find(["coeur"], [good]).by_word["coeur"] == {good}
    assert tasks(database) == 0
