"""Values become points within the box, whatever they are."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from gateway.web.patient.plotting import HEIGHT, WIDTH, PlottedValue, plot

NUMBERS = st.decimals(-(10**12), 10**12, places=3)


@given(
    values=st.lists(
        st.tuples(st.floats(-1e10, 1e10), NUMBERS), min_size=1, max_size=30
    ),
    ends=st.none() | st.tuples(NUMBERS, NUMBERS),
)
def test_all_that_is_drawn_is_in_the_box(
    values: list[tuple[float, Decimal]], ends: tuple[Decimal, Decimal] | None
) -> None:
    points = [PlottedValue(*one) for one in sorted(values)]

    drawn = plot(points, *(ends or (None, None)))

    assert len(drawn.points) == len(values)
    for x, y in drawn.points:
        assert 0 <= x <= WIDTH
        assert drawn.top <= y <= drawn.bottom <= HEIGHT
    if drawn.band is not None:
        assert drawn.top <= drawn.band[0]
        assert 0 <= drawn.band[1] <= drawn.bottom - drawn.top
    assert [x for x, _ in drawn.points] == sorted(x for x, _ in drawn.points)


def test_a_greater_value_is_higher_and_the_range_is_drawn_once_it_has_both_ends() -> (
    None
):
    values = [PlottedValue(0, Decimal(1)), PlottedValue(10, Decimal(3))]

    both = plot(values, Decimal(2), Decimal(4))

    assert both.points[0][1] > both.points[1][1]
    assert both.band is not None
    assert [value for _, value in both.scale] == [Decimal(1), Decimal(4)]
    assert plot(values, Decimal(2)).band is None
    assert plot(values, Decimal(4), Decimal(2)).band is None
    assert plot(values[:1]).points == [(222.0, 102.0)]
