"""The arguments of each decision that is kept, and what was decided, as one value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from attrs import field, frozen

from gateway.canonical import canonical
from gateway.core.decision import FilingDecision
from gateway.core.document import Visibility
from gateway.core.envelope import Sender
from gateway.core.reading import ReadingRefusal
from gateway.core.reasons import Reason
from gateway.evidence.acts import (
    ActArguments,
    BlockArguments,
    FollowUpArguments,
    NamingArguments,
)
from gateway.evidence.certificates import CertificateArguments, certificate_arguments
from gateway.evidence.form import from_json, to_json
from gateway.evidence.identity import (
    Addresses,
    filing_facts_of_nobody,
    numbers_in,
    scrubbed,
    sender_facts_of_nobody,
)
from gateway.evidence.readings import (
    ReadingArguments,
    SearchArguments,
    reading_arguments,
)
from gateway.evidence.writing import WritingArguments
from gateway.rights.filing_facts import FilingFacts
from gateway.rights.mailbox_rules import DeliveryFacts, MailboxFacts
from gateway.rights.notice_rules import NoticeFacts
from gateway.rights.opening_rules import HoldingFacts
from gateway.rights.professional_viewing_rules import Unseen, ViewingFacts
from gateway.rights.reading_rules import ReadingFacts, ReadingPolicy
from gateway.rights.recipient_rules import PatientFacts
from gateway.rights.relay_rules import RelayFacts
from gateway.rights.sender_rules import Link, LinkKind, SenderHeaders
from gateway.trust.space import PeerVerdict


class EvidenceKind(StrEnum):
    """Which decision it is of; kept for years, so never renamed."""

    FILING = "filing"
    RECIPIENT = "recipient"
    SENDER = "sender"
    COPY = "copy"
    NOTICE = "notice"
    CERTIFICATE = "certificate"
    MAILBOX = "mailbox"
    READING = "reading"
    SEARCH = "search"
    VIEWING = "viewing"
    RELAY = "relay"
    OPENING = "opening"
    WRITING = "writing"
    DELIVERY = "delivery"
    ACT = "act"
    FOLLOW_UP = "follow-up"
    BLOCK = "block"
    NAMING = "naming"


@frozen(kw_only=True)
class FilingArguments:
    """
    The facts of one document for one patient, and what else sets its message aside.

    ``others``: the reasons for which the documents for another patient of the same
    message are about somebody else.
    """

    facts: FilingFacts
    others: tuple[Reason, ...] = ()


@frozen(kw_only=True)
class SenderArguments:
    """
    What the rules of senders are asked; ``headers`` is None at MAIL FROM.

    ``patient_domain`` is ours: nobody writes by mail as one of it.
    """

    link: Link
    reverse_path: str
    headers: SenderHeaders | None
    patient_domain: str


@frozen(kw_only=True)
class CopyArguments:
    """What the rule of copies is asked; the two addresses without their names."""

    visibility: frozenset[Visibility]
    recipient: str
    sender: str


@frozen
class Answered:
    """The reasons that object, in their order; none where nothing does."""

    reasons: tuple[str, ...] = ()


@frozen(kw_only=True)
class Circumstances:
    """
    Who sent, how that was known, and under what it was decided.

    ``certificate`` is its SHA-256 fingerprint, ``issuer`` the authority's name.
    ``allowlist`` is the SHA-256 of the allow-list in use when it was shown, ``entry``
    what of it names the operator, ``crl`` the number of the issuer's revocation list.
    ``program`` and ``settings`` are the SHA-256 of the rules and of ``[filing]``.
    """

    sender: str = ""
    identity: str = field(default="", repr=False)
    structure: str = ""
    certificate: str = ""
    issuer: str = ""
    allowlist: str = ""
    entry: str = ""
    crl: str = ""
    program: str = ""
    settings: str = ""

    @classmethod
    def of(cls, sender: Sender, *, program: str, settings: str) -> Circumstances:
        """Return those of a sender as its certificate proved it."""
        return cls(
            sender=sender.kind.value,
            identity=sender.identity,
            structure=sender.structure,
            certificate=sender.fingerprint,
            issuer=sender.issuer,
            allowlist=sender.allowlist,
            entry=sender.entry,
            crl=sender.crl,
            program=program,
            settings=settings,
        )

    @classmethod
    def of_peer(
        cls, peer: PeerVerdict, *, program: str, settings: str
    ) -> Circumstances:
        """Return those of one who is not admitted: who it says it is, unproven."""
        certificate, grounds = peer.certificate, peer.grounds
        return cls(
            identity=certificate.identity if certificate else "",
            structure=certificate.structure if certificate else "",
            certificate=certificate.fingerprint if certificate else "",
            issuer=grounds.issuer,
            allowlist=grounds.allowlist,
            entry=grounds.entry,
            crl=grounds.crl,
            program=program,
            settings=settings,
        )


KINDS: Mapping[EvidenceKind, tuple[type[Any], type[Any]]] = MappingProxyType(
    {
        EvidenceKind.FILING: (FilingArguments, FilingDecision),
        EvidenceKind.RECIPIENT: (PatientFacts, Answered),
        EvidenceKind.SENDER: (SenderArguments, Answered),
        EvidenceKind.COPY: (CopyArguments, Answered),
        EvidenceKind.NOTICE: (NoticeFacts, Answered),
        EvidenceKind.CERTIFICATE: (CertificateArguments, Answered),
        EvidenceKind.MAILBOX: (MailboxFacts, Answered),
        EvidenceKind.READING: (ReadingArguments, Answered),
        EvidenceKind.SEARCH: (SearchArguments, Answered),
        EvidenceKind.VIEWING: (ViewingFacts, Answered),
        EvidenceKind.RELAY: (RelayFacts, Answered),
        EvidenceKind.OPENING: (HoldingFacts, Answered),
        EvidenceKind.WRITING: (WritingArguments, Answered),
        EvidenceKind.DELIVERY: (DeliveryFacts, Answered),
        EvidenceKind.ACT: (ActArguments, Answered),
        EvidenceKind.FOLLOW_UP: (FollowUpArguments, Answered),
        EvidenceKind.BLOCK: (BlockArguments, Answered),
        EvidenceKind.NAMING: (NamingArguments, Answered),
    }
)
"""The class of the arguments of each kind, and that of what was decided."""

_KIND_OF = {arguments: kind for kind, (arguments, _) in KINDS.items()}


@frozen(kw_only=True)
class TakenDecision:
    """
    One decision: its arguments, and what was decided on them.

    ``place`` names the recipient and the document of the message by their positions,
    empty where there is none. ``patient_settings`` is the version of what the patient
    had set, empty where no patient was asked.
    """

    kind: EvidenceKind
    place: tuple[int, ...] = ()
    patient_settings: str = ""
    arguments: Any = field(repr=False)
    decided: Any = field(repr=False)

    @property
    def outcome(self) -> str:
        """The reason that decides, empty where nothing objects."""
        if isinstance(self.decided, FilingDecision):
            return self.decided.code.value
        return next(iter(self.decided.reasons), "")

    @property
    def reasons(self) -> tuple[str, ...]:
        """All reasons, in the order of the rules."""
        return tuple(str(reason) for reason in self.decided.reasons)

    def text(self) -> bytes:
        """Return what is kept of it, without any patient's name or number."""
        arguments, numbers = self.arguments, frozenset[str]()
        if isinstance(arguments, FilingArguments):
            numbers = numbers_in(arguments.facts)
            arguments = FilingArguments(
                facts=filing_facts_of_nobody(arguments.facts), others=arguments.others
            )
        text = canonical(
            {
                "kind": self.kind.value,
                "place": list(self.place),
                "patient_settings": self.patient_settings,
                "arguments": to_json(arguments),
                "decided": to_json(self.decided),
            }
        )
        return scrubbed(text, numbers)

    @classmethod
    def of_json(cls, value: Any) -> TakenDecision:
        """
        Return the decision that `text` wrote.

        Raises:
            InvalidError: it is of another form.
        """
        kind = EvidenceKind(value["kind"])
        arguments, decided = KINDS[kind]
        return cls(
            kind=kind,
            place=tuple(value["place"]),
            patient_settings=value["patient_settings"],
            arguments=from_json(arguments, value["arguments"]),
            decided=from_json(decided, value["decided"]),
        )


