"""The closed list of outcomes of filing, each with its texts and its source."""

from __future__ import annotations

from enum import StrEnum

from attrs import field, frozen
from attrs.validators import min_len

GATEWAY_RULE = "règle de la passerelle (gateway rule)"
"""The source of a rule that no text imposes: it is ours, and can be argued with."""


class Reason(StrEnum):
    """
    What became of a message or a document: the codes of the filing table, in order,
    then those of a withdrawal.

    The first test that matches decides; the journal, the receipts, the trace and the
    patient's page all use these words.
    """

    SENDER_NOT_TRUSTED = "SENDER_NOT_TRUSTED"
    SENDER_NOT_ENTITLED = "SENDER_NOT_ENTITLED"
    INS_MALFORMED = "INS_MALFORMED"
    PROFILE_ABSENT = "PROFILE_ABSENT"
    PROFILE_OPPOSED = "PROFILE_OPPOSED"
    PROFILE_CLOSED = "PROFILE_CLOSED"
    PROFILE_SUSPENDED = "PROFILE_SUSPENDED"
    FILED_NOT_ACTIVATED = "FILED_NOT_ACTIVATED"
    SENDER_BLOCKED = "SENDER_BLOCKED"
    MESSAGE_ONLY = "MESSAGE_ONLY"
    DOC_INVALID = "DOC_INVALID"
    PATIENT_MISMATCH = "PATIENT_MISMATCH"
    TRAITS_MISMATCH = "TRAITS_MISMATCH"
    INS_NOT_QUALIFIED = "INS_NOT_QUALIFIED"
    AUTHOR_UNVERIFIED = "AUTHOR_UNVERIFIED"
    TYPE_UNKNOWN = "TYPE_UNKNOWN"
    CONFIDENTIALITY_CONFLICT = "CONFIDENTIALITY_CONFLICT"
    DUPLICATE = "DUPLICATE"
    ID_REUSED = "ID_REUSED"
    REPLACED = "REPLACED"
    REPLACE_FORBIDDEN = "REPLACE_FORBIDDEN"
    REPLACED_PARENT_UNKNOWN = "REPLACED_PARENT_UNKNOWN"
    PATIENT_OPPOSED_DOC = "PATIENT_OPPOSED_DOC"
    OPPOSITION_ON_RECORD = "OPPOSITION_ON_RECORD"
    FILED_SECRET = "FILED_SECRET"  # noqa: S105 (the minor's secrecy, not a password)
    FILED_INVISIBLE = "FILED_INVISIBLE"
    FILED_MASKED = "FILED_MASKED"
    FILED_MASKED_BY_DEFAULT = "FILED_MASKED_BY_DEFAULT"
    FILED = "FILED"
    WITHDRAWN = "WITHDRAWN"
    WITHDRAWAL_UNKNOWN = "WITHDRAWAL_UNKNOWN"
    WITHDRAWAL_FORBIDDEN = "WITHDRAWAL_FORBIDDEN"
    WITHDRAWAL_OUTDATED = "WITHDRAWAL_OUTDATED"


class Effect(StrEnum):
    """What becomes of the document; `ReasonText.delivers` tells of the message."""

    REFUSED_AT_DOOR = "refused at the door"
    REFUSED = "refused filing"
    FILED = "filed"
    ALREADY_FILED = "already filed"
    MESSAGE_ONLY = "message only"
    QUARANTINED = "quarantined"
    TEMPORARY = "temporary"
    WITHDRAWN = "withdrawn"


class Told(StrEnum):
    """
    How much of a reason a receipt may tell the sender; SMTP tells less still.

    `PATIENT_SETTINGS` stands for whatever would tell a professional what the patient
    decided about them.
    """

    REASON = "REASON"
    PATIENT_SETTINGS = "REFUSED_BY_PATIENT_SETTINGS"
    POLICY = "REFUSED_BY_POLICY"


class ErrorCode(StrEnum):
    """
    Integration errors an MDN carries, ``ERR-5`` of the technical acknowledgement.

    Source: CI-SIS Transmission d'un document CDA-R2 en HL7v2, error codes.
    """

    NOT_LATEST = "900"
    AUTHOR_NOT_ALLOWED = "901"
    PATIENT_UNKNOWN = "902"
    INS_ABSENT = "903"
    IDENTITY_DIFFERS = "904"
    TRAITS_INCOMPLETE = "905"
    OTHER = "906"


@frozen(kw_only=True)
class ReasonText:
    """
    What a reason means to people, and where it comes from.

    ``fr`` and ``en`` are one or two plain sentences that say what happened and what
    to do; they name no patient. ``source`` is the legal or normative text.
    ``delivers`` tells whether the message still reaches the patient's inbox.
    ``error`` is the usual MDN code; `FilingDecision.error` is the exact one.
    """

    fr: str = field(validator=min_len(20))
    en: str = field(validator=min_len(20))
    source: str = field(validator=min_len(4))
    effect: Effect
    delivers: bool
    told: Told = Told.REASON
    error: ErrorCode | None = None
