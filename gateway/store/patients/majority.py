"""A minor comes of age: who is told before and then, and what ends."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from gateway.core.actors import BY_TIME
from gateway.core.texts.notices import NoticeKind
from gateway.rights.delegation_rules import Capacity, DelegationState
from gateway.rights.majority_rules import majority_of
from gateway.rights.representation_rules import (
    MajorityStep,
    majority_step,
    next_majority_day,
)
from gateway.store.base.work import UnitOfWork
from gateway.store.patients.deadlines import end_majority, set_majority
from gateway.store.patients.delegations import Delegation, Delegations
from gateway.store.patients.notices import Notices
from gateway.store.patients.profiles import Profile, Profiles
from gateway.store.patients.provisional_codes import ProvisionalCodes

ANNOUNCED: Final = "majority"
"""The fact that the end of a representation was announced; it stands until the end."""

_OPEN: Final = frozenset({DelegationState.ACCEPTED, DelegationState.PENDING})


def keep_majority(work: UnitOfWork, profile: Profile, zone: ZoneInfo) -> None:
    """
    Keep when there is something to do about a minor whom somebody represents.

    A day begins by the clock of ``zone``, that of the patients.
    """
    majority = majority_of(profile.traits.birth_date)
    if majority is None or not _representing(work, profile.id):
        end_majority(work, profile.id)
        return
    reminded = bool(Profiles(work).standing(profile.id).get(ANNOUNCED))
    today = work.now.astimezone(zone).date()
    day = next_majority_day(majority, today, reminded=reminded)
    begins = datetime.combine(day, time(), zone)
    set_majority(work, profile.id, begins.astimezone(UTC))


def come_of_age(
    work: UnitOfWork, notices: Notices, profile: Profile, zone: ZoneInfo
) -> None:
    """
    Do what today, by the clock of ``zone``, asks for about a minor who is represented.

    Two months before the 18th birthday both sides are told; on it every
    representation ends, and both are told again. Nobody has access from that day on
    even where this comes late (`capacity_on`).
    """
    some = _representing(work, profile.id)
    if not some:
        return
    profiles = Profiles(work, BY_TIME)
    majority = majority_of(profile.traits.birth_date)
    announced = profiles.standing(profile.id).get(ANNOUNCED)
    today = work.now.astimezone(zone).date()
    step = majority_step(majority, today, reminded=bool(announced))
    if step is MajorityStep.REMIND and majority is not None:
        profiles.record(profile.id, ANNOUNCED, None, majority.isoformat(), stands=True)
        _tell(work, notices, profile, some, NoticeKind.MAJORITY_SOON)
    elif step is MajorityStep.END:
        for one in some:
            Delegations(work).end_representation(one, BY_TIME, "majority")
        profiles.record(profile.id, ANNOUNCED, announced, None, stands=True)
        profile = _without_their_contact(work, profile, some)
        _tell(work, notices, profile, some, NoticeKind.MAJORITY)
    keep_majority(work, profile, zone)


def _representing(work: UnitOfWork, profile_id: str) -> list[Delegation]:
    return [
        one
        for one in Delegations(work).of_holder(profile_id)
        if one.capacity is Capacity.REPRESENTATIVE and one.state in _OPEN
    ]


def _without_their_contact(
    work: UnitOfWork, profile: Profile, some: list[Delegation]
) -> Profile:
    """
    Take from a space what would let those in who represented its holder.

    A code sent to a parent's address, or sent to one before, would open the account
    of the young adult to them.
    """
    ProvisionalCodes(work).end(profile.id)
    theirs = [Delegations(work).helper(one) for one in some]
    for name in ("email", "telephone"):
        said = getattr(profile, name)
        shared = {getattr(one, name).casefold() for one in theirs if one is not None}
        if said and said.casefold() in shared:
            Profiles(work, BY_TIME).set_contact(profile, name, "")
            profile = Profiles(work).get(profile.id) or profile
    return profile


def _tell(
    work: UnitOfWork,
    notices: Notices,
    profile: Profile,
    some: list[Delegation],
    kind: NoticeKind,
) -> None:
    notices.make(profile, kind)
    for one in some:
        helper = Delegations(work).helper(one)
        if helper is not None and one.state is DelegationState.ACCEPTED:
            notices.make(helper, kind)
