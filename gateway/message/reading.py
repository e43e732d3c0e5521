"""
Reads the MIME tree of a message in one pass, and says if it is ambiguous (M01 to M04).
"""

from __future__ import annotations

import re
from enum import StrEnum

from attrs import define, field, frozen

from gateway.errors import InvalidError
from gateway.message.alternatives import TextPart, text_of
from gateway.message.boundaries import is_boundary, overlaps, split_parts
from gateway.message.encoded_words import decode_text
from gateway.message.headers import (
    DEFAULT_LIMITS,
    HeaderLimits,
    Headers,
    read_block,
    read_headers,
)
from gateway.message.parameters import (
    MimeValue,
    read_disposition,
    read_encoding,
    read_media_type,
    safe_name,
)
from gateway.message.parts import Attachment, Encoding, outside_of

MIB = 1024 * 1024


class TooLargeError(InvalidError):
    """The message holds more than the limits allow once decoded."""


class Ambiguity(StrEnum):
    """Why two programs could see two different messages."""

    REPEATED_FIELD = "REPEATED_FIELD"  # two Content-Type, two encodings
    REPEATED_PARAMETER = "REPEATED_PARAMETER"
    MALFORMED_FIELD = "MALFORMED_FIELD"
    BOUNDARY = "BOUNDARY"  # absent, too long, of forbidden characters
    NESTED_BOUNDARY = "NESTED_BOUNDARY"  # one begins with another
    NOT_CLOSED = "NOT_CLOSED"
    OUTSIDE_PARTS = "OUTSIDE_PARTS"  # something like a part before or after the parts
    ENCODING = "ENCODING"  # unknown, or not what it says
    LINE_ENDS = "LINE_ENDS"
    TOO_DEEP = "TOO_DEEP"
    TOO_MANY_PARTS = "TOO_MANY_PARTS"
    FRAGMENT = "FRAGMENT"  # message/partial, message/external-body
    OPAQUE = "OPAQUE"  # encrypted: what is inside cannot be checked


@frozen(kw_only=True)
class Fault:
    """
    What is wrong with one part: its path as IMAP counts, its type, the field if any.

    An empty path is the whole message. ``spreads``: it is in question where parts begin
    and end, so that no part is sure; otherwise only this part and those in it are not.
    """

    kind: Ambiguity
    path: str = ""
    media_type: str = ""
    field: str = ""
    spreads: bool = False

    def concerns(self, path: str) -> bool:
        """Tell whether the part at a path cannot be relied on for it."""
        return (
            self.spreads
            or not self.path
            or path == self.path
            or path.startswith(f"{self.path}.")
        )


@frozen(kw_only=True)
class MimeLimits:
    """What a message may hold."""

    headers: HeaderLimits = DEFAULT_LIMITS
    max_parts: int = 200
    max_depth: int = 10
    max_decoded_bytes: int = 25 * MIB


DEFAULT_MIME_LIMITS = MimeLimits()


@frozen(kw_only=True)
class MessageParts:
    """
    What a message says and carries.

    ``text`` is all text in its order, of alternatives the plain one, and what remains
    of HTML without its marks.
    ``attachments`` are all other parts, in order; ``leaves`` all parts that have no
    parts, those that are shown as text too. ``faults`` is empty when there is one way
    to read the message. A field that only names or places a part is no fault.
    """

    headers: Headers
    text: str = field(repr=False)
    attachments: tuple[Attachment, ...] = field(repr=False)
    leaves: tuple[Attachment, ...] = field(repr=False)
    faults: tuple[Fault, ...] = ()
    message: bytes = field(default=b"", repr=False, eq=False)

    @property
    def body(self) -> bytes:
        """All that follows the header of the message, as it came."""
        return self.message[self.headers.body_at :]

    @property
    def outside(self) -> bytes:
        """What of the body is in no part; mail programs do not show it."""
        return outside_of(self.message, self.headers.body_at, self.leaves)

    def fault_of(self, path: str) -> Fault | None:
        """Return the first fault for which a part cannot be relied on, or None."""
        return next((one for one in self.faults if one.concerns(path)), None)


