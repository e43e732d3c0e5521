"""What a patient has begun in the settings of the account and not ended yet."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from attrs import frozen
from sqlalchemy import delete, insert, select

from gateway.store.base.work import UnitOfWork
from gateway.store.patients.web_sessions import WebSession
from gateway.store.tables import account_steps


class StepKind(StrEnum):
    """What was begun."""

    PROOF = "proof"  # gave the password and a code: may change the account now
    ACTIVATE = "activate"  # gave the provisional code: may make the first choices
    OBJECTED = "objected"  # objected to the space: may take the proof with them
    TELEPHONE = "telephone"  # gave a number, which has to be proven
    EMAIL = "email"  # gave another address, which has to be proven


@frozen
class AccountSteps:
    """
    The steps of one session, within one transaction.

    Each is sealed for its session and kind with the patient's key: nobody without it
    can make one, move it to another session, or give it more time.
    """

    work: UnitOfWork
    session: WebSession
    key_id: str

    def begin(self, kind: StepKind, life: timedelta, **said: str) -> None:
        """Keep a step for so long, in place of the last one of its kind."""
        now = self.work.now
        columns, until = account_steps.c, now + life
        self.work.connection.execute(
            delete(account_steps).where(columns.expires_at <= now)
        )
        self.end(kind)
        content = {**said, "until": until.isoformat()}
        self.work.connection.execute(
            insert(account_steps).values(
                session=self.session.digest,
                kind=kind.value,
                key_id=self.key_id,
                content=self.work.seal(self.key_id, content, self._place(kind)),
                expires_at=until,
            )
        )

    def find(self, kind: StepKind) -> dict[str, Any] | None:
        """Return what was said at a step that is in force, or None."""
        columns = account_steps.c
        row = self.work.connection.execute(
            select(account_steps).where(
                columns.session == self.session.digest, columns.kind == kind.value
            )
        ).first()
        if row is None:
            return None
        said: dict[str, Any] = self.work.unseal(
            row.key_id, row.content, self._place(kind)
        )
        until = datetime.fromisoformat(said.pop("until"))
        return said if self.work.now < until else None

    def end(self, kind: StepKind) -> None:
        """End a step; none is no error."""
        columns = account_steps.c
        self.work.connection.execute(
            delete(account_steps).where(
                columns.session == self.session.digest, columns.kind == kind.value
            )
        )

    def _place(self, kind: StepKind) -> str:
        return f"account_steps.content:{self.session.digest}:{kind.value}"
