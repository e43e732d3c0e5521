"""What a patient decides of senders: blocks, oppositions, a minor's secret senders."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from attrs import asdict, evolve, field, frozen
from sqlalchemy import ColumnElement, Table, and_, delete, insert, or_, update

from gateway.core.actors import PATIENT, Actor, actor_of
from gateway.errors import NotFoundError
from gateway.store.base.work import UnitOfWork
from gateway.store.consultations.teams import end_all_of
from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.store.patients.administrators import Administrators
from gateway.store.patients.profiles import Profiles
from gateway.store.patients.rights import (
    RIGHTS,
    is_opposition,
    opposition_of,
    sealed_opposition,
    sealed_sender,
    sender_digest,
    stands,
)
from gateway.store.patients.treating import name_treating, treating_doctor
from gateway.store.patients.values import Opposition, Profile
from gateway.store.tables import blocks, oppositions, secrecies

__all__ = ["Decisions", "Opposition"]


@frozen
class Decisions:
    """
    Blocks, oppositions and secret senders within one transaction.

    Each change is a dated fact of the patient (`Profiles.record`), and what a patient
    decided is bound anew with it: none can be added or taken away unseen.
    """

    work: UnitOfWork
    by: Actor = field(default=PATIENT, converter=actor_of)
    """Who decides: a name that a command gives, or nothing for a page's."""
    why: str = field(default="", repr=False)

    def block(self, profile_id: str, identity: str, named: str = "") -> None:
        """
        Block a sender by structure id, IDNPS or address; again is no error.

        ``named`` is what they were called when the patient chose them. What let them
        read ends with it, that they administer the profile, and that they are the
        treating doctor; taking the block back restores nothing.
        """
        profile = self._held(profile_id)
        self._delete(blocks, profile_id, identity)
        self._insert(blocks, profile, identity)
        names = Mailboxes(self.work).known_as({identity})
        end_all_of(self.work, profile_id, names)
        self._end_roles(profile_id, names)
        self._record(profile_id, "block", None, identity.lower(), named)

    def _end_roles(self, profile_id: str, names: frozenset[str]) -> None:
        administrators = Administrators(self.work, profile_id, self.by, self.why)
        for one in administrators.all:
            if one.identity.lower() in names:
                administrators.end(one.identity)
        doctor = treating_doctor(self.work, profile_id)
        if doctor is not None and doctor.identity.lower() in names:
            name_treating(self.work, profile_id, None, self.by, self.why)

    def unblock(self, profile_id: str, identity: str, named: str = "") -> None:
        """Take a block back; none is no error."""
        self._held(profile_id)
        self._delete(blocks, profile_id, identity)
        self._record(profile_id, "unblock", identity.lower(), None, named)

    def set_secret(self, profile_id: str, identity: str, *, secret: bool) -> None:
        """Put a sender in secret connection with a minor, or end it."""
        profile, named = self._held(profile_id), identity.lower()
        self._delete(secrecies, profile_id, identity)
        if secret:
            self._insert(secrecies, profile, identity)
            self._record(profile_id, "secret", None, named)
        else:
            self._record(profile_id, "unsecret", named, None)

    def oppose(self, profile_id: str, opposition: Opposition) -> None:
        """
        Record an opposition (CSP R. 1111-47).

        Why is kept in the fact alone, as the patient says it: no rule reads it, and no
        sender is told it.
        """
        profile, row_id = self._held(profile_id), uuid4().hex
        kept = evolve(opposition, structure=opposition.structure.lower())
        self.work.connection.execute(
            insert(oppositions).values(
                id=row_id,
                profile_id=profile_id,
                since=self.work.now,
                **sealed_opposition(
                    self.work, profile_id, profile.key_id, row_id, kept
                ),
            )
        )
        after = asdict(opposition)
        what, named = f"oppose-{opposition.kind}", opposition.named
        self._record(profile_id, what, None, after, named)

    def withdraw(
        self, profile_id: str, opposition: Opposition, *, only: str = ""
    ) -> None:
        """
        End an opposition, whose row stays; none is no error.

        Whoever declared it, or ``only`` the one of an id: what a minor and their
        representatives object to are two, which each lifts alone.
        """
        profile = self._held(profile_id)
        for row_id in self._recorded(profile, opposition):
            if only not in ("", row_id):
                continue
            self.work.connection.execute(
                update(oppositions)
                .where(oppositions.c.id == row_id)
                .values(until=self.work.now)
            )
        what, named = f"withdraw-{opposition.kind}", opposition.named
        self._record(profile_id, what, asdict(opposition), None, named)

    def _held(self, profile_id: str) -> Profile:
        """Hold what a patient decided before it is changed: it is bound anew then."""
        profiles = Profiles(self.work)
        profile = profiles.hold(profile_id)
        if profile is None:
            raise NotFoundError("no patient has that id")
        profiles.rights(profile_id)
        return profile

    def _record(
        self, profile_id: str, what: str, before: Any, after: Any, named: str = ""
    ) -> None:
        profiles = Profiles(self.work, self.by, self.why)
        profiles.record(profile_id, what, before, after, about=named)

    def _insert(self, table: Table, profile: Profile, identity: str) -> None:
        sender = sealed_sender(self.work, table, profile.id, profile.key_id, identity)
        self.work.connection.execute(
            insert(table).values(profile_id=profile.id, since=self.work.now, **sender)
        )

    def _delete(self, table: Table, profile_id: str, identity: str) -> None:
        self.work.connection.execute(
            delete(table).where(
                table.c.profile_id == profile_id,
                self._is_of(table, profile_id, identity),
            )
        )

    def _is_of(
        self, table: Table, profile_id: str, identity: str
    ) -> ColumnElement[bool]:
        """Say that a row is about a sender, by its digest or as it was once written."""
        digest = sender_digest(self.work.keys, table, profile_id, identity)
        said = and_(table.c.identity == identity.lower(), table.c.sender.is_(None))
        return or_(table.c.identity == digest, said)

    def _recorded(self, profile: Profile, opposition: Opposition) -> list[str]:
        """Return the rows of an opposition that stands, whoever declared it."""
        wanted = _unsigned(opposition)
        return [
            row.id
            for row in RIGHTS.rows(self.work.connection, profile=profile.id)
            if is_opposition(row)
            and stands(row, self.work.now)
            and _unsigned(opposition_of(self.work, profile.id, profile.key_id, row))
            == wanted
        ]


def _unsigned(opposition: Opposition) -> Opposition:
    """Return what is opposed, whoever declared it, by whatever name."""
    structure = opposition.structure.lower()
    return evolve(opposition, structure=structure, declared_by="", named="")
