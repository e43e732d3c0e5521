"""The outline of a message: its header block and where each MIME part lies."""

from __future__ import annotations

import re
from typing import Any

from attrs import field, frozen

from gateway.message.addresses import Address, read_addresses
from gateway.message.header_block import (
    MOST_BYTES,
    Parameters,
    end_of_header,
    read_fields,
    read_parameters,
    without_comments,
)
from gateway.message.line_ends import with_crlf

_DEEPEST = 16
_MOST_PARTS = 1000
_TOKEN = re.compile(r"[!#$%&'*+.^_`{|}~0-9A-Za-z-]{1,100}")
_ADDRESSED = ("from", "sender", "reply-to", "to", "cc", "bcc")


@frozen(kw_only=True)
class Envelope:
    """The fields of ENVELOPE (RFC 3501 §7.4.2), as they stand in the header."""

    date: str | None
    subject: str | None = field(repr=False)
    addresses: tuple[tuple[Address, ...], ...] = field(repr=False)
    in_reply_to: str | None
    message_id: str | None


@frozen(kw_only=True)
class Part:
    """
    One MIME part, the message itself being the first (RFC 2045, RFC 2046).

    Offsets count bytes of the whole message: its header is
    ``content[header:body]``, its body ``content[body:end]``. ``parts`` holds the
    children of a multipart, or the one message inside a ``message/rfc822``.
    """

    type: str
    subtype: str
    parameters: Parameters = field(repr=False)
    id: str | None
    description: str | None = field(repr=False)
    encoding: str
    md5: str | None
    disposition: tuple[str, Parameters] | None = field(repr=False)
    languages: tuple[str, ...]
    location: str | None
    header: int
    body: int
    end: int
    lines: int
    parts: tuple[Part, ...] = ()
    envelope: Envelope | None = None

    @property
    def is_multipart(self) -> bool:
        """True when ``parts`` are its children."""
        return self.type.lower() == "multipart"

    @property
    def is_message(self) -> bool:
        """True when ``parts`` holds the message inside."""
        return bool(self.parts) and not self.is_multipart


@frozen(kw_only=True)
class Outline:
    """
    What IMAP asks of a message without reading it.

    ``headers`` is the header block with its empty line; None when it is too large to be
    worth keeping twice; it is then read from the message.
    """

    size: int
    headers: bytes | None = field(repr=False)
    root: Part


def read_outline(content: bytes) -> Outline:
    """
    Return the outline of a message; any bytes give one, in near-linear time.

    Beyond 16 levels or 1,000 parts a part is not opened further, so that no message
    costs more than a few passes over its bytes.
    """
    root = _Parts(content).message(0, len(content), 0)
    headers = content[: root.body] if root.body <= MOST_BYTES else None
    return Outline(size=len(content), headers=headers, root=root)


def served_outline(content: bytes) -> Outline:
    """
    Return the outline of a message as IMAP serves it: its lines end with CRLF.

    For what clients upload: of what came by SMTP, where a bare LF is refused, and of
    what is composed here, `read_outline` says the same for a sixth of the time.
    """
    return read_outline(with_crlf(content))


