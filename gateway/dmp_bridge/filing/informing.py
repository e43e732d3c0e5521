"""Keeping that a patient was told of the filing, as the sender of a document says."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Final

from gateway.core.actors import Means
from gateway.core.document import Visibility
from gateway.core.envelope import Door, Sender, SenderKind
from gateway.core.person import Participant
from gateway.dmp_bridge.filing.found import FoundDocument
from gateway.dmp_bridge.vaults.vault import Deposit
from gateway.documents.times import PARIS
from gateway.rights.informing_rules import InformingFacts, judge_informing
from gateway.store.base.work import UnitOfWork
from gateway.store.patients.informed import InformedPatients, InformingStructure

_HIDDEN: Final = frozenset(
    {Visibility.HIDDEN_FROM_PATIENT, Visibility.HIDDEN_FROM_REPRESENTATIVES}
)
_MEANS: Final = MappingProxyType({Door.PROFESSIONAL: Means.PORTAL})
"""By what means it is declared, where that is not by mail."""


def keep_informed(
    work: UnitOfWork,
    deposit: Deposit,
    door: Door,
    sender: Sender,
    found: FoundDocument,
) -> bool:
    """
    Keep what the sender of a filed document says; tell whether the patient is informed.

    By the structure that files, this time or before: one declaration is for all of its
    team, and for all that it files later. With a document that is hidden from the
    patient, or from the representatives, it counts once and is not kept: the patient's
    page would say who filed it.
    """
    document = found.readable
    assert document is not None, "filed unread"
    teller = teller_of(sender, document.authors)
    if not teller.number:
        return False
    informed = InformedPatients(work, deposit.profile_id)
    is_known = informed.by(teller.number, sender.identity) is not None
    said = found.said.informed
    if said is None or is_known:
        return is_known
    ended = document.service_stop
    facts = InformingFacts(
        said=said,
        care_ended=ended.astimezone(PARIS).date() if ended else None,
        today=work.now.astimezone(PARIS).date(),
    )
    if judge_informing(facts) is not None:
        return False
    if deposit.entry.visibility.isdisjoint(_HIDDEN):
        informed.declare(teller, said, _MEANS.get(door, Means.MAIL))
    return True


def teller_of(sender: Sender, authors: Sequence[Participant]) -> InformingStructure:
    """
    Return the structure in whose name a document is filed.

    By the certificate; of an operator, which sends for others, by the first author of
    the document, who is believed as elsewhere. Who has no structure is known by their
    own number. The name is that of the document, whose number is the same.
    """
    writers = [one for one in authors if not one.is_patient]
    named = [one.structure for one in writers if one.structure]
    if sender.kind is SenderKind.OPERATOR:
        numbers = [
            *(one.identifier for one in named),
            *(one.identifier for one in writers),
        ]
        number = next(filter(None, numbers), "")
    else:
        number = sender.structure or sender.identity
    names = {one.identifier.lower(): _called(one) for one in writers if one.identifier}
    names |= {one.identifier.lower(): one.name for one in named if one.identifier}
    return InformingStructure(number=number.lower(), name=names.get(number.lower(), ""))


def _called(one: Participant) -> str:
    return " ".join(filter(None, (one.prefix, one.given, one.family)))
