"""Composes the messages we send; no text given to it can become a header."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import format_datetime

from attrs import field, frozen

from gateway.errors import InvalidError
from gateway.message.address import NamedAddress
from gateway.message.encoded_words import encode_words

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_FIELD_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,70}")
_MEDIA_TYPE = re.compile(
    r"[a-z0-9.+-]+/[a-z0-9.+-]+(?:; [a-z-]+=(?:[A-Za-z0-9._-]+|\"[^\"\\\r\n]*\"))*"
)
_PLAIN_NAME = re.compile(r"[A-Za-z0-9 _.,'-]*")


@frozen(kw_only=True)
class OutgoingPart:
    """
    A part to attach.

    ``media_type`` may carry parameters. ``name`` is offered as the file name; a part
    without one has no Content-Disposition. ``message/*`` and ``text/rfc822-headers``
    parts go as they are, which RFC 2046 §5.2.1 asks for: they must have CRLF lines.
    """

    media_type: str
    content: bytes = field(repr=False)
    name: str = field(default="", repr=False)


def build_message(
    *,
    sender: NamedAddress,
    to: Sequence[NamedAddress],
    subject: str,
    text: str,
    date: datetime,
    message_id: str,
    cc: Sequence[NamedAddress] = (),
    reply_to: NamedAddress | None = None,
    in_reply_to: str = "",
    references: Sequence[str] = (),
    parts: Sequence[OutgoingPart] = (),
    multipart: str = "multipart/mixed",
    headers: Mapping[str, str] | None = None,
) -> bytes:
    """
    Return a whole message, lines ending with CRLF, ASCII but for parts sent as is.

    Args:
        message_id: Without ``<>``, as ``in_reply_to`` and ``references``.
        text: The first part, text/plain in UTF-8; any line ends.
        multipart: The type that holds the parts when there are any, such as
            ``multipart/report; report-type=delivery-status``.
        headers: Further fields, such as ``X-MSS-MES``; their values may hold any
            text of one line.

    Raises:
        InvalidError: a control character where a line is expected.
    """
    lines = [
        f"Date: {format_datetime(date)}",
        _fold("From", _mailbox(sender)),
        _fold("To", _mailboxes(to)),
        f"Message-ID: {_bracketed(message_id)}",
        _fold("Subject", _words(subject)),
    ]
    if cc:
        lines.append(_fold("Cc", _mailboxes(cc)))
    if reply_to is not None:
        lines.append(_fold("Reply-To", _mailbox(reply_to)))
    if in_reply_to:
        lines.append(f"In-Reply-To: {_bracketed(in_reply_to)}")
    if references:
        lines.append(_fold("References", [_bracketed(one) for one in references]))
    for name, value in (headers or {}).items():
        if not _FIELD_NAME.fullmatch(name):
            raise InvalidError("malformed header name")
        lines.append(_fold(name, _words(value)))
    lines.append("MIME-Version: 1.0")
    head = "\r\n".join(lines).encode("ascii") + b"\r\n"
    if not parts:
        return head + _text_part(text)
    return head + _multipart(multipart, [_text_part(text), *map(_part, parts)])


def _multipart(media_type: str, bodies: list[bytes]) -> bytes:
    if not _MEDIA_TYPE.fullmatch(media_type):
        raise InvalidError("malformed media type")
    digest = hashlib.sha256(b"".join(bodies)).hexdigest()[:32]
    boundary = f"=_{digest}".encode("ascii")
    while any(boundary in body for body in bodies):
        boundary += b"x"
    opening = f'Content-Type: {media_type};\r\n boundary="{boundary.decode()}"\r\n'
    delimiter = b"\r\n--" + boundary
    inside = b"".join(delimiter + b"\r\n" + body for body in bodies)
    return opening.encode("ascii") + inside + delimiter + b"--\r\n"


def _text_part(text: str) -> bytes:
    content = "\r\n".join(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    encoded = content.encode("utf-8", "replace")
    if not encoded.endswith(b"\r\n"):
        encoded += b"\r\n"
    field_lines = "Content-Type: text/plain; charset=utf-8\r\n"
    if encoded.isascii() and b"\x00" not in encoded and _short_lines(encoded):
        return (
            f"{field_lines}Content-Transfer-Encoding: 7bit\r\n\r\n".encode() + encoded
        )
    if b"\x00" not in encoded and len(encoded) < 1.2 * len(content):
        # Few accents: people who look at the message itself can read it.
        lines = binascii.b2a_qp(encoded, istext=True)
        return (
            f"{field_lines}Content-Transfer-Encoding: quoted-printable\r\n\r\n"
        ).encode() + lines
    return (
        f"{field_lines}Content-Transfer-Encoding: base64\r\n\r\n".encode()
        + _base64_lines(encoded)
    )


def _part(part: OutgoingPart) -> bytes:
    if not _MEDIA_TYPE.fullmatch(part.media_type):
        raise InvalidError("malformed media type")
    as_is = part.media_type.startswith(("message/", "text/rfc822-headers"))
    lines = [f"Content-Type: {part.media_type}"]
    if part.name:
        lines.append(f"Content-Disposition: attachment;\r\n {_file_name(part.name)}")
    if as_is:
        bit = "7bit" if part.content.isascii() else "8bit"
        lines.append(f"Content-Transfer-Encoding: {bit}")
        body = part.content
        if b"\x00" in body or body.count(b"\n") != body.count(b"\r\n"):
            raise InvalidError("a part sent as is has lines that do not end with CRLF")
    else:
        lines.append("Content-Transfer-Encoding: base64")
        body = _base64_lines(part.content)
    return "\r\n".join(lines).encode("ascii") + b"\r\n\r\n" + body


def _short_lines(content: bytes) -> bool:
    return all(len(line) <= 78 for line in content.split(b"\r\n"))


def _base64_lines(content: bytes) -> bytes:
    return base64.encodebytes(content).replace(b"\n", b"\r\n")


def _one_line(text: str) -> str:
    if _CONTROL.search(text):
        raise InvalidError("control character in a header")
    return text


def _words(text: str) -> list[str]:
    """Return what to fold: plain words when they fit, else encoded ones."""
    plain = _one_line(text).isascii() and "=?" not in text and "  " not in text
    if plain and text == text.strip() and all(len(w) <= 70 for w in text.split(" ")):
        return text.split(" ")
    return encode_words(text)


def _mailboxes(mailboxes: Sequence[NamedAddress]) -> list[str]:
    words: list[str] = []
    for one in mailboxes:
        words += _mailbox(one)
        words[-1] += ","
    return [*words[:-1], words[-1].removesuffix(",")] if words else []


def _mailbox(one: NamedAddress) -> list[str]:
    name = _one_line(one.name).strip()
    if not name:
        return [str(one.address)]
    plain = _PLAIN_NAME.fullmatch(name) and len(name) <= 60
    words = [f'"{name}"'] if plain else encode_words(name)
    return [*words, f"<{one.address}>"]


def _bracketed(message_id: str) -> str:
    bare = _one_line(message_id).strip("<>")
    if not bare.isascii() or re.search(r"[\s<>]", bare) or len(bare) > 250:
        raise InvalidError("malformed Message-ID")
    return f"<{bare}>"


def _file_name(name: str) -> str:
    name = _one_line(name)
    if _PLAIN_NAME.fullmatch(name) and len(name) <= 60:
        return f'filename="{name}"'
    chunks = [""]
    for byte in name.encode("utf-8", "replace"):
        one = chr(byte) if byte < 128 and chr(byte).isalnum() else f"%{byte:02X}"
        if len(chunks[-1]) > 50:
            chunks.append("")
        chunks[-1] += one
    if len(chunks) == 1:
        return f"filename*=utf-8''{chunks[0]}"
    # Continuations keep each line short (RFC 2231 §3).
    chunks[0] = f"utf-8''{chunks[0]}"
    named = [f"filename*{number}*={chunk}" for number, chunk in enumerate(chunks)]
    return ";\r\n ".join(named)


def _fold(name: str, words: Sequence[str]) -> str:
    """Return a field whose lines stay under 78 characters where words allow it."""
    line, lines = f"{name}:", []
    for word in words:
        if len(line) + 1 + len(word) > 76 and line.strip() and line != f"{name}:":
            lines.append(line)
            line = ""
        line += f" {word}"
    lines.append(line)
    return "\r\n".join(lines)
