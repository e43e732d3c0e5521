"""
Reads the MIME tree of a message in one pass, and says if it is ambiguous (M01 to M04).
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from attrs import define, field, frozen

from gateway.errors import InvalidError
from gateway.message.body_text import text_of_html
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
from gateway.message.parts import Attachment, Encoding

MIB = 1024 * 1024


class TooLargeError(InvalidError):
    """The message holds more than the limits allow once decoded."""


class Ambiguity(StrEnum):
    """Why two programs could see two different messages; the first found is kept."""

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
    OPAQUE = "OPAQUE"  # TNEF, encrypted: what is inside cannot be checked


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

    ``text`` is the plain text, or what remains of the HTML without its marks when
    there is no plain text.
    ``attachments`` are all other parts, in order. ``ambiguous`` is None when there
    is one way to read the message; otherwise what was read is not to be relied on.
    """

    headers: Headers
    text: str = field(repr=False)
    attachments: tuple[Attachment, ...] = field(repr=False)
    ambiguous: Ambiguity | None = None


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
        reading.note(Ambiguity.LINE_ENDS)
    reading.entity(_Entity(headers, headers.body_at, len(content)))
    return MessageParts(
        headers=headers,
        text=(
            "\n".join(reading.plain)
            if reading.plain
            else text_of_html("\n".join(reading.html))
        ),
        attachments=tuple(reading.attachments),
        ambiguous=reading.ambiguous,
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
        documents=tuple(one for one in parts.attachments if _is_xml(one)),
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


def _is_xml(attachment: Attachment) -> bool:
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


@define
class _Reading:
    """One pass over the tree; what it has met so far."""

    content: bytes
    limits: MimeLimits
    plain: list[str] = field(factory=list)
    html: list[str] = field(factory=list)
    attachments: list[Attachment] = field(factory=list)
    ambiguous: Ambiguity | None = None
    parts: int = 0
    decoded: int = 0

    def note(self, what: Ambiguity) -> None:
        """Keep the first reason."""
        self.ambiguous = self.ambiguous or what

    def entity(self, entity: _Entity) -> None:
        """Read one part, and the parts in it."""
        self.parts += 1
        if self.parts > self.limits.max_parts:
            self.note(Ambiguity.TOO_MANY_PARTS)
            return
        media = self._value(entity, "content-type", read_media_type, entity.default)
        if not media.main.startswith("multipart/"):
            self._leaf(entity, media)
        elif len(entity.boundaries) >= self.limits.max_depth:
            self.note(Ambiguity.TOO_DEEP)
        else:
            self._multipart(entity, media)

    def _value(
        self,
        entity: _Entity,
        name: str,
        read: Callable[[str], MimeValue],
        absent: str,
    ) -> MimeValue:
        values = entity.headers.all(name)
        if not values:
            return MimeValue(absent)
        if len(values) > 1:
            self.note(Ambiguity.REPEATED_FIELD)
        try:
            found = read(values[0])
        except InvalidError:
            self.note(Ambiguity.MALFORMED_FIELD)
            return MimeValue("application/octet-stream" if absent else "attachment")
        if found.repeated:
            self.note(Ambiguity.REPEATED_PARAMETER)
        return found

    def _encoding(self, entity: _Entity) -> Encoding:
        values = entity.headers.all("content-transfer-encoding")
        if len(values) > 1:
            self.note(Ambiguity.REPEATED_FIELD)
        try:
            return Encoding(read_encoding(values[0])) if values else Encoding.SEVEN_BIT
        except (ValueError, InvalidError):
            self.note(Ambiguity.ENCODING)
            return Encoding.BINARY

    def _leaf(self, entity: _Entity, media: MimeValue) -> None:
        disposition = self._value(entity, "content-disposition", read_disposition, "")
        part = Attachment(
            name=safe_name(disposition.get("filename") or media.get("name")),
            media_type=media.main,
            path=entity.path or "1",
            encoding=self._encoding(entity),
            message=self.content,
            start=entity.start,
            end=entity.end,
            charset=media.get("charset") or "utf-8",
        )
        if part.is_damaged:
            self.note(Ambiguity.ENCODING)
        self.decoded += part.size
        if self.decoded > self.limits.max_decoded_bytes:
            raise TooLargeError("message too large once decoded")
        self._check_kind(media)
        shown = not part.name and disposition.main in {"", "inline"}
        if shown and media.main in {"text/plain", "text/html"} and not part.is_damaged:
            text = decode_text(part.content(), part.charset)
            (self.plain if media.main == "text/plain" else self.html).append(text)
        else:
            self.attachments.append(part)

    def _check_kind(self, media: MimeValue) -> None:
        if media.main in {"message/partial", "message/external-body"}:
            self.note(Ambiguity.FRAGMENT)
        enveloped = media.get("smime-type").lower() in {"", "enveloped-data"}
        if media.main in {"application/ms-tnef", "application/vnd.ms-tnef"} or (
            media.main.endswith("pkcs7-mime") and enveloped
        ):
            self.note(Ambiguity.OPAQUE)

    def _multipart(self, entity: _Entity, media: MimeValue) -> None:
        if media.main == "multipart/encrypted":
            self.note(Ambiguity.OPAQUE)
        if self._encoding(entity) in {Encoding.BASE64, Encoding.QUOTED_PRINTABLE}:
            self.note(Ambiguity.ENCODING)
        boundary = media.get("boundary").encode("utf-8", "replace")
        if not is_boundary(boundary) or "boundary" in media.doubtful:
            self.note(Ambiguity.BOUNDARY)
            return
        if any(overlaps(boundary, outer) for outer in entity.boundaries):
            self.note(Ambiguity.NESTED_BOUNDARY)
        split = split_parts(
            self.content, entity.start, entity.end, boundary, self.limits.max_parts
        )
        if not split.closed:
            self.note(Ambiguity.NOT_CLOSED)
        if split.stray:
            self.note(Ambiguity.OUTSIDE_PARTS)
        is_digest = media.main == "multipart/digest"  # RFC 2046 §5.1.5
        for number, (start, end) in enumerate(split.parts, 1):
            try:
                headers = read_block(self.content, start, end, self.limits.headers)
            except InvalidError:
                self.note(Ambiguity.MALFORMED_FIELD)
                continue
            path = f"{entity.path}.{number}" if entity.path else str(number)
            self.entity(
                _Entity(
                    headers,
                    headers.body_at,
                    end,
                    path,
                    (*entity.boundaries, boundary),
                    "message/rfc822" if is_digest else "text/plain",
                )
            )
