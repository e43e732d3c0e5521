"""
Rows that grant are bound: each carries a MAC over its columns, checked when it is read.

Who writes the database and has no key can then open nothing with it. A binding is the
one place that says, of a table, which columns are vouched for: all of them, but those
it names with the reason why they grant and show nothing; a column that is added makes
a new version of its rows (`gateway.store.sealed.row_versions`). Rows of a set (a
patient's blocks, a mailbox's holders) have no MAC each: their owner's row vouches for
all of them together, so that one taken away or put back shows as well. That a whole row
is an older one, or is gone, shows by what the journal says was written last (`follow`).
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from functools import cache
from operator import attrgetter
from typing import Any

from attrs import field, frozen
from sqlalchemy import Column, Table
from twisted.logger import Logger

from gateway.errors import AlteredError
from gateway.metrics import ALTERED
from gateway.store.journal import OPERATOR, chain_of
from gateway.store.sealed.digest_keys import Label
from gateway.store.sealed.keys import KeyRing
from gateway.store.sealed.row_cells import cells_of
from gateway.store.sealed.row_versions import (
    ADDED,
    DIGEST_BYTES,
    FIRST,
    BoundColumns,
)
from gateway.store.tables import (
    accesses,
    accounts,
    agreements,
    arrivals,
    blocks,
    consultations,
    corrections,
    delegations,
    directory_imports,
    directory_people,
    documents,
    download_pieces,
    downloads,
    episodes,
    hidden_documents,
    inquiries,
    mailbox_holders,
    mailboxes,
    mask_runs,
    matrices,
    one_time_codes,
    operator_requests,
    operator_roles,
    oppositions,
    passkeys,
    professional_accounts,
    professional_sessions,
    profiles,
    reading_codes,
    recipients,
    secrecies,
    team_members,
    trusted_devices,
    web_sessions,
)

MAC = "row_mac"
SETS = "sets"
STEP = "rows"
"""The step of carrying over that binds what earlier versions wrote."""

_SHORT = 16
"""Hex digits of a MAC that the journal remembers: enough to know a row again by."""

log = Logger()


class Followed(Enum):
    """What the journal remembers of the rows of a table."""

    NOT = "nothing"
    WRITTEN = "what was written last; one that goes without a line is missed"
    PASSING = "the same; they go by themselves, and may be gone"
    HELD = "that they were there, until they were ended; they may be gone by themselves"


def columns_of(table: Table, free: frozenset[str] = frozenset()) -> BoundColumns:
    """Return the columns of a table that are vouched for, as its versions name them."""
    names = [one.name for one in table.c if one.name not in free]
    added = ADDED.get(table.name, ())
    return BoundColumns.of(table.name, names, FIRST.get(table.name, ()), added)


@frozen
class Binding:
    """What of a table is vouched for; ``free`` has the other columns, and why."""

    table: Table
    followed: Followed
    free: Mapping[str, str] = field(factory=dict)
    subject: str = "id"
    """The column by which the journal speaks of a row, as the subject of a line."""
    owner: str = ""
    """The column with the patient in whose chain it does so; none: the operator's."""
    also: str = ""
    """The column of one in whose chain it may do so, where a line of it is written."""
    bound: BoundColumns = field(repr=False)
    """Which columns are vouched for, by the versions of rows."""
    _values: Any = field(init=False, repr=False)

    @bound.default
    def _by_version(self) -> BoundColumns:
        return columns_of(self.table, frozenset({MAC, *self.free}))

    @_values.default
    def _getter(self) -> Any:
        return attrgetter(*self.columns)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are vouched for, in their order."""
        return self.bound.names

    def values(self, row: Any) -> Sequence[Any]:
        """Return the values of a row that are bound, in their order."""
        found: Sequence[Any] = self._values(row)
        return found

    def chains(self, row: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the chains in which the journal may speak of a row, the first best."""
        first = chain_of(row[self.owner]) if self.owner else OPERATOR
        also = row.get(self.also) if self.also else None
        return (first, chain_of(also)) if also else (first,)

    def name(self, row: Mapping[str, Any]) -> str:
        """Return the name of a row in the journal and in findings: table and key."""
        keys = [str(row[one.name])[:32] for one in self.table.primary_key]
        return "/".join([self.table.name, *keys])


_COUNTS = "counts what may be kept; it opens nothing"
_WORK = "where the work on a message stands; what is done is decided by its task"