def filing_part(
    facts: FilingFacts,
    decided: FilingDecision,
    *,
    place: tuple[int, int],
    others: Sequence[Reason] = (),
) -> TakenDecision:
    """Return the decision on one document for one patient, or on no document."""
    return TakenDecision(
        kind=EvidenceKind.FILING,
        place=place,
        patient_settings=facts.versions.patient_settings,
        arguments=FilingArguments(facts=facts, others=tuple(others)),
        decided=decided,
    )


def sender_part(
    link: Link,
    reverse_path: str,
    headers: SenderHeaders | None,
    patient_domain: str,
    reasons: Sequence[str],
) -> TakenDecision:
    """Return the refusal of a sender, at MAIL FROM or for its header fields."""
    asked = headers or SenderHeaders(from_=())
    link, path, unnamed = sender_facts_of_nobody(link, reverse_path, asked)
    return TakenDecision(
        kind=EvidenceKind.SENDER,
        arguments=SenderArguments(
            link=link,
            reverse_path=path,
            headers=None if headers is None else unnamed,
            patient_domain=patient_domain,
        ),
        decided=Answered(tuple(reasons)),
    )


def certificate_part(
    door: LinkKind, peer: PeerVerdict, reasons: Sequence[str]
) -> TakenDecision:
    """Return the refusal of a certificate, or of its holder at that door."""
    return TakenDecision(
        kind=EvidenceKind.CERTIFICATE,
        arguments=certificate_arguments(door, peer),
        decided=Answered(tuple(reasons)),
    )


