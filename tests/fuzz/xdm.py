"""Any bytes are a package, or are refused; nothing else, within limits."""

from __future__ import annotations

import contextlib

from gateway.documents.xdm.archive import ArchiveLimits
from gateway.errors import InvalidError
from tests.builders_xdm import open_package

LIMITS = ArchiveLimits(entry_bytes=2**20, total_bytes=2**21)


def one(data: bytes) -> None:
    """Open the bytes as an IHE_XDM.ZIP."""
    with contextlib.suppress(InvalidError):
        package = open_package(data, LIMITS)
        assert package.documents
        assert sum(len(one.content) for one in package.documents) <= LIMITS.total_bytes
