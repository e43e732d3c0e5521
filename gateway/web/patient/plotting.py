"""Values over time as points of a drawing: numbers in, coordinates out."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from attrs import frozen

WIDTH: Final = 400
HEIGHT: Final = 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 20, 20, 36
_LETTER: Final = 9
"""What a digit of the scale takes at most, in the units of the box."""
_BESIDE: Final = 8
"""Between the scale and what is drawn."""


@frozen
class PlottedValue:
    """One value, and the moment it is of, in seconds."""

    at: float
    value: Decimal


@frozen(kw_only=True)
class Plot:
    """Where each thing is drawn, in a box of `WIDTH` and `HEIGHT`."""

    points: Sequence[tuple[float, float]]
    line: str
    left: float
    """Where what is drawn begins: right of the longest number of the scale."""
    top: float
    bottom: float
    band: tuple[float, float] | None
    """The upper edge and the height of the range of the laboratory."""
    scale: Sequence[tuple[float, Decimal]]
    """Where the least and the greatest value that is drawn stand."""


def plot(
    values: Sequence[PlottedValue],
    low: Decimal | None = None,
    high: Decimal | None = None,
) -> Plot:
    """
    Return the drawing of values, the oldest first; of one there is a point alone.

    The range is drawn where it has both ends; the scale takes it in.
    """
    ends = [low, high] if low is not None and high is not None and low <= high else []
    numbers = [
        *(one.value for one in values),
        *(one for one in ends if one is not None),
    ]
    least, most = min(numbers), max(numbers)
    begin, end = values[0].at, values[-1].at
    scale = sorted({least, most})
    left = max(_LEFT, *(_length(one) * _LETTER + 2 * _BESIDE for one in scale))

    def x(at: float) -> float:
        share = (at - begin) / (end - begin) if end > begin else 0.5
        return round(left + share * (WIDTH - left - _RIGHT), 1)

    def y(value: Decimal) -> float:
        share = float((value - least) / (most - least)) if most > least else 0.5
        return round(HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM), 1)

    points = [(x(one.at), y(one.value)) for one in values]
    band = None
    if ends and low is not None and high is not None:
        band = (y(high), round(y(low) - y(high), 1))
    return Plot(
        points=points,
        line=" ".join(f"{across},{down}" for across, down in points),
        left=left,
        top=_TOP,
        bottom=HEIGHT - _BOTTOM,
        band=band,
        scale=[(y(one), one) for one in scale],
    )


def _length(number: Decimal) -> int:
    """Return how many letters a number takes, with a space after each thousand."""
    text = f"{number:f}"
    whole = text.lstrip("-").partition(".")[0]
    return len(text) + (len(whole) - 1) // 3
