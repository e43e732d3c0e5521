"""May a copy of a message go to somebody who is not a patient?"""

from __future__ import annotations

from collections.abc import Iterable

from gateway.core.copies import CopyReason
from gateway.core.decision import Decision, Permit, Refuse
from gateway.core.document import Visibility


def decide_copy(
    visibility: Iterable[Visibility], *, recipient: str, sender: str
) -> Decision[CopyReason]:
    """
    Refuse a professional the copy of a message with a document that is masked.

    ``visibility`` is what the sender asks for the documents of the message, filed or
    not: one hidden from professionals goes to none of them (CI-SIS Transmission d'un
    document CDA-R2 en HL7v2, règles de gestion MSSanté), but for the sender's own copy.
    What the patient masks by a setting is for the vault, and the sender does not
    learn of it. ``recipient`` and ``sender`` are addresses.
    """
    if Visibility.MASKED not in frozenset(visibility):
        return Permit()
    if recipient.lower() == sender.lower():
        return Permit()
    return Refuse((CopyReason.MASKED_DOCUMENT,))
