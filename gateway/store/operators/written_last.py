"""A row of operators is the one that was written last: the journal says so."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table

from gateway.store.base.work import UnitOfWork
from gateway.store.sealed.rows import BINDINGS, refused, remembered


def check_is_last(work: UnitOfWork, table: Table, row: Any) -> None:
    """
    Accept a row that is sound and the last that was written under its key.

    Raises:
        AlteredError: it was put back as it was before.
    """
    binding = BINDINGS[table]
    values = row._asdict()
    name, written = binding.name(values), ""
    for line in work.journal.about([str(values[binding.subject])]):
        written = line.rows.get(name, written)
    if written != remembered(binding, row.row_mac):
        raise refused(table.name, "an older row that was put back")
