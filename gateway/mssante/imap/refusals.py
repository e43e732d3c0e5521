"""How a command ends when it does not succeed, said once for all commands."""

from __future__ import annotations

from gateway.errors import (
    ConflictError,
    GatewayError,
    InvalidError,
    NotFoundError,
)
from gateway.mssante.imap.search_keys import BadCharsetError
from gateway.store.mailbox.mail import OverQuotaError


class CommandRefusedError(Exception):
    """The command is answered NO, with this response code (RFC 5530) and text."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.answer = f"[{code}] {text}".encode("ascii")


NO_FOLDER = CommandRefusedError("NONEXISTENT", "no such folder")
TRY_CREATE = CommandRefusedError("TRYCREATE", "no such folder")
TOO_BIG = CommandRefusedError("TOOBIG", "message too large")
OVER_QUOTA = CommandRefusedError("OVERQUOTA", "the mailbox is full")
TRY_LATER = CommandRefusedError("UNAVAILABLE", "try again later")
READ_ONLY = CommandRefusedError("READ-ONLY", "folder is open for reading only")
EXPUNGED = CommandRefusedError("EXPUNGEISSUED", "some messages are gone")


def refusal_of(error: GatewayError) -> bytes | None:
    """Return the text of NO for a failure we foresee; None when it is BAD instead."""
    match error:
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
