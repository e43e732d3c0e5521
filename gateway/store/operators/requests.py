"""
Requests: a command in its exact words, kept until a second operator confirms it.

The words lie sealed and the row is bound: who has the database alone can neither slip
one in nor alter one, and what is put back as it was before is refused by what the
journal remembers.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from attrs import field, frozen
from sqlalchemy import delete, func, select

from gateway.errors import ConflictError, MisuseError, NotFoundError
from gateway.rights.request_rules import (
    RequestFacts,
    RequestState,
    is_open,
    why_not_confirmed,
    why_not_withdrawn,
)
from gateway.store.base.work import UnitOfWork
from gateway.store.journal import OPERATOR, Action
from gateway.store.operators.written_last import check_is_last
from gateway.store.sealed.line_details import scope_of
from gateway.store.tables import operator_requests

KEPT: Final = timedelta(days=7)
"""How long a request is still listed after its end; the journal has its lines."""

_COLUMNS = operator_requests.c


@frozen(kw_only=True)
class OperatorRequest:
    """What an operator asked for; ``by`` and ``confirmed_by`` name them and a role."""

    id: str
    facts: RequestFacts
    key_id: str
    words: Sequence[str] = field(repr=False)
    by: str
    reason: str = field(repr=False)
    confirmed_by: str
    created_at: datetime
    ended_at: datetime | None
    status: int | None


@frozen
class Requests:
    """Requests within one transaction; each step leaves a line of who took it."""

    work: UnitOfWork

    def ask(
        self,
        command: str,
        words: Sequence[str],
        *,
        login: int,
        by: str,
        reason: str,
        lasts: timedelta,
        most: int,
    ) -> OperatorRequest:
        """
        Keep what an operator asks for; return it.

        Raises:
            ConflictError: so many wait already.
        """
        work = self.work
        if work.connection.dialect.name == "postgresql":
            # Two that ask at once are both counted.
            work.connection.exec_driver_sql(
                "LOCK TABLE operator_requests IN SHARE ROW EXCLUSIVE MODE"
            )
        waiting = select(func.count()).where(
            _COLUMNS.state == RequestState.WAITING.value,
            _COLUMNS.expires_at > work.now,
        )
        if work.connection.execute(waiting).scalar_one() >= most:
            raise ConflictError(f"{most} requests wait already: gateway requests list")
        request_id, key_id = uuid4().hex, work.key_for(scope_of(OPERATOR))
        said = {"words": list(words), "by": by, "reason": reason}
        work.add_now(
            operator_requests,
            id=request_id,
            command=command,
            state=RequestState.WAITING.value,
            asked_by=login,
            key_id=key_id,
            said=work.seal(key_id, said, _place("said", request_id)),
            created_at=work.now,
            expires_at=work.now + lasts,
        )
        work.note(Action.REQUEST_ASKED, command, request_id, by=by, reason=reason)
        return self.get(request_id)

    def get(self, request_id: str) -> OperatorRequest:
        """
        Return a request.

        Raises:
            NotFoundError: there is none of that id.
            AlteredError: it is not as it was written.
        """
        query = select(operator_requests).where(_COLUMNS.id == request_id)
        row = self.work.connection.execute(query.with_for_update()).first()
        if row is None:
            raise NotFoundError("there is no such request: gateway requests list")
        return self._request(row)

    def listed(self, *, ended: bool = False) -> tuple[list[OperatorRequest], int]:
        """
        Return what may be confirmed now, the oldest first, or all that are kept.

        And how many were left out because they are not as they were written.
        """
        query = select(operator_requests).order_by(_COLUMNS.created_at, _COLUMNS.id)
        rows = self.work.connection.execute(query).all()
        sound = [row for row in rows if self.work.rows.is_sound(operator_requests, row)]
        found = [self._request(row) for row in sound]
        shown = [one for one in found if ended or is_open(one.facts, self.work.now)]
        return shown, len(rows) - len(sound)

    def confirm(self, request: OperatorRequest, *, login: int, by: str) -> None:
        """
        Keep that a second operator confirmed a request, which is then carried out.

        Raises:
            MisuseError: this one may not, or not any more.
            AlteredError: it was put back as it was before.
        """
        if why := why_not_confirmed(request.facts, login, self.work.now):
            raise MisuseError(why)
        here = select(operator_requests).where(_COLUMNS.id == request.id)
        row = self.work.connection.execute(here).one()
        check_is_last(self.work, operator_requests, row)
        place = _place("confirmed", request.id)
        sealed = self.work.seal(request.key_id, {"by": by, "login": login}, place)
        values = {"ended_at": None, "status": None}  # one that goes on had an end
        self._write(request, RequestState.CONFIRMED, confirmed=sealed, **values)
        self._note(Action.REQUEST_CONFIRMED, request, by=by, asked=request.by)

    def withdraw(self, request: OperatorRequest, *, login: int, by: str) -> None:
        """
        Take a request back.

        Raises:
            MisuseError: another one asked, or it does not wait any more.
        """
        if why := why_not_withdrawn(request.facts, login):
            raise MisuseError(why)
        self._write(request, RequestState.WITHDRAWN, ended_at=self.work.now)
        self._note(Action.REQUEST_WITHDRAWN, request, by=by)

    def end(self, request: OperatorRequest, status: int) -> None:
        """Keep with which exit status what was asked for has ended."""
        state = RequestState.FAILED if status else RequestState.DONE
        self._write(request, state, ended_at=self.work.now, status=status)
        self.work.note(
            Action.REQUEST_ENDED, state.value, request.id, command=request.facts.command
        )

    def _write(
        self, request: OperatorRequest, state: RequestState, **values: Any
    ) -> None:
        here = _COLUMNS.id == request.id
        self.work.change(operator_requests, here, state=state.value, **values)

    def _note(self, action: Action, request: OperatorRequest, **who: str) -> None:
        command, reason = request.facts.command, request.reason
        self.work.note(action, command, request.id, reason=reason, **who)

    def _request(self, row: Any) -> OperatorRequest:
        self.work.rows.check(operator_requests, row)
        said = self.work.unseal(row.key_id, row.said, _place("said", row.id))
        second = ""
        if row.confirmed is not None:
            place = _place("confirmed", row.id)
            second = self.work.unseal(row.key_id, row.confirmed, place)["by"]
        return OperatorRequest(
            id=row.id,
            facts=RequestFacts(
                command=row.command,
                state=RequestState(row.state),
                asked_by=row.asked_by,
                expires_at=row.expires_at,
            ),
            key_id=row.key_id,
            words=tuple(said["words"]),
            by=said["by"],
            reason=said["reason"],
            confirmed_by=second,
            created_at=row.created_at,
            ended_at=row.ended_at,
            status=row.status,
        )


def forget_requests(work: UnitOfWork) -> int:
    """Forget requests that ended or expired some days ago; return how many."""
    long_ago = _COLUMNS.expires_at < work.now - KEPT
    gone = work.connection.execute(delete(operator_requests).where(long_ago))
    return int(gone.rowcount)


def _place(column: str, request_id: str) -> str:
    return f"operator_requests.{column}:{request_id}"
