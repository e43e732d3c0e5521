"""The lines a server puts in front of a message: Received, and Return-Path."""

from __future__ import annotations

import re
from datetime import datetime
from email.utils import format_datetime

_NOT_A_NAME = re.compile(r"[^A-Za-z0-9.:_\[\]-]")


def received_line(
    *,
    client: str,
    address: str,
    by: str,
    protocol: str,
    identifier: str,
    at: datetime,
) -> bytes:
    r"""
    Return the line with its end, folded (RFC 5321 §4.4).

    Without ``for``: it would show one recipient to another, and here a patient's
    identifier (RFC 5321 §7.2).

    Args:
        client: The name the client gave in EHLO; characters of no name become ``?``.
        address: The IP address it came from; empty is left out.
        by: Our own name.
        protocol: ESMTPS, as registered by RFC 3848.
        identifier: The arrival's id.
        at: When it came.
    """
    literal = f"IPv6:{address}" if ":" in address else address
    shown = f" ([{_name(literal)}])" if address else ""
    line = (
        f"Received: from {_name(client) or 'unknown'}{shown}\r\n"
        f" by {_name(by)} with {_name(protocol)} id {_name(identifier)};\r\n"
        f" {format_datetime(at)}\r\n"
    )
    return line.encode("ascii")


_RETURN_PATH = b"Return-Path: <"


def return_path(reverse_path: str) -> bytes:
    """
    Return the line of a message that ends here, for its mailbox (RFC 5321 §4.4).

    >>> return_path("a@b.test")
    b'Return-Path: <a@b.test>\\r\\n'
    """
    return b"%s%s>\r\n" % (_RETURN_PATH, reverse_path.encode("ascii"))


def without_return_path(content: bytes) -> bytes:
    """
    Return a message as it goes on to another server: our own line is the first one.

    A copy of the same message is in a mailbox here; whoever delivers the other one adds
    a line of their own (RFC 5321 §4.4).
    """
    if not content.startswith(_RETURN_PATH):
        return content
    return content[content.index(b"\r\n") + 2 :]


def _name(text: str) -> str:
    return _NOT_A_NAME.sub("?", text)[:255]
