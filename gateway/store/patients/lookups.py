"""
The keys of digests turn over: of what people show, or are found by.

First there are other keys, by which is written from then on while both are read by.
Once every process knows them, who is found by the old ones is carried over, a batch at
a time. At the end what only the old ones knew is over (sessions, codes under way,
pauses), and the old ones are destroyed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, select, update

from gateway.errors import ConflictError, DamagedError, DestroyedError
from gateway.store.base.work import UnitOfWork
from gateway.store.journal import Action
from gateway.store.patients.accounts import Accounts, forget_failures
from gateway.store.patients.passkeys import Passkeys
from gateway.store.patients.profiles import Profiles
from gateway.store.patients.trusted_devices import end_trust
from gateway.store.patients.web_sessions import end_sessions
from gateway.store.sealed import turning
from gateway.store.sealed.carried import forget_place, place_in, set_place
from gateway.store.sealed.digest_keys import LOOKUP
from gateway.store.sealed.digest_turn import wait_for_writers
from gateway.store.sealed.generation import next_generation
from gateway.store.tables import (
    accounts,
    data_keys,
    one_time_codes,
    passkeys,
    profiles,
    trusted_devices,
    unknown_logins,
    web_sessions,
)

BATCH: Final = 100
"""Patients carried over in one transaction."""

DIGESTED_ANEW: Final = (
    profiles,
    accounts,
    unknown_logins,
    web_sessions,
    one_time_codes,
    passkeys,
    trusted_devices,
)
"""Whose digests of before lie in the database's files until `clear_traces`."""

_STEP: Final = "lookup"
_SCOPES: Final = tuple(label.scope for label in LOOKUP)
_AT_ONCE: Final = 500


def turn_under_way(work: UnitOfWork) -> datetime | None:
    """Return since when there are other keys, None where they do not turn over."""
    kept = _kept(work)
    newest = {row.scope: row for row in kept}
    return max(
        (newest[row.scope].created_at for row in kept if row != newest[row.scope]),
        default=None,
    )


def _kept(work: UnitOfWork) -> Sequence[Any]:
    """Return the keys that are not destroyed, the newest of each label last."""
    columns = data_keys.c
    return work.connection.execute(
        select(columns.id, columns.scope, columns.created_at)
        .where(columns.scope.in_(_SCOPES), columns.wrapped.is_not(None))
        .order_by(columns.epoch)
    ).all()


def begin_turn(work: UnitOfWork, *, by: str) -> datetime:
    """
    Make the other keys, by which what is written from now on is found; return when.

    Where somebody else began meanwhile, theirs are the other keys.
    """
    wait_for_writers(work.connection)
    if (begun := turn_under_way(work)) is not None:
        return begun
    for scope in _SCOPES:
        work.keys.next_epoch(work.connection, scope, work.now)
    forget_place(work.connection, _STEP)
    work.note(Action.KEY_TURNED, "label", _STEP, by=by)
    return work.now


def settles_at(begun: datetime) -> datetime:
    """Return from when on every process knows the other keys."""
    return begun + turning.SETTLED


def carry_lookups(work: UnitOfWork, most: int = BATCH) -> int:
    """
    Have so many patients at most be found by the other keys; return how many.

    Done again until it returns 0, it is resumed wherever it was ended. Whose key is
    destroyed is found by nothing any more.

    Raises:
        ConflictError: a row was altered; nothing is lost, and it goes on once that is
            mended.
        UnavailableError: a key is not at hand now.
    """
    after = place_in(work.connection, _STEP)
    ids = list(
        work.connection.execute(
            select(profiles.c.id)
            .where(profiles.c.id > after)
            .order_by(profiles.c.id)
            .limit(most)
        ).scalars()
    )
    for profile_id in ids:
        try:
            profile = Profiles(work).carry_ins(profile_id)
            Accounts(work).carry_login(profile)
            if (account := Accounts(work).of_profile(profile)) is not None:
                Passkeys(work).carry(account.id)
        except DestroyedError:
            continue
        except DamagedError as error:
            raise ConflictError(
                f"profiles/{profile_id} was altered, so the turn stops here and goes "
                "on once that is mended: gateway journal verify"
            ) from error
    if ids:
        set_place(work.connection, _STEP, ids[-1])
    return len(ids)


def end_turn(work: UnitOfWork, *, by: str) -> int:
    """
    Destroy the keys of before; return how many.

    To be called when `carry_lookups` found nobody, and followed by `clear_traces`.
    """
    begun, columns = turn_under_way(work), data_keys.c
    if begun is None:
        return 0
    before = settles_at(begun)
    ended = select(web_sessions.c.digest).where(web_sessions.c.created_at < before)
    for some in _pieces(list(work.connection.execute(ended).scalars())):
        end_sessions(work, some)
    end_trust(work, trusted_devices.c.created_at < before)
    work.change(
        one_time_codes,
        one_time_codes.c.created_at < before,
        one_time_codes.c.used_at.is_(None),
        used_at=work.now,
    )
    # Of a login that somebody has and of one that nobody has alike.
    work.connection.execute(delete(unknown_logins))
    forget_failures(work)
    kept = _kept(work)
    last = {row.scope: row.id for row in kept}
    gone = [row.id for row in kept if row.id != last[row.scope]]
    work.connection.execute(
        update(data_keys)
        .where(columns.id.in_(gone), columns.destroyed_at.is_(None))
        .values(wrapped=None, kek_id=None, destroyed_at=work.now)
    )
    forget_place(work.connection, _STEP)
    next_generation(work.connection)
    work.note(
        Action.KEY_DESTROYED, "label", _STEP, keys=len(gone), cause="turned over", by=by
    )
    return len(gone)


def _pieces(digests: list[str]) -> Iterator[list[str]]:
    for at in range(0, len(digests), _AT_ONCE):
        yield digests[at : at + _AT_ONCE]
