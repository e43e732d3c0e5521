"""Any bytes are a CDA, with its entry and body, or are refused; nothing else."""

from __future__ import annotations

import contextlib

from gateway.dmp_bridge.cda import read_cda
from gateway.dmp_bridge.cda_body import body_of
from gateway.dmp_bridge.entry_json import entry_from_json, entry_to_json
from gateway.dmp_bridge.metadata import document_entry
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
