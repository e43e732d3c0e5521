"""Decisions kept, as they would be asked under other settings, or as set now."""

from __future__ import annotations

from typing import Any

from attrs import evolve, field, frozen

from gateway.core.habilitation import Matrix
from gateway.evidence.acts import BlockArguments, NamingArguments
from gateway.evidence.arguments import FilingArguments, TakenDecision
from gateway.evidence.readings import ReadingArguments, SearchArguments
from gateway.evidence.writing import WritingArguments
from gateway.rights.attachment_rules import AttachmentPolicy, files_within
from gateway.rights.filing_facts import DocumentFacts, FilingPolicy, OppositionFact
from gateway.rights.habilitation_rules import DocumentKind, readers_of
from gateway.rights.mailbox_rules import MailboxFacts
from gateway.rights.professional_viewing_rules import ONCE_ACTIVATED, ViewingFacts
from gateway.rights.profile import ProfileState
from gateway.rights.reading_rules import ReadingPolicy
from gateway.rights.recipient_rules import PatientFacts


@frozen(kw_only=True)
class OtherSettings:
    """
    Under which settings decisions are asked again; None: as they were.

    ``quota_bytes`` is what a mailbox may hold; ``reading`` and ``treating_sees_masked``
    are of ``[reading]``; of ``[web]`` are ``files``, those of a message,
    ``most_blocked`` by a patient, and ``most_named`` to administer the profile.
    """

    filing: FilingPolicy | None = None
    quota_bytes: int | None = None
    reading: ReadingPolicy | None = None
    treating_sees_masked: bool | None = None
    files: AttachmentPolicy | None = None
    most_blocked: int | None = None
    most_named: int | None = None


def under(part: TakenDecision, others: OtherSettings) -> TakenDecision:
    """Return the same decision's arguments under other settings."""
    changed = _changed(part.arguments, others)
    return part if changed is None else evolve(part, arguments=changed)


def _changed(arguments: Any, others: OtherSettings) -> Any:
    """Return arguments under other settings, None where none of them is of these."""
    filing = others.filing
    match arguments:
        case FilingArguments() if filing is not None:
            return evolve(arguments, facts=evolve(arguments.facts, policy=filing))
        case PatientFacts() if filing is not None:
            return evolve(
                arguments,
                refuse_wrong_key=filing.refuse_wrong_test_key,
                blocked_may_file=filing.blocked_may_file,
                blocked_may_write=filing.blocked_may_write,
            )
        case MailboxFacts() if others.quota_bytes is not None:
            return evolve(arguments, quota_bytes=others.quota_bytes)
        case ReadingArguments() | SearchArguments() if others.reading is not None:
            return evolve(arguments, policy=others.reading)
        case ViewingFacts() if others.treating_sees_masked is not None:
            return evolve(arguments, treating_sees_masked=others.treating_sees_masked)
        case WritingArguments() if others.files is not None:
            most = arguments.answer.most_file_bytes
            policy = files_within(others.files, most)
            return evolve(arguments, files=evolve(arguments.files, policy=policy))
        case BlockArguments() if others.most_blocked is not None:
            block = evolve(arguments.block, most=others.most_blocked)
            return evolve(arguments, block=block)
        case NamingArguments() if others.most_named is not None:
            naming = evolve(arguments.naming, most=others.most_named)
            return evolve(arguments, naming=naming)
    return None


def under_matrix(
    part: TakenDecision, matrix: Matrix, kind: DocumentKind
) -> TakenDecision | None:
    """
    Return a decision on reading one document as another matrix would have it asked.

    None where it is about no such thing. A type that waits for the patient to activate
    their space, and waited then, waits under each matrix.
    """
    facts = part.arguments
    if not isinstance(facts, ViewingFacts):
        return None
    readers = readers_of(matrix, kind)
    if kind.type_code in ONCE_ACTIVATED and not facts.readers:
        readers = frozenset()
    changed = evolve(facts, readers=readers, version=matrix.version)
    return evolve(part, arguments=changed)


@frozen(kw_only=True)
class PatientNow:
    """What a patient has set now, as far as decisions on filing depend on it."""

    state: ProfileState
    masks_by_default: bool
    blocked: frozenset[str] = field(repr=False)
    opposed_documents: frozenset[str] = field(default=frozenset(), repr=False)
    opposes_kinds: bool = False
    """A type of document, or what a structure files."""


def as_set_now(part: TakenDecision, now: PatientNow) -> TakenDecision | None:
    """
    Return the same decision's arguments as its patient has set things now.

    None where that is not known: which type a refused document was of is not kept.
    """
    arguments = part.arguments
    if not isinstance(arguments, FilingArguments):
        return None
    facts = evolve(
        arguments.facts,
        profile=now.state,
        masks_by_default=now.masks_by_default,
        blocked=now.blocked,
    )
    document = facts.document
    if isinstance(document, DocumentFacts):
        if now.opposes_kinds:
            return None
        opposed = document.unique_id in now.opposed_documents
        document = evolve(
            document, document_is_opposed=opposed, opposition=OppositionFact.NONE
        )
        facts = evolve(facts, document=document)
    return evolve(part, arguments=evolve(arguments, facts=facts))
