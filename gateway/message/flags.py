"""Flags of messages: the words IMAP sets on them, and how a change combines them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum

from attrs import frozen

from gateway.errors import InvalidError

SEEN = "\\Seen"
DELETED = "\\Deleted"
SYSTEM_FLAGS = ("\\Answered", "\\Flagged", DELETED, SEEN, "\\Draft")
"""What a client may set besides keywords (RFC 3501 §2.3.2); \\Recent is ours."""

MOST_CHARACTERS = 500
"""All flags of one message, as kept."""

_BY_LOWER = {flag.lower(): flag for flag in SYSTEM_FLAGS}
_KEYWORD = re.compile(r"[!#$&'+,\-./0-9:;<=>?@A-Z\[^_`a-z|}~]{1,100}")


class FlagMode(Enum):
    """How a change combines with what is there."""

    REPLACE = "FLAGS"
    ADD = "+FLAGS"
    REMOVE = "-FLAGS"


@frozen
class FlagChange:
    """A change of flags, whose words `read_flag` gave."""

    mode: FlagMode
    flags: tuple[str, ...]


def read_flag(text: str) -> str:
    """
    Return a flag in the spelling that is kept.

    Raises:
        InvalidError: neither one of RFC 3501's that a client may set nor a keyword.
    """
    if text.startswith("\\"):
        known = _BY_LOWER.get(text.lower())
        if known is None:
            raise InvalidError("unknown system flag")
        return known
    if not _KEYWORD.fullmatch(text):
        raise InvalidError("malformed keyword")
    return text


def join_flags(flags: Iterable[str]) -> str:
    """
    Return flags as they are kept: each once, in one order, a space between.

    Raises:
        InvalidError: too many, or too long.
    """
    once = {flag.lower(): flag for flag in flags}
    joined = " ".join(once[key] for key in sorted(once))
    if len(joined) > MOST_CHARACTERS:
        raise InvalidError("too many flags on a message")
    return joined


def change_flags(kept: str, change: FlagChange) -> str:
    """
    Return the flags after a change.

    Raises:
        InvalidError: too many, or too long.

    >>> change_flags("\\\\Seen", FlagChange(FlagMode.ADD, ("$Forwarded",)))
    '$Forwarded \\\\Seen'
    """
    before = kept.split()
    match change.mode:
        case FlagMode.REPLACE:
            return join_flags(change.flags)
        case FlagMode.ADD:
            return join_flags([*change.flags, *before])
        case FlagMode.REMOVE:
            gone = {flag.lower() for flag in change.flags}
            return join_flags(flag for flag in before if flag.lower() not in gone)
