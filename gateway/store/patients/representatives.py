"""Who represents a patient by law now, and whose space was left by who did."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from gateway.rights.delegation_rules import (
    REPRESENTING,
    Capacity,
    OpeningFacts,
    capacity_agreed,
    capacity_on,
)
from gateway.rights.own_access_rules import shares_a_contact
from gateway.rights.profile import ProfileState, may_sign_in
from gateway.store.base.work import UnitOfWork
from gateway.store.patients.accounts import Accounts
from gateway.store.patients.delegations import Delegations
from gateway.store.patients.profiles import Profile


def representatives_of(
    work: UnitOfWork, profile_id: str, day: date, *, even_closed: bool = False
) -> Iterator[Profile]:
    """
    Yield who may open a patient's space by law on a day, and has one of their own.

    ``day`` is that of where the patients are: majority begins with it there.
    ``even_closed``: also where nobody can open it for now.
    """
    acts = capacity_agreed if even_closed else capacity_on
    # Most patients have nobody: it is one question to an index then.
    for one in Delegations(work).of_holder(profile_id):
        holder = Delegations(work).holder(one)
        if one.capacity not in REPRESENTING or holder is None:
            continue
        facts = OpeningFacts(
            capacity=one.capacity,
            state=one.state,
            term=one.term,
            holder=ProfileState(holder.state),
            born=holder.traits.birth_date,
            day=day,
        )
        person = Delegations(work).helper(one)
        if acts(facts) is None or person is None:
            continue
        if may_sign_in(ProfileState(person.state)):
            yield person


def has_their_contact(work: UnitOfWork, profile: Profile, day: date) -> bool:
    """Tell whether codes for a patient would come to who represents them as well."""
    theirs = representatives_of(work, profile.id, day, even_closed=True)
    some = [part for one in theirs for part in (one.email, one.telephone)]
    return shares_a_contact((profile.email, profile.telephone), some)


def is_left_without_account(work: UnitOfWork, profile: Profile) -> bool:
    """
    Tell whether nobody represents any more whose space was opened by a representative,
    and who has no account: of age, they make one.
    """
    some = [
        one
        for one in Delegations(work).of_holder(profile.id)
        if one.capacity is Capacity.REPRESENTATIVE
    ]
    ended = [one for one in some if one.ended_at is not None]
    is_over = bool(some) and len(ended) == len(some)
    return is_over and Accounts(work).of_profile(profile) is None
