"""Inquiries: what a patient reports to the service, from open to closed."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from gateway.errors import ConflictError


class InquiryState(StrEnum):
    """Where an inquiry stands; kept for years, so never renamed."""

    OPEN = "OPEN"
    LOOKED_AT = "LOOKED_AT"
    ANSWERED = "ANSWERED"
    CLOSED = "CLOSED"


class InquiryEvent(StrEnum):
    """What an operator does with one."""

    LOOK = "look"
    ANSWER = "answer"
    CLOSE = "close"


_S, _E = InquiryState, InquiryEvent

TRANSITIONS: Mapping[tuple[InquiryState, InquiryEvent], InquiryState] = (
    MappingProxyType(
        {
            (_S.OPEN, _E.LOOK): _S.LOOKED_AT,
            (_S.OPEN, _E.ANSWER): _S.ANSWERED,
            (_S.LOOKED_AT, _E.ANSWER): _S.ANSWERED,
            (_S.ANSWERED, _E.ANSWER): _S.ANSWERED,
            (_S.LOOKED_AT, _E.CLOSE): _S.CLOSED,
            (_S.ANSWERED, _E.CLOSE): _S.CLOSED,
        }
    )
)
"""One that nobody looked at is not closed; a closed one stays so."""


def advanced(state: InquiryState, event: InquiryEvent) -> InquiryState:
    """
    Return where an inquiry goes.

    Raises:
        ConflictError: not from where it is.
    """
    found = TRANSITIONS.get((state, event))
    if found is None:
        raise ConflictError(f"an inquiry that is {state.value} takes no {event.value}")
    return found
