"""Keeping that a patient was told of the filing, as the sender of a document says."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from types import MappingProxyType
from typing import Final

from twisted.logger import Logger

from gateway.core.actors import Means
from gateway.core.document import Visibility
from gateway.core.envelope import Door, Sender, SenderKind
from gateway.core.person import Participant
from gateway.dmp_bridge.filing.found import FoundDocument
from gateway.dmp_bridge.vaults.vault import Deposit
from gateway.documents.times import PARIS
from gateway.documents.xds.naming import full_name
from gateway.errors import AlteredError
from gateway.rights.informing_rules import InformingFacts, judge_informing
from gateway.store.arrivals.arrivals import KeptArrival
from gateway.store.base.work import UnitOfWork
from gateway.store.directory.directory import Directory
from gateway.store.patients.informed import InformedPatients, InformingStructure

log = Logger()

_HIDDEN: Final = frozenset(
    {Visibility.HIDDEN_FROM_PATIENT, Visibility.HIDDEN_FROM_REPRESENTATIVES}
)
_MEANS: Final = MappingProxyType({Door.PROFESSIONAL: Means.PORTAL})
"""By what means it is declared, where that is not by mail."""


def keep_informed(
    work: UnitOfWork, deposit: Deposit, kept: KeptArrival, found: FoundDocument
) -> bool:
    """
    Keep what the sender of a filed document says; tell whether the patient is informed.

    By the structure that files, this time or before: one declaration is for all of its
    team, and for all that it files later. With a document that is hidden from the
    patient, or from the representatives, it counts once and is not kept: the patient's
    page would say who filed it. It is declared when it comes in, however late it is
    filed.
    """
    document = found.readable
    assert document is not None, "filed unread"
    sender = kept.sender
    places = _places_of(work, sender, document.authors)
    teller = teller_of(sender, document.authors, places)
    if not teller.number:
        return False
    informed = InformedPatients(work, deposit.profile_id)
    if informed.by(teller.number) is not None:
        return True
    # Who once declared it in their own name has told this patient, wherever they work;
    # their team learns of it when they declare it again.
    is_person = sender.kind is SenderKind.PERSON
    by_them = is_person and informed.by(sender.identity) is not None
    said = found.said.informed
    if said is None:
        return by_them
    ended = document.service_stop
    facts = InformingFacts(
        said=said,
        care_ended=ended.astimezone(PARIS).date() if ended else None,
        today=kept.received_at.astimezone(PARIS).date(),
    )
    if judge_informing(facts) is not None:
        return by_them
    if deposit.entry.visibility.isdisjoint(_HIDDEN):
        means = _MEANS.get(kept.door, Means.MAIL)
        informed.declare(teller, said, means, kept.received_at)
    return True


def teller_of(
    sender: Sender, authors: Sequence[Participant], places: Collection[str] = ()
) -> InformingStructure:
    """
    Return the structure in whose name a document is filed.

    By the certificate; of an operator, which sends for others, by the first author of
    the document, who is believed as elsewhere. A certificate of a person names no
    structure: it is the one they signed in to, or the one that they write for in the
    document, if it is among ``places``, where the directory has them. Who has no
    structure is known by their own number. The name is that of the document, whose
    number is the same.
    """
    writers = [one for one in authors if not one.is_patient]
    named = [one.structure for one in writers if one.structure]
    people = [one for one in writers if not one.is_device]
    if sender.kind is SenderKind.OPERATOR:
        structure = next((one.identifier for one in named if one.identifier), "")
        own = next((one.identifier for one in writers if one.identifier), "")
        is_person = any(one.identifier == own for one in people)
    else:
        structure = sender.structure or _own_place(sender, writers, places)
        own = sender.identity
        is_person = sender.kind in {SenderKind.PERSON, SenderKind.EMPLOYEE}
    number = (structure or own).lower()
    names = {
        one.identifier.lower(): full_name(one.prefix, one.given, one.family)
        for one in people
        if one.identifier
    }
    names |= {one.identifier.lower(): one.name for one in named if one.identifier}
    return InformingStructure(
        number=number,
        name=names.get(number, ""),
        is_person=bool(own) and not structure and is_person,
    )


def _own_place(
    sender: Sender, writers: Sequence[Participant], places: Collection[str]
) -> str:
    """Return the structure a person writes for, if they are known to work there."""
    known = {one.lower() for one in places}
    own = (
        one.structure.identifier
        for one in writers
        if one.structure and _is_by(sender, one)
    )
    return next((one for one in own if one.lower() in known), "")


def _is_by(sender: Sender, author: Participant) -> bool:
    return bool(sender.identity) and author.identifier == sender.identity


def _places_of(
    work: UnitOfWork, sender: Sender, authors: Sequence[Participant]
) -> frozenset[str]:
    """Return where the directory has a person who says in a document where they work"""
    if sender.kind is not SenderKind.PERSON or sender.structure:
        return frozenset()
    if not any(one.structure and _is_by(sender, one) for one in authors):
        return frozenset()
    try:
        known = Directory(work).find(sender.identity)
    except AlteredError:
        # The document is due all the same; it is then declared in their own name.
        log.warn("a person of the directory is not as imported: no structure of theirs")
        return frozenset()
    practices = known.practices if known else ()
    return frozenset(one.structure for one in practices if one.structure)
