"""What becomes of a message, from the decisions on its documents."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import field, frozen
from attrs.validators import min_len

from gateway.core.decision import FilingDecision
from gateway.core.document import Visibility
from gateway.core.reasons import Reason
from gateway.core.texts.outcomes import REASON_TEXTS


@frozen(kw_only=True)
class MessageDecision:
    """
    What becomes of a message to one patient.

    ``documents`` are the decisions in the order they were given, made consistent with
    each other. ``visibility``: the message is shown to a reader only where
    `patient_sees` allows these flags.
    """

    documents: tuple[FilingDecision, ...] = field(validator=min_len(1))
    deliver: bool
    quarantine: bool
    visibility: frozenset[Visibility]


def decide_message(documents: Sequence[FilingDecision]) -> MessageDecision:
    """
    Return what becomes of the message, from one decision at least.

    A message without documents has the one decision `MESSAGE_ONLY`. Each document keeps
    its own outcome, with one exception: when one of them is about another patient,
    nothing of the message is filed (row 11). The message is delivered when every
    document lets it pass. It is hidden from everybody from whom one of its documents is
    hidden.
    """
    quarantine = any(decision.quarantine for decision in documents)
    if quarantine:
        documents = [_set_aside(decision) for decision in documents]
    hidden: frozenset[Visibility] = frozenset()
    for decision in documents:
        hidden |= decision.message_visibility
    return MessageDecision(
        documents=tuple(documents),
        deliver=all(decision.deliver for decision in documents),
        quarantine=quarantine,
        visibility=hidden,
    )


def _set_aside(decision: FilingDecision) -> FilingDecision:
    if decision.quarantine:
        return decision
    acts = decision.file or decision.withdraws
    objections = () if acts else decision.reasons
    mismatch = Reason.PATIENT_MISMATCH
    return FilingDecision(
        code=mismatch,
        reasons=(mismatch, *(one for one in objections if one is not mismatch)),
        file=False,
        deliver=False,
        quarantine=True,
        message_visibility=decision.message_visibility,
        error=REASON_TEXTS[mismatch].error,
        cautions=decision.cautions,
        versions=decision.versions,
    )
