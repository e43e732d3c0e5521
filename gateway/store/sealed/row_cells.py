"""How the values of a row are written before a MAC is taken of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from gateway.canonical import canonical

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def _text(value: str) -> bytes:
    text = value.encode("utf-8", "surrogatepass")
    return b"s%d:%b" % (len(text), text)


def _moment(value: datetime) -> bytes:
    """Return a moment as it is kept: microseconds since 1970."""
    return b"i%d:" % ((value - _EPOCH) // _MICROSECOND)


def _json(value: Any) -> bytes:
    text = canonical(value)
    return b"j%d:%b" % (len(text), text)


_FORMS: dict[type, Callable[[Any], bytes]] = {
    type(None): lambda _: b"n",
    str: _text,
    bool: lambda value: b"b1" if value else b"b0",
    int: lambda value: b"i%d:" % value,
    datetime: _moment,
    bytes: lambda value: b"y%d:%b" % (len(value), value),
    list: lambda value: _json(value) if value else b"j2:[]",
    dict: lambda value: _json(value) if value else b"j2:{}",
}
"""
How a value is written, the same on every database: each form says where it ends, so
that no two rows are the same bytes.
"""


def cells_of(values: Iterable[Any]) -> bytes:
    """Return values as they are digested; no two rows are the same bytes."""
    return b"".join([_FORMS.get(type(one), _other)(one) for one in values])


def _other(value: Any) -> bytes:
    """Return a value of an enumeration as what it is kept as."""
    return _text(str(value)) if isinstance(value, str) else _json(value)
