"""Whose PDFs are filed from mail, and why not, row by row."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from gateway.core.envelope import SenderKind
from gateway.core.subject_tag import TagFault
from gateway.core.texts.mail_filing import NOT_FILED
from gateway.rights.mail_filing_rules import (
    MAIL_FILING_ROWS,
    MailFilingFacts,
    NoMailFiling,
    refuse_mail_filing,
)

GOOD = MailFilingFacts(
    by_certificate=True,
    is_on=True,
    sender=SenderKind.PERSON,
    is_named=True,
    patients=1,
    fault=None,
    documents=0,
    pdfs=3,
    most_pdfs=3,
)

CASES: list[tuple[dict[str, Any], NoMailFiling | TagFault | None]] = [
    ({}, None),
    ({"is_on": False}, NoMailFiling.OFF),
    ({"sender": SenderKind.EMPLOYEE}, NoMailFiling.NOT_A_PERSON),
    ({"sender": SenderKind.ORGANISATION}, NoMailFiling.NOT_A_PERSON),
    ({"sender": SenderKind.OPERATOR}, NoMailFiling.NOT_A_PERSON),
    ({"by_certificate": False}, NoMailFiling.NOT_A_PERSON),
    ({"is_named": False}, NoMailFiling.NAMELESS),
    ({"patients": 2}, NoMailFiling.SEVERAL_PATIENTS),
    ({"patients": 0}, NoMailFiling.SEVERAL_PATIENTS),
    ({"fault": TagFault.TWICE}, TagFault.TWICE),
    ({"documents": 1}, NoMailFiling.BESIDE_DOCUMENTS),
    ({"pdfs": 0}, NoMailFiling.NO_PDF),
    ({"pdfs": 4}, NoMailFiling.TOO_MANY),
    ({"is_on": False, "fault": TagFault.TWICE}, NoMailFiling.OFF),
    (
        {"sender": SenderKind.EMPLOYEE, "fault": TagFault.NO_TYPE},
        NoMailFiling.NOT_A_PERSON,
    ),
]


@pytest.mark.parametrize(("changes", "why"), CASES, ids=str)
def test_the_first_row_that_objects_gives_the_reason(
    changes: dict[str, Any], why: NoMailFiling | TagFault | None
) -> None:
    assert refuse_mail_filing(evolve(GOOD, **changes)) is why


def test_every_row_objects_in_some_case() -> None:
    facts = [evolve(GOOD, **changes) for changes, _ in CASES]

    assert all(any(rule(one) for one in facts) for rule in MAIL_FILING_ROWS)


def test_every_reason_has_its_words() -> None:
    assert {*NoMailFiling, *TagFault} <= NOT_FILED.keys()
