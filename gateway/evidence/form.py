"""
Facts as JSON and back: generic over frozen values, and of a form that has a number.

A value is written field by field, by the name of the field and with nothing left out,
so that a default that changes later changes no evidence of before. It is read back by
the types its class declares. Whoever adds, renames or retypes a field of a class that
is kept raises `FORM`; what has another number is said to be unknown, never guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from enum import Enum, StrEnum
from functools import lru_cache
from operator import attrgetter
from types import MappingProxyType, NoneType, UnionType
from typing import Any, Final, TypeVar, Union, get_args, get_origin, get_type_hints

import attrs

from gateway.core.ins import Ins
from gateway.errors import InvalidError
from gateway.evidence.identity import number_of, stand_in

FORM: Final = 6
"""The number of the form; one more whenever a class that is kept changes."""

READABLE: Final = frozenset({1, 2, 3, 4, 5, FORM})
"""
Form 1 had no certificates and no mailboxes, form 2 no readings, form 3 no recipients
elsewhere, no openings of mailboxes and no messages of patients, form 4 no acts in open
records, nobody who was named and no pharmacies that may be written to first, form 5 no
number of messages that a mailbox takes; all else is as now.
"""

_BEFORE: Final[Mapping[str, Mapping[str, Any]]] = MappingProxyType(
    {
        "AnswerFacts": {
            "is_known_pharmacy": False,
            "most": 0,
            "sent": 0,
            "most_file_bytes": 0,
        }
    }
)
"""Of fields that came after form 4, by their class: what was so before, no guess."""

T = TypeVar("T")


class UnknownFormError(InvalidError):
    """It is of another form than this program knows."""


def to_json(value: Any) -> Any:
    """
    Return a value as JSON has it: an object for a frozen value, its word for an enum.

    Raises:
        TypeError: it is of no class that facts are made of.
        ValueError: an INS that stands for itself: only stand-ins are kept.
    """
    kind = type(value)
    if (write := _WRITERS.get(kind)) is None:
        write = _WRITERS[kind] = _writer(kind)
    return write(value)


def from_json(kind: type[T], value: Any) -> T:
    """
    Return the value of a class that `to_json` wrote.

    Raises:
        InvalidError: it is not of that class, or of another form of it.
    """
    try:
        read: T = _reader(kind)(value)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidError(f"no facts of {kind.__name__}") from error
    return read


_WRITERS: dict[type, Callable[[Any], Any]] = {}
"""Made once for each class: a letter is written field by field."""


def _writer(kind: type) -> Callable[[Any], Any]:
    if issubclass(kind, Ins):
        return _person
    if attrs.has(kind):
        return _fields_writer(kind)
    if issubclass(kind, Enum):
        return lambda value: value.value
    if issubclass(kind, tuple):
        return lambda value: [to_json(one) for one in value]
    if issubclass(kind, AbstractSet):
        return lambda value: sorted(to_json(one) for one in value)
    if issubclass(kind, datetime):
        return datetime.isoformat
    if kind in {str, int, bool, NoneType}:
        return _as_it_is
    raise TypeError(f"facts hold no {kind.__name__}")


def _fields_writer(kind: Any) -> Callable[[Any], Any]:
    """Most fields are texts, numbers or words, which JSON has as they are."""
    hints = get_type_hints(kind)
    names = [one.name for one in attrs.fields(kind)]
    others = [name for name in names if not _is_plain(hints[name])]
    if len(names) == 1:
        return lambda value: {names[0]: to_json(getattr(value, names[0]))}
    all_of = attrgetter(*names)

    def write(value: Any) -> dict[str, Any]:
        written = dict(zip(names, all_of(value), strict=True))
        for name in others:
            written[name] = to_json(written[name])
        return written

    return write


def _is_plain(hint: Any) -> bool:
    if hint in {str, int, bool}:
        return True
    return isinstance(hint, type) and issubclass(hint, StrEnum)


def _as_it_is(value: Any) -> Any:
    return value


def _person(ins: Ins) -> dict[str, Any]:
    person, key = _stands_for(ins)
    return {"person": person, "key": key}


@lru_cache(maxsize=256)
def _stands_for(ins: Ins) -> tuple[int, bool]:
    return number_of(ins), ins.key_is_valid


def _reader(kind: Any) -> Callable[[Any], Any]:
    if kind not in _READERS:
        _READERS[kind] = _new_reader(kind)
    return _READERS[kind]


_READERS: dict[Any, Callable[[Any], Any]] = {}


def _new_reader(kind: Any) -> Callable[[Any], Any]:
    origin, parts = get_origin(kind), get_args(kind)
    if origin in {Union, UnionType}:
        return _one_of(parts)
    if origin is tuple:
        one = _reader(parts[0])
        return lambda value: tuple(one(each) for each in _list(value))
    if isinstance(origin, type) and issubclass(origin, AbstractSet):
        one = _reader(parts[0])
        return lambda value: frozenset(one(each) for each in _list(value))
    if kind is Ins:
        return _stand_in
    if attrs.has(kind):
        return _frozen(kind)
    if kind is datetime:
        return datetime.fromisoformat
    if issubclass(kind, Enum):
        word: Callable[[Any], Any] = kind
        return word
    if kind in {str, int, bool, NoneType}:
        return lambda value: _exactly(kind, value)
    raise TypeError(f"facts hold no {kind.__name__}")


def _frozen(kind: Any) -> Callable[[Any], Any]:
    hints = get_type_hints(kind)
    fields = attrs.fields(kind)
    readers = {one.name: _reader(hints[one.name]) for one in fields}
    aliases = {one.name: one.alias or one.name for one in fields}
    before = _BEFORE.get(kind.__name__, {})

    def read(value: Any) -> Any:
        if isinstance(value, Mapping):
            value = {**before, **value}
        if not isinstance(value, Mapping) or value.keys() != readers.keys():
            raise ValueError("fields of another form")
        return kind(
            **{aliases[name]: one(value[name]) for name, one in readers.items()}
        )

    return read


def _one_of(parts: tuple[Any, ...]) -> Callable[[Any], Any]:
    """An object is of the frozen class of a union, a word of the enum that has it."""
    enums = [
        part for part in parts if isinstance(part, type) and issubclass(part, Enum)
    ]
    others = [part for part in parts if part not in enums]
    readers = {_shape_of(part): _reader(part) for part in others}
    if enums:
        readers[str] = _word_of(enums)
    if len(readers) != len(others) + bool(enums):
        raise TypeError("a union whose parts look alike in JSON")
    return lambda value: readers[type(value)](value)


def _word_of(enums: Sequence[type[Enum]]) -> Callable[[Any], Any]:
    words = {one.value: one for kind in enums for one in kind}
    if len(words) != sum(map(len, enums)):
        raise TypeError("a union of enums that have a word in common")
    return lambda value: words[value]


def _shape_of(part: Any) -> Any:
    if attrs.has(part):
        return dict
    return str if issubclass(part, datetime) else part


def _stand_in(value: Any) -> Ins:
    if not isinstance(value, Mapping) or value.keys() != {"person", "key"}:
        raise ValueError("no stand-in")
    person = _exactly(int, value["person"])
    return stand_in(person, key_is_valid=_exactly(bool, value["key"]))


def _list(value: Any) -> list[Any]:
    return _exactly(list, value)


def _exactly(kind: type[T], value: Any) -> T:
    if type(value) is not kind:
        raise ValueError("of another type")
    return value
