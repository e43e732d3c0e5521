"""Reads reports of others, DSN and MDN, leniently; believes nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum

from attrs import field, frozen

from gateway.errors import InvalidError
from gateway.message.headers import Headers, message_id_of, read_headers
from gateway.message.parameters import read_media_type
from gateway.message.parts import Attachment
from gateway.message.reading import MessageParts


class ReportKind(StrEnum):
    """What kind of report it is."""

    DSN = "DSN"
    MDN = "MDN"


@frozen(kw_only=True)
class Reported:
    """
    What a report says of one recipient.

    ``addresses`` are the final and the original recipient, in lower case. ``word`` is
    the action of a DSN (failed, delayed, delivered, relayed, expanded) or the type of
    an MDN's disposition (processed, displayed, deleted, …), ``error`` in its place
    when an MDN tells of an error; ``code`` is the status of a DSN or the French
    error code of an MDN, or empty.
    """

    addresses: frozenset[str] = field(repr=False)
    word: str
    code: str = ""


@frozen(kw_only=True)
class Report:
    """
    A report; ``original_id`` is the Message-ID it is about, ``envelope_id`` the ENVID
    (RFC 3464 §2.2.1), each empty when not said.
    """

    kind: ReportKind
    original_id: str
    recipients: tuple[Reported, ...]
    envelope_id: str = ""


_MOST_GROUPS = 100
_BARE_BOUNCES = (
    "message non distribué",
    "non remis",
    "undelivered mail",
    "undeliverable",
    "undelivered message",
    "mail delivery failed",
    "delivery status notification (failure)",
    "returned mail",
    "failure notice",
)
"""Subjects of the failures that some servers send without a part for programs."""
_BARE_DELAY = re.compile(r"warning: message \S+ delayed", re.I)
_FAILED_ONES = "x-failed-recipients"
"""Exim names in this field whom it could not deliver to."""

_STATUS_TYPES = frozenset({"message/delivery-status", "message/global-delivery-status"})
_DISPOSITION_TYPES = frozenset(
    {
        "message/disposition-notification",
        "message/global-disposition-notification",
    }
)
_RETURNED_TYPES = frozenset(
    {
        "message/rfc822",
        "message/rfc822-headers",
        "text/rfc822-headers",
        "message/global",
        "message/global-headers",
    }
)
"""What a report says in fields, and what it gives back; ``global``: RFC 6533."""

_ACTIONS = frozenset({"failed", "delayed", "delivered", "relayed", "expanded"})
_DISPOSITIONS = frozenset(
    {"processed", "displayed", "deleted", "dispatched", "denied", "failed"}
)
_WORD = re.compile(r"[a-z]+", re.I)
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_TYPE = re.compile(r";\s*([a-z]+)", re.I)
_ERROR = re.compile(r"/\s*error\b\s*:?\s*(\d{3})?", re.I)
_CODE = re.compile(r"\s*(\d{3})\b")
_COMMENT = re.compile(r"\([^()]*\)")
_IN_ANGLES = re.compile(r"<([^<>]*)>")
_BETWEEN_GROUPS = re.compile(rb"\n(?:[ \t]*\n)+")
_CODE_POINT = re.compile(r"\\x\{([0-9a-f]{2,6})\}", re.I)
_ID_LINE = re.compile(r"^[ \t]*Message-ID:\s*(<[^<>\s]+>)", re.I | re.M)


def is_report(headers: Headers) -> bool:
    """Tell whether a message is a report, by its type alone (RFC 6522)."""
    return _kind_of(headers) is not None


def _kind_of(headers: Headers) -> ReportKind | None:
    try:
        media = read_media_type(headers.get("content-type"))
    except InvalidError:
        return None
    if media.main != "multipart/report":
        return None
    is_mdn = media.get("report-type").lower() == "disposition-notification"
    return ReportKind.MDN if is_mdn else ReportKind.DSN


def read_report(parts: MessageParts, reverse_path: str) -> Report | None:
    """
    Return what a message reports, or None when it is not a report.

    Whatever it says is a claim of its sender. A bounce that only its subject or a field
    tells counts if it comes from the null path: no person writes from there. So does
    one whose part for programs stands in a multipart of another type.
    """
    kind = _kind_of(parts.headers)
    groups = list(_groups(parts))
    if kind is None and not reverse_path and groups:
        has_actions = any(group.count("action") for group in groups)
        kind = ReportKind.DSN if has_actions else ReportKind.MDN
    if kind is None:
        return None if reverse_path else _bare_bounce(parts)
    read = _mdn_recipient if kind is ReportKind.MDN else _dsn_recipient
    recipients = [found for group in groups if (found := read(group)) is not None]
    named = (message_id_of(group.get("original-message-id")) for group in groups)
    envelope_ids = (group.get("original-envelope-id").strip() for group in groups)
    return Report(
        kind=kind,
        original_id=next((one for one in named if one), "") or _original(parts),
        recipients=tuple(recipients) or _named_failures(parts.headers),
        envelope_id=next((one for one in envelope_ids if one), ""),
    )


def _bare_bounce(parts: MessageParts) -> Report | None:
    """Read a bounce that is only a text for people, as some servers write it."""
    headers = parts.headers
    subject = headers.subject.lower()
    failed = headers.count(_FAILED_ONES) or any(one in subject for one in _BARE_BOUNCES)
    if not failed and not _BARE_DELAY.search(subject):
        return None
    unnamed = Reported(addresses=frozenset(), word="failed" if failed else "delayed")
    return Report(
        kind=ReportKind.DSN,
        original_id=_original(parts) or _id_in_text(parts.text),
        recipients=_named_failures(headers) or (unnamed,),
    )


def _named_failures(headers: Headers) -> tuple[Reported, ...]:
    named = ",".join(headers.all(_FAILED_ONES)).split(",")[:_MOST_GROUPS]
    addresses = dict.fromkeys(one.strip().strip("<>").casefold() for one in named)
    return tuple(
        Reported(addresses=frozenset({one}), word="failed") for one in addresses if one
    )


def _groups(parts: MessageParts) -> Iterator[Headers]:
    """Yield the groups of fields of the part that is for programs."""
    for part in parts.attachments:
        is_ours = part.media_type in _STATUS_TYPES | _DISPOSITION_TYPES
        if not is_ours or part.is_damaged:
            continue
        # Encoded, it may have other line ends than those of mail.
        content = part.content().replace(b"\r\n", b"\n").strip(b"\n")
        for group in _BETWEEN_GROUPS.split(content)[:_MOST_GROUPS]:
            lines = group.strip(b"\n").replace(b"\n", b"\r\n")
            try:
                yield read_headers(lines + b"\r\n\r\n")
            except InvalidError:
                continue


def _dsn_recipient(group: Headers) -> Reported | None:
    found = _WORD.match(_plain(group.get("action")))
    if found is None or found[0].lower() not in _ACTIONS:
        return None
    status = _STATUS.search(group.get("status"))
    return Reported(
        addresses=_addresses(group),
        word=found[0].lower(),
        code=status[0] if status else "",
    )


def _mdn_recipient(group: Headers) -> Reported | None:
    """Read both the form of RFC 8098 and the French ``processed/Error: code^label``."""
    disposition = _plain(group.get("disposition"))
    found = _TYPE.search(disposition)
    if found is None or found[1].lower() not in _DISPOSITIONS:
        return None
    error = _ERROR.search(disposition)
    if error is None:
        return Reported(addresses=_addresses(group), word=found[1].lower())
    beside = _CODE.match(group.get("error"))
    code = error[1] or (beside[1] if beside else "")
    return Reported(addresses=_addresses(group), word="error", code=code)


def _plain(value: str) -> str:
    """Return a field's value without comments (RFC 5322 §3.2.2)."""
    return _COMMENT.sub(" ", value).strip()


