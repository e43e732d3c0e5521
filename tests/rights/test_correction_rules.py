"""Whom a patient asks for a correction, and where the asking goes by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve

from gateway.core.document import Availability
from gateway.rights.correction_rules import (
    UNDER_WAY,
    AskingFacts,
    AskingRefusal,
    CorrectionFacts,
    CorrectionState,
    advanced,
    may_take_back,
    refuse_to_ask,
)

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
DAY = timedelta(days=1)
ASKING = AskingFacts(
    is_own=False,
    status=Availability.APPROVED,
    is_asked=False,
    open_ones=4,
    most=5,
)
S = CorrectionState
FRESH = CorrectionFacts(
    now=NOW,
    state=S.ASKED,
    remind_at=NOW + DAY,
    due_at=NOW + 2 * DAY,
    status=Availability.APPROVED,
    is_answered=False,
    has_way=True,
    is_closed=False,
)


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        (ASKING, None),
        (evolve(ASKING, is_own=True), AskingRefusal.OWN),
        (evolve(ASKING, status=Availability.DEPRECATED), AskingRefusal.REPLACED),
        (evolve(ASKING, is_asked=True), AskingRefusal.UNDER_WAY),
        (evolve(ASKING, open_ones=5), AskingRefusal.TOO_MANY),
    ],
)
def test_the_author_of_what_is_current_is_asked_once(
    facts: AskingFacts, why: AskingRefusal | None
) -> None:
    assert refuse_to_ask(facts) is why


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        (FRESH, S.ASKED),
        (evolve(FRESH, now=NOW + DAY), S.REMINDED),
        (evolve(FRESH, now=NOW + DAY, state=S.REMINDED), S.REMINDED),
        (evolve(FRESH, now=NOW + 2 * DAY), S.ESCALATED),
        (evolve(FRESH, now=NOW + 2 * DAY, state=S.REMINDED), S.ESCALATED),
        (evolve(FRESH, has_way=False), S.ESCALATED),
        (evolve(FRESH, is_answered=True), S.ANSWERED),
        (evolve(FRESH, status=Availability.DEPRECATED), S.CORRECTED),
        (evolve(FRESH, status=Availability.DELETED), S.WITHDRAWN),
        (evolve(FRESH, status=None), S.WITHDRAWN),
        (evolve(FRESH, status=Availability.DELETED, is_answered=True), S.WITHDRAWN),
        (evolve(FRESH, state=S.ESCALATED), S.ESCALATED),
        (evolve(FRESH, state=S.ESCALATED, is_answered=True), S.ANSWERED),
        (evolve(FRESH, state=S.ESCALATED, is_closed=True), S.CLOSED),
    ],
)
def test_an_asking_goes_on_by_itself(
    facts: CorrectionFacts, state: CorrectionState
) -> None:
    assert advanced(facts) is state


@pytest.mark.parametrize("state", sorted(set(S) - UNDER_WAY))
def test_what_is_over_stays_so(state: CorrectionState) -> None:
    facts = evolve(FRESH, state=state, is_answered=True, now=NOW + 9 * DAY)
    assert advanced(facts) is state
    assert not may_take_back(state)
