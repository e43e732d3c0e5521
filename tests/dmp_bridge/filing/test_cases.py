"""What a message is said to have become, from the decisions on its documents."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from gateway.core.decision import FilingDecision
from gateway.core.envelope import Recipient, RecipientKind
from gateway.core.reasons import Reason
from gateway.dmp_bridge.filing.cases import Case, outcome_of
from gateway.dmp_bridge.filing.gathering import PatientRow
from gateway.rights.filing_facts import NoDocument, Ownership, SameId
from gateway.rights.filing_rules import decide_filing
from gateway.store.arrivals.arrivals import RecipientOutcome
from tests.rights.facts import GOOD, stored, with_document

COPY = RecipientOutcome(
    position=0,
    recipient=Recipient(kind=RecipientKind.PATIENT, address="1@p.test", target_id="a"),
)
MOMENT = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)


def decided(**change: Any) -> FilingDecision:
    return decide_filing(evolve(GOOD, **change))


FILED = decided()
MASKED = decided(masks_by_default=True)
REPLACED = decided(**with_document(version=2, parent=stored()))
DUPLICATE = decided(**with_document(same_id=SameId.SAME_CONTENT))
INVALID = decided(document=NoDocument.UNREADABLE)
NOT_AUTHOR = decided(**with_document(authors=()))
BARE = decided(document=NoDocument.NONE_ATTACHED)
WITHDRAWN = decided(**with_document(withdrawal=stored()))
NOT_WITHDRAWN = decided(**with_document(withdrawal=stored(ownership=Ownership.OTHER)))

OUTCOMES: list[tuple[str, list[FilingDecision], Reason, tuple[Reason, ...]]] = [
    ("one filed", [REPLACED], Reason.REPLACED, (Reason.REPLACED,)),
    ("one refused", [NOT_AUTHOR], Reason.AUTHOR_UNVERIFIED, NOT_AUTHOR.reasons),
    ("one repeated", [DUPLICATE], Reason.DUPLICATE, (Reason.DUPLICATE,)),
    ("a message alone", [BARE], Reason.MESSAGE_ONLY, (Reason.MESSAGE_ONLY,)),
    ("one withdrawn", [WITHDRAWN], Reason.WITHDRAWN, (Reason.WITHDRAWN,)),
    (
        "all filed",
        [REPLACED, MASKED, REPLACED],
        Reason.FILED,
        (Reason.REPLACED, Reason.FILED_MASKED_BY_DEFAULT),
    ),
    ("filed and refused", [FILED, INVALID], Reason.DOC_INVALID, (Reason.DOC_INVALID,)),
    (
        "two refused",
        [FILED, NOT_AUTHOR, INVALID],
        Reason.AUTHOR_UNVERIFIED,
        (Reason.AUTHOR_UNVERIFIED,),
    ),
    ("filed and repeated", [DUPLICATE, REPLACED], Reason.FILED, (Reason.REPLACED,)),
    ("filed and withdrawn", [WITHDRAWN, FILED], Reason.FILED, (Reason.FILED,)),
    (
        "repeated and withdrawn",
        [DUPLICATE, WITHDRAWN],
        Reason.DUPLICATE,
        (Reason.DUPLICATE,),
    ),
    (
        "repeated and refused",
        [DUPLICATE, NOT_WITHDRAWN],
        Reason.WITHDRAWAL_FORBIDDEN,
        (Reason.WITHDRAWAL_FORBIDDEN,),
    ),
]


@pytest.mark.parametrize(
    ("decisions", "code", "reasons"),
    [pytest.param(*row[1:], id=row[0]) for row in OUTCOMES],
)
def test_a_partial_success_is_said_as_such(
    decisions: list[FilingDecision], code: Reason, reasons: tuple[Reason, ...]
) -> None:
    assert outcome_of(decisions) == (code, reasons)


def test_a_message_is_hidden_until_its_last_document_shows() -> None:
    case = Case(recipient=COPY, addressee=PatientRow(profile=None))
    later = MOMENT + timedelta(days=1)

    case.delay_until(None)
    assert case.hidden_until is None
    case.delay_until(MOMENT)
    assert case.hidden_until == MOMENT
    case.delay_until(later)
    case.delay_until(MOMENT)
    case.delay_until(None)
    assert case.hidden_until == later


def test_without_a_profile_a_case_is_the_operators() -> None:
    case = Case(recipient=COPY, addressee=PatientRow(profile=None))

    assert (case.profile, case.chain) == (None, "operator")
