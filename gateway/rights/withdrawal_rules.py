"""
May this document be withdrawn by who asks?

A withdrawal sends the very id that is filed: that id is its target here, where a
filing would see a duplicate (CI-SIS Structuration minimale §3.5.5.10).
"""

from __future__ import annotations

from enum import StrEnum

from gateway.core.decision import Decision, Permit, Refuse
from gateway.core.document import Availability
from gateway.core.reasons import ErrorCode
from gateway.rights.filing_facts import Ownership, StoredVersion


class WithdrawalRefusal(StrEnum):
    """Why a document is not withdrawn."""

    NOT_FOUND = "NOT_FOUND"
    NOT_THE_AUTHOR = "NOT_THE_AUTHOR"
    NOT_THE_LATEST = "NOT_THE_LATEST"


ERRORS = {
    WithdrawalRefusal.NOT_FOUND: ErrorCode.OTHER,
    WithdrawalRefusal.NOT_THE_AUTHOR: ErrorCode.AUTHOR_NOT_ALLOWED,
    WithdrawalRefusal.NOT_THE_LATEST: ErrorCode.NOT_LATEST,
}
"""The integration error a sender is told."""


def decide_withdrawal(target: StoredVersion | None) -> Decision[WithdrawalRefusal]:
    """
    Permit its author, or the author's structure, to withdraw the latest version.

    ``target`` is the filed document of that id in that patient's vault, None when
    there is none. Who filed may always withdraw it, whatever consent to read
    (SEL-MP-037 EX_3.3-1060; CSP R. 1111-51).
    """
    if target is None or target.availability is Availability.DELETED:
        return Refuse((WithdrawalRefusal.NOT_FOUND,))
    refusals = []
    if target.ownership is not Ownership.SAME:
        refusals.append(WithdrawalRefusal.NOT_THE_AUTHOR)
    if target.availability is Availability.DEPRECATED:
        refusals.append(WithdrawalRefusal.NOT_THE_LATEST)
    return Refuse(tuple(refusals)) if refusals else Permit()
