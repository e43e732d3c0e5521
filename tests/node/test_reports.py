"""What a process tells `gateway serve`: a line that is taken whole, or not at all."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Counter, Gauge

from gateway.node.reports import ProcessReport, Teller, counts_of, lasting

names = st.text(min_size=1, max_size=20)
labels = st.lists(st.tuples(names, names), max_size=3).map(tuple)


@given(
    st.dictionaries(st.tuples(names, labels), st.floats(1, 1e9), max_size=5),
    st.dictionaries(names, names, max_size=3),
)
def test_what_is_told_is_what_is_heard(
    counts: dict[tuple[str, tuple[tuple[str, str], ...]], float],
    faults: dict[str, str],
) -> None:
    said = ProcessReport(counts, faults)

    line = said.to_line()

    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert ProcessReport.from_line(line) == said


@given(st.binary(max_size=200))
def test_whatever_else_is_written_there_is_no_report(line: bytes) -> None:
    assert ProcessReport.from_line(line) is None


@pytest.mark.parametrize(
    "line",
    [b"{}", b"[]", b'{"counts":[[1]],"faults":{}}', b'{"counts":[],"faults":[]}'],
)
def test_json_that_is_no_report_is_none(line: bytes) -> None:
    assert ProcessReport.from_line(line) is None


def test_counts_are_by_name_and_label_and_only_totals_last() -> None:
    registry = CollectorRegistry()
    refused = Counter("refused", "…", ["code"], registry=registry)
    refused.labels("550").inc(3)
    Gauge("open", "…", registry=registry).set(7)

    counts = counts_of(registry)

    assert counts == {
        ("refused_total", (("code", "550"),)): 3.0,
        ("open", ()): 7.0,
    }
    assert lasting(counts) == {("refused_total", (("code", "550"),)): 3.0}


@pytest.mark.parametrize("size", [100, 10_000], ids=["short", "longer than PIPE_BUF"])
def test_a_report_that_would_have_to_wait_is_left_out(size: int) -> None:
    """The pipe is full, for its reader is stopped: this process goes on."""
    reader, writer = os.pipe()
    try:
        teller = Teller(writer)
        for _ in range(2_000):
            teller.tell({"storage": "x" * size})
        came = os.read(reader, 1 << 20)
        assert 1 < len(came.splitlines()) < 2_000
        teller.tell({"storage": "read again"})
        came += os.read(reader, 1 << 20)
        said = [ProcessReport.from_line(line) for line in came.splitlines()]
        assert None not in said
        assert said[-1] is not None
        assert said[-1].faults == {"storage": "read again"}
    finally:
        os.close(reader)
        os.close(writer)


def test_a_reader_that_is_gone_is_no_fault_of_the_teller() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        Teller(writer).tell({})
    finally:
        os.close(writer)
