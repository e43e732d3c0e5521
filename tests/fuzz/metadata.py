"""Any bytes are a METADATA.XML of one patient, or are refused; nothing else."""

from __future__ import annotations

import contextlib

from gateway.documents.xds.reading import read_metadata
from gateway.errors import InvalidError


def one(data: bytes) -> None:
    """Read the bytes as a METADATA.XML."""
    with contextlib.suppress(InvalidError):
        metadata = read_metadata(data)
        assert metadata.patient_id
        assert metadata.entries
