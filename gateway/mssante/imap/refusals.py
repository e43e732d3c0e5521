"""How a command ends when it does not succeed, said once for all commands."""

from __future__ import annotations

from attrs import frozen

from gateway.errors import (
    ConflictError,
    GatewayError,
    InvalidError,
    NotFoundError,
)
from gateway.mssante.imap.search_keys import BadCharsetError
from gateway.store.mailbox.mail import OverQuotaError


@frozen
class Refusal:
    """Why a command is answered NO: a response code (RFC 5530) and a text."""

    code: str
    text: str

    @property
    def answer(self) -> bytes:
        """What stands behind NO."""
        return f"[{self.code}] {self.text}".encode("ascii")


class CommandRefusedError(GatewayError):
    """
    The command is answered NO.

    Made anew each time: an exception that is raised again keeps the traceback of
    every time before.
    """

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.text)
        self.refusal = refusal


NO_FOLDER = Refusal("NONEXISTENT", "no such folder")
TRY_CREATE = Refusal("TRYCREATE", "no such folder")
TOO_BIG = Refusal("TOOBIG", "message too large")
OVER_QUOTA = Refusal("OVERQUOTA", "the mailbox is full")
TRY_LATER = Refusal("UNAVAILABLE", "try again later")
READ_ONLY = Refusal("READ-ONLY", "folder is open for reading only")
DAMAGED = Refusal("CORRUPTION", "some messages cannot be read")
EXPUNGED = Refusal("EXPUNGEISSUED", "some messages are gone")


def refusal_of(error: GatewayError) -> bytes | None:
    """Return the text of NO for a failure we foresee; None when it is BAD instead."""
    match error:
        case CommandRefusedError():
            return error.refusal.answer
        case BadCharsetError():
            return b"[BADCHARSET (UTF-8 US-ASCII)] charset not known"
        case InvalidError():
            return None
        case OverQuotaError():
            return OVER_QUOTA.answer
        case NotFoundError():
            return NO_FOLDER.answer
        case ConflictError():
            return f"[CANNOT] {error.public}".encode("ascii", "replace")
        case _:
            return TRY_LATER.answer
