"""Results are read where they are numbers; what is odd is none."""

from __future__ import annotations

from decimal import Decimal

import pytest

from gateway.documents.showing.marks import Mark
from gateway.documents.showing.results import MOST_RESULTS, results_of
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