BINDINGS: dict[Table, Binding] = {
    one.table: one
    for one in (
        Binding(
            accounts,
            Followed.WRITTEN,
            {
                "failures": "slows guessing down at the page; who writes it has the "
                "hash of the password to guess at",
                "paused_until": "as failures",
                "failed_at": "as failures",
            },
            owner="profile_id",
        ),
        Binding(accesses, Followed.WRITTEN),
        Binding(web_sessions, Followed.HELD, subject="digest"),
        Binding(one_time_codes, Followed.PASSING),
        Binding(passkeys, Followed.WRITTEN),
        Binding(trusted_devices, Followed.HELD),
        Binding(professional_accounts, Followed.WRITTEN),
        Binding(professional_sessions, Followed.HELD, subject="digest"),
        Binding(operator_requests, Followed.PASSING),
        Binding(operator_roles, Followed.WRITTEN),
        Binding(
            mailboxes,
            Followed.WRITTEN,
            {"used_bytes": _COUNTS, "uid_validity": "numbers folders; opens nothing"},
        ),
        Binding(mask_runs, Followed.WRITTEN, owner="profile_id"),
        Binding(matrices, Followed.WRITTEN, subject="version"),
        Binding(directory_imports, Followed.WRITTEN, subject="number"),
        Binding(directory_people, Followed.NOT, subject="national_id"),
        Binding(profiles, Followed.WRITTEN, owner="id"),
        Binding(delegations, Followed.WRITTEN, owner="holder_id"),
        Binding(inquiries, Followed.WRITTEN, owner="profile_id"),
        Binding(corrections, Followed.WRITTEN, owner="profile_id"),
        Binding(episodes, Followed.WRITTEN, owner="profile_id"),
        Binding(agreements, Followed.WRITTEN, owner="profile_id"),
        Binding(team_members, Followed.WRITTEN, owner="profile_id"),
        Binding(consultations, Followed.WRITTEN, owner="profile_id"),
        Binding(
            hidden_documents,
            Followed.WRITTEN,
            subject="consultation_id",
            owner="profile_id",
        ),
        Binding(reading_codes, Followed.PASSING, owner="profile_id"),
        Binding(documents, Followed.WRITTEN, owner="profile_id"),
        Binding(downloads, Followed.WRITTEN, owner="profile_id"),
        Binding(download_pieces, Followed.NOT, subject="download_id"),
        Binding(recipients, Followed.WRITTEN, subject="arrival_id", also="target_id"),
        Binding(arrivals, Followed.NOT, {"state": _WORK, "ended_at": _WORK}),
    )
}
"""Every table whose rows carry a MAC of their own."""

OWNED: dict[Table, tuple[Table, str]] = {
    blocks: (profiles, "profile_id"),
    oppositions: (profiles, "profile_id"),
    secrecies: (profiles, "profile_id"),
    mailbox_holders: (mailboxes, "mailbox_id"),
}
"""Every table whose rows are a set: whose row vouches for it, and by which column."""

SET_COLUMNS: dict[Table, BoundColumns] = {table: columns_of(table) for table in OWNED}
"""What of the rows of a set is vouched for: all of it."""


