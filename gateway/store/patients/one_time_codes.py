"""One-time codes: six digits by e-mail, good once, for minutes, for one session."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from attrs import field, frozen
from sqlalchemy import ColumnElement, delete, select

from gateway.store.base.work import UnitOfWork
from gateway.store.sealed.digest_keys import Label
from gateway.store.tables import accounts, one_time_codes, professional_accounts

CODES_KEPT = timedelta(days=1)
"""
A code that ended is known for so long: those sent are counted, by the hour or so.
"""


@frozen
class NewCode:
    """A code just made: its id for the session, its digits for the e-mail alone."""

    id: str
    digits: str = field(repr=False)


@frozen
class OneTimeCodes:
    """One-time codes within one transaction."""

    work: UnitOfWork

    def make(
        self,
        account_id: str | None,
        life: timedelta,
        tries: int,
        *,
        professional_id: str | None = None,
    ) -> NewCode:
        """
        Make a code for a patient's account, or for a professional's.

        For nobody: one that opens nothing.
        """
        now = self.work.now
        code = NewCode(uuid4().hex, f"{secrets.randbelow(1_000_000):06d}")
        self.work.connection.execute(
            delete(one_time_codes).where(one_time_codes.c.expires_at < now - CODES_KEPT)
        )
        self.work.add_now(
            one_time_codes,
            id=code.id,
            account_id=account_id,
            digest=_digests(self.work, code.id, code.digits)[0],
            tries_left=tries,
            created_at=now,
            expires_at=now + life,
            professional_id=professional_id,
        )
        return code

    def next_at(self, account_id: str, most: int, span: timedelta) -> datetime | None:
        """
        Return from when another code may be sent, ``most`` in a span; None: now.

        ``span`` is no longer than what is kept, `CODES_KEPT`. Two that ask at once wait
        for each other at the account, or each would count without the other's.
        """
        assert span <= CODES_KEPT, "codes are forgotten that would count"
        self.work.connection.execute(
            select(accounts.c.id).where(accounts.c.id == account_id).with_for_update()
        )
        return self._next_at(one_time_codes.c.account_id == account_id, most, span)

    def next_for_professional(
        self, professional_id: str, most: int, span: timedelta
    ) -> datetime | None:
        """Return the same for the account of a professional."""
        assert span <= CODES_KEPT, "codes are forgotten that would count"
        self.work.connection.execute(
            select(professional_accounts.c.id)
            .where(professional_accounts.c.id == professional_id)
            .with_for_update()
        )
        theirs = one_time_codes.c.professional_id == professional_id
        return self._next_at(theirs, most, span)

    def _next_at(
        self, theirs: ColumnElement[bool], most: int, span: timedelta
    ) -> datetime | None:
        code = one_time_codes.c
        sent = self.work.connection.execute(
            select(code.created_at)
            .where(theirs, code.created_at > self.work.now - span)
            .order_by(code.created_at.desc())
            .limit(1)
            .offset(most - 1)
        ).scalar()
        return None if sent is None else sent + span

    def use(self, code_id: str, digits: str) -> bool:
        """
        Try digits against a code; True once at most, and only for a real account's.

        The try is taken off before the digits are looked at, and the code is marked
        used by a statement that only one of two parallel requests can win. The caller
        must commit in both cases: a try undone could be had again.
        """
        code, now = one_time_codes.c, self.work.now
        row = self.work.connection.execute(
            select(one_time_codes)
            .where(
                code.id == code_id,
                code.tries_left > 0,
                code.used_at.is_(None),
                code.expires_at > now,
            )
            .with_for_update()
        ).first()
        left: dict[str, Any] = {}
        if row is not None:
            self.work.rows.check(one_time_codes, row)
            less = {"tries_left": row.tries_left - 1}
            left = self.work.rewrite(one_time_codes, {**row._mapping, **less}, less)
        kept = row.digest if row else "-" * 64
        given = _digests(self.work, code_id, digits)
        matches = any(hmac.compare_digest(one, kept) for one in given)
        if row is None or not matches or _is_of_nobody(row):
            return False
        used = {"used_at": now}
        self.work.rewrite(one_time_codes, {**left, **used}, used)
        return True

    def tries_left(self, code_id: str) -> int:
        """Return how often a code may still be tried; 0 when used or too old."""
        code = one_time_codes.c
        row = self.work.connection.execute(
            select(one_time_codes).where(
                code.id == code_id,
                code.used_at.is_(None),
                code.expires_at > self.work.now,
            )
        ).first()
        if row is None:
            return 0
        self.work.rows.check(one_time_codes, row)
        return int(row.tries_left)

    def void(self, code_id: str) -> None:
        """Make a code useless: another one takes its place."""
        code = one_time_codes.c
        self.work.change(
            one_time_codes,
            code.id == code_id,
            code.used_at.is_(None),
            used_at=self.work.now,
        )


def _is_of_nobody(row: Any) -> bool:
    return row.account_id is None and row.professional_id is None


def void_codes_of(work: UnitOfWork, account_id: str) -> None:
    """Make every code of an account useless."""
    code = one_time_codes.c
    work.change(
        one_time_codes,
        code.account_id == account_id,
        code.used_at.is_(None),
        used_at=work.now,
    )


def _digests(work: UnitOfWork, code_id: str, digits: str) -> tuple[str, ...]:
    # Keyed: of a million codes a bare hash would hide none.
    return work.digests(Label.CODE, f"{code_id}:{digits}")
