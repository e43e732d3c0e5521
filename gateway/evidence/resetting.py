"""Decisions kept, as they would be asked under other settings, or as set now."""

from __future__ import annotations

from attrs import evolve, field, frozen

from gateway.evidence.arguments import FilingArguments, ReadingArguments, TakenDecision
from gateway.evidence.writing import WritingArguments
from gateway.rights.attachment_rules import AttachmentPolicy, files_within
from gateway.rights.filing_facts import DocumentFacts, FilingPolicy, OppositionFact
from gateway.rights.mailbox_rules import MailboxFacts
from gateway.rights.profile import ProfileState
from gateway.rights.reading_rules import ReadingPolicy
from gateway.rights.recipient_rules import PatientFacts


def under(
    part: TakenDecision,
    policy: FilingPolicy,
    quota_bytes: int | None = None,
    reading: ReadingPolicy | None = None,
    files: AttachmentPolicy | None = None,
) -> TakenDecision:
    """
    Return the same decision's arguments under other settings.

    ``quota_bytes`` is what a mailbox may hold, None for what it was; ``reading`` what
    ``[reading]`` says, None for what it said; ``files`` what ``[web]`` says of the
    files of a message, None for what it said.
    """
    arguments = part.arguments
    if isinstance(arguments, ReadingArguments) and reading is not None:
        return evolve(part, arguments=evolve(arguments, policy=reading))
    if isinstance(arguments, WritingArguments) and files is not None:
        asked = evolve(
            arguments.files,
            policy=files_within(files, arguments.answer.most_file_bytes),
        )
        return evolve(part, arguments=evolve(arguments, files=asked))
    if isinstance(arguments, FilingArguments):
        facts = evolve(arguments.facts, policy=policy)
        return evolve(part, arguments=evolve(arguments, facts=facts))
    if isinstance(arguments, PatientFacts):
        changed = evolve(
            arguments,
            refuse_wrong_key=policy.refuse_wrong_test_key,
            blocked_may_file=policy.blocked_may_file,
            blocked_may_write=policy.blocked_may_write,
        )
        return evolve(part, arguments=changed)
    if isinstance(arguments, MailboxFacts) and quota_bytes is not None:
        return evolve(part, arguments=evolve(arguments, quota_bytes=quota_bytes))
    return part


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