def answered_part(
    facts: MailboxFacts
    | DeliveryFacts
    | RelayFacts
    | HoldingFacts
    | WritingArguments
    | ActArguments
    | FollowUpArguments
    | BlockArguments
    | NamingArguments
    | SearchArguments
    | PatientFacts,
    *reasons: str,
    patient_settings: str = "",
) -> TakenDecision:
    """
    Return what one rule answered on its facts; no reasons where nothing objects.

    Which mailbox or patient it was is not kept.
    """
    return TakenDecision(
        kind=_KIND_OF[type(facts)],
        patient_settings=patient_settings,
        arguments=facts,
        decided=Answered(tuple(map(str, reasons))),
    )


def reading_part(
    facts: ReadingFacts,
    policy: ReadingPolicy,
    refusal: ReadingRefusal | None,
    *,
    patient_settings: str,
) -> TakenDecision:
    """Return what was decided of a reading; of its reason only how long it is."""
    return TakenDecision(
        kind=EvidenceKind.READING,
        patient_settings=patient_settings,
        arguments=reading_arguments(facts, policy),
        decided=Answered(() if refusal is None else (refusal.value,)),
    )


def viewing_part(
    facts: ViewingFacts, unseen: Unseen | None, *, patient_settings: str
) -> TakenDecision:
    """Return what was decided of one document for one who reads."""
    return TakenDecision(
        kind=EvidenceKind.VIEWING,
        patient_settings=patient_settings,
        arguments=facts,
        decided=Answered(() if unseen is None else (unseen.value,)),
    )


def copy_part(
    visibility: frozenset[Visibility],
    *,
    recipient: str,
    sender: str,
    position: int,
    reasons: Sequence[str],
) -> TakenDecision:
    """Return the decision on one copy that is for no patient."""
    known = Addresses()
    return TakenDecision(
        kind=EvidenceKind.COPY,
        place=(position,),
        arguments=CopyArguments(
            visibility=visibility,
            recipient=known.unnamed(recipient),
            sender=known.unnamed(sender),
        ),
        decided=Answered(tuple(reasons)),
    )
