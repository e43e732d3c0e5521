"""
The list of a patient's documents as it is kept: a line of JSON, then a column each.

What stands in many documents (who wrote them, what they are) is in the line, once. Ten
thousand documents are read of it in a millisecond or two. It is not deflated: how well
a stranger's title and a patient's other documents pack together would show in its size.
"""

from __future__ import annotations

import json
import sys
from array import array
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any, Final

from attrs import field, frozen

from gateway.core.listed_columns import Alike, ListColumns
from gateway.core.listing import ListEntry
from gateway.json_text import json_writer
from gateway.store.vault.indexes import UNMARKED

FORM: Final = 3
"""One more whenever entries are made in another way: those of before are not read."""

_to_json = json_writer(ascii_only=False)

_ID: Final = 32
_MARK: Final = 16
"""Characters of an id, and of the mark of a row."""

_COLUMNS: Final = (
    ("is_read", "B"),
    ("care_at", "q"),
    ("filed_at", "q"),
    ("visible_at", "q"),
    ("alike", "I"),
    ("words", "I"),
)
"""The columns of numbers, and how `array` has them."""


@frozen
class KeptList:
    """
    What was made ahead.

    ``marks`` is what the row of each document was known by, one after the other,
    ``rows`` the digest of what all rows were, empty where some are not in the list.
    """

    columns: ListColumns = field(repr=False)
    marks: str = field(repr=False)
    rows: str

    def still(self, marks: Mapping[str, str]) -> list[bool]:
        """Tell of each document whether its row is known by the same."""
        at, kept = range(0, len(self.marks), _MARK), self.marks
        return [
            marks.get(name) == kept[place : place + _MARK]
            for name, place in zip(self.columns.ids, at, strict=True)
        ]


NOTHING: Final = KeptList(ListColumns.of(()), "", "")
"""What is made ahead where nothing is."""


def digest_of(rows: str) -> str:
    """Return the digest of what all rows are known by."""
    return sha256(rows.encode()).hexdigest()


def marks_in(rows: str) -> dict[str, str]:
    """
    Return what each row is known by, by the ids, of what all are known by.

    >>> marks_in("0" * 32 + "b" * 16)
    {'00000000000000000000000000000000': 'bbbbbbbbbbbbbbbb'}
    """
    whole = _ID + _MARK
    return {
        rows[at : at + _ID]: rows[at + _ID : at + whole]
        for at in range(0, len(rows), whole)
    }


def to_bytes(entries: Iterable[ListEntry], rows: str) -> bytes:
    """Return entries as they are kept; ``rows`` is what all rows are known by."""
    marks = marks_in(rows)
    columns = ListColumns.of(
        one for one in entries if marks.get(one.id, UNMARKED) != UNMARKED
    )
    said: dict[str, Any] = {
        "form": FORM,
        "order": sys.byteorder,
        "rows": digest_of(rows) if len(columns) == len(marks) else "",
        "kinds": columns.kinds,
        "texts": columns.texts,
        "newer": columns.newer,
        "count": len(columns),
    }
    return b"".join(
        [
            _to_json(said).encode(),
            b"\n",
            "".join(columns.ids).encode(),
            "".join(marks[name] for name in columns.ids).encode(),
            *(array(code, getattr(columns, name)) for name, code in _COLUMNS),
        ]
    )


def from_bytes(content: bytes) -> KeptList | None:
    """Return what was made; None of another form, or of another sort of machine."""
    line, _, rest = content.partition(b"\n")
    said = json.loads(line)
    if said["form"] != FORM or said["order"] != sys.byteorder:
        return None
    count, at = said["count"], 0

    def taken(size: int) -> bytes:
        nonlocal at
        at += size * count
        return rest[at - size * count : at]

    ids, marks = taken(_ID).decode(), taken(_MARK).decode()
    numbers: dict[str, Any] = {}
    for name, code in _COLUMNS:
        numbers[name] = array(code)
        numbers[name].frombytes(taken(numbers[name].itemsize))
    columns = ListColumns(
        ids=[ids[place : place + _ID] for place in range(0, len(ids), _ID)],
        kinds=[_alike(one) for one in said["kinds"]],
        texts=said["texts"],
        newer=said["newer"],
        **numbers,
    )
    return KeptList(columns, marks, said["rows"])


def _alike(values: list[Any]) -> Alike:
    """Return what JSON has of it, its lists as the tuples that they were."""
    return Alike._make(tuple(one) if isinstance(one, list) else one for one in values)
