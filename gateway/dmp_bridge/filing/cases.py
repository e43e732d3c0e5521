"""A submission as one patient's case: what was decided for each document."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from attrs import define, field, frozen

from gateway.core.decision import FilingDecision
from gateway.core.reasons import Reason
from gateway.dmp_bridge.filing.found import FoundDocument
from gateway.dmp_bridge.filing.gathering import PatientRow
from gateway.dmp_bridge.vaults.vault import PreparedContent
from gateway.rights.filing_facts import FilingFacts
from gateway.store.arrivals.arrivals import RecipientOutcome
from gateway.store.journal import OPERATOR, chain_of
from gateway.store.patients.profiles import Profile

_HARMLESS = frozenset({Reason.DUPLICATE, Reason.MESSAGE_ONLY, Reason.WITHDRAWN})
"""Not filed, and nothing for the sender to correct."""


@frozen(kw_only=True)
class Brought:
    """A document of a submission, prepared for the vault already if it was readable."""

    found: FoundDocument
    prepared: PreparedContent | None = None


@define(kw_only=True)
class Case:
    """
    One patient a submission is for.

    ``decisions`` has one decision for each document, or a single one for a message
    without any; ``facts`` are what each was taken on; ``entries`` the
    entryUUID in hex of those filed or withdrawn. ``informed`` are those of which the
    patient was told, by the structure that filed them.
    """

    recipient: RecipientOutcome
    addressee: PatientRow
    decisions: list[FilingDecision] = field(factory=list)
    facts: list[FilingFacts] = field(factory=list)
    entries: dict[int, str] = field(factory=dict)
    informed: set[int] = field(factory=set)
    submission_id: str = ""
    hidden_until: datetime | None = None

    @property
    def profile(self) -> Profile | None:
        """The patient's profile, None when it is gone since the message came in."""
        return self.addressee.profile

    @property
    def chain(self) -> str:
        """The journal's chain: the patient's, or the operator's without a profile."""
        return chain_of(self.profile.id) if self.profile else OPERATOR

    def delay_until(self, moment: datetime | None) -> None:
        """Hide the message until that moment too."""
        if moment is not None:
            self.hidden_until = max(self.hidden_until or moment, moment)


def outcome_of(
    decisions: Sequence[FilingDecision],
) -> tuple[Reason, tuple[Reason, ...]]:
    """
    Return the outcome of a message with these decisions, and the reasons. It is that of
    the only decision; of several, the first refusal, so that a partial success is not
    taken for a whole one; or else that all is filed.
    """
    refused = [one for one in decisions if not one.file and one.code not in _HARMLESS]
    filed = [one for one in decisions if one.file]
    if len(decisions) > 1 and filed and not refused:
        reasons = dict.fromkeys(reason for one in filed for reason in one.reasons)
        return Reason.FILED, tuple(reasons)
    said = refused[0] if refused else decisions[0]
    return said.code, said.reasons
