"""Any bytes are a message, or are refused; what decodes is within the limits."""

from __future__ import annotations

import contextlib

from gateway.errors import InvalidError
from gateway.message.reading import MimeLimits, find_attachments, read_parts

LIMITS = MimeLimits(max_decoded_bytes=2**20)


def one(data: bytes) -> None:
    """Read the bytes as a message, its addresses and all its parts."""
    with contextlib.suppress(InvalidError):
        parts = read_parts(data, LIMITS)
        find_attachments(parts)
        assert sum(len(part.raw) for part in parts.attachments) <= len(data)
        decoded = 0
        for part in parts.attachments:
            with contextlib.suppress(InvalidError):
                decoded += len(part.content())
                assert len(part.content()) <= part.size
        assert decoded <= LIMITS.max_decoded_bytes
        assert isinstance(parts.headers.subject, str)
        for name in ("from", "sender", "reply-to", "to", "cc"):
            parts.headers.mailboxes(name)
