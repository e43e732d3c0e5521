"""What a patient's message was asked about: the exchange and the files, and nobody."""

from __future__ import annotations

from attrs import evolve, frozen

from gateway.core.decision import Refuse
from gateway.evidence.identity import Addresses
from gateway.rights.attachment_rules import (
    PATIENT_TYPES,
    AttachmentPolicy,
    OfferedFile,
    decide_files,
)
from gateway.rights.messaging_rules import (
    END_SUBJECT,
    AnswerFacts,
    ReceivedMessage,
    decide_answer,
)


@frozen(kw_only=True)
class FilesAsked:
    """The files of one message: uploaded, of the vault, and what they may be."""

    uploaded: tuple[OfferedFile, ...] = ()
    attached: tuple[OfferedFile, ...] = ()
    policy: AttachmentPolicy


@frozen(kw_only=True)
class WritingArguments:
    """What is asked when a patient sends: whether they may, and with these files."""

    answer: AnswerFacts
    files: FilesAsked


def writing_arguments(facts: AnswerFacts, files: FilesAsked) -> WritingArguments:
    """
    Return what was asked, without names, subjects, addresses and names of files.

    Of what was received stands here the message that is answered, where it is among
    it, and the last by which its sender ended the exchange afterwards: the rules ask
    of no other.
    """
    known = Addresses()
    answered = _of_nobody(facts.message, known, "answered")
    kept: tuple[ReceivedMessage, ...] = ()
    if facts.message in facts.received:
        at = len(facts.received) - 1 - facts.received[::-1].index(facts.message)
        ends = [
            one
            for one in facts.received[at + 1 :]
            if one.ends_exchange and one.sender == facts.message.sender
        ]
        kept = (answered, *(_of_nobody(one, known, "end") for one in ends[-1:]))
    return WritingArguments(
        answer=evolve(facts, message=answered, received=kept),
        files=evolve(
            files,
            uploaded=tuple(map(_unnamed, files.uploaded)),
            attached=tuple(map(_unnamed, files.attached)),
        ),
    )


def writing_refusals(asked: WritingArguments) -> tuple[str, ...]:
    """Return why a patient's message is not sent, as the rules are today."""
    answer = decide_answer(asked.answer)
    reasons = answer.reasons if isinstance(answer, Refuse) else ()
    return tuple(map(str, (*reasons, *file_refusals(asked.files))))


def file_refusals(asked: FilesAsked) -> tuple[str, ...]:
    """Return why the files of a message are not sent, as the rules are today."""
    decision = decide_files(asked.uploaded, asked.attached, asked.policy)
    return tuple(map(str, decision.reasons))


def _of_nobody(
    message: ReceivedMessage, known: Addresses, stands_for: str
) -> ReceivedMessage:
    return evolve(
        message,
        message_id=stands_for,
        sender=known.unnamed(message.sender),
        subject=END_SUBJECT if message.ends_exchange else "",
        reply_to=tuple(map(known.unnamed, message.reply_to)),
    )


def _unnamed(file: OfferedFile) -> OfferedFile:
    """Of a name only the ending is kept that the rules know; others are none."""
    ending = f".{file.ending}" if file.ending in PATIENT_TYPES else ""
    return evolve(file, name=f"file{ending}")
