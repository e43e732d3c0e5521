"""Whether a patient's address may be written to, and as whom mail may not be sent."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import field, frozen

from gateway.core.reasons import Reason
from gateway.mssante.smtp import replies
from gateway.mssante.smtp.replies import Reply
from gateway.rights.profile import ProfileState, accepts_message
from gateway.rights.sender_rules import SenderHeaders, domain_of


@frozen(kw_only=True)
class PatientFacts:
    """
    What RCPT TO depends on for a patient's address; each looked up every time.

    ``matricule_valid``: it has the form of an INS; ``key_valid``: its last two digits
    are its key. ``state`` is ABSENT when nobody has that INS here.
    """

    matricule_valid: bool
    key_valid: bool
    state: ProfileState
    blocked: bool
    refuse_wrong_key: bool = field(default=False)
    blocked_may_file: bool = field(default=False)


_ABSENT = frozenset({ProfileState.ABSENT, ProfileState.ANNOUNCED, ProfileState.DELETED})


def refuse_patient(facts: PatientFacts) -> Reason | None:
    """
    Return the first of rows 3 to 8 of the filing table that stands against it.

    A wrong key passes only where a profile has that very identifier, which only the
    test ranges allow, and where no setting refuses it.
    """
    known = facts.state not in _ABSENT
    key_accepted = facts.key_valid or (known and not facts.refuse_wrong_key)
    if not facts.matricule_valid or not key_accepted:
        return Reason.INS_MALFORMED
    if not known:
        return Reason.PROFILE_ABSENT
    if facts.state is ProfileState.OPPOSED:
        return Reason.PROFILE_OPPOSED
    if facts.state is ProfileState.SUSPENDED:
        return Reason.PROFILE_SUSPENDED
    if not accepts_message(facts.state):
        return Reason.PROFILE_CLOSED
    if facts.blocked and not facts.blocked_may_file:
        return Reason.SENDER_BLOCKED
    return None


def reply_to_refusal(reason: Reason) -> Reply:
    """Return the one refusal for all reasons, but for what may pass later."""
    if reason is Reason.PROFILE_SUSPENDED:
        return replies.TRY_LATER
    return replies.REFUSED


def writes_as_patient(
    reverse_path: str, headers: SenderHeaders, patient_domain: str
) -> bool:
    """Tell whether a patient's address poses as the sender: they write by the web."""
    named: Iterable[str] = (reverse_path, *headers.from_, *headers.sender)
    return any(domain_of(address) == patient_domain for address in named)
