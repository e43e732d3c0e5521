"""Spaces of a feed are sealed before they are written: what happens in between."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from attrs import field, frozen
from sqlalchemy import select

from gateway.core.ins import Ins
from gateway.core.person import IdentityTraits
from gateway.garbage import no_garbage_sought
from gateway.rights.profile import ProfileState
from gateway.store.base.work import Database, UnitOfWork
from gateway.store.patients.delegations import ATTACHED
from gateway.store.patients.feed import read_feed
from gateway.store.patients.importing import Imported, Importing
from gateway.store.patients.lookups import begin_turn
from gateway.store.patients.profiles import Profiles
from gateway.store.sealed.digest_keys import Label
from gateway.store.sealed.keys import KeyRing
from gateway.store.sealed.sources import FileSource, make_master_key
from gateway.store.sealed.turning import Kek
from gateway.store.tables import data_keys, profiles
from tests.builders_people import TEST_RANGE, matricule

_COUNT = 3


@frozen
class _Meanwhile(Database):
    """A database where something happens before the first transaction that writes."""

    happens: list[Callable[[], None]] = field(factory=list)

    @contextmanager
    def write(self) -> Iterator[UnitOfWork]:
        if self.happens:
            self.happens.pop()()
        with Database.write(self) as work:
            yield work


@pytest.fixture
def mine(database: Database, tmp_path: Path) -> Database:
    """A database with keys of its own, all of which can turn over."""
    make_master_key(tmp_path / "turned.key")
    keys = KeyRing(FileSource(tmp_path / "turned.key"))
    keys.bind(database.engine)
    opened = Database(database.engine, keys, database.folder)
    with opened.write() as work:
        keys.establish(work.connection, work.now, new=True)
    return opened


def _taken(database: Database, meanwhile: Callable[[UnitOfWork], object]) -> Imported:
    def happens() -> None:
        with database.write() as work:
            meanwhile(work)

    feed = "ins,oid,family,given,birth_date,sex,birth_place,attached_to\n" + "".join(
        f"{matricule(one)},{TEST_RANGE},PAT,ANNE,1979-03-28,F,63220,{matricule(9)}\n"
        for one in range(_COUNT)
    )
    where = _Meanwhile(database.engine, database.keys, database.folder)
    where.happens.append(happens)
    importing = Importing(where, ProfileState.ANNOUNCED, "root")
    assert not list(importing.run(read_feed(StringIO(feed), date(2026, 7, 1))))
    assert not where.happens
    return importing.done


def _assert_whole(database: Database) -> None:
    with database.read() as work:
        mine = Profiles(work)
        found = [mine.find(matricule(one)) for one in range(_COUNT)]
        for profile in found:
            assert profile is not None
            assert (profile.traits.family, profile.state) == ("PAT", "ANNOUNCED")
            assert mine.standing(profile.id) == {ATTACHED: matricule(9)}
            assert mine.rights(profile.id).blocked == frozenset()
        assert len(work.connection.execute(select(profiles.c.id)).all()) == _COUNT


def test_a_space_that_somebody_makes_meanwhile_is_no_second_one(
    mine: Database,
) -> None:
    def make(work: UnitOfWork) -> None:
        Profiles(work).add(
            Ins.of(matricule(1), TEST_RANGE),
            IdentityTraits(family="BEFORE", birth_date="19790328"),
            state=ProfileState.ANNOUNCED.value,
        )

    done = _taken(mine, make)

    assert (done.read, done.added, done.changed, done.same) == (3, 2, 1, 0)
    _assert_whole(mine)


def test_keys_made_while_the_key_that_wraps_turned_over_are_of_the_new_one(
    mine: Database,
) -> None:
    done = _taken(mine, lambda work: Kek(work).next("root"))

    assert (done.added, done.changed) == (_COUNT, 0)
    _assert_whole(mine)
    with mine.read() as work:
        now = work.keys.keks.now(work.connection).id
        of_patients = select(data_keys.c.kek_id).where(
            data_keys.c.scope.startswith("patient:")
        )
        assert set(work.connection.execute(of_patients).scalars()) == {now}


def test_who_is_made_while_keys_of_digests_turn_over_is_written_by_the_new_ones(
    mine: Database,
) -> None:
    done = _taken(mine, lambda work: begin_turn(work, by="root"))

    assert (done.added, done.changed) == (_COUNT, 0)
    _assert_whole(mine)
    with mine.read() as work:
        written = set(work.connection.execute(select(profiles.c.ins_digest)).scalars())
        numbers = [matricule(one) for one in range(_COUNT)]
        assert written == {work.digest(Label.INS, one) for one in numbers}


def test_garbage_is_sought_again_after_a_batch_and_where_it_fails() -> None:
    def fail() -> None:
        with no_garbage_sought():
            assert not gc.isenabled()
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert gc.isenabled()
    gc.disable()
    try:
        with no_garbage_sought():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
