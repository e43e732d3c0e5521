"""Who represents a patient by law: whom to tell, and what majority ends."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from gateway.core.texts.notices import NoticeKind
from gateway.rights.delegation_rules import REPRESENTING, Worth
from gateway.rights.profile import ProfileState, may_sign_in
from gateway.store.base.work import UnitOfWork
from gateway.store.patients.delegations import Delegation, Delegations
from gateway.store.patients.notices import Notices
from gateway.store.patients.profiles import Profile, Profiles


def representatives_of(
    work: UnitOfWork, profile_id: str, day: date
) -> Iterator[tuple[Delegation, Profile]]:
    """Yield by what a patient is represented on a day, and by whom."""
    for one in Delegations(work).of_holder(profile_id):
        if one.capacity not in REPRESENTING or one.standing(day) is not Worth.IN_FORCE:
            continue
        person = Profiles(work).get(one.helper_id)
        if person is not None and may_sign_in(ProfileState(person.state)):
            yield one, person


def tell_representatives(
    work: UnitOfWork,
    notices: Notices,
    profile: Profile,
    kind: NoticeKind,
    day: date,
    *,
    but: str = "",
) -> None:
    """Tell all who represent a patient of something, ``but`` one by their profile."""
    for _, person in representatives_of(work, profile.id, day):
        if person.id != but:
            notices.make(person, kind)
