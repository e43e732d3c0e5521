"""Any bytes are a CDA, with its entry and body, or are refused; nothing else."""

from __future__ import annotations

import contextlib

from gateway.documents.cda.body import body_of
from gateway.documents.cda.header import read_cda
from gateway.documents.xds.entry import document_entry
from gateway.documents.xds.entry_json import entry_from_json, entry_to_json
from gateway.errors import InvalidError

MAX_BYTES = 2**20


def one(data: bytes) -> None:
    """Read the bytes as a CDA file, and do with it what filing does."""
    with contextlib.suppress(InvalidError):
        body_of(data, max_bytes=MAX_BYTES)
    with contextlib.suppress(InvalidError):
        document = read_cda(data, max_bytes=MAX_BYTES)
        entry = document_entry(document, data, entry_uuid="urn:uuid:0")
        assert entry_from_json(entry_to_json(entry)) == entry
