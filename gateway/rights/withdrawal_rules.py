"""
May whoever asks for it withdraw this document?

The sender of a withdrawal sends the document again with the id it was filed under. Here
that id names what to withdraw, where a filing would find a duplicate (CI-SIS
Structuration minimale §3.5.5.10).
"""

from __future__ import annotations

from gateway.core.decision import Decision, Permit, Refuse
from gateway.core.document import Availability
from gateway.core.reasons import Reason
from gateway.rights.filing_facts import NoWithdrawal, Ownership, StoredVersion


def decide_withdrawal(target: StoredVersion | NoWithdrawal) -> Decision[Reason]:
    """
    Permit its author, or the author's structure, to withdraw the latest version.

    ``target`` is the filed document of that id in that patient's vault. Whoever filed
    it may always withdraw it, even without consent to read (SEL-MP-037 EX_3.3-1060; CSP
    R. 1111-51), and may ask twice.
    """
    if isinstance(target, NoWithdrawal):
        return Refuse((Reason.WITHDRAWAL_UNKNOWN,))
    refusals = []
    if target.ownership is not Ownership.SAME:
        refusals.append(Reason.WITHDRAWAL_FORBIDDEN)
    if target.availability is Availability.DEPRECATED:
        refusals.append(Reason.WITHDRAWAL_OUTDATED)
    return Refuse(tuple(refusals)) if refusals else Permit()
