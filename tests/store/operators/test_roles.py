"""Which roles were granted is kept; who writes the database gives nobody one."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from gateway.errors import MisuseError
from gateway.rights.operator_rules import OperatorRole
from gateway.rights.role_rules import GrantState, NamedRole
from gateway.settings.admin import AdminSettings
from gateway.store.altered import AlteredRows
from gateway.store.base.work import Database
from gateway.store.journal import Entry
from gateway.store.operators.roles import Roles, named_roles, see_roles
from gateway.store.tables import carried, operator_roles

STANDS, WAITS = GrantState.STANDS, GrantState.WAITS
ANNE = NamedRole(OperatorRole.KEYS, "anne")
BOB = NamedRole(OperatorRole.KEYS, "bob")
EVE = NamedRole(OperatorRole.AUDITOR, "eve")
BY = "anne (administrator), confirmed by bob (administrator)"


def lines(database: Database) -> list[Entry]:
    with database.read() as work:
        return [one for one in work.journal.lines() if one.action.startswith("role:")]


def granted(database: Database, one: NamedRole, named: list[NamedRole]) -> None:
    with database.write() as work:
        Roles(work).grant(one, named, BY, "ticket 7")


def altered(database: Database) -> list[str]:
    with database.read() as work:
        return AlteredRows(work).find_of(operator_roles)


def rows(database: Database) -> list[dict[str, Any]]:
    with database.read() as work:
        found = work.connection.execute(select(operator_roles))
        return [dict(one._mapping) for one in found]


def test_the_roles_of_the_first_start_hold_and_any_other_waits_for_two(
    database: Database,
) -> None:
    assert see_roles(database, []) == {}  # no role: nothing was seen yet
    assert see_roles(database, [ANNE]) == {ANNE: STANDS}
    assert see_roles(database, [ANNE, EVE]) == {ANNE: STANDS, EVE: WAITS}
    assert see_roles(database, [ANNE, EVE]) == {ANNE: STANDS, EVE: WAITS}

    granted(database, EVE, [ANNE, EVE])

    assert see_roles(database, [ANNE, EVE]) == {ANNE: STANDS, EVE: STANDS}
    said = [(one.action, one.outcome, one.detail) for one in lines(database)]
    assert said == [
        ("role:grant", "keys", {"account": "anne", "first": True}),
        ("role:see", "auditor", {"account": "eve"}),
        ("role:grant", "auditor", {"account": "eve", "by": BY, "reason": "ticket 7"}),
    ]
    assert altered(database) == []


def test_a_role_that_is_no_longer_named_has_ended_and_named_again_waits(
    database: Database,
) -> None:
    see_roles(database, [ANNE, BOB])

    assert see_roles(database, [ANNE]) == {ANNE: STANDS}
    assert see_roles(database, [ANNE, BOB]) == {ANNE: STANDS, BOB: WAITS}
    assert see_roles(database, []) == {}
    assert see_roles(database, [ANNE]) == {ANNE: WAITS}  # once seen, for ever
    assert altered(database) == []


def test_a_role_is_ended_at_once_and_waits_while_it_is_named(
    database: Database,
) -> None:
    see_roles(database, [ANNE])
    with database.write() as work:
        Roles(work).end(ANNE, "bob (administrator)", "left")

    assert see_roles(database, [ANNE]) == {ANNE: WAITS}
    with database.read() as work:
        assert Roles(work).waiting() == 1
        (listed,) = Roles(work).listed()
    assert (listed.state, listed.by) == (WAITS, "bob (administrator)")
    with database.write() as work, pytest.raises(MisuseError, match="not granted"):
        Roles(work).end(ANNE, "bob (administrator)", "left")


@pytest.mark.parametrize(
    ("one", "named", "match"),
    [(ANNE, [ANNE], "already"), (EVE, [ANNE], "does not name it")],
)
def test_what_cannot_be_granted_says_why(
    database: Database, one: NamedRole, named: list[NamedRole], match: str
) -> None:
    see_roles(database, [ANNE])

    with pytest.raises(MisuseError, match=match):
        granted(database, one, named)


def test_who_writes_the_database_alone_gives_nobody_a_role(
    database: Database,
) -> None:
    see_roles(database, [ANNE, BOB])
    see_roles(database, [ANNE, BOB, EVE])
    stood = next(one for one in rows(database) if one["name"] == "bob")

    def forge(*statements: Any) -> None:
        with database.engine.begin() as connection:
            for one in statements:
                connection.execute(one)

    here = operator_roles.c.name == "eve"
    forge(update(operator_roles).where(here).values(state="stands"))
    with database.read() as work:
        assert EVE not in Roles(work).seen()
    assert altered(database)
    assert see_roles(database, [ANNE, BOB, EVE])[EVE] is WAITS

    # A row that was granted once, put back after its end.
    see_roles(database, [ANNE, EVE])
    forge(insert(operator_roles).values(**stood))
    with database.read() as work:
        assert BOB not in Roles(work).seen()
    assert altered(database)
    assert see_roles(database, [ANNE, BOB, EVE])[BOB] is WAITS

    # All of it taken away, and that anything was ever seen with it.
    forge(delete(operator_roles), delete(carried).where(carried.c.step == "roles"))
    assert set(see_roles(database, [ANNE, BOB, EVE]).values()) == {WAITS}


def test_the_settings_name_accounts_and_groups() -> None:
    admin = AdminSettings(keys=("anne", "bob"), auditor=("@audit",))

    assert named_roles(admin) == {
        ANNE,
        BOB,
        NamedRole(OperatorRole.AUDITOR, "@audit"),
    }
