"""The life of a patient's profile: its states, what moves it, what each accepts."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType

from gateway.errors import ConflictError


class ProfileState(StrEnum):
    """
    Where a patient's space stands (Mon espace santé: profil).

    ANNOUNCED: the letter is sent and the six weeks to object run (CSP R. 1111-28);
    nothing is open yet.
    """

    ABSENT = "ABSENT"
    ANNOUNCED = "ANNOUNCED"
    OPEN_NOT_ACTIVATED = "OPEN_NOT_ACTIVATED"
    ACTIVATED = "ACTIVATED"
    OPPOSED = "OPPOSED"
    CLOSED = "CLOSED"
    SUSPENDED = "SUSPENDED"
    DELETION_REQUESTED = "DELETION_REQUESTED"
    DELETED = "DELETED"


class ProfileEvent(StrEnum):
    """What may happen to a profile."""

    ANNOUNCE = "ANNOUNCE"
    OBJECT = "OBJECT"
    OPEN = "OPEN"
    ACTIVATE = "ACTIVATE"
    SUSPEND = "SUSPEND"
    LIFT_SUSPENSION = "LIFT_SUSPENSION"
    CLOSE = "CLOSE"
    REQUEST_DELETION = "REQUEST_DELETION"
    DELETE = "DELETE"
    REOPEN = "REOPEN"


_S, _E = ProfileState, ProfileEvent

TRANSITIONS = MappingProxyType(
    {
        (_S.ABSENT, _E.ANNOUNCE): _S.ANNOUNCED,
        (_S.ABSENT, _E.OBJECT): _S.OPPOSED,
        (_S.ABSENT, _E.OPEN): _S.OPEN_NOT_ACTIVATED,
        # Six weeks without objection open the space (CSP R. 1111-28).
        (_S.ANNOUNCED, _E.OBJECT): _S.OPPOSED,
        (_S.ANNOUNCED, _E.OPEN): _S.OPEN_NOT_ACTIVATED,
        (_S.ANNOUNCED, _E.ACTIVATE): _S.ACTIVATED,
        # A patient who objected may change their mind at any time.
        (_S.OPPOSED, _E.ACTIVATE): _S.ACTIVATED,
        (_S.OPEN_NOT_ACTIVATED, _E.ACTIVATE): _S.ACTIVATED,
        (_S.OPEN_NOT_ACTIVATED, _E.SUSPEND): _S.SUSPENDED,
        (_S.OPEN_NOT_ACTIVATED, _E.CLOSE): _S.CLOSED,
        (_S.OPEN_NOT_ACTIVATED, _E.REQUEST_DELETION): _S.DELETION_REQUESTED,
        (_S.ACTIVATED, _E.SUSPEND): _S.SUSPENDED,
        (_S.ACTIVATED, _E.CLOSE): _S.CLOSED,
        (_S.ACTIVATED, _E.REQUEST_DELETION): _S.DELETION_REQUESTED,
        # After fraud or malfunction the holder proves again who they are.
        (_S.SUSPENDED, _E.LIFT_SUSPENSION): _S.OPEN_NOT_ACTIVATED,
        (_S.SUSPENDED, _E.CLOSE): _S.CLOSED,
        # Kept ten years, or deleted within three months of asking (CSP R. 1111-36).
        (_S.CLOSED, _E.REOPEN): _S.ACTIVATED,
        (_S.CLOSED, _E.REQUEST_DELETION): _S.DELETION_REQUESTED,
        (_S.CLOSED, _E.DELETE): _S.DELETED,
        # Reopening cancels the request.
        (_S.DELETION_REQUESTED, _E.REOPEN): _S.ACTIVATED,
        (_S.DELETION_REQUESTED, _E.DELETE): _S.DELETED,
        (_S.DELETED, _E.ACTIVATE): _S.ACTIVATED,
    }
)
"""The life cycle: what may happen in each state, and the state it leads to."""

_ACCEPTING = frozenset({ProfileState.OPEN_NOT_ACTIVATED, ProfileState.ACTIVATED})


def event_between(before: ProfileState, after: ProfileState) -> ProfileEvent:
    """
    Return what happens to a profile that goes from one state to another.

    Raises:
        ConflictError: nothing does; the text names the states that are possible.
    """
    possible = {
        reached: event
        for (state, event), reached in TRANSITIONS.items()
        if state is before
    }
    if after not in possible:
        raise ConflictError(
            f"a profile that is {before} cannot become {after}; "
            f"it can become {' or '.join(possible)}"
        )
    return possible[after]


def accepts_filing(state: ProfileState) -> bool:
    """
    Tell whether documents are filed and messages kept: in every open profile, activated
    or not. Who has not activated it reads them then.
    """
    return state in _ACCEPTING


def may_sign_in(state: ProfileState) -> bool:
    """Tell whether the holder can open the space and write from it."""
    return state is ProfileState.ACTIVATED
