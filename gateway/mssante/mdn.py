"""Disposition notifications (MDN) in the form of the French profile."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from attrs import field, frozen

from gateway.core.mail_address import NamedAddress
from gateway.core.mime_building import OutgoingPart, build_message
from gateway.core.reasons import ErrorCode
from gateway.mssante.dsn import header_block

_ACTION = "automatic-action/MDN-sent-automatically"
_DDM = re.compile(r"XDM/1\.0/DDM(?:\+.*)?$", re.DOTALL)
_ERROR_SUBJECT = "[KO Intégration système !]"


@frozen(kw_only=True)
class Disposition:
    """
    What became of a message at one recipient.

    ``error`` is None for success. ``lines`` explain each document to people.
    ``was_read``: the patient opened it, nothing was integrated.
    """

    recipient: str = field(repr=False)
    original_recipient: str = field(default="", repr=False)
    error: ErrorCode | None = None
    lines: tuple[str, ...] = ()
    was_read: bool = False

    def field_value(self) -> str:
        """
        Return the value of the ``Disposition`` field (RFC 8098 §3.2.6).

        Differs from the RFC: the French profile puts ``code^label`` after ``/Error:``
        in this field, where the RFC has a field ``Error`` beside it; that one is
        written too (CI-SIS Transmission au LPS d'un document CDA par courriel MSS,
        struct-msg-mdn).

        >>> Disposition(recipient="x").field_value()
        'automatic-action/MDN-sent-automatically; processed'
        >>> Disposition(recipient="x", error=ErrorCode.PATIENT_UNKNOWN).field_value()
        'automatic-action/MDN-sent-automatically; processed/Error: 902^Patient inconnu'
        """
        if self.was_read:
            return "manual-action/MDN-sent-automatically; displayed"
        if self.error is None:
            return f"{_ACTION}; processed"
        return f"{_ACTION}; processed/Error: {self.error.value}^{self.error.label}"


@frozen(kw_only=True)
class Asked:
    """The message that asked for the notification."""

    content: bytes = field(repr=False)
    message_id: str
    subject: str = field(repr=False)
    attachments: tuple[OutgoingPart, ...] = field(default=(), repr=False)


def write_mdn(
    disposition: Disposition,
    asked: Asked,
    *,
    hostname: str,
    sender: NamedAddress,
    to: NamedAddress,
    date: datetime,
    message_id: str,
    max_original_bytes: int,
) -> bytes:
    """
    Return an MDN: a text, the disposition, the original and its attachments again.

    The caller has checked RFC 8098 §2.1: the sender asked, and the address asked for
    is the return path. A message larger than ``max_original_bytes`` comes back as its
    header only, so that one large letter does not make three.
    """
    fits = len(asked.content) <= max_original_bytes
    parts = [
        OutgoingPart(
            media_type="message/disposition-notification",
            content=_fields(disposition, asked, hostname),
        ),
        OutgoingPart(media_type="message/rfc822", content=asked.content)
        if fits
        else OutgoingPart(
            media_type="text/rfc822-headers", content=header_block(asked.content)
        ),
    ]
    if fits:
        parts += asked.attachments
    return build_message(
        sender=sender,
        to=[to],
        subject=subject_of(disposition, asked.subject),
        text=_explain(disposition),
        date=date,
        message_id=message_id,
        in_reply_to=asked.message_id,
        references=[asked.message_id] if asked.message_id else [],
        multipart="multipart/report; report-type=disposition-notification",
        parts=parts,
        headers={"Auto-Submitted": "auto-replied"},
    )


def subject_of(disposition: Disposition, subject: str) -> str:
    """
    Return the subject: the original's on success, marked with the code on error.

    >>> subject_of(Disposition(recipient="x", error=ErrorCode.OTHER), "XDM/1.0/DDM+CR")
    '[KO Intégration système !][906] XDM/1.0/DDM+CR'
    """
    tag = _DDM.search(subject)
    kept = tag.group() if tag else subject
    if disposition.error is None:
        return kept
    return f"{_ERROR_SUBJECT}[{disposition.error.value}] {kept}"


def _explain(disposition: Disposition) -> str:
    if disposition.was_read:
        first = "Le patient a ouvert votre message. / The patient opened your message."
    elif disposition.error is None:
        first = "Votre envoi a été traité. / What you sent was processed."
    else:
        error = disposition.error
        first = (
            "Votre envoi n'a pas été entièrement traité. / "
            f"What you sent was not wholly processed.\n{error.value} {error.label}"
        )
    return "\n".join((first, "", *disposition.lines))


def _fields(disposition: Disposition, asked: Asked, hostname: str) -> bytes:
    """Write the fields of RFC 8098 §3; Original-Message-ID lets the sender match."""
    lines = [f"Reporting-UA: {hostname}; gateway"]
    if disposition.original_recipient:
        lines.append(f"Original-Recipient: {disposition.original_recipient}")
    else:
        lines.append(f"Original-Recipient: rfc822;{disposition.recipient}")
    lines.append(f"Final-Recipient: rfc822;{disposition.recipient}")
    if asked.message_id:
        lines.append(f"Original-Message-ID: <{asked.message_id}>")
    lines.append(f"Disposition: {disposition.field_value()}")
    if disposition.error is not None:
        lines.append(f"Error: {disposition.error.value}^{disposition.error.label}")
    lines.append("")
    return "\r\n".join(lines).encode("utf-8")


def lines_of(outcomes: Sequence[tuple[str, str, str]]) -> tuple[str, ...]:
    """
    Return what people read of each document: (uniqueId, outcome word, sentence).

    >>> lines_of([("1.2.3", "FILED", "Le document est enregistré.")])
    ('1.2.3 : FILED', '  Le document est enregistré.')
    """
    lines: list[str] = []
    for unique_id, outcome, sentence in outcomes:
        lines += [f"{unique_id or '-'} : {outcome}", f"  {sentence}"]
    return tuple(lines)
