"""
Operators' accesses within one transaction: asked for, granted, ended, reviewed.

Each step is a line in the chain of each patient it concerns and in the operator's: who,
by which role and means, why, on whose request, which categories of data and where these
come from (Regulation (EU) 2025/327, annex II). What names somebody or something in it
is sealed with the patient's key, so that it ends with the patient's space.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

from attrs import asdict, frozen
from sqlalchemy import and_, select

from gateway.core.accesses import AccessRefusal, Verdict
from gateway.core.actors import actor_of
from gateway.core.ins import check_note
from gateway.core.texts.accesses import REFUSAL_TEXTS
from gateway.errors import AlteredError, ConflictError, NotFoundError
from gateway.rights.access_rules import (
    refuse_granting,
    refuse_reading,
    refuse_reviewing,
)
from gateway.store.accesses.reading import AccessReader, place_of
from gateway.store.accesses.values import Access, Named, Wanted
from gateway.store.base.work import UnitOfWork
from gateway.store.journal import Action, chain_of
from gateway.store.patients.facts import said_of
from gateway.store.sealed.line_details import SCOPE
from gateway.store.tables import accesses, data_keys


@frozen
class Terms:
    """How long an access lasts, may be granted, and waits for its review at most."""

    lasts: timedelta
    waits: timedelta
    review: timedelta


@frozen
class ReadingCommand:
    """
    Where something is opened: the command, and what the patients' lines say of it.
    """

    command: str
    action: Action
    outcome: str


@frozen
class Accesses:
    """
    Accesses within one transaction.

    ``by`` is the name that lines give, with the role; ``account`` is the account alone:
    two roles do not make two persons.
    """

    work: UnitOfWork
    by: str = ""
    account: str = ""

    @property
    def _reader(self) -> AccessReader:
        return AccessReader(self.work)

    def ask(self, wanted: Wanted, terms: Terms) -> str:
        """
        Ask for an access that a second person may grant; return its id.

        Raises:
            InvalidError: a reason may hold a patient's identifier.
        """
        until = self.work.now + terms.waits
        return self._add(wanted, Action.ACCESS_ASKED, asked_until=until)

    def take(self, wanted: Wanted, terms: Terms) -> str:
        """
        Begin an access at once, to be reviewed by another account; return its id.

        Raises:
            InvalidError: a reason may hold a patient's identifier.
        """
        ends = self.work.now + terms.lasts
        return self._add(
            wanted,
            Action.ACCESS_TAKEN,
            begun_at=self.work.now,
            ends_at=ends,
            review_by=max(ends, self.work.now + terms.review),
        )

    def _add(self, wanted: Wanted, action: Action, **values: Any) -> str:
        for text in (wanted.why, wanted.request, wanted.delayed_why):
            check_note(text)
        access_id = uuid4().hex
        owner = "" if wanted.is_message else wanted.patients[0]
        key_id = self.work.key_for(f"patient:{owner}" if owner else SCOPE)
        said = {
            "why": wanted.why,
            "request": wanted.request,
            "delayed_why": wanted.delayed_why,
            "patients": list(wanted.patients),
            "named": [asdict(one) for one in wanted.named],
        }
        self.work.add_now(
            accesses,
            id=access_id,
            profile_id=owner or None,
            arrival_id=wanted.named[0].id if wanted.is_message else None,
            key_id=key_id,
            cause=wanted.cause.value,
            said=self.work.seal(key_id, said, place_of(access_id, owner)),
            asked_by=self.account,
            asked_at=self.work.now,
            tell_at=wanted.tell_at,
            **values,
        )
        self._note(self._found(access_id), action)
        return access_id

    def grant(self, access_id: str, terms: Terms) -> Access:
        """
        Let the access that somebody asked for begin; return it.

        Raises:
            NotFoundError: there is none.
            ConflictError: it is one's own, or does not wait any more.
        """
        access = self._held(access_id)
        _refused(refuse_granting(access.facts, self.account, self.work.now))
        if access.said is None:
            raise ConflictError("what it names was destroyed")
        now = self.work.now
        self._change(
            access,
            granted_by=self.account,
            begun_at=now,
            ends_at=now + terms.lasts,
        )
        self._note(access, Action.ACCESS_GRANTED)
        return self._found(access_id)

    def refuse(self, access_id: str, why: str) -> None:
        """
        Say no to what somebody asked for.

        Raises:
            NotFoundError: there is none.
            ConflictError: it is one's own, or does not wait any more.
            InvalidError: the reason may hold a patient's identifier.
        """
        access = self._held(access_id)
        _refused(refuse_granting(access.facts, self.account, self.work.now))
        self._change(access, refused_at=self.work.now)
        self._say(access, Action.ACCESS_REFUSED, "refused", why)

    def end(self, access_id: str) -> None:
        """
        End one's own access before its time.

        Raises:
            NotFoundError: there is none.
            ConflictError: it is somebody else's, or is over.
        """
        access = self._held(access_id)
        _refused(refuse_reading(access.facts, self.account, self.work.now))
        self._change(access, ends_at=self.work.now)
        self._say(access, Action.ACCESS_ENDED, "early", "")

    def review(self, access_id: str, verdict: Verdict, why: str) -> Access:
        """
        Say what a review of an access found; return it.

        Raises:
            NotFoundError: there is none.
            ConflictError: it is one's own, is not over, or needs no review.
            InvalidError: the text may hold a patient's identifier.
        """
        access = self._held(access_id)
        _refused(refuse_reviewing(access.facts, self.account, self.work.now))
        self._change(
            access,
            review_by=None,
            reviewed_by=self.account,
            reviewed_at=self.work.now,
            verdict=verdict.value,
        )
        self._say(access, Action.ACCESS_REVIEWED, verdict.value, why)
        return self._found(access_id)

    def told(self, access: Access, outcome: str) -> None:
        """Keep that the patients were told, or that none could be: ``outcome``."""
        self._change(access, tell_at=None, told_at=self.work.now)
        self.work.note(Action.ACCESS_TOLD, outcome, access.id, access=access.id)

    def opening(self, what: str) -> Access | None:
        """
        Return the access by which the account may open a document now, or None.

        ``what`` is the id of a document, of a message that is held back, or of a
        patient whose documents are listed.

        Raises:
            AlteredError: one is not as it was written: nothing is opened by it.
        """
        columns, now = accesses.c, self.work.now
        rows = self.work.connection.execute(
            select(accesses)
            .where(columns.ends_at > now, columns.asked_by == self.account)
            .order_by(columns.ends_at.desc(), columns.id)
        ).all()
        altered: AlteredError | None = None
        for row in rows:
            try:
                access = self._reader.opened(row)
                may_not = refuse_reading(access.facts, self.account, now)
                if may_not is None and access.names(what):
                    self._reader.check_last(row)
                    return access
            except AlteredError as error:  # another one may name it too
                altered = error
        if altered is not None:
            raise altered
        return None

    def note_reading(self, access: Access, place: ReadingCommand, what: str) -> None:
        """Write that something an access names is opened, before it is given."""
        named = access.names(what)
        assert named is not None, "found by it"
        detail = self._detail(access, (named,))
        for profile_id in self._standing(access.patients):
            chain = chain_of(profile_id)
            self.work.note(place.action, place.outcome, what, chain=chain, **detail)
        owner = _owner_of(access)
        read = Action.OPERATOR_READ
        self.work.note(read, place.command, access.id, owner=owner, **detail)

    def _note(self, access: Access, action: Action) -> None:
        """Write a line of all that an access names; its outcome is the cause."""
        assert access.said is not None, "made or granted while its key is there"
        detail = self._detail(access, access.said.named)
        if access.tell_at is not None:
            detail["tell"] = access.tell_at.isoformat()
            detail["delayed"] = access.said.delayed_why
        outcome = access.cause.value
        for profile_id in self._standing(access.patients):
            chain = chain_of(profile_id)
            self.work.note(action, outcome, access.id, chain=chain, **detail)
        owner = _owner_of(access)
        self.work.note(action, outcome, access.id, owner=owner, **detail)

    def _detail(self, access: Access, named: Sequence[Named]) -> dict[str, Any]:
        said = access.said
        return {
            **said_of(actor_of(self.by)),
            "access": access.id,
            "cause": access.cause.value,
            "why": said.why if said else "",
            "request": said.request if said else "",
            "document": [one.id for one in named],
            "categories": sorted({one.category for one in named if one.category}),
            "structure": sorted({one.origin for one in named if one.origin}),
        }

    def _say(self, access: Access, action: Action, outcome: str, why: str) -> None:
        """Write a line that names nothing that was in the patient's space."""
        check_note(why)
        detail = {**said_of(actor_of(self.by)), "access": access.id}
        told = {**detail, "cause": access.cause.value, **({"why": why} if why else {})}
        standing = self._standing(access.patients)
        for profile_id in access.patients:
            chain = chain_of(profile_id)
            more = told if profile_id in standing else detail
            self.work.note(action, outcome, access.id, chain=chain, **more)
        self.work.note(action, outcome, access.id, **told)

    def _held(self, access_id: str) -> Access:
        """Return an access and hold it until the commit."""
        row = self.work.connection.execute(
            select(accesses).where(accesses.c.id == access_id).with_for_update()
        ).first()
        if row is None:
            raise NotFoundError("no access has this id")
        access = self._reader.opened(row)
        self._reader.check_last(row)
        return access

    def _found(self, access_id: str) -> Access:
        found = self._reader.get(access_id)
        assert found is not None, "written by this transaction"
        return found

    def _change(self, access: Access, **values: Any) -> None:
        self.work.change(accesses, accesses.c.id == access.id, **values)

    def _standing(self, profile_ids: Iterable[str]) -> Sequence[str]:
        """Return those of some patients whose key was not destroyed."""
        scopes = {f"patient:{one}": one for one in profile_ids}
        found = self.work.connection.execute(
            select(data_keys.c.scope)
            .where(
                and_(
                    data_keys.c.scope.in_(sorted(scopes)),
                    data_keys.c.destroyed_at.is_(None),
                )
            )
            .distinct()
        ).scalars()
        return sorted(scopes[one] for one in found)


def _owner_of(access: Access) -> str:
    """Return the scope of the key of what the operator's lines say of a patient's."""
    return f"patient:{access.profile_id}" if access.profile_id else ""


def _refused(why: AccessRefusal | None) -> None:
    if why is not None:
        raise ConflictError(REFUSAL_TEXTS[why])
