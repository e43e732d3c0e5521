"""A figure with its target, and a table of them that people can read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from attrs import frozen


@frozen(kw_only=True)
class Figure:
    """
    One thing measured.

    ``target`` and ``reference`` are the words of the design; ``met`` is None where
    there is nothing to meet.
    """

    what: str
    value: float
    unit: str
    target: str = ""
    reference: str = ""
    met: bool | None = None

    @property
    def shown(self) -> str:
        """The value with as many digits as mean something."""
        digits = 0 if abs(self.value) >= 100 else 1 if abs(self.value) >= 10 else 2
        return f"{self.value:.{digits}f} {self.unit}".strip()

    @property
    def verdict(self) -> str:
        """Whether the target is met, in a word."""
        return "" if self.met is None else "met" if self.met else "missed"

    def to_json(self) -> dict[str, Any]:
        """Return the figure as plain values."""
        return {
            "what": self.what,
            "value": round(self.value, 3),
            "unit": self.unit,
            "target": self.target,
            "reference": self.reference,
            "met": self.met,
        }


HEAD = ("what", "measured", "target", "", "reference")


def rows_of(figures: Sequence[Figure]) -> list[tuple[str, ...]]:
    """Return the rows of a table under `HEAD`."""
    return [
        (one.what, one.shown, one.target, one.verdict, one.reference) for one in figures
    ]
