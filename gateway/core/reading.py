"""Why a professional cannot read in a patient's vault, and how one does who can."""

from __future__ import annotations

from enum import StrEnum


class ReadingRefusal(StrEnum):
    """
    Why somebody does not read; each has a text in `core.texts.reading`.

    The conditions say all but the last three, which are of the service that asks them.
    """

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
    CODE_WRONG = "CODE_WRONG"
    """The code of the patient's space is no code of theirs, or is over."""
    ENDED = "ENDED"
    """The consultation is over: by its reader, by time, or as nothing holds it now."""
    TOO_MANY = "TOO_MANY"
    """Too many attempts of this professional; the limit says nothing of a patient."""


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


class AgreementKind(StrEnum):
    """What a patient agreed to; kept for years, so never renamed."""

    TEAM = "team"
    """To be read by all of a care team, in one structure (CSP L. 1110-12)."""
    CONSULTATION = "consultation"
    """To be read by one professional, once."""


class AgreementMeans(StrEnum):
    """Who collected an agreement, and how; kept for years, so never renamed."""

    CODE = "code"
    """The patient, or who represents them, made a code in the space and gave it."""
    IN_PERSON = "in-person"
    """Who reads asked the patient, and says so."""
    COLLEAGUE = "colleague"
    """A professional asked for another, who takes over a part (CSP L. 1111-17 II)."""


class Presented(StrEnum):
    """
    What a patient showed to say who they are; kept for years, so never renamed.

    It is what the professional declares, or the program they work with: no page of a
    browser reads a chip.
    """

    CARD = "card"
    """The health card (carte Vitale)."""
    APP = "app"
    """The card's application on a telephone (appli carte Vitale)."""


class ConsultationEnd(StrEnum):
    """Why a consultation is over; kept for years, so never renamed."""

    READER = "reader"
    """Whoever read said so."""
    IDLE = "idle"
    TIME = "time"
    CLOSED = "closed"
    """What it rested on is no more: a block, an objection, an agreement taken back."""
