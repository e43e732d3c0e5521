"""What becomes of a professional's copy, beside the outcomes of filing."""

from __future__ import annotations

from enum import StrEnum


class Copy(StrEnum):
    """Outcome of a recipient who is not a patient."""

    DELIVERED = "DELIVERED"
    RELAYED = "RELAYED"
    BOUNCED = "BOUNCED"
    EXPIRED = "EXPIRED"
