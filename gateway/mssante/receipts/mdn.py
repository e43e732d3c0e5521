"""Disposition notifications (MDN) and error mails, in the form of the profile."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime

from attrs import field, frozen

from gateway.core.reasons import ErrorCode
from gateway.core.texts import senders
from gateway.core.texts.outcomes import ERROR_LABELS
from gateway.message.address import NamedAddress
from gateway.message.building import OutgoingPart, build_message
from gateway.mssante.receipts.dsn import header_block, original_recipient

_ACTION = "automatic-action/MDN-sent-automatically"
_DDM = re.compile(r"XDM/1\.0/DDM(?:\+.*)?$", re.DOTALL)
_ERROR_SUBJECT = "[KO Intégration système !]"
_ORIGINAL_NAME = "message_original.eml"


@frozen(kw_only=True)
class Disposition:
    """
    What became of a message at one recipient.

    ``error`` is None for success. ``lines`` explain each document to people.
    ``was_read``: the patient opened it, nothing was integrated. ``original_recipient``
    is the ORCPT as given. ``informed``: whether the patient is known to have been told
    of the filing, None where nothing is filed.
    """

    recipient: str = field(repr=False)
    original_recipient: str = field(default="", repr=False)
    error: ErrorCode | None = None
    lines: tuple[str, ...] = ()
    was_read: bool = False
    informed: bool | None = None

    def field_value(self) -> str:
        """
        Return the value of the ``Disposition`` field (RFC 8098 §3.2.6).

        Differs from the RFC: the French profile puts ``code^label`` after ``/Error:``
        in this field, where the RFC has a field ``Error`` beside it; that one is
        written too (CI-SIS Transmission au LPS d'un document CDA par courriel MSS,
        struct-msg-mdn). The label is in ASCII, as all of this part must be.

        >>> Disposition(recipient="x").field_value()
        'automatic-action/MDN-sent-automatically; processed'
        >>> Disposition(recipient="x", error=ErrorCode.PATIENT_UNKNOWN).field_value()
        'automatic-action/MDN-sent-automatically; processed/Error: 902^Patient inconnu'
        """
        if self.was_read:
            return "manual-action/MDN-sent-automatically; displayed"
        if self.error is None:
            return f"{_ACTION}; processed"
        return f"{_ACTION}; processed/Error: {_coded(self.error)}"


@frozen(kw_only=True)
class Asked:
    """The message that is answered; ``message_id`` is without ``<>``."""

    content: bytes = field(repr=False)
    message_id: str
    subject: str = field(repr=False)
    attachments: tuple[OutgoingPart, ...] = field(default=(), repr=False)


@frozen(kw_only=True)
class Stamp:
    """What is on every message of ours: who writes to whom, when, under which id."""

    hostname: str
    sender: NamedAddress
    to: NamedAddress
    date: datetime
    message_id: str


def write_mdn(
    disposition: Disposition, asked: Asked, stamp: Stamp, *, max_original_bytes: int
) -> bytes:
    """
    Return an MDN: a text, the disposition, the original message and its attachments.

    The caller has checked RFC 8098 §2.1: the sender asked, and the address asked for is
    the return path. It is to be sent with the null path. Of a message larger than
    ``max_original_bytes`` only the header comes back, so that one large letter does not
    become three.
    """
    return _write(
        "multipart/report; report-type=disposition-notification",
        disposition,
        asked,
        stamp,
        [
            OutgoingPart(
                media_type="message/disposition-notification",
                content=_fields(disposition, asked, stamp.hostname),
            ),
            *_proof(asked, "", max_original_bytes),
        ],
    )


def write_error_mail(
    disposition: Disposition, asked: Asked, stamp: Stamp, *, max_original_bytes: int
) -> bytes:
    """
    Return the mail that tells of an error where no MDN was asked: for people only.

    Code and label stand in the subject and in the text (CI-SIS Transmission au LPS
    d'un document CDA par courriel MSS, struct-email-standard). To be sent with the
    null path, as an MDN is.
    """
    return _write(
        "multipart/mixed",
        disposition,
        asked,
        stamp,
        _proof(asked, _ORIGINAL_NAME, max_original_bytes),
    )


def _write(
    multipart: str,
    disposition: Disposition,
    asked: Asked,
    stamp: Stamp,
    parts: Sequence[OutgoingPart],
) -> bytes:
    return build_message(
        sender=stamp.sender,
        to=[stamp.to],
        subject=subject_of(disposition, asked.subject),
        text=_explain(disposition),
        date=stamp.date,
        message_id=stamp.message_id,
        in_reply_to=asked.message_id,
        references=[asked.message_id] if asked.message_id else [],
        multipart=multipart,
        parts=parts,
        headers={"Auto-Submitted": "auto-replied"},
    )


def _proof(asked: Asked, name: str, max_original_bytes: int) -> list[OutgoingPart]:
    if len(asked.content) > max_original_bytes:
        return [
            OutgoingPart(
                media_type="text/rfc822-headers",
                content=header_block(asked.content),
                name=name,
            )
        ]
    original = OutgoingPart(
        media_type="message/rfc822", content=asked.content, name=name
    )
    return [original, *asked.attachments]


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
        first = senders.MESSAGE_OPENED
    elif disposition.error is None:
        first = senders.PROCESSED
    else:
        error = disposition.error
        coded = f"{error.value} {ERROR_LABELS[error]}"
        first = f"{senders.NOT_WHOLLY_PROCESSED}\n{coded}"
    lines = list(disposition.lines)
    if disposition.informed is not None:
        lines += ["", senders.INFORMED if disposition.informed else senders.NOT_TOLD]
    return "\n".join((first, "", *lines))


def _fields(disposition: Disposition, asked: Asked, hostname: str) -> bytes:
    """Write the fields of RFC 8098 §3; Original-Message-ID lets the sender match."""
    final = f"rfc822;{disposition.recipient}"
    given = disposition.original_recipient
    lines = [
        f"Reporting-UA: {hostname}; gateway",
        f"Original-Recipient: {original_recipient(given) if given else final}",
        f"Final-Recipient: {final}",
    ]
    if asked.message_id:
        lines.append(f"Original-Message-ID: <{asked.message_id}>")
    lines.append(f"Disposition: {disposition.field_value()}")
    if disposition.error is not None:
        lines.append(f"Error: {_coded(disposition.error)}")
    if disposition.informed is not None:
        # An extension field (RFC 8098 §3.3).
        known = "yes" if disposition.informed else "unknown"
        lines.append(f"X-Patient-Informed: {known}")
    lines.append("")
    return "\r\n".join(lines).encode("ascii", "replace")


def _coded(error: ErrorCode) -> str:
    """Return ``code^label`` without accents."""
    label = unicodedata.normalize("NFKD", ERROR_LABELS[error])
    plain = "".join(one for one in label if not unicodedata.combining(one))
    return f"{error.value}^{plain}"


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