def read_parts(
    content: bytes, limits: MimeLimits = DEFAULT_MIME_LIMITS
) -> MessageParts:
    """
    Read the parts of a message; attachments are decoded only when asked.

    Raises:
        InvalidError: the header block of the message is malformed (`read_headers`).
        TooLargeError: its parts exceed ``max_decoded_bytes`` once decoded.
    """
    headers = read_headers(content, limits.headers)
    reading = _Reading(content, limits)
    if content.count(b"\n") != content.count(b"\r\n"):
        reading.note(Fault(kind=Ambiguity.LINE_ENDS, spreads=True))
    reading.entity(_Entity(headers, headers.body_at, len(content)))
    return MessageParts(
        headers=headers,
        text=text_of(reading.texts),
        attachments=tuple(reading.attachments),
        leaves=tuple(reading.leaves),
        faults=tuple(reading.faults),
        message=content,
    )


@frozen
class FoundAttachments:
    """Attachments that may hold documents to file, in the order of the message."""

    archives: tuple[Attachment, ...] = ()
    documents: tuple[Attachment, ...] = ()


def find_attachments(parts: MessageParts) -> FoundAttachments:
    """Return the XDM archives (by name or by ZIP content) and the XML attachments."""
    return FoundAttachments(
        archives=tuple(one for one in parts.attachments if _is_archive(one)),
        documents=tuple(one for one in parts.attachments if is_declared_xml(one)),
    )


_ZIP_TYPES = {
    "application/zip",
    "application/x-zip",
    "application/x-zip-compressed",
    "application/octet-stream",
}
_XML_TYPES = {"text/xml", "application/xml", "application/hl7-cda+xml"}


def _is_archive(attachment: Attachment) -> bool:
    if attachment.name.lower() == "ihe_xdm.zip":
        return True
    is_zip = attachment.name.lower().endswith(".zip")
    if not is_zip and attachment.media_type not in _ZIP_TYPES:
        return False
    return attachment.starts_with(b"PK\x03\x04")


def is_declared_xml(attachment: Attachment) -> bool:
    """Tell whether a part is announced as a document, by its type or its name."""
    is_named = attachment.name.lower().endswith(".xml")
    return attachment.media_type in _XML_TYPES or (
        is_named and attachment.media_type in {"application/octet-stream", "text/plain"}
    )


@frozen
class _Entity:
    """A part: its fields, and where its body is in the message."""

    headers: Headers
    start: int
    end: int
    path: str = ""
    boundaries: tuple[bytes, ...] = ()
    default: str = "text/plain"
    choice: str | None = None  # the path of the alternatives it is one of


