"""An older database is carried over in batches, once; then its forms are refused."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, update

from gateway.store.base.work import Database, UnitOfWork
from gateway.store.carrying.carrying import MOST_REST, CarryingOver, CarryStep
from gateway.store.sealed.carried import (
    FILE,
    forget_carried,
    is_carried,
    place_in,
    set_place,
)
from gateway.store.tables import carried


class Left:
    """A step with so many rows left; it counts the batches it was asked for."""

    def __init__(self, rows: int) -> None:
        self.rows, self.batches = rows, 0

    def __call__(self, work: UnitOfWork, most: int) -> int:
        self.batches += 1
        count = min(most, self.rows)
        self.rows -= count
        return count


def carrying(database: Database, left: Left) -> CarryingOver:
    return CarryingOver(database, (CarryStep("tried", left),), most=2)


def knows(database: Database) -> bool:
    with database.read() as work:
        return is_carried(work.connection, database.keys, database.folder, "tried")


def test_a_step_is_done_batch_by_batch_and_then_never_asked_again(
    database: Database,
) -> None:
    left = Left(5)
    assert carrying(database, left).left() == ["tried"]

    assert carrying(database, left).run() == {"carried over: tried": 5}
    assert left.batches == 4
    assert carrying(database, left).left() == []
    assert carrying(database, left).run() == {"carried over: tried": 0}
    assert left.batches == 4


def test_as_much_time_as_a_batch_took_is_left_to_others(database: Database) -> None:
    rests: list[float] = []
    step = CarryStep("tried", Left(5))

    CarryingOver(database, (step,), most=2, rest=rests.append).run()

    assert len(rests) == 4
    assert all(0 < one <= MOST_REST for one in rests)


def test_how_far_it_is_is_said_until_all_of_it_is_done(database: Database) -> None:
    second = Left(3)

    def stops(work: UnitOfWork, most: int) -> int:
        if second.rows == 1:
            raise ValueError("ended here")
        return second(work, most)

    first = CarryStep("tried", Left(5))
    over = CarryingOver(database, (first, CarryStep("then", stops)), most=2)
    assert over.progress() == "0 of 2 steps done, now tried; 0 rows since the start"

    with pytest.raises(ValueError, match="ended here"):
        over.run()
    assert over.progress() == "1 of 2 steps done, now then; 7 rows since the start"

    again = CarryingOver(database, (first, CarryStep("then", second)), most=2)
    assert again.progress() == "1 of 2 steps done, now then; 0 rows since the start"
    again.run()
    assert again.progress() == ""


def test_a_step_that_was_cut_off_is_not_done(database: Database) -> None:
    def fails(work: UnitOfWork, most: int) -> int:
        set_place(work.connection, "tried", "half")
        raise ValueError(most)

    with pytest.raises(ValueError, match="2"):
        CarryingOver(database, (CarryStep("tried", fails),), most=2).run()
    assert not knows(database)


def test_how_far_a_step_came_is_kept(database: Database) -> None:
    with database.write() as work:
        assert place_in(work.connection, "tried") == ""
        set_place(work.connection, "tried", "a")
        set_place(work.connection, "tried", "b")
    with database.read() as work:
        assert place_in(work.connection, "tried") == "b"
    assert not knows(database)


def test_who_writes_the_database_alone_does_not_undo_it(database: Database) -> None:
    carrying(database, Left(0)).run()

    with database.write() as work:
        work.connection.execute(delete(carried))
    assert knows(database)  # by the file


def test_who_has_the_folder_alone_does_not_undo_it(database: Database) -> None:
    carrying(database, Left(0)).run()

    (database.folder.folder / FILE).unlink()
    assert knows(database)


def test_nobody_says_it_without_the_key(database: Database) -> None:
    database.folder.folder.mkdir(exist_ok=True)
    (database.folder.folder / FILE).write_text("tried " + "0" * 64 + "\n", "ascii")
    with database.write() as work:
        set_place(work.connection, "tried", "")
        work.connection.execute(update(carried).values(mac=bytes(32)))
    assert not knows(database)


def test_what_one_of_the_two_places_lost_is_written_again(database: Database) -> None:
    carrying(database, Left(0)).run()
    (database.folder.folder / FILE).unlink()
    carrying(database, Left(0)).run()
    assert (database.folder.folder / FILE).exists()


def test_an_older_database_put_back_on_purpose_is_carried_over_again(
    database: Database,
) -> None:
    carrying(database, Left(0)).run()
    with database.write() as work:
        work.connection.execute(delete(carried))
    forget_carried(database.folder.folder)
    left = Left(1)
    assert carrying(database, left).run() == {"carried over: tried": 1}


def test_a_new_database_has_nothing_to_carry_over(database: Database) -> None:
    carrying(database, Left(1)).nothing_to_do()
    assert carrying(database, Left(1)).left() == []