class _Parts:
    """Walks one message, counting what it opened."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._count = 0

    def message(self, start: int, end: int, depth: int) -> Part:
        return self._part(start, end, depth, "text/plain", envelope=True)

    def _part(
        self, start: int, end: int, depth: int, default: str, *, envelope: bool = False
    ) -> Part:
        self._count += 1
        body = end_of_header(self._content, start, end)
        fields = read_fields(self._content[start : min(body, start + MOST_BYTES)])
        kind, subtype, parameters = _content_type(fields.get("content-type"), default)
        encoding = without_comments(fields.get("content-transfer-encoding") or "")
        opened = kind.lower(), subtype.lower()
        parts: tuple[Part, ...] = ()
        if depth < _DEEPEST and self._count < _MOST_PARTS:
            if opened[0] == "multipart":
                parts = self._children(body, end, depth, parameters, opened[1])
            elif opened == _MESSAGE:
                # Encoded too, though it must not be (RFC 2046 §5.2.1): what it is
                # called is what it says it is.
                parts = (self.message(body, end, depth + 1),)
        if not parts and (opened[0] == "multipart" or opened == _MESSAGE):
            # IMAP cannot say these without what is in them (RFC 3501 §9, body); other
            # kinds of message, as the parts of a report, it can.
            kind, subtype, parameters = "application", "octet-stream", ()
        counted = kind.lower() == "text" or (parts and opened[0] == "message")
        return Part(
            type=kind,
            subtype=subtype,
            parameters=parameters,
            id=fields.get("content-id"),
            description=fields.get("content-description"),
            encoding=encoding or "7BIT",
            md5=fields.get("content-md5"),
            disposition=_disposition(fields.get("content-disposition")),
            languages=_languages(fields.get("content-language")),
            location=fields.get("content-location"),
            header=start,
            body=body,
            end=end,
            lines=self._content.count(b"\n", body, end) if counted else 0,
            parts=parts,
            envelope=_envelope(fields) if envelope else None,
        )

    def _children(
        self, body: int, end: int, depth: int, parameters: Parameters, subtype: str
    ) -> tuple[Part, ...]:
        boundary = next((v for k, v in parameters if k.lower() == "boundary"), "")
        if not boundary or len(boundary) > 250:
            return ()
        default = "message/rfc822" if subtype == "digest" else "text/plain"
        found: list[Part] = []
        for start, stop in self._between(boundary.encode("latin-1"), body, end):
            if self._count >= _MOST_PARTS:
                break
            found.append(self._part(start, stop, depth + 1, default))
        return tuple(found)

    def _between(self, boundary: bytes, body: int, end: int) -> list[tuple[int, int]]:
        # The delimiter begins with its line break (RFC 2046 §5.1.1); the first one
        # may use that of the header's empty line.
        line = re.compile(
            rb"\n--" + re.escape(boundary) + rb"(--)?[ \t]*(?:\r?\n|\r?\Z)"
        )
        found: list[tuple[int, int]] = []
        start, at = -1, max(body - 1, 0)
        while match := line.search(self._content, at, end):
            cut = match.start()
            if start >= 0:
                stop = cut - 1 if self._content[cut - 1 : cut] == b"\r" else cut
                found.append((start, max(start, stop)))
            start = match.end()
            if match.group(1):
                return found
            if len(found) >= _MOST_PARTS:
                break
            at = start - 1 if self._content[start - 1 : start] == b"\n" else start
        if start >= 0:
            found.append((start, end))
        return found


_MESSAGE = ("message", "rfc822")


def _content_type(value: str | None, default: str) -> tuple[str, str, Parameters]:
    if value:
        named, parameters = read_parameters(value)
        kind, _, subtype = named.partition("/")
        kind, subtype = kind.strip(), subtype.strip()
        if _TOKEN.fullmatch(kind) and _TOKEN.fullmatch(subtype):
            return kind, subtype, parameters
    kind, _, subtype = default.partition("/")
    return kind, subtype, (("charset", "us-ascii"),) if kind == "text" else ()


def _disposition(value: str | None) -> tuple[str, Parameters] | None:
    if not value:
        return None
    kind, parameters = read_parameters(value)
    return (kind, parameters) if _TOKEN.fullmatch(kind) else None


def _languages(value: str | None) -> tuple[str, ...]:
    named = [tag.strip() for tag in (value or "").split(",")[:20]]
    return tuple(tag for tag in named if tag)


def _envelope(fields: dict[str, str]) -> Envelope:
    lists = {name: read_addresses(fields.get(name, "")) for name in _ADDRESSED}
    # Absent Sender and Reply-To are those of From (RFC 3501 §7.4.2).
    for name in ("sender", "reply-to"):
        lists[name] = lists[name] or lists["from"]
    return Envelope(
        date=fields.get("date"),
        subject=fields.get("subject"),
        addresses=tuple(lists[name] for name in _ADDRESSED),
        in_reply_to=fields.get("in-reply-to"),
        message_id=fields.get("message-id"),
    )


def to_plain(part: Part) -> list[Any]:
    """Return a part as plain lists, to be kept as JSON."""
    envelope = part.envelope
    return [
        part.type,
        part.subtype,
        part.parameters,
        part.id,
        part.description,
        part.encoding,
        part.md5,
        part.disposition,
        part.languages,
        part.location,
        [part.header, part.body, part.end, part.lines],
        [to_plain(child) for child in part.parts],
        envelope
        and [
            envelope.date,
            envelope.subject,
            envelope.addresses,
            envelope.in_reply_to,
            envelope.message_id,
        ],
    ]


def from_plain(kept: list[Any]) -> Part:
    """Return the part that `to_plain` made lists of."""
    place, disposition, envelope = kept[10], kept[7], kept[12]
    return Part(
        type=kept[0],
        subtype=kept[1],
        parameters=_pairs(kept[2]),
        id=kept[3],
        description=kept[4],
        encoding=kept[5],
        md5=kept[6],
        disposition=disposition and (disposition[0], _pairs(disposition[1])),
        languages=tuple(kept[8]),
        location=kept[9],
        header=place[0],
        body=place[1],
        end=place[2],
        lines=place[3],
        parts=tuple(from_plain(child) for child in kept[11]),
        envelope=envelope
        and Envelope(
            date=envelope[0],
            subject=envelope[1],
            addresses=tuple(
                tuple((one[0], one[1], one[2], one[3]) for one in group)
                for group in envelope[2]
            ),
            in_reply_to=envelope[3],
            message_id=envelope[4],
        ),
    )


def _pairs(kept: list[list[str]]) -> Parameters:
    return tuple((name, value) for name, value in kept)
