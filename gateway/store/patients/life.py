"""A patient's space goes on in its life: its state, who is told, what ends with it."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from types import MappingProxyType
from zoneinfo import ZoneInfo

from attrs import frozen
from sqlalchemy import select

from gateway.core.actors import Actor
from gateway.core.texts.notices import NoticeKind
from gateway.rights.delegation_rules import ends_help
from gateway.rights.life_rules import LIFE_NOTICES, REACHED
from gateway.rights.profile import (
    TRANSITIONS,
    ProfileEvent,
    ProfileState,
    event_between,
    may_sign_in,
)
from gateway.settings.file import Settings
from gateway.store.base.work import Database, Job, UnitOfWork
from gateway.store.patients.deadlines import deadline_of
from gateway.store.patients.deletion import delete_patient
from gateway.store.patients.devices import end_ways_in
from gateway.store.patients.ending_help import end_help
from gateway.store.patients.majority import come_of_age, keep_majority
from gateway.store.patients.notices import Notices
from gateway.store.patients.profiles import Profile, Profiles
from gateway.store.patients.provisional_codes import ProvisionalCodes
from gateway.store.sealed.destroying import clear_traces
from gateway.store.tables import profiles
from gateway.store.tasks.tasks import Task


def in_state_since(work: UnitOfWork, profile: Profile) -> datetime:
    """
    Return since when a patient's space is in the state it is in.

    Raises:
        AlteredError: a change of the profile is not where or when it was written.
    """
    changes = Profiles(work).changes(profile.id)
    of_state = [one.at for one in changes if one.what == "state"]
    return of_state[-1] if of_state else profile.created_at


def go_on(
    work: UnitOfWork,
    notices: Notices,
    profile: Profile,
    state: ProfileState,
    *,
    by: Actor | str = "",
    why: str = "",
) -> None:
    """
    Move a patient's space to another state; the patient is told.

    Raises:
        ConflictError: it cannot get there from where it is.
    """
    before = ProfileState(profile.state)
    if state is before:
        return
    event = event_between(before, state)
    if state is ProfileState.DELETED:
        # Before the key goes, and sealed with another: there is none of theirs after.
        notices.make(profile, LIFE_NOTICES[event], lasting=True)
        name = by.name if isinstance(by, Actor) else by
        delete_patient(work, profile.ins.matricule, cause=why or event.value, by=name)
        return
    Profiles(work, by, why).set_state(profile, state)
    keep_majority(work, profile, notices.hour.zone)
    tell_life(work, notices, profile, before, state)


def tell_life(
    work: UnitOfWork,
    notices: Notices,
    profile: Profile,
    before: ProfileState,
    after: ProfileState,
) -> None:
    """Tell a patient of a change of state that is made, and end what is open with it"""
    if not may_sign_in(after):
        end_ways_in(work, profile.id)
    if ends_help(after):
        day = work.now.astimezone(notices.hour.zone).date()
        end_help(work, notices, profile, day)
    notices.make(profile, LIFE_NOTICES[_last_event(before, after)])
    announce(work, notices, profile, after)


def tell_waiting(work: UnitOfWork, notices: Notices, profile: Profile) -> None:
    """Tell a patient of a space that was just made for them, and waits."""
    event = _MADE_BY.get(ProfileState(profile.state))
    if event is not None:
        notices.make(profile, LIFE_NOTICES[event])
        announce(work, notices, profile, ProfileState(profile.state))


def announce(
    work: UnitOfWork, notices: Notices, profile: Profile, state: ProfileState
) -> None:
    """
    Send a patient whose space waits the code to activate it, or to object to it.

    When it is announced, and again as soon as it is open: the law's two days at most.
    """
    if state not in _MADE_BY or not profile.email:
        return
    if code := ProvisionalCodes(work).make(profile):
        notices.make(profile, NoticeKind.PROVISIONAL, digits=code)


def _last_event(before: ProfileState, after: ProfileState) -> ProfileEvent:
    """Return what led to a state, the last of several that were made at once."""
    into = [event for (_, event), reached in TRANSITIONS.items() if reached is after]
    direct = [event for event in into if TRANSITIONS.get((before, event)) is after]
    return (direct or into)[0]


_MADE_BY = MappingProxyType(
    {
        ProfileState.ANNOUNCED: ProfileEvent.ANNOUNCE,
        ProfileState.OPEN_NOT_ACTIVATED: ProfileEvent.OPEN,
    }
)
"""What makes a space that waits for its patient."""


@frozen
class Living:
    """
    The step of `TaskKind.LIVE`; the subject is a patient's profile.

    What its state and its day say is done, if the day has come: six weeks to object,
    ten years of archive, a deletion that was asked for (CSP R. 1111-28, R. 1111-36).
    A patient whose space was made from a feed is told of it, once.
    """

    database: Database
    settings: Settings

    def __call__(self, task: Task) -> Job:
        """Return the job; reading and writing are its own."""
        return partial(self._live, task.subject)

    def _live(self, profile_id: str, work: UnitOfWork) -> None:
        of_profile = select(profiles.c.state).where(profiles.c.id == profile_id)
        state = work.connection.execute(of_profile).scalar_one()
        if state == ProfileState.DELETED:  # its key is gone
            return
        profile = Profiles(work).hold(profile_id)
        assert profile is not None, "found above"
        notices = Notices.of(work, self.settings)
        due = deadline_of(work, profile_id, profile.state)
        if due is None or work.now < due.at:
            if not ProvisionalCodes(work).was_made(profile_id):  # of a feed
                tell_waiting(work, notices, profile)
            zone = ZoneInfo(self.settings.web.time_zone)
            come_of_age(work, notices, profile, zone)
            return
        why = f"time:{due.event.value.lower()}"
        go_on(work, notices, profile, REACHED[due.event], by="time", why=why)
        if due.event is ProfileEvent.DELETE:
            work.after_commit(partial(clear_traces, self.database.engine))
