"""Looks through every row that grants for what somebody else wrote, or took away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from attrs import field, frozen
from sqlalchemy import Table, func, literal, select

from gateway.store.base.work import UnitOfWork
from gateway.store.directory.directory import Directory
from gateway.store.mailbox.reading import OF_ITS_MAILBOX
from gateway.store.sealed.rows import BINDINGS, OWNED, Binding, Followed, remembered
from gateway.store.tables import (
    accesses,
    accounts,
    data_keys,
    directory_people,
    folders,
    inbox_messages,
    mail_items,
    mailbox_holders,
    mailboxes,
    passkeys,
    trusted_devices,
    web_sessions,
)

_AT_ONCE = 1000
_MOST = 100
"""Findings of one table that are said one by one; of others, how many there are."""


@frozen
class AlteredRows:
    """
    What is wrong with the rows that grant, within one transaction.

    What the journal says was written last is kept in memory: some hundred bytes for
    each row that it follows.
    """

    work: UnitOfWork
    _last: dict[str, str] = field(init=False, factory=dict, repr=False)
    _unbound: bool = field(init=False)

    @_unbound.default
    def _asked(self) -> bool:
        return self.work.rows.believes_unbound()

    def find(self) -> list[str]:
        """Return one sentence for each finding, without a patient; empty when sound."""
        found: list[str] = []
        for table in (*BINDINGS, *OWNED):
            found += self.find_of(table)
        found += _told(self._elsewhere(), mail_items)
        return found

    def find_of(self, table: Table) -> list[str]:
        """Return the findings of one table whose rows are bound."""
        if table in OWNED:
            return _told(self._of_set(table), table)
        if not self._last:
            self._last.update(self.work.journal.rows_written())
        found = _told(self._of_table(BINDINGS[table]), table)
        if table is directory_people and not Directory(self.work).is_as_imported():
            found.append(f"{table.name}: are not those that the last import left")
        return found

    def find_doors(self) -> list[str]:
        """Return the findings of what lets somebody in alone: a few rows, and quick."""
        found: list[str] = []
        for table in (
            accounts,
            passkeys,
            trusted_devices,
            web_sessions,
            mailboxes,
            accesses,
        ):
            for row in self._rows(table):
                binding = BINDINGS[table]
                if not self._is_sound(binding, row):
                    found.append(f"{binding.name(row._mapping)}: was altered")
        return found + list(self._of_set(mailbox_holders))

    def _elsewhere(self) -> Iterator[str]:
        """Find messages that are not where their keys belong."""
        mails = (
            select(func.count())
            .select_from(mail_items)
            .join(folders, folders.c.id == mail_items.c.folder_id)
            .join(data_keys, data_keys.c.id == mail_items.c.key_id)
            .where(~OF_ITS_MAILBOX)
        )
        if count := self.work.connection.execute(mails).scalar_one():
            yield f"{mail_items.name}: {count} are in a mailbox that is not theirs"
        of_patient = literal("patient:") + inbox_messages.c.profile_id
        letters = (
            select(func.count())
            .select_from(inbox_messages)
            .join(data_keys, data_keys.c.id == inbox_messages.c.key_id)
            .where(data_keys.c.scope != of_patient)
        )
        if count := self.work.connection.execute(letters).scalar_one():
            yield f"{inbox_messages.name}: {count} are with a patient not their own"

    def _of_table(self, binding: Binding) -> Iterator[str]:
        table, missed = binding.table, self._missed(binding)
        for row in self._rows(table):
            name = binding.name(row._mapping)
            missed.discard(name)
            if not self._is_sound(binding, row):
                yield f"{name}: was altered"
            elif binding.followed is not Followed.NOT and row.row_mac is not None:
                yield from self._followed(name, remembered(binding, row.row_mac))
        for name in sorted(missed):
            yield f"{name}: is gone"

    def _missed(self, binding: Binding) -> set[str]:
        """Return the rows that must be there: not ended, and nobody saw them yet."""
        if binding.followed is not Followed.WRITTEN:
            return set()
        start = f"{binding.table.name}/"
        return {
            name for name, last in self._last.items() if last and name.startswith(start)
        }

    def _is_sound(self, binding: Binding, row: Any) -> bool:
        if row.row_mac is None:
            return self._unbound
        values = binding.values(row)
        return self.work.rows.is_own(binding.table, values, row.row_mac)

    def _followed(self, name: str, written: str) -> Iterator[str]:
        said = self._last.get(name)
        if said is None:
            yield f"{name}: no line of the journal says that it was written"
        elif not said:
            yield f"{name}: was put back after it had ended"
        elif said != written:
            yield f"{name}: is an older one put back"

    def _of_set(self, table: Table) -> Iterator[str]:
        """Compare the sets of a table with what their owners' rows say of them."""
        owners, column = OWNED[table]
        rows: dict[str, list[dict[str, Any]]] = {}
        for row in self._rows(table):
            rows.setdefault(row._mapping[column], []).append(dict(row._mapping))
        for owner in self._rows(owners):
            own = rows.pop(owner.id, [])
            if owner.sets is None:
                sound = self._unbound
            else:
                sets = owner.sets if isinstance(owner.sets, dict) else {}
                made = sets.get(table.name, "")
                sound = self.work.rows.is_own_set(table, owner.id, own, made)
            if not sound:
                yield f"{table.name} of {owners.name}/{owner.id}: not those written"
        for owner_id in rows:
            yield f"{table.name} of {owners.name}/{owner_id}: whose row is not there"

    def _rows(self, table: Table) -> Iterator[Any]:
        query = select(table).execution_options(yield_per=_AT_ONCE)
        yield from self.work.connection.execute(query)


def _told(findings: Iterator[str], table: Table) -> list[str]:
    told: list[str] = []
    more = 0
    for one in findings:
        if len(told) < _MOST:
            told.append(one)
        else:
            more += 1
    return [*told, f"{table.name}: {more} more findings"] if more else told
