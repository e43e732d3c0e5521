"""
What AUTH says on the doors of our users (RFC 4954); what it does is in `signing_in`.

EXTERNAL is by the certificate of TLS, which proves who sends with or without it.
Programs that can only present a certificate where the server offers EXTERNAL need it,
and it narrows a session to the one mailbox it names.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Collection
from typing import Final

from attrs import field, frozen

from gateway.errors import InvalidError
from gateway.message.address import MailAddress, read_address
from gateway.mssante.smtp import replies
from gateway.mssante.smtp.extensions import CommandError

EXTERNAL: Final = "EXTERNAL"
_AUTH: Final = re.compile(r"([A-Za-z0-9_-]{1,20})(?: +(\S+))?")
CANCEL: Final = "*"
_EMPTY: Final = "="
_MOST: Final = 400
"""Characters of an identity in base64; an address has 254 at most."""


@frozen
class AuthCommand:
    """AUTH with a mechanism; ``response`` is None where the client waits for 334."""

    mechanism: str
    response: str | None = field(default=None, repr=False)


def read_auth(argument: str, offered: Collection[str]) -> AuthCommand:
    """
    Read what follows ``AUTH `` (RFC 4954 §4); ``offered`` are the mechanisms.

    Raises:
        CommandError: it is malformed, or the mechanism is not offered.
    """
    found = _AUTH.fullmatch(argument.strip(" "))
    if found is None:
        raise CommandError(replies.BAD_SYNTAX)
    mechanism = found[1].upper()
    if mechanism not in offered:
        raise CommandError(replies.UNKNOWN_MECHANISM)
    return AuthCommand(mechanism, found[2])


def read_identity(response: str) -> MailAddress | None:
    """
    Return the mailbox a client asks to act as, None for what its certificate holds.

    The response of EXTERNAL is that identity alone (RFC 4422 appendix A.1), in base64,
    or ``=`` for an empty one.

    Raises:
        CommandError: the client gives up, or it is no base64 of an address.

    >>> str(read_identity("RHJAaG9wLnRlc3Q=")), read_identity("=")
    ('Dr@hop.test', None)
    """
    if response == CANCEL:
        raise CommandError(replies.AUTH_CANCELLED)
    if response in {"", _EMPTY}:
        return None
    if len(response) > _MOST:
        raise CommandError(replies.AUTH_MALFORMED)
    try:
        text = base64.b64decode(response, validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        raise CommandError(replies.AUTH_MALFORMED) from None
    try:
        return read_address(text)
    except InvalidError:
        raise CommandError(replies.AUTH_FAILED) from None