def _addresses(group: Headers) -> frozenset[str]:
    values = (group.get(name) for name in ("final-recipient", "original-recipient"))
    return frozenset(one for value in values if (one := _address(value)))


def _address(value: str) -> str:
    """Return the address of a typed field, as it is compared; RFC 6533 §3 for utf-8."""
    kind, semicolon, typed = _plain(value).partition(";")
    given = typed if semicolon else kind
    angle = _IN_ANGLES.search(given)
    bare = (angle[1] if angle else given).strip()
    if kind.strip().lower() == "utf-8":
        bare = _CODE_POINT.sub(_character, bare)
    return bare.casefold()


def _character(found: re.Match[str]) -> str:
    number = int(found[1], 16)
    return chr(number) if number <= _LAST_CODE_POINT else found[0]


_LAST_CODE_POINT = 0x10FFFF


def _original(parts: MessageParts) -> str:
    """Return the Message-ID of the message returned, else of the one answered."""
    for part in parts.attachments:
        if part.media_type in _RETURNED_TYPES:
            found = _message_id_in(part)
            if found:
                return found
    references = parts.headers.references
    return references[-1] if references else ""


def _message_id_in(part: Attachment) -> str:
    """Read it of a message whose other fields may be malformed, or cut."""
    content = part.content()
    try:
        return read_headers(content).message_id
    except InvalidError:
        head = content.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
        return _id_in_text(head.decode("utf-8", "replace"))


def _id_in_text(text: str) -> str:
    """Return the first Message-ID that a copy of the original in a text has."""
    found = _ID_LINE.search(text)
    return message_id_of(found[1]) if found else ""
