"""Which facts a rule looks at: the facts themselves, that remember what was asked."""

from __future__ import annotations

from typing import Any

import attrs
from attrs import define, field

from gateway.core.ins import Ins


@define
class FactsSeen:
    """What was looked at so far, by its path among the arguments."""

    facts: dict[str, Any] = field(factory=dict)

    def watch(self, value: Any, path: str = "") -> Any:
        """Return what a rule takes for the value, and by which it is seen to look."""
        return _Watched(value, path, self.facts)


class _Watched:
    """A frozen value as a rule sees it: of its class, equal to it, with its fields."""

    __slots__ = ("_facts", "_path", "_value")

    def __init__(self, value: Any, path: str, facts: dict[str, Any]) -> None:
        self._value = value
        self._path = path
        self._facts = facts

    # What isinstance and match ask.
    __class__ = property(lambda self: type(self._value))

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._value, name)
        path = f"{self._path}.{name}" if self._path else name
        self._facts.pop(self._path, None)  # what of it is asked says more
        if attrs.has(type(found)) and not isinstance(found, Ins):
            self._facts[path] = found
            return _Watched(found, path, self._facts)
        self._facts[path] = found
        return found

    def __eq__(self, other: object) -> bool:
        return bool(self._value == other)

    def __hash__(self) -> int:
        return hash(self._value)
