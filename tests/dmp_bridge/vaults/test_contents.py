"""Bytes and texts of several documents, asked for at once: as those of each alone."""

from __future__ import annotations

from sqlalchemy import delete, select, update

from gateway.dmp_bridge.vaults.embedded import EmbeddedVault
from gateway.store.base.work import Database
from gateway.store.tables import blob_grants, blobs, documents
from tests.builders_queries import statements
from tests.dmp_bridge.vaults.test_listing import Person
from tests.fakes import SetClock
from tests.web.mail import narrative


def test_what_was_altered_or_is_gone_is_left_out_and_the_rest_is_given(
    database: Database, clock: SetClock
) -> None:
    person = Person.of(database, clock)
    texts = [narrative(one) for one in ("un", "deux", "trois", "quatre")]
    good, altered, gone, swapped = [person.file(content=one) for one in texts]
    with database.write() as work:
        found = work.connection.execute(select(documents.c.id, documents.c.blob_id))
        blob_of = {row.id: row.blob_id for row in found}
        change = work.connection.execute
        change(
            update(blobs)
            .where(blobs.c.id == blob_of[altered])
            .values(content=b"x" * 40)
        )
        change(delete(blob_grants).where(blob_grants.c.blob_id == blob_of[gone]))
        change(
            update(documents)
            .where(documents.c.id == swapped)
            .values(blob_id=blob_of[good])
        )

    with database.read() as work:
        vault = EmbeddedVault(work)
        some = [vault.get(name) for name in (good, altered, gone)]
        assert vault.get(good) is not None
        asked = [one for one in some if one is not None]
        assert vault.sound_contents(asked) == {good: texts[0]}
        assert vault.texts(asked) == {good: "Synthèse du séjour\nun"}
        assert list(vault.sound_each([good, swapped])) == [good]


def test_texts_of_many_are_asked_for_as_those_of_one(
    database: Database, clock: SetClock
) -> None:
    person = Person.of(database, clock)
    names = [person.file(content=narrative(f"mot {number}")) for number in range(6)]

    def asked(some: list[str]) -> int:
        with database.read() as work, statements(database.engine) as seen:
            vault = EmbeddedVault(work)
            found = vault.texts([*vault.sound_each(some).values()])
        assert sorted(found) == sorted(some)
        return sum(seen.values())

    asked(names[:1])  # keys are looked up once
    assert asked(names) == asked(names[:1])
