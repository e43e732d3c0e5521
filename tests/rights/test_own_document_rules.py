"""Deleting documents for good: one's own, few at a time, all or none."""

from __future__ import annotations

import pytest

from gateway.rights.own_document_rules import (
    MOST_ERASED,
    ErasureFacts,
    ErasureRefusal,
    decide_erasure,
)

OWN = ErasureFacts(is_mine=True, is_own=True, is_current=True)
FILED = ErasureFacts(is_mine=True, is_own=False, is_current=True)
FOREIGN = ErasureFacts(is_mine=False, is_own=False, is_current=False)
PAPER = ErasureFacts(is_mine=True, is_own=True, is_current=True, is_paper=True)
GONE = ErasureFacts(is_mine=True, is_own=True, is_current=False)


@pytest.mark.parametrize(
    ("documents", "refusal"),
    [
        ([OWN], None),
        ([OWN] * MOST_ERASED, None),
        ([OWN] * (MOST_ERASED + 1), ErasureRefusal.TOO_MANY),
        ([], ErasureRefusal.NONE),
        ([FILED], ErasureRefusal.NOT_OWN),
        ([OWN, FILED], ErasureRefusal.NOT_OWN),
        ([OWN, FOREIGN], ErasureRefusal.NOT_OWN),
        ([GONE], ErasureRefusal.NOT_OWN),
        ([OWN, PAPER], ErasureRefusal.PAPER),
    ],
)
def test_only_own_documents_are_deleted_and_few_at_a_time(
    documents: list[ErasureFacts], refusal: ErasureRefusal | None
) -> None:
    assert decide_erasure(documents) is refusal
