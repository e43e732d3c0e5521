"""A column that is added later breaks no row that is there, and opens none."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import (
    Boolean,
    Column,
    MetaData,
    String,
    Table,
    func,
    insert,
    select,
    true,
    update,
)

from gateway.errors import AlteredError
from gateway.store.base.work import Database, UnitOfWork
from gateway.store.sealed.digest_keys import Label
from gateway.store.sealed.row_cells import cells_of
from gateway.store.sealed.row_versions import ADDED, FIRST, BoundColumns
from gateway.store.sealed.rows import (
    BINDINGS,
    MAC,
    OWNED,
    SET_COLUMNS,
    SETS,
    Binding,
    Rows,
)
from gateway.store.tables import (
    accounts,
    blocks,
    one_time_codes,
    profiles,
    web_sessions,
)
from tests.fakes import SetClock
from tests.store.test_altered import World

ADDITIONS: Sequence[Mapping[str, Any]] = ({"nickname": None, "is_open": True},)


@pytest.fixture
def world(database: Database, clock: SetClock) -> World:
    return World.make(database, clock)


class Later:
    """A program that knows more columns of two tables, and the database it upgraded."""

    def __init__(self, world: World) -> None:
        self.world = world
        with world.database.engine.begin() as connection:
            migrate(Operations(MigrationContext.configure(connection)))
        self.accounts = wider(accounts)
        self.blocks = wider(blocks)

    def rows(self, work: UnitOfWork) -> Rows:
        binding = BINDINGS[accounts]
        bound = columns(self.accounts, "accounts", {MAC, *binding.free})
        newer = Binding(self.accounts, binding.followed, binding.free, bound=bound)
        sets = {self.blocks: columns(self.blocks, "blocks", set())}
        return Rows(work.keys, lambda: False, {self.accounts: newer}, sets)

    def account(self, work: UnitOfWork) -> Any:
        query = select(self.accounts).where(
            self.accounts.c.id == self.world.accounts[0]
        )
        return work.connection.execute(query).one()

    def blocked(self, work: UnitOfWork) -> tuple[str, list[dict[str, Any]], Any]:
        """Return a patient, their blocks, and what the profile says of all sets."""
        patient = self.world.patients[0]
        query = select(self.blocks).where(self.blocks.c.profile_id == patient)
        rows = [dict(one._mapping) for one in work.connection.execute(query)]
        of_profile = select(profiles.c[SETS]).where(profiles.c.id == patient)
        return patient, rows, work.connection.execute(of_profile).scalar_one()


def migrate(op: Operations) -> None:
    """As a revision of `gateway/store/migrations/versions` would."""
    for table in ("accounts", "blocks"):
        op.add_column(table, Column("nickname", String(40), nullable=True))
        op.add_column(
            table, Column("is_open", Boolean, nullable=False, server_default=true())
        )


def wider(table: Table) -> Table:
    names = [Column(one.name, one.type, primary_key=one.primary_key) for one in table.c]
    return Table(
        table.name,
        MetaData(),
        *names,
        Column("nickname", String(40)),
        Column("is_open", Boolean, nullable=False, default=True),
    )


def columns(table: Table, name: str, free: set[str]) -> BoundColumns:
    bound = [one.name for one in table.c if one.name not in free]
    return BoundColumns.of(name, bound, FIRST[name], ADDITIONS)


_SESSION = {
    "digest": "d",
    "stage": "open",
    "account_id": "é",
    "code_id": None,
    "created_at": datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC),
    "seen_at": datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC),
    "expires_at": datetime(1970, 1, 2, tzinfo=UTC),
}
_SESSION_SAID = (
    b"s3:row"
    b"s12:web_sessions"
    b"s6:digest"
    b"s5:stage"
    b"s10:account_id"
    b"s7:code_id"
    b"s10:created_at"
    b"s7:seen_at"
    b"s10:expires_at"
    b"s1:d"
    b"s4:open"
    b"s2:\xc3\xa9"
    b"n"
    b"i1000000:"
    b"i1000000:"
    b"i86400000000:"
)


def test_a_row_of_version_one_is_digested_as_on_the_day_it_was_written(
    world: World,
) -> None:
    row = {
        "id": "a",
        "account_id": "é",
        "digest": None,
        "tries_left": 5,
        "created_at": datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC),
        "expires_at": datetime(1970, 1, 2, tzinfo=UTC),
        "used_at": None,
    }
    said = (
        b"s3:row"
        b"s14:one_time_codes"
        b"s2:id"
        b"s10:account_id"
        b"s6:digest"
        b"s10:tries_left"
        b"s10:created_at"
        b"s10:expires_at"
        b"s7:used_at"
        b"s1:a"
        b"s2:\xc3\xa9"
        b"n"
        b"i5:"
        b"i1000000:"
        b"i86400000000:"
        b"n"
    )
    with world.database.read() as work:
        made = work.keys.mac(Label.ROW, said)
        values = [*row.values(), None]
        assert work.rows.is_own(one_time_codes, values, made)
        assert not work.rows.is_own(one_time_codes, [*row.values(), "p"], made)
        assert len(made) == 32
        session = work.rows.mac(web_sessions, _SESSION)
        assert session == work.keys.mac(Label.ROW, _SESSION_SAID)
    assert cells_of([True, b"x", [1], {"b": 1, "a": 2}]) == (
        b'b1y1:xj3:[1]j13:{"a":2,"b":1}'
    )


def test_what_is_bound_of_each_table_is_named_by_its_versions() -> None:
    for table, binding in BINDINGS.items():
        assert set(binding.columns) == set(table.c.keys()) - {MAC, *binding.free}
    for table in OWNED:
        assert set(SET_COLUMNS[table].names) == set(table.c.keys())
    tables = {one.name for one in (*BINDINGS, *OWNED)}
    assert FIRST.keys() == tables
    assert ADDED.keys() <= tables


def test_a_version_that_rows_were_written_with_never_changes() -> None:
    named = "\n".join(f"{table}: {', '.join(FIRST[table])}" for table in _OF_THEN)
    assert hashlib.sha256(named.encode()).hexdigest() == _DIGEST_OF_THEN


_OF_THEN = (
    "accounts",
    "arrivals",
    "blocks",
    "documents",
    "mailbox_holders",
    "mailboxes",
    "mask_runs",
    "matrices",
    "one_time_codes",
    "oppositions",
    "profiles",
    "recipients",
    "secrecies",
    "web_sessions",
)
_DIGEST_OF_THEN = "162cf96ac3c49826afa75aefcd62eeb32857fe5baab11f4746c4f647eb7960a1"


@pytest.mark.parametrize(
    ("columns", "first", "added", "told"),
    [
        (["a", "b"], ["a"], [], "t: b: see docs/where.md, how to add a column"),
        (["a"], ["a", "b"], [], "t: b: see docs/where.md, how to add a column"),
        (["a", "b"], ["a", "b"], [{"b": 1}], "t: a, b, b: see"),
        (["a"], [], [], "t: a: see"),
    ],
)
def test_a_column_of_no_version_stops_the_program(
    columns: list[str], first: list[str], added: list[dict[str, Any]], told: str
) -> None:
    with pytest.raises(ValueError, match=told):
        BoundColumns.of("t", columns, first, added)


def test_rows_that_were_there_are_read_after_a_column_was_added(world: World) -> None:
    later = Later(world)
    with world.database.read() as work:
        rows, account = later.rows(work), later.account(work)
        assert len(account.row_mac) == 32
        rows.check(later.accounts, account)
        rows.check_set(later.blocks, *later.blocked(work))


@pytest.mark.parametrize(
    "cell", [{"nickname": "x"}, {"nickname": ""}, {"is_open": False}]
)
def test_a_later_column_of_an_older_row_is_what_the_migration_wrote(
    world: World, cell: dict[str, Any]
) -> None:
    later = Later(world)
    with world.database.engine.begin() as connection:
        for table in (later.accounts, later.blocks):
            connection.execute(update(table).values(cell))
    with world.database.read() as work:
        rows = later.rows(work)
        with pytest.raises(AlteredError):
            rows.check(later.accounts, later.account(work))
        with pytest.raises(AlteredError):
            rows.check_set(later.blocks, *later.blocked(work))


def test_a_row_that_is_written_again_is_of_the_newest_version(world: World) -> None:
    later = Later(world)
    with world.database.write() as work:
        rows, account = later.rows(work), later.account(work)
        row = {**account._mapping, "nickname": "Jo", "is_open": False}
        row[MAC] = rows.mac(later.accounts, row)
        work.connection.execute(
            update(later.accounts).where(later.accounts.c.id == row["id"]).values(row)
        )
    with world.database.read() as work:
        rows, account = later.rows(work), later.account(work)
        assert (len(account.row_mac), account.row_mac[0]) == (33, 2)
        rows.check(later.accounts, account)
        binding = rows.bindings[later.accounts]
        values = dict(zip(binding.columns, binding.values(account), strict=True))
        for name, other in (("nickname", None), ("is_open", True), ("login", "x")):
            assert not is_own(rows, later, {**values, name: other}, account.row_mac)
        mac = account.row_mac
        for wrong in (mac[1:], b"\x01" + mac[1:], b"\x03" + mac[1:], mac[:32], b""):
            assert not is_own(rows, later, values, wrong)


def is_own(rows: Rows, later: Later, values: dict[str, Any], mac: bytes) -> bool:
    return rows.is_own(later.accounts, list(values.values()), mac)


def test_a_version_is_no_older_one_with_its_columns_left_off(world: World) -> None:
    """Neither MAC is that of the same values in the other version."""
    later = Later(world)
    with world.database.read() as work:
        rows, account = later.rows(work), later.account(work)
        made = rows.mac(later.accounts, account._mapping)
        bound = rows.bindings[later.accounts].bound
        assert made[0] == 2
        assert bound.head_of(1) == b"s3:rows8:accounts" + cells_of(FIRST["accounts"])
        assert bound.head == b"s3:rowi2:s8:accounts" + cells_of(bound.names)
        assert not hmac.compare_digest(made[1:], account.row_mac)


def test_a_set_that_is_written_again_is_of_the_newest_version(world: World) -> None:
    later = Later(world)
    with world.database.write() as work:
        rows, (patient, blocked, _) = later.rows(work), later.blocked(work)
        row = {**blocked[0], "identity": "new", "nickname": "Jo"}
        work.connection.execute(insert(later.blocks).values(row))
        patient, blocked, _ = later.blocked(work)
        made = rows.set_mac(later.blocks, patient, blocked)
    assert made.startswith("2:")
    with world.database.read() as work:
        rows, (patient, blocked, _) = later.rows(work), later.blocked(work)
        rows.check_set(later.blocks, patient, blocked, {"blocks": made})
        count = select(func.count()).select_from(later.blocks)
        assert len(blocked) < work.connection.execute(count).scalar_one()
        for wrong in (
            made[2:],
            "1:" + made[2:],
            "3:" + made[2:],
            "0:" + made[2:],
            ":" + made[2:],
            "x:" + made[2:],
            "",
            "2:é",
            None,
            7,
        ):
            assert not rows.is_own_set(later.blocks, patient, blocked, wrong)
        changed = [{**one, "nickname": None} for one in blocked]
        assert not rows.is_own_set(later.blocks, patient, changed, made)
        assert not rows.is_own_set(later.blocks, patient, blocked[1:], made)
