"""Owners whose key was followed by another: what is theirs moves to the new one."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, exists, select

from gateway.errors import NotFoundError
from gateway.store.base.work import UnitOfWork
from gateway.store.journal import OPERATOR, Action, chain_of
from gateway.store.patients.accounts import Accounts
from gateway.store.patients.profiles import Profiles
from gateway.store.tables import data_keys, mailboxes, profiles

BATCH: Final = 100
"""Owners moved in one transaction."""

PATIENT, MAILBOX = "patient", "mailbox"
_OWNERS = {PATIENT: profiles, MAILBOX: mailboxes}


def turn_owner(work: UnitOfWork, kind: str, owner_id: str, *, by: str) -> None:
    """
    Give a patient or a mailbox another key for what is new; what there is stays.

    A patient's identity and address, which every letter reads, are sealed anew.

    Raises:
        UnavailableError: the key was destroyed.
    """
    work.keys.next_epoch(work.connection, f"{kind}:{owner_id}", work.now)
    _move(work, kind, owner_id)
    chain = chain_of(owner_id) if kind == PATIENT else OPERATOR
    work.note(Action.KEY_TURNED, kind, owner_id, chain=chain, by=by)


def turn_owners(
    work: UnitOfWork, made_before: datetime, *, by: str, most: int = BATCH
) -> int:
    """
    Do so for owners whose key was made before a moment, so many; return how many.

    Done again until it returns 0, it is resumed wherever it was ended.
    """
    old = (data_keys.c.created_at < made_before) & data_keys.c.destroyed_at.is_(None)
    owners = _owners(work, old, most)
    for kind, owner_id in owners:
        turn_owner(work, kind, owner_id, by=by)
    return len(owners)


def follow_epochs(work: UnitOfWork, most: int = BATCH) -> int:
    """
    Move owners whose key sealed so often that another followed; return how many.

    For `Housekeeping`: where they seal with the key that is in their row.
    """
    later = data_keys.alias("later")
    followed = exists().where(
        later.c.scope == data_keys.c.scope,
        later.c.epoch > data_keys.c.epoch,
        later.c.epoch > 1,
        later.c.destroyed_at.is_(None),
    )
    owners = _owners(work, followed, most)
    for kind, owner_id in owners:
        _move(work, kind, owner_id)
    return len(owners)


def _owners(
    work: UnitOfWork, of_key: ColumnElement[bool], most: int
) -> list[tuple[str, str]]:
    """Return the kind and id of owners with such a key, so many at most."""
    found: list[tuple[str, str]] = []
    for kind, table in _OWNERS.items():
        ids = work.connection.execute(
            select(table.c.id)
            .join(data_keys, data_keys.c.id == table.c.key_id)
            .where(of_key)
            .limit(most - len(found))
        ).scalars()
        found += [(kind, owner_id) for owner_id in ids]
    return found


def _move(work: UnitOfWork, kind: str, owner_id: str) -> None:
    key_id = work.keys.key_for(work.connection, f"{kind}:{owner_id}", work.now)
    if kind == PATIENT:
        profile = Profiles(work).hold(owner_id)
        if profile is None:
            raise NotFoundError("no such patient")
        Accounts(work).move_to(profile, key_id)
        Profiles(work).move_to(profile, key_id)
        return
    work.change(mailboxes, mailboxes.c.id == owner_id, key_id=key_id)
