"""docs/coverage.csv has every item once, and what it names is there."""

from __future__ import annotations

import re

import pytest

from docs.covered import SECTIONS, STATES, Item, items
from docs.references import ROOT

_KINDS = re.compile(r"[FRCDUT](/[FRCDUT])?")


def test_every_item_stands_there_once_and_in_order() -> None:
    asked = [
        f"{section}.{number:02}"
        for section, (_, most) in SECTIONS.items()
        for number in range(1, most + 1)
    ]

    assert [one.id for one in items()] == asked
    assert len(asked) == 184


def test_each_scenario_of_acceptance_has_a_test_of_its_number() -> None:
    named = {
        int(number)
        for path in (ROOT / "tests").rglob("test_*.py")
        for numbers in re.findall(r"def test_b7((?:_\d\d)+)_", path.read_text("utf-8"))
        for number in numbers.strip("_").split("_")
    }

    assert named == set(range(1, 36))


@pytest.mark.parametrize("item", items(), ids=lambda item: item.id)
def test_an_item_says_where_it_is_built_or_what_is_missing(item: Item) -> None:
    assert item.state in STATES
    assert _KINDS.fullmatch(item.kind)
    for path in item.paths():
        assert (ROOT / path).exists(), f"{path} is not there"
    if item.state in {"built", "partly"}:
        assert item.modules
        assert item.tests
        assert all(path.strip().startswith("tests/") for path in item.tests.split(","))
    else:
        assert not item.tests
    if item.state == "partly":
        assert item.note
    if item.state == "life":
        assert not {"F", "R"} & set(item.kind.split("/")), "a program has to do it"
