"""Results are read where they are numbers; what is odd is none."""

from __future__ import annotations

from decimal import Decimal

import pytest

from gateway.documents.showing.marks import Mark
from gateway.documents.showing.results import MOST_RESULTS, Bound, results_of
from tests.builders_results import report, result
from tests.shared import shared


def test_a_result_is_what_the_document_says() -> None:
    (found,) = results_of(report(result(said="H")))

    assert (found.name, found.value, found.unit) == (
        "Triglycérides",
        Decimal("0.62"),
        "g/L",
    )
    assert (found.low, found.high) == (Decimal("0.50"), Decimal("1.50"))
    assert found.mark is Mark.ABOVE
    assert found.at is not None
    assert found.at.isoformat() == "2026-04-02T14:55:21+02:00"


@pytest.mark.parametrize(
    "odd",
    [
        result(kind="CD"),
        result("négatif"),
        result("1e400"),
        result("٣"),
        result("1" * 13),
        result(name=""),
        result(code=""),
        result(more=' negationInd="true"'),
        result().replace('"EVN"', '"INT"'),
        result().replace("<value", "<other"),
    ],
)
def test_what_is_no_number_of_a_test_is_no_result(odd: str) -> None:
    assert results_of(report(odd)) == []


def test_what_is_odd_beside_a_value_is_not_said() -> None:
    (found,) = results_of(
        report(result(at="soon", low="", high="x", said="?", unit="m" * 41))
    )

    assert (found.at, found.low, found.high, found.mark, found.unit) == (
        None,
        None,
        None,
        None,
        "",
    )


@pytest.mark.parametrize("content", [b"", b"<a/>", report(result())[:-5]])
def test_what_cannot_be_read_has_none(content: bytes) -> None:
    assert results_of(content) == []


def test_there_are_so_many_results_of_one_document() -> None:
    many = report(*(result(code=f"{n}") for n in range(MOST_RESULTS + 1)))

    assert len(results_of(many)) == MOST_RESULTS


def test_the_same_test_is_of_the_same_code_and_unit() -> None:
    one, other, third = results_of(
        report(result(), result(name="Autre nom"), result(unit="mmol/L"))
    )

    assert one.test == other.test != third.test


def test_results_of_an_example_are_read() -> None:
    content = shared("cda/BIO-CR-BIO_2021.01_Auto-Presentable.xml").read_bytes()

    found = results_of(content)

    assert len(found) > 5
    assert any(one.low is not None and one.high is not None for one in found)


@pytest.mark.parametrize(
    ("ends", "bound"),
    [
        ('<high value="5" unit="mg/L" inclusive="false"/>', Bound.BELOW),
        ('<high value="5" unit="mg/L"/>', Bound.AT_MOST),
        ('<low value="5" unit="mg/L" inclusive="false"/>', Bound.ABOVE),
        ('<low value="5" unit="mg/L"/>', Bound.AT_LEAST),
    ],
)
def test_what_is_below_or_above_a_number_is_a_result_that_says_so(
    ends: str, bound: Bound
) -> None:
    (found,) = results_of(report(result(kind="IVL_PQ", ends=ends)))

    assert (found.bound, found.value, found.unit) == (bound, Decimal(5), "mg/L")


@pytest.mark.parametrize(
    "ends", ["", '<low value="1"/><high value="5"/>', '<high value="peu"/>']
)
def test_an_interval_with_no_end_or_both_is_no_result(ends: str) -> None:
    assert results_of(report(result(kind="IVL_PQ", ends=ends))) == []


@pytest.mark.parametrize("kind", ["REAL", "INT"])
def test_a_number_without_a_unit_is_a_result(kind: str) -> None:
    plain, one = results_of(report(result("-2", kind=kind, unit=""), result(unit="1")))

    assert (plain.value, plain.unit, plain.bound) == (Decimal(-2), "", None)
    assert plain.test == one.test, "1 is how UCUM writes no unit"


def test_a_power_of_ten_is_written_for_people() -> None:
    found = results_of(report(result(unit="10*9/L"), result(unit="10*-12")))

    assert [one.unit_text for one in found] == ["10⁹/L", "10⁻¹²"]
    assert found[0].unit == "10*9/L"
