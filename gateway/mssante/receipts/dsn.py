"""Delivery status notifications (DSN): what the server did with a recipient's copy."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from enum import StrEnum

from attrs import field, frozen

from gateway.core.texts.senders import DSN_SUBJECTS, DSN_TEXTS
from gateway.message.address import NamedAddress
from gateway.message.building import OutgoingPart, build_message


class DsnAction(StrEnum):
    """What was done (RFC 3464 §2.3.3)."""

    DELIVERED = "delivered"
    RELAYED = "relayed"
    DELAYED = "delayed"
    FAILED = "failed"


_NOTIFY_OF = {
    DsnAction.DELIVERED: "SUCCESS",
    DsnAction.RELAYED: "SUCCESS",
    DsnAction.DELAYED: "DELAY",
    DsnAction.FAILED: "FAILURE",
}


def is_wanted(action: DsnAction, notify: str) -> bool:
    """
    Tell whether a sender wants to hear of this (RFC 3461 §4.1, §5.2).

    Without a NOTIFY parameter failures and delays are told and success is not.

    >>> is_wanted(DsnAction.FAILED, ""), is_wanted(DsnAction.DELIVERED, "")
    (True, False)
    >>> is_wanted(DsnAction.FAILED, "NEVER"), is_wanted(DsnAction.RELAYED, "SUCCESS")
    (False, True)
    """
    if not notify:
        return action in {DsnAction.FAILED, DsnAction.DELAYED}
    return _NOTIFY_OF[action] in notify.upper().split(",")


@frozen(kw_only=True)
class RecipientStatus:
    """
    One recipient in a report.

    ``status`` is the enhanced code (RFC 3463), ``text`` what people read of it, in
    one line; ``original`` is the ORCPT as given, ``diagnostic`` the reply of the
    server that answered, ``remote_mta`` its name.
    """

    address: str = field(repr=False)
    action: DsnAction
    status: str
    text: str
    original: str = field(default="", repr=False)
    diagnostic: str = ""
    remote_mta: str = ""


@frozen(kw_only=True)
class Original:
    """
    The message a report is about.

    ``message_id`` is without ``<>``, ``envelope_id`` the ENVID as given; ``whole``:
    the sender asked for all of it back (RET=FULL).
    """

    content: bytes = field(repr=False)
    message_id: str = ""
    envelope_id: str = ""
    received_at: datetime
    whole: bool = False


def write_dsn(
    statuses: Sequence[RecipientStatus],
    original: Original,
    *,
    hostname: str,
    sender: NamedAddress,
    to: NamedAddress,
    date: datetime,
    message_id: str,
    max_original_bytes: int,
) -> bytes:
    """
    Return a DSN: a multipart/report of a text for people, one for programs, and a
    proof.

    It is to be sent with the null path, so that it never has an answer (RFC 3464 §2).
    The original comes back whole only when a failure asked for it (RET=FULL, RFC 3461
    §4.3) and within ``max_original_bytes``; otherwise its header alone does, so that
    the report of a large letter is small.
    """
    failed = any(one.action is DsnAction.FAILED for one in statuses)
    whole = original.whole and failed and len(original.content) <= max_original_bytes
    proof = (
        OutgoingPart(media_type="message/rfc822", content=original.content)
        if whole
        else OutgoingPart(
            media_type="text/rfc822-headers", content=header_block(original.content)
        )
    )
    return build_message(
        sender=sender,
        to=[to],
        subject=_subject(statuses),
        text=_explain(statuses),
        date=date,
        message_id=message_id,
        in_reply_to=original.message_id,
        references=[original.message_id] if original.message_id else [],
        multipart="multipart/report; report-type=delivery-status",
        parts=[
            OutgoingPart(
                media_type="message/delivery-status",
                content=_fields(statuses, original, hostname),
            ),
            proof,
        ],
        headers={"Auto-Submitted": "auto-replied"},
    )


_MOST_HEADER_BYTES = 64 * 1024


def header_block(content: bytes) -> bytes:
    """Return the header of a message with its line ends, cut at a line if huge."""
    end = content.find(b"\r\n\r\n", 0, _MOST_HEADER_BYTES)
    if end < 0 and len(content) > _MOST_HEADER_BYTES:
        end = content.rfind(b"\r\n", 0, _MOST_HEADER_BYTES)
    return content if end < 0 else content[: end + 2]


def _subject(statuses: Sequence[RecipientStatus]) -> str:
    actions = {one.action for one in statuses}
    for worst in (DsnAction.FAILED, DsnAction.DELAYED, DsnAction.RELAYED):
        if worst in actions:
            return DSN_SUBJECTS[worst]
    return DSN_SUBJECTS[DsnAction.DELIVERED]


def _explain(statuses: Sequence[RecipientStatus]) -> str:
    lines = []
    for one in statuses:
        lines += [text.format(one.address) for text in DSN_TEXTS[one.action]]
        if one.text:
            lines.append(f"  {one.text}")
        lines.append("")
    return "\n".join(lines)


def _fields(
    statuses: Sequence[RecipientStatus], original: Original, hostname: str
) -> bytes:
    """Write the fields of RFC 3464 §2.2 and §2.3, one group per recipient."""
    lines = [f"Reporting-MTA: dns; {hostname}"]
    if original.envelope_id:
        envelope_id = from_xtext(original.envelope_id)
        lines.insert(0, f"Original-Envelope-Id: {envelope_id}")
    lines.append(f"Arrival-Date: {format_datetime(original.received_at)}")
    for one in statuses:
        lines.append("")
        if one.original:
            lines.append(f"Original-Recipient: {original_recipient(one.original)}")
        lines += [
            f"Final-Recipient: rfc822;{one.address}",
            f"Action: {one.action.value}",
            f"Status: {one.status}",
        ]
        if one.remote_mta:
            lines.append(f"Remote-MTA: dns; {_one_line(one.remote_mta)}")
        if one.diagnostic:
            lines.append(f"Diagnostic-Code: smtp; {_one_line(one.diagnostic)}")
    lines.append("")
    return "\r\n".join(lines).encode("ascii", "replace")


def original_recipient(orcpt: str) -> str:
    """
    Return an ORCPT parameter as the field of a report shows it (RFC 3464 §2.3.1).

    >>> original_recipient("rfc822;a+2Bb@x.test")
    'rfc822;a+b@x.test'
    """
    kind, _, address = orcpt.partition(";")
    return f"{_one_line(kind)};{from_xtext(address)}"


def from_xtext(text: str) -> str:
    """
    Return what an xtext stands for, without control characters (RFC 3461 §4).

    >>> from_xtext("a+2Bb+3Dc+0D")
    'a+b=c'
    """
    decoded = re.sub(r"\+([0-9A-F]{2})", lambda m: chr(int(m.group(1), 16)), text)
    return _one_line(decoded)


def _one_line(text: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f]+", "", text)
