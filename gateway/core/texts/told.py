"""What a receipt may tell the sender of a reason: never more than is needed."""

from __future__ import annotations

from gateway.core.reasons import Effect, Reason, Told
from gateway.core.texts.outcomes import REASON_TEXTS

_TOLD = {
    Told.PATIENT_SETTINGS: (
        "Refusé par les réglages du patient.",
        "Refused by the patient's settings.",
    ),
    Told.POLICY: ("Refusé.", "Refused by policy."),
}


def code_for_sender(reason: Reason) -> str:
    """
    Return the code a receipt may carry for this reason.

    A blocked sender reads ``REFUSED_BY_PATIENT_SETTINGS``; a document masked by the
    patient's default reads ``FILED``, like one that is not.

    >>> code_for_sender(Reason.SENDER_BLOCKED), code_for_sender(Reason.DOC_INVALID)
    ('REFUSED_BY_PATIENT_SETTINGS', 'DOC_INVALID')
    """
    text = REASON_TEXTS[reason]
    if text.told is Told.REASON:
        return reason.value
    if text.effect is Effect.FILED:
        return Reason.FILED.value
    return text.told.value


def text_for_sender(reason: Reason) -> tuple[str, str]:
    """Return the French and English sentences a receipt may carry for this reason."""
    text = REASON_TEXTS[reason]
    if text.told is not Told.REASON and text.effect is not Effect.FILED:
        return _TOLD[text.told]
    shown = REASON_TEXTS[Reason(code_for_sender(reason))]
    return shown.fr, shown.en
