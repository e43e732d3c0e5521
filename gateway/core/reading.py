"""Why a professional cannot read in a patient's vault, and how one does who can."""

from __future__ import annotations

from enum import StrEnum


class ReadingRefusal(StrEnum):
    """Why somebody does not read; each has a text in `core.texts.reading`."""

    PROFILE_ABSENT = "PROFILE_ABSENT"
    PROFILE_OPPOSED = "PROFILE_OPPOSED"
    PROFILE_CLOSED = "PROFILE_CLOSED"
    PROFILE_SUSPENDED = "PROFILE_SUSPENDED"
    PATIENT_NOT_FOUND = "PATIENT_NOT_FOUND"
    INS_NOT_QUALIFIED = "INS_NOT_QUALIFIED"
    BLOCKED = "BLOCKED"
    OPPOSED = "OPPOSED"
    NOT_INFORMED = "NOT_INFORMED"
    CONSENT_MISSING = "CONSENT_MISSING"
    CONSENT_EXPIRED = "CONSENT_EXPIRED"
    EMERGENCY_REFUSED_BY_PATIENT = "EMERGENCY_REFUSED_BY_PATIENT"
    EMERGENCY_NOT_DECLARED = "EMERGENCY_NOT_DECLARED"
    EMERGENCY_REASON_MISSING = "EMERGENCY_REASON_MISSING"
    NOT_A_REGULATOR = "NOT_A_REGULATOR"
    AUTH_TOO_WEAK = "AUTH_TOO_WEAK"
    ROLE_NEVER_READS = "ROLE_NEVER_READS"
    NOT_HABILITATED = "NOT_HABILITATED"


class ReadingWay(StrEnum):
    """By what right somebody reads; kept with every reading, so never renamed."""

    TEAM = "TEAM"
    """As one of the care team (CSP L. 1110-12)."""
    CONSENT = "CONSENT"
    """By consent given for this one consultation."""
    REGULATION = "REGULATION"
    """As the doctor who answers an emergency call (CSP L. 1111-17)."""
    EMERGENCY = "EMERGENCY"
    """Declared: at immediate risk, and unable to say (bris de glace, L. 1111-17)."""


IN_EMERGENCY = frozenset({ReadingWay.REGULATION, ReadingWay.EMERGENCY})
"""The ways that ask for no consent, and that the patient closes one by one."""
