"""Where an inquiry goes, and from where it goes nowhere."""

from __future__ import annotations

import pytest

from gateway.errors import ConflictError
from gateway.rights.inquiry_rules import (
    TRANSITIONS,
    InquiryEvent,
    InquiryState,
    advanced,
)


@pytest.mark.parametrize("state", InquiryState)
@pytest.mark.parametrize("event", InquiryEvent)
def test_each_step_is_one_of_the_table_or_refused(
    state: InquiryState, event: InquiryEvent
) -> None:
    known = TRANSITIONS.get((state, event))
    if known is None:
        said = f"an inquiry that is {state.value} takes no {event.value}"
        with pytest.raises(ConflictError, match=f"^{said}$"):
            advanced(state, event)
    else:
        assert advanced(state, event) is known


def test_a_closed_one_stays_so_and_one_that_nobody_looked_at_is_not_closed() -> None:
    assert InquiryState.CLOSED not in {state for state, _ in TRANSITIONS}
    assert (InquiryState.OPEN, InquiryEvent.CLOSE) not in TRANSITIONS
