"""The roles that the settings name: which were granted, and which wait for it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

from attrs import frozen
from sqlalchemy import delete, func, select

from gateway.errors import AlteredError, MisuseError
from gateway.rights.operator_rules import OperatorRole
from gateway.rights.role_rules import (
    GrantState,
    NamedRole,
    role_changes,
    why_not_granted,
)
from gateway.settings.admin import AdminSettings
from gateway.store.base.work import Database, UnitOfWork
from gateway.store.journal import Action
from gateway.store.operators.written_last import check_is_last
from gateway.store.sealed.carried import is_carried, set_carried, write_carried
from gateway.store.tables import operator_roles

STEP: Final = "roles"
"""By this name it is kept, in the database and beside it, that roles were seen once."""

_COLUMNS = operator_roles.c


@frozen(kw_only=True)
class RoleGrant:
    """A role as it stands, since when and by whom."""

    named: NamedRole
    state: GrantState
    since: datetime
    by: str


@frozen
class Roles:
    """Roles within one transaction; each change leaves a line of who made it."""

    work: UnitOfWork

    def seen(self) -> dict[NamedRole, GrantState]:
        """
        Return what the settings named when they were seen last, and what stands.

        A row that somebody else wrote, or put back, is left out: by it nobody has a
        role, and `gateway journal verify` finds it.
        """
        return {
            _named(row): GrantState(row.state)
            for row in self._rows()
            if self._is_sound(row)
        }

    def listed(self) -> list[RoleGrant]:
        """Return the same with who granted it, by role and name."""
        found = []
        for row in self._rows():
            if not self._is_sound(row):
                continue
            lines = self.work.journal.about([row.id])
            by = [str(line.detail.get("by", "")) for line in lines]
            found.append(
                RoleGrant(
                    named=_named(row),
                    state=GrantState(row.state),
                    since=row.since,
                    by=by[-1] if by else "",
                )
            )
        return sorted(found, key=lambda one: one.named)

    def waiting(self) -> int:
        """Return how many roles that the settings name wait for two persons."""
        waits = _COLUMNS.state == GrantState.WAITS.value
        count = select(func.count()).select_from(operator_roles).where(waits)
        return int(self.work.connection.execute(count).scalar_one())

    def lock(self) -> None:
        """Have who changes roles at the same moment wait for the commit."""
        if self.work.connection.dialect.name == "postgresql":
            self.work.connection.exec_driver_sql(
                "LOCK TABLE operator_roles IN SHARE ROW EXCLUSIVE MODE"
            )

    def see(self, named: Collection[NamedRole], *, is_first: bool) -> None:
        """Take over what the settings name now."""
        changes = role_changes(named, self.seen(), is_first=is_first)
        for one in changes.granted:
            self._write(one, GrantState.STANDS, Action.ROLE_GRANTED, first=True)
        for one in changes.waiting:
            self._write(one, GrantState.WAITS, Action.ROLE_SEEN)
        for one in changes.ended:
            self._take_away(one)

    def grant(
        self, one: NamedRole, named: Collection[NamedRole], by: str, why: str
    ) -> None:
        """
        Have a role stand that the settings name.

        Raises:
            MisuseError: they do not, or it stands already.
        """
        if objection := why_not_granted(one, named, self.seen()):
            raise MisuseError(f"{one.role} {one.name}: {objection}")
        self._write(one, GrantState.STANDS, Action.ROLE_GRANTED, by=by, reason=why)

    def end(self, one: NamedRole, by: str, why: str) -> None:
        """
        End a role at once; while the settings still name it, it waits again.

        Raises:
            MisuseError: it does not stand.
        """
        if self.seen().get(one) is not GrantState.STANDS:
            raise MisuseError(f"{one.role} {one.name}: it is not granted")
        self._write(one, GrantState.WAITS, Action.ROLE_ENDED, by=by, reason=why)

    def _write(
        self, one: NamedRole, state: GrantState, action: Action, **said: Any
    ) -> None:
        """Write the row whatever stood there: one that is not sound is replaced."""
        row_id = _id_of(one)
        self._delete(row_id)
        self.work.add_now(
            operator_roles,
            id=row_id,
            role=one.role.value,
            name=one.name,
            state=state.value,
            since=self.work.now,
        )
        self.work.note(action, one.role.value, row_id, account=one.name, **said)

    def _take_away(self, one: NamedRole) -> None:
        row_id = _id_of(one)
        row = self._delete(row_id)
        if row is not None:
            self.work.ended(operator_roles, row)
        self.work.note(
            Action.ROLE_ENDED, one.role.value, row_id, account=one.name, unnamed=True
        )

    def _delete(self, row_id: str) -> Mapping[str, Any] | None:
        here = _COLUMNS.id == row_id
        row = self.work.connection.execute(
            select(operator_roles).where(here).with_for_update()
        ).first()
        self.work.connection.execute(delete(operator_roles).where(here))
        return None if row is None else row._asdict()

    def _rows(self) -> list[Any]:
        return list(self.work.connection.execute(select(operator_roles)).all())

    def _is_sound(self, row: Any) -> bool:
        try:
            self.work.rows.check(operator_roles, row)
            check_is_last(self.work, operator_roles, row)
        except AlteredError:
            return False
        return bool(row.id == _id_of(_named(row)))


def see_roles(
    database: Database, named: Collection[NamedRole]
) -> dict[NamedRole, GrantState]:
    """
    Take over what the settings name, where it is other than before; return what stands.

    Roles that are seen for the first time ever are granted by that. That they were is
    kept in the database and beside the blobs, so that who writes the database alone
    cannot have it be the first time again.
    """
    with database.read() as work:
        seen, is_first = Roles(work).seen(), not _was_seen(database, work)
        if not role_changes(named, seen, is_first=is_first):
            if not is_first:
                write_carried(work.connection, database.keys, database.folder, STEP)
            return seen
    with database.write() as work:
        # Another process may have been quicker: what counts is what is there now.
        Roles(work).lock()
        is_first = not _was_seen(database, work)
        Roles(work).see(named, is_first=is_first)
        if is_first:
            set_carried(work.connection, database.keys, STEP, work.now)
    with database.read() as work:
        if _was_seen(database, work):
            write_carried(work.connection, database.keys, database.folder, STEP)
        return Roles(work).seen()


def _was_seen(database: Database, work: UnitOfWork) -> bool:
    return is_carried(work.connection, database.keys, database.folder, STEP)


def named_roles(admin: AdminSettings) -> frozenset[NamedRole]:
    """Return the roles that the settings name, and for whom."""
    return frozenset(
        NamedRole(role, name)
        for role in OperatorRole
        for name in getattr(admin, role.value)
    )


def _id_of(one: NamedRole) -> str:
    return hashlib.sha256(f"{one.role.value}:{one.name}".encode()).hexdigest()[:32]


def _named(row: Any) -> NamedRole:
    return NamedRole(OperatorRole(row.role), row.name)
