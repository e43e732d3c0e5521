"""What a mail program says with a token, and how it is told that it is refused."""

from __future__ import annotations

import base64
import binascii
import json
import re
from enum import StrEnum
from typing import Final

from attrs import field, frozen

from gateway.errors import InvalidError

MOST_RESPONSE: Final = 12_288
"""Octets of a line that answers a challenge (RFC 4954 §4)."""


class TokenMechanism(StrEnum):
    """The mechanisms of SASL that carry a token; XOAUTH2 is older, and no standard."""

    OAUTHBEARER = "OAUTHBEARER"
    XOAUTH2 = "XOAUTH2"


class TokenStatus(StrEnum):
    """Why a token signs nobody in (RFC 6750 §3.1)."""

    MALFORMED = "invalid_request"
    REFUSED = "invalid_token"
    NOT_HELD = "insufficient_scope"


@frozen
class ShownToken:
    """A token, and the mailbox asked for with it: empty for none."""

    address: str = field(repr=False)
    token: str = field(repr=False)


_GS2: Final = re.compile(r"[ny],(?:a=((?:[^,=\x00-\x1f]|=2C|=3D)+))?,\Z")
_USER: Final = re.compile(r"user=([^\x00-\x1f]*)\Z")
_PAIR: Final = re.compile(r"([A-Za-z]+)=([\x20-\x7e\t\r\n]*)\Z")
_BEARER: Final = re.compile(r"bearer +([A-Za-z0-9._~+/-]+=*)\Z", re.IGNORECASE)


def read_response(mechanism: TokenMechanism, response: str) -> ShownToken:
    """
    Return what a client answers, in base64 (RFC 7628 §3.1, RFC 6750 §2.1).

    Of OAUTHBEARER the name, host and port are the client's word; a name is the mailbox
    that is asked for. Channels are not bound: ``p=`` is refused.

    Raises:
        InvalidError: it is no base64 of that.

    >>> text = base64.b64encode(b"n,a=dr@hop.test,\\x01auth=Bearer abc\\x01\\x01")
    >>> read_response(TokenMechanism.OAUTHBEARER, text.decode()).address
    'dr@hop.test'
    """
    if len(response) > MOST_RESPONSE:
        raise InvalidError("too long an answer")
    try:
        text = base64.b64decode(response, validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        raise InvalidError("malformed base64") from None
    head, *pairs = text.split("\x01")
    if len(pairs) < 3 or pairs[-2:] != ["", ""]:
        raise InvalidError("malformed answer")
    by_standard = mechanism is TokenMechanism.OAUTHBEARER
    name = (_GS2 if by_standard else _USER).match(head)
    found: dict[str, str] = {}
    for pair in pairs[:-2]:
        read = _PAIR.match(pair)
        if read is None or read[1].lower() in found:
            raise InvalidError("malformed answer")
        found[read[1].lower()] = read[2]
    token = _BEARER.match(found.get("auth", ""))
    if name is None or token is None:
        raise InvalidError("malformed answer")
    address = (name[1] or "").replace("=2C", ",").replace("=3D", "=")
    return ShownToken(address.strip().lower(), token[1])


def challenge(status: TokenStatus, scope: str, discovery: str) -> str:
    """
    Return what a refused client is told, in base64: why, and where it gets tokens.

    It answers with a line that says nothing, and the command fails then (RFC 7628
    §3.2.2).
    """
    said = {"status": status.value, "scope": scope, "openid-configuration": discovery}
    return base64.b64encode(json.dumps(said).encode()).decode("ascii")
