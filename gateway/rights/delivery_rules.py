"""What becomes of a message, from the decisions on its documents."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import field, frozen
from attrs.validators import min_len

from gateway.core.decision import FilingDecision
from gateway.core.document import Visibility
from gateway.core.reasons import Reason
from gateway.core.texts.outcomes import REASON_TEXTS

SETS_ASIDE = (Reason.PATIENT_MISMATCH, Reason.TRAITS_MISMATCH)
"""For these a whole message is set aside, the surest first."""


@frozen(kw_only=True)
class MessageDecision:
    """
    What becomes of a message to one patient.

    ``documents`` are the decisions in the order they were given, made consistent with
    each other. ``why`` is the reason it is set aside for, None where it is not.
    ``visibility``: the message is shown to a reader only where
    `patient_sees` allows these flags.
    """

    documents: tuple[FilingDecision, ...] = field(validator=min_len(1))
    deliver: bool
    why: Reason | None
    visibility: frozenset[Visibility]

    @property
    def quarantine(self) -> bool:
        """Whether it is set aside."""
        return self.why is not None


def decide_message(documents: Sequence[FilingDecision]) -> MessageDecision:
    """
    Return what becomes of the message, from one decision at least.

    A message without documents has the one decision `MESSAGE_ONLY`. Each document keeps
    its own outcome, with one exception: when one of them is about another patient,
    nothing of the message is filed (rows 11 and 12). The message is delivered when
    every document lets it pass. It is hidden from everybody from whom one of its
    documents is hidden.
    """
    why = _why_set_aside(documents)
    if why is not None:
        documents = [_set_aside(decision, why) for decision in documents]
    hidden: frozenset[Visibility] = frozenset()
    for decision in documents:
        hidden |= decision.message_visibility
    return MessageDecision(
        documents=tuple(documents),
        deliver=all(decision.deliver for decision in documents),
        why=why,
        visibility=hidden,
    )


def _why_set_aside(documents: Sequence[FilingDecision]) -> Reason | None:
    """Return the reason that is surest among those that set a message aside."""
    found = {reason for one in documents if one.quarantine for reason in one.reasons}
    return next((reason for reason in SETS_ASIDE if reason in found), None)


def _set_aside(decision: FilingDecision, why: Reason) -> FilingDecision:
    if decision.quarantine:
        return decision
    acts = decision.file or decision.withdraws
    objections = () if acts else decision.reasons
    return FilingDecision(
        code=why,
        reasons=(why, *(one for one in objections if one is not why)),
        file=False,
        deliver=False,
        quarantine=True,
        message_visibility=decision.message_visibility,
        error=REASON_TEXTS[why].error,
        cautions=decision.cautions,
        versions=decision.versions,
    )
