"""Codes by which a patient lets a professional read: short, once, for minutes."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from attrs import field, frozen
from sqlalchemy import delete, func, select

from gateway.core.actors import PATIENT, Actor
from gateway.errors import DestroyedError
from gateway.store.base.work import UnitOfWork
from gateway.store.journal import Action, chain_of
from gateway.store.patients.facts import said_of
from gateway.store.sealed.digest_keys import Label
from gateway.store.tables import reading_codes

DIGITS: Final = 8
_KEPT: Final = timedelta(days=1)
_HOUR: Final = timedelta(hours=1)
_ROW = reading_codes.c


@frozen
class NewReadingCode:
    """A code just made: its digits for the page alone, and until when it is good."""

    digits: str = field(repr=False)
    expires_at: datetime


@frozen(kw_only=True)
class UsedReadingCode:
    """A code that was right; ``by`` is who made it for the patient, if anybody did."""

    id: str
    by: str = field(repr=False)


@frozen
class ReadingCodes:
    """The codes of patients within one transaction."""

    work: UnitOfWork

    def make(
        self, profile_id: str, life: timedelta, tries: int, by: Actor = PATIENT
    ) -> NewReadingCode:
        """Make a code, which ends those before it; the line says who made it."""
        now, code_id = self.work.now, uuid4().hex
        self.void(profile_id)
        self.work.connection.execute(
            delete(reading_codes).where(_ROW.expires_at < now - _KEPT)
        )
        code = NewReadingCode(f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}", now + life)
        key_id = self.work.key_for(f"patient:{profile_id}")
        actor = self.work.acting or by
        self.work.add_now(
            reading_codes,
            id=code_id,
            profile_id=profile_id,
            digest=_digests(self.work, code_id, code.digits)[0],
            tries_left=tries,
            key_id=key_id,
            said=self.work.seal(key_id, {"by": actor.name}, _place(code_id)),
            created_at=now,
            expires_at=code.expires_at,
        )
        self.work.note(
            Action.AGREEMENT_CODE_MADE,
            "made",
            code_id,
            chain=chain_of(profile_id),
            **said_of(actor),
        )
        return code

    def made_lately(self, profile_id: str) -> int:
        """Return how many a patient made in the last hour."""
        return self.work.connection.execute(
            select(func.count())
            .select_from(reading_codes)
            .where(
                _ROW.profile_id == profile_id, _ROW.created_at > self.work.now - _HOUR
            )
        ).scalar_one()

    def void(self, profile_id: str) -> None:
        """Make the codes of a patient useless."""
        self.work.change(
            reading_codes,
            _ROW.profile_id == profile_id,
            _ROW.used_at.is_(None),
            _ROW.expires_at > self.work.now,
            expires_at=self.work.now,
        )

    def use(self, profile_id: str, digits: str) -> UsedReadingCode | None:
        """
        Try digits against a patient's code; it is good once, and for minutes.

        The try is taken off before the digits are looked at: the caller must commit in
        both cases, or it could be had again.
        """
        row = self.work.connection.execute(
            select(reading_codes)
            .where(
                _ROW.profile_id == profile_id,
                _ROW.tries_left > 0,
                _ROW.used_at.is_(None),
                _ROW.expires_at > self.work.now,
            )
            .with_for_update()
        ).first()
        if row is None:
            return None
        self.work.rows.check(reading_codes, row)
        less = {"tries_left": row.tries_left - 1}
        left = self.work.rewrite(reading_codes, {**row._mapping, **less}, less)
        given = _digests(self.work, row.id, _plain(digits))
        if not any(hmac.compare_digest(one, row.digest) for one in given):
            return None
        used = {"used_at": self.work.now}
        self.work.rewrite(reading_codes, {**left, **used}, used)
        return UsedReadingCode(id=row.id, by=self._by(row))

    def _by(self, row: Any) -> str:
        try:
            said = self.work.unseal(row.key_id, row.said, _place(row.id))
        except DestroyedError:
            return ""
        return str(said["by"])


def _plain(digits: str) -> str:
    """Return digits without the blanks that they are shown with."""
    return "".join(digits.split())


def _digests(work: UnitOfWork, code_id: str, digits: str) -> tuple[str, ...]:
    # Keyed: of a hundred million codes a bare hash would hide none.
    return work.digests(Label.CODE, f"reading:{code_id}:{digits}")


def _place(code_id: str) -> str:
    return f"reading_codes.said:{code_id}"
