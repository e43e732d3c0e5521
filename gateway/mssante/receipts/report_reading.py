"""Reads reports of others, DSN and MDN, leniently; believes nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable
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
    """A report; ``original_id`` is the Message-ID it is about, empty when not said."""

    kind: ReportKind
    original_id: str
    recipients: tuple[Reported, ...]


_MOST_GROUPS = 100
_BARE_BOUNCES = ("message non distribué", "undelivered mail returned to sender")
"""Subjects of the failures that some operators send without a part for programs."""

_WORDS = frozenset(
    {"failed", "delayed", "delivered", "relayed", "expanded"}
    | {"processed", "displayed", "deleted", "dispatched", "denied"}
)
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_TYPE = re.compile(r";\s*([a-z-]+)", re.I)
_ERROR = re.compile(r"/\s*error\b\s*:?\s*(\d{3})?", re.I)
_CODE = re.compile(r"\s*(\d{3})\b")


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

    Whatever it says is a claim of its sender. A bounce that only its subject tells
    counts if it comes from the null path: no person writes from there.
    """
    kind = _kind_of(parts.headers)
    if kind is None:
        subject = parts.headers.subject.lower()
        if reverse_path or not any(known in subject for known in _BARE_BOUNCES):
            return None
        reported = Reported(addresses=frozenset(), word="failed")
        return Report(
            kind=ReportKind.DSN, original_id=_original(parts), recipients=(reported,)
        )
    groups = list(_groups(parts))
    read = _mdn_recipient if kind is ReportKind.MDN else _dsn_recipient
    recipients = (found for group in groups if (found := read(group)) is not None)
    named = (message_id_of(group.get("original-message-id")) for group in groups)
    return Report(
        kind=kind,
        original_id=next((one for one in named if one), "") or _original(parts),
        recipients=tuple(recipients),
    )


def _groups(parts: MessageParts) -> Iterable[Headers]:
    """Yield the groups of fields of the part that is for programs."""
    wanted = {"message/delivery-status", "message/disposition-notification"}
    for part in parts.attachments:
        if part.media_type not in wanted or part.is_damaged:
            continue
        groups = part.content().strip(b"\r\n").split(b"\r\n\r\n")
        for group in groups[:_MOST_GROUPS]:
            try:
                yield read_headers(group.strip(b"\r\n") + b"\r\n\r\n")
            except InvalidError:
                continue


def _dsn_recipient(group: Headers) -> Reported | None:
    word = group.get("action").strip().lower()
    if word not in _WORDS:
        return None
    status = _STATUS.search(group.get("status"))
    return Reported(
        addresses=_addresses(group), word=word, code=status[0] if status else ""
    )


def _mdn_recipient(group: Headers) -> Reported | None:
    """Read both the form of RFC 8098 and the French ``processed/Error: code^label``."""
    disposition = group.get("disposition")
    found = _TYPE.search(disposition)
    if found is None or found[1].lower() not in _WORDS:
        return None
    error = _ERROR.search(disposition)
    if error is None:
        return Reported(addresses=_addresses(group), word=found[1].lower())
    beside = _CODE.match(group.get("error"))
    code = error[1] or (beside[1] if beside else "")
    return Reported(addresses=_addresses(group), word="error", code=code)


def _addresses(group: Headers) -> frozenset[str]:
    values = (group.get(name) for name in ("final-recipient", "original-recipient"))
    bare = (value.partition(";")[2].strip().strip("<>").lower() for value in values)
    return frozenset(one for one in bare if one)


def _original(parts: MessageParts) -> str:
    """Return the Message-ID of the message returned, else of the one answered."""
    for part in parts.attachments:
        if part.media_type in {"message/rfc822", "text/rfc822-headers"}:
            found = _message_id_in(part)
            if found:
                return found
    references = parts.headers.references
    return references[-1] if references else ""


def _message_id_in(part: Attachment) -> str:
    try:
        return read_headers(part.content()).message_id
    except InvalidError:
        return ""
