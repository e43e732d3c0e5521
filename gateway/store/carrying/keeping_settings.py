"""
Keeps, a batch at a time, what patients had set before versions of it were kept.

In the order of their ids, so that one whose settings cannot be read (the key was
destroyed) is passed once.
"""

from __future__ import annotations

from gateway.errors import UnavailableError
from gateway.store.base.work import UnitOfWork
from gateway.store.evidence.settings import settings_not_kept
from gateway.store.patients.facts import STEP
from gateway.store.patients.profiles import Profiles
from gateway.store.sealed.carried import place_in, set_place


def keep_settings(work: UnitOfWork, most: int) -> int:
    """Keep the settings of so many patients at most; return how many were looked at."""
    profile_ids = settings_not_kept(work, place_in(work.connection, STEP), most)
    for profile_id in profile_ids:
        try:
            Profiles(work).keep_settings(profile_id)
        except UnavailableError:
            continue
    if profile_ids:
        set_place(work.connection, STEP, profile_ids[-1])
    return len(profile_ids)
