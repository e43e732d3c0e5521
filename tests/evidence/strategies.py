"""Any value of the classes that evidence is made of, drawn by their own types."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import attrs
from hypothesis import strategies as st

from gateway.core.decision import FilingDecision
from gateway.core.ins import Ins
from gateway.evidence.identity import stand_in

TEXTS = st.text(max_size=12) | st.sampled_from(
    ["1750803447", "801234567897", "dr@peer.mssante.test", "1.2.3^A1"]
)
STAND_INS = st.builds(stand_in, st.integers(0, 999_999), key_is_valid=st.booleans())


def values_of(kind: Any) -> st.SearchStrategy[Any]:
    """Return a strategy for all values of a class, field by field."""
    origin, parts = get_origin(kind), get_args(kind)
    if origin in {Union, UnionType}:
        return st.one_of(*map(values_of, parts))
    if origin is tuple:
        return st.lists(values_of(parts[0]), max_size=2).map(tuple)
    if isinstance(origin, type) and issubclass(origin, AbstractSet):
        return st.frozensets(values_of(parts[0]), max_size=3)
    if kind is Ins:
        return STAND_INS
    if kind is FilingDecision:
        return _decisions()
    if attrs.has(kind):
        return st.builds(kind, **_fields(kind))
    if issubclass(kind, Enum):
        return st.sampled_from(kind)
    return {
        str: TEXTS,
        int: st.integers(0, 10_000),
        bool: st.booleans(),
        NoneType: st.none(),
        datetime: st.datetimes(timezones=st.just(UTC)),
    }[kind]


def _fields(kind: Any) -> dict[str, st.SearchStrategy[Any]]:
    hints = get_type_hints(kind)
    return {
        one.alias or one.name: values_of(hints[one.name]) for one in attrs.fields(kind)
    }


@st.composite
def _decisions(draw: st.DrawFn) -> FilingDecision:
    """What a decision asserts of itself is made so."""
    drawn = {name: draw(one) for name, one in _fields(FilingDecision).items()}
    drawn["reasons"] = (drawn["code"], *drawn["reasons"])
    if drawn["file"]:
        drawn["withdraws"] = ""
    drawn["quarantine"] &= not (drawn["file"] or drawn["withdraws"])
    drawn["deliver"] &= not drawn["quarantine"]
    return FilingDecision(**drawn)