def filled(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row about to be written, with what the table's defaults would give."""
    whole: dict[str, Any] = {}
    for name, column in _columns_of(table):
        if name in row:
            whole[name] = row[name]
        elif column.default is not None:
            given: Any = column.default
            whole[name] = given.arg(None) if given.is_callable else given.arg
        elif column.server_default is not None:
            raise ValueError(f"{table.name}.{name} must be given")
        else:
            whole[name] = None
    return whole


@cache
def _columns_of(table: Table) -> tuple[tuple[str, Column[Any]], ...]:
    return tuple((one.name, one) for one in table.c)


@frozen
class Rows:
    """
    Makes and checks the MACs of rows.

    ``believes_unbound`` tells whether rows of an earlier version may still be without
    one; it is asked of those alone.
    """

    keys: KeyRing
    believes_unbound: Callable[[], bool] = field(repr=False)
    bindings: Mapping[Table, Binding] = field(default=BINDINGS, repr=False)
    sets: Mapping[Table, BoundColumns] = field(default=SET_COLUMNS, repr=False)

    def mac(self, table: Table, row: Mapping[str, Any]) -> bytes:
        """Return the MAC of a whole row, in the newest version."""
        binding = self.bindings[table]
        cells = [row[name] for name in binding.columns]
        bound = binding.bound
        return bound.marked(self._mac(bound.head + cells_of(cells)))

    def check(self, table: Table, row: Any) -> None:
        """
        Accept a row that is as the gateway wrote it; it has all that is bound.

        Raises:
            AlteredError: it is not; the log says which.
        """
        values = self.bindings[table].values(row)
        self.check_values(table, values, row.row_mac)

    def check_values(
        self, table: Table, values: Sequence[Any], mac: bytes | None
    ) -> None:
        """
        Accept the values of a row, in the order of its binding.

        Raises:
            AlteredError: they are not what the gateway wrote.
        """
        if mac is None:
            if not self.believes_unbound():
                raise refused(table.name, "a row without its MAC")
        elif not self.is_own(table, values, mac):
            raise refused(table.name, "a row that was altered")

    def is_own(self, table: Table, values: Sequence[Any], mac: bytes) -> bool:
        """Tell whether the gateway wrote these values, in whichever version."""
        bound = self.bindings[table].bound
        version, digest = bound.version_of(bytes(mac))
        if version == bound.newest:
            content = bound.head + cells_of(values)
        elif 0 < version < bound.newest and bound.is_before(version, values):
            content = bound.head_of(version) + cells_of(bound.cut(version, values))
        else:
            return False
        return hmac.compare_digest(digest, self._mac(content))

    def is_sound(self, table: Table, row: Any) -> bool:
        """Tell the same of a row that is left out where it is not sound."""
        try:
            self.check(table, row)
        except AlteredError:
            return False
        return True

    def set_mac(
        self, table: Table, owner: str, rows: Iterable[Mapping[str, Any]]
    ) -> str:
        """
        Return the MAC of all rows of a set, in hex, as the newest version makes it.

        Their order tells nothing.
        """
        bound = self.sets[table]
        made = self._set_mac(bound, bound.newest, owner, rows)
        return made if bound.newest == 1 else f"{bound.newest}:{made}"

    def is_own_set(
        self,
        table: Table,
        owner: str,
        rows: Sequence[Mapping[str, Any]],
        made: object,
    ) -> bool:
        """Tell whether these are the rows of which a MAC was made, in any version."""
        bound = self.sets[table]
        number, _, digest = str(made).rpartition(":")
        version = int(number) if number.isdecimal() else 1
        if not 0 < version <= bound.newest or (number == "") != (version == 1):
            return False
        if version < bound.newest:
            whole = [[row[name] for name in bound.names] for row in rows]
            if not all(bound.is_before(version, values) for values in whole):
                return False
        ours = self._set_mac(bound, version, owner, rows)
        return hmac.compare_digest(digest.encode("utf-8", "replace"), ours.encode())

    def _set_mac(
        self,
        bound: BoundColumns,
        version: int,
        owner: str,
        rows: Iterable[Mapping[str, Any]],
    ) -> str:
        names = bound.cut(version, bound.names)
        each = [cells_of([row[name] for name in names]) for row in rows]
        content = bound.set_head_of(version, owner) + cells_of(sorted(each))
        return self._mac(content).hex()

    def check_set(
        self,
        table: Table,
        owner: str,
        rows: Sequence[Mapping[str, Any]],
        sets: Mapping[str, str] | None,
    ) -> None:
        """
        Accept the rows of a set that its owner's row vouches for by ``sets``.

        Raises:
            AlteredError: one is missing, too many, or altered.
        """
        if sets is None:
            if not self.believes_unbound():
                raise refused(table.name, "a set that nothing vouches for")
            return
        if not self.is_own_set(table, owner, rows, sets.get(table.name, "")):
            raise refused(table.name, "a set of rows that was altered")

    def _mac(self, content: bytes) -> bytes:
        return self.keys.mac(Label.ROW, content)


def refused(table: str, why: str) -> AlteredError:
    """Tell the operator of a row that is not believed, and return what to raise."""
    ALTERED.labels(table).inc()
    log.error(
        "{table}: {why}: somebody else wrote to the database; see gateway journal "
        "verify",
        table=table,
        why=why,
    )
    return AlteredError("try again later", detail=f"{table}: {why}")


def remembered(binding: Binding, mac: bytes | None) -> str:
    """Return what the journal remembers a row by; empty once it was ended."""
    if mac is None:
        return ""
    return (
        "held"
        if binding.followed is Followed.HELD
        else mac[-DIGEST_BYTES:].hex()[:_SHORT]
    )
