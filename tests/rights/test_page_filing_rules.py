"""Who may file by the professionals' pages."""

from __future__ import annotations

import pytest

from gateway.rights.page_filing_rules import (
    NoPageFiling,
    PageFilingFacts,
    refuse_page_filing,
)


@pytest.mark.parametrize(
    ("identifier", "is_named", "why"),
    [
        ("899700000017", True, None),
        ("0759912345", True, None),
        ("899700000017", False, NoPageFiling.NAMELESS),
        ("3750000011/ACC1", True, NoPageFiling.NO_NUMBER),
        ("", False, NoPageFiling.NO_NUMBER),
    ],
)
def test_a_professional_with_a_number_and_a_name_files(
    identifier: str, is_named: bool, why: NoPageFiling | None
) -> None:
    facts = PageFilingFacts(identifier=identifier, is_named=is_named)

    assert refuse_page_filing(facts) is why
