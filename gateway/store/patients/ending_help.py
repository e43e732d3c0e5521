"""What ends with a space that is closed: whom its holder let act, for whom they did."""

from __future__ import annotations

from datetime import date

from gateway.core.notices import Happened
from gateway.core.texts.notices import NoticeKind
from gateway.rights.delegation_rules import (
    GRANTED,
    LASTING,
    Capacity,
    DelegationState,
)
from gateway.rights.profile import ProfileState, may_sign_in
from gateway.store.base.work import UnitOfWork
from gateway.store.patients.delegations import Delegation, Delegations, NamedPerson
from gateway.store.patients.notices import Notices
from gateway.store.patients.profiles import Profile


def end_help(work: UnitOfWork, notices: Notices, profile: Profile, day: date) -> None:
    """
    End what carers do for a patient, and what the patient does for others as one.

    The other of the two is told, by name, where their own space is open. A request to
    the patient stays with who asked: whether somebody has a space is not told.
    """
    some = Delegations(work)
    for one in some.of_holder(profile.id):
        if one.capacity is Capacity.CARER and one.standing(day) in LASTING:
            some.end_with_space(one)
            if one.state is DelegationState.ACCEPTED:
                _tell(notices, some.helper(one), NamedPerson.of(profile).name)
    for one in some.of_helper(profile.id):
        if one.capacity is Capacity.CARER and one.standing(day) in GRANTED:
            some.end_with_space(one)
            _tell(notices, some.holder(one), _helper_name(one))


def _tell(notices: Notices, other: Profile | None, name: str) -> None:
    if other is not None and may_sign_in(ProfileState(other.state)):
        notices.make(other, NoticeKind.PEOPLE, Happened(by=name))


def _helper_name(one: Delegation) -> str:
    return one.named.name if one.named is not None else ""
