"""The end of a patient's space: its key is destroyed, and nobody is signed in."""

from __future__ import annotations

from gateway.errors import NotFoundError
from gateway.rights.profile import ProfileState
from gateway.store.base.work import UnitOfWork
from gateway.store.journal import chain_of
from gateway.store.patients.devices import end_ways_in
from gateway.store.patients.profiles import Profiles
from gateway.store.patients.traits import forget_traits
from gateway.store.sealed.destroying import destroy_scope

_TO_CLOSE_FIRST = {
    ProfileState.OPEN_NOT_ACTIVATED,
    ProfileState.ACTIVATED,
    ProfileState.SUSPENDED,
}


def delete_patient(work: UnitOfWork, matricule: str, *, cause: str, by: str) -> str:
    """
    Destroy what a patient's space holds; return its id (CSP R. 1111-36).

    The profile becomes DELETED, so that nothing more is taken for it, and its sessions
    end. Its row and its chain in the journal stay: they say that it was, and nothing of
    what was in it.

    Raises:
        NotFoundError: no profile has this INS.
        ConflictError: it was destroyed before, or was never open.
    """
    profiles = Profiles(work, by=by, why=cause)
    found = profiles.find_state(matricule.strip())
    if found is None:
        raise NotFoundError("no profile has this INS")
    profile_id, state = found
    if state != ProfileState.DELETED:
        for step in (ProfileState.CLOSED, ProfileState.DELETED):
            profile = profiles.hold(profile_id)
            assert profile is not None, "found above"
            before = ProfileState(profile.state)
            if step is ProfileState.DELETED or before in _TO_CLOSE_FIRST:
                profiles.set_state(profile, step)
        work.flush()  # what was changed is sealed while there is a key
    end_ways_in(work, profile_id)
    forget_traits(work, profile_id)
    scope = f"patient:{profile_id}"
    destroy_scope(work, scope, cause=cause, by=by, chain=chain_of(profile_id))
    return profile_id
