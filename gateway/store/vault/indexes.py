"""
What was made ahead of a patient's documents and messages, sealed, a part in each row.

Nothing rests on it: each entry names the row it was made of by the MAC that the row had
(`row_mac`), and a row that has another one now is read itself. So it may be old, gone
or damaged, and no change of a document has to know of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from attrs import frozen
from sqlalchemy import bindparam, delete, func, literal_column, select, type_coerce
from sqlalchemy.types import NULLTYPE

from gateway.errors import DamagedError
from gateway.store.base.prepared import Prepared
from gateway.store.base.work import UnitOfWork
from gateway.store.tables import document_indexes, documents

LIST: Final = 0
"""
The part that has the list; those after it have words of documents' texts, those before
it words of messages: the first of these is -1.
"""

_MARK: Final = 8
"""Last bytes of a row's MAC that it is known by."""

UNMARKED: Final = "-" * (2 * _MARK)
"""In place of a mark: of a row of an earlier version, of which nothing is made ahead"""

_ROW = documents.c
_IN_ORDER = (
    select(_ROW.id, _ROW.row_mac)
    .where(_ROW.profile_id == bindparam("profile"))
    .order_by(_ROW.filed_at, _ROW.creation_time, _ROW.id)  # of the index
    .subquery()
)


_MAC = type_coerce(_IN_ORDER.c.row_mac, NULLTYPE)
_HEX = {
    "sqlite": func.hex(func.substr(_MAC, -_MARK)),
    "postgresql": func.encode(func.substr(_MAC, func.length(_MAC) - _MARK + 1), "hex"),
}
_TOGETHER = {"sqlite": func.group_concat, "postgresql": func.string_agg}


def _rows(name: str) -> Prepared:
    """Return all ids and marks as one text: as rows, to read them takes ten times."""
    mark = func.coalesce(func.nullif(_HEX[name], ""), UNMARKED)
    said = _IN_ORDER.c.id.op("||")(mark)
    together = _TOGETHER[name](said, literal_column("''"))
    return Prepared(select(func.lower(together).label("rows")))


_ROWS = {name: _rows(name) for name in _HEX}
_COLUMNS = document_indexes.c
_PART = Prepared(
    select(_COLUMNS.key_id, _COLUMNS.content).where(
        _COLUMNS.profile_id == bindparam("profile"), _COLUMNS.part == bindparam("part")
    ),
    much=True,
)
_OF_PATIENT = select(_COLUMNS.part, _COLUMNS.key_id, _COLUMNS.content).where(
    _COLUMNS.profile_id == bindparam("profile")
)
_TEXTS = Prepared(
    _OF_PATIENT.where(_COLUMNS.part > LIST).order_by(_COLUMNS.part), much=True
)
_MESSAGES = Prepared(
    _OF_PATIENT.where(_COLUMNS.part < LIST).order_by(_COLUMNS.part), much=True
)


@frozen
class DocumentIndexes:
    """The parts of patients' indexes, within one transaction."""

    work: UnitOfWork

    def rows(self, profile_id: str) -> str:
        """
        Return what the rows of a patient's documents are known by now, all in one text.

        Of each its id in 32 hex digits, then the end of its MAC in 16, or `UNMARKED`.
        """
        connection = self.work.connection
        found = _ROWS[connection.dialect.name].first(connection, profile=profile_id)
        return str(found.rows or "")

    def get(self, profile_id: str, part: int = LIST) -> bytes | None:
        """Return a part, or None where there is none that opens."""
        row = _PART.first(self.work.connection, profile=profile_id, part=part)
        return None if row is None else self._opened(profile_id, part, row)

    def texts(self, profile_id: str) -> dict[int, bytes]:
        """Return the parts with documents' words, by their numbers; those that open."""
        return self._all(profile_id, _TEXTS)

    def messages(self, profile_id: str) -> dict[int, bytes]:
        """Return the parts with messages' words, by numbers below 0; as above."""
        return self._all(profile_id, _MESSAGES)

    def _all(self, profile_id: str, some: Prepared) -> dict[int, bytes]:
        rows = some.rows(self.work.connection, profile=profile_id)
        found = {one.part: self._opened(profile_id, one.part, one) for one in rows}
        return {part: content for part, content in found.items() if content is not None}

    def put(self, profile_id: str, key_id: str, parts: Mapping[int, bytes]) -> None:
        """Write some parts, in place of what is there under their numbers."""
        work = self.work
        for part, content in parts.items():
            self.drop(profile_id, part)
            work.add_now(
                document_indexes,
                profile_id=profile_id,
                part=part,
                key_id=key_id,
                made_at=work.now,
                content=work.places.seal(key_id, content, _place(profile_id, part)),
            )

    def drop(self, profile_id: str, part: int) -> None:
        """Take a part away."""
        self.work.connection.execute(
            delete(document_indexes).where(
                _COLUMNS.profile_id == profile_id, _COLUMNS.part == part
            )
        )

    def _opened(self, profile_id: str, part: int, row: Any) -> bytes | None:
        place = _place(profile_id, part)
        try:
            return self.work.places.unseal(row.key_id, row.content, place)
        except DamagedError:
            return None


def _place(profile_id: str, part: int) -> str:
    return f"document_indexes.content:{profile_id}:{part}"