@define
class _Reading:
    """One pass over the tree; what it has met so far."""

    content: bytes
    limits: MimeLimits
    texts: list[TextPart] = field(factory=list)
    attachments: list[Attachment] = field(factory=list)
    leaves: list[Attachment] = field(factory=list)
    faults: list[Fault] = field(factory=list)
    parts: int = 0
    decoded: int = 0

    def note(self, fault: Fault) -> None:
        """Keep what is wrong, the first hundred."""
        if len(self.faults) < _MOST_FAULTS:
            self.faults.append(fault)

    def entity(self, entity: _Entity) -> None:
        """Read one part, and the parts in it."""
        self.parts += 1
        if self.parts > self.limits.max_parts:
            self.note(Fault(kind=Ambiguity.TOO_MANY_PARTS, spreads=True))
            return
        media = self._media_type(entity)
        if not media.main.startswith("multipart/") or _is_file(media):
            self._leaf(entity, media)
        elif len(entity.boundaries) >= self.limits.max_depth:
            self._structure(entity, media, Ambiguity.TOO_DEEP)
        else:
            self._multipart(entity, media)

    def _media_type(self, entity: _Entity) -> MimeValue:
        values = entity.headers.all("content-type")
        if not values:
            return MimeValue(entity.default)
        is_tree = any(_TREE.match(value) for value in values)

        def note(kind: Ambiguity, *, spreads: bool = is_tree) -> None:
            self.note(
                Fault(
                    kind=kind,
                    path=entity.path,
                    field="Content-Type",
                    spreads=spreads,
                )
            )

        if len(values) > 1:
            note(Ambiguity.REPEATED_FIELD)
        try:
            found = read_media_type(values[0])
        except InvalidError:
            note(Ambiguity.MALFORMED_FIELD)
            return MimeValue("application/octet-stream")
        if found.repeated - _NAMES:
            note(Ambiguity.REPEATED_PARAMETER)
        return found

    def _encoding(self, entity: _Entity, media: MimeValue) -> Encoding:
        name = "content-transfer-encoding"
        values = entity.headers.all(name)
        if len(values) > 1:
            self._note(entity, media, Ambiguity.REPEATED_FIELD, name)
        try:
            return Encoding(read_encoding(values[0])) if values else Encoding.SEVEN_BIT
        except (ValueError, InvalidError):
            self._note(entity, media, Ambiguity.ENCODING, name)
            return Encoding.BINARY

    def _note(
        self, entity: _Entity, media: MimeValue, kind: Ambiguity, name: str = ""
    ) -> None:
        self.note(
            Fault(
                kind=kind,
                path=entity.path,
                media_type=media.main,
                field=name.title(),
                spreads=media.main.startswith("multipart/"),
            )
        )

    def _structure(self, entity: _Entity, media: MimeValue, kind: Ambiguity) -> None:
        self.note(
            Fault(kind=kind, path=entity.path, media_type=media.main, spreads=True)
        )

    def _leaf(self, entity: _Entity, media: MimeValue) -> None:
        disposition = _disposition(entity)
        part = Attachment(
            name=safe_name(disposition.get("filename") or media.get("name")),
            media_type=media.main,
            path=entity.path or "1",
            encoding=self._encoding(entity, media),
            message=self.content,
            start=entity.start,
            end=entity.end,
            charset=media.get("charset"),
        )
        is_damaged = part.is_damaged
        if is_damaged:
            self._note(entity, media, Ambiguity.ENCODING, "content-transfer-encoding")
        self.decoded += part.size
        if self.decoded > self.limits.max_decoded_bytes:
            raise TooLargeError("message too large once decoded")
        if media.main in {"message/partial", "message/external-body"}:
            self._note(entity, media, Ambiguity.FRAGMENT)
        self.leaves.append(part)
        shown = not part.name and disposition.main in {"", "inline"}
        if shown and media.main in {"text/plain", "text/html"} and not is_damaged:
            words = decode_text(part.content(), part.charset)
            is_html = media.main == "text/html"
            self.texts.append(TextPart(words, is_html, entity.choice))
        else:
            self.attachments.append(part)

    def _multipart(self, entity: _Entity, media: MimeValue) -> None:
        if media.main == "multipart/encrypted":
            self.note(
                Fault(kind=Ambiguity.OPAQUE, path=entity.path, media_type=media.main)
            )
        if self._encoding(entity, media) in {
            Encoding.BASE64,
            Encoding.QUOTED_PRINTABLE,
        }:
            self._note(entity, media, Ambiguity.ENCODING, "content-transfer-encoding")
        boundary = media.get("boundary").encode("utf-8", "replace")
        if not is_boundary(boundary) or "boundary" in media.doubtful:
            self._structure(entity, media, Ambiguity.BOUNDARY)
            return
        if any(overlaps(boundary, outer) for outer in entity.boundaries):
            self._structure(entity, media, Ambiguity.NESTED_BOUNDARY)
        split = split_parts(
            self.content, entity.start, entity.end, boundary, self.limits.max_parts
        )
        if not split.closed:
            self._structure(entity, media, Ambiguity.NOT_CLOSED)
        if split.stray:
            self._structure(entity, media, Ambiguity.OUTSIDE_PARTS)
        is_digest = media.main == "multipart/digest"  # RFC 2046 §5.1.5
        choice = entity.choice
        if choice is None and media.main == "multipart/alternative":
            choice = entity.path
        for number, (start, end) in enumerate(split.parts, 1):
            path = f"{entity.path}.{number}" if entity.path else str(number)
            try:
                headers = read_block(self.content, start, end, self.limits.headers)
            except InvalidError:
                self.note(
                    Fault(
                        kind=Ambiguity.MALFORMED_FIELD,
                        path=path,
                        field="Content-",
                    )
                )
                continue
            self.entity(
                _Entity(
                    headers,
                    headers.body_at,
                    end,
                    path,
                    (*entity.boundaries, boundary),
                    "message/rfc822" if is_digest else "text/plain",
                    choice,
                )
            )


_MOST_FAULTS = 100
_TREE = re.compile(r"[\s\"']*(?:multipart|message)\b", re.I)
"""A type that has parts, or would have them to a program that reads it leniently."""
_NAMES = frozenset({"name", "filename"})
_FILES = frozenset({"multipart/x-zip", "multipart/x-zip-compressed"})


def _is_file(media: MimeValue) -> bool:
    """Tell whether it is a file of a made up type, as web servers send them."""
    return media.main in _FILES and not media.get("boundary")


def _disposition(entity: _Entity) -> MimeValue:
    """Return the name and place of a part; one that cannot be read is attached."""
    values = entity.headers.all("content-disposition")
    if not values:
        return MimeValue("")
    try:
        return read_disposition(values[0])
    except InvalidError:
        return MimeValue("attachment")
