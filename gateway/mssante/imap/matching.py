"""Tells whether a message fits what a SEARCH looks for."""

from __future__ import annotations

import base64
import binascii
import quopri
from collections.abc import Callable
from datetime import UTC, date, datetime
from email.utils import parsedate_tz
from functools import cached_property

from attrs import define, field

from gateway.message.body_text import text_of_html
from gateway.message.encoded_words import decode_text, decode_words
from gateway.message.header_block import split_fields
from gateway.message.outline import Part
from gateway.mssante.imap.search_keys import (
    All,
    Dated,
    Either,
    Everything,
    HasFlag,
    InHeader,
    InText,
    Key,
    Not,
    Numbered,
    Sized,
    When,
    Within,
)

_MOST_VALUE = 16 * 1024
_MOST_TEXT = 4 * 1024 * 1024


_UNREAD = datetime(1970, 1, 1, tzinfo=UTC)


def _no_content() -> tuple[Part, bytes]:
    raise LookupError("a key that asks for the text needs the text")


@define(slots=False)
class Candidate:
    """
    A message to be judged; what is dear to read is read when first asked for.

    ``flags`` are in lower case, ``\\recent`` among them where the session says so.
    """

    number: int
    uid: int
    flags: frozenset[str]
    internal_date: datetime = _UNREAD
    size: int = 0
    read_headers: Callable[[], bytes] = field(default=bytes, repr=False)
    read_content: Callable[[], tuple[Part, bytes]] = field(
        default=_no_content, repr=False
    )

    @cached_property
    def fields(self) -> list[tuple[str, str]]:
        """The fields of the header: lower-case name, text as people read it."""
        return [
            (name, decode_words(_unfolded(raw)))
            for name, raw in split_fields(self.read_headers())
        ]

    @cached_property
    def body(self) -> str:
        """The text of the body, casefolded."""
        part, content = self.read_content()
        return text_of(part, content).casefold()


def _unfolded(raw: bytes) -> str:
    value = raw.partition(b":")[2][:_MOST_VALUE]
    joined = value.replace(b"\r\n", b"").replace(b"\n", b"").replace(b"\r", b"")
    return joined.decode("utf-8", "replace").strip()


def fits(key: Key, message: Candidate) -> bool:
    """Tell whether the message fits."""
    match key:
        case Everything():
            return True
        case HasFlag(flag):
            return flag in message.flags
        case Within():
            return (message.uid if key.uids else message.number) in key
        case Numbered():
            raise TypeError("a set of numbers is bound before it is matched")
        case Sized(size, larger):
            return message.size > size if larger else message.size < size
        case Dated(when, day, sent):
            return _is_dated(when, day, message, sent=sent)
        case InHeader(name, text):
            return any(
                text in value.casefold()
                for field_name, value in message.fields
                if field_name == name
            )
        case InText(text, header):
            if header and any(
                text in f"{name}: {value}".casefold() for name, value in message.fields
            ):
                return True
            return text in message.body
        case Not(inner):
            return not fits(inner, message)
        case Either(first, second):
            return fits(first, message) or fits(second, message)
        case All(keys):
            return all(fits(one, message) for one in keys)


def _is_dated(when: When, day: date, message: Candidate, *, sent: bool) -> bool:
    found = _sent_day(message) if sent else message.internal_date.date()
    if found is None:
        return False
    match when:
        case When.BEFORE:
            return found < day
        case When.ON:
            return found == day
        case When.SINCE:
            return found >= day


def _sent_day(message: Candidate) -> date | None:
    value = next((value for name, value in message.fields if name == "date"), "")
    try:
        parsed = parsedate_tz(value[:100])
        return None if parsed is None else date(*parsed[:3])
    except (ValueError, TypeError, IndexError):
        return None


def text_of(part: Part, content: bytes) -> str:
    """Return the words of the text parts, decoded; at most some megabytes of them."""
    pieces: list[str] = []
    room = _MOST_TEXT
    waiting = [part]
    while waiting and room > 0:
        one = waiting.pop()
        waiting.extend(reversed(one.parts))
        if one.type.lower() == "text" and not one.parts:
            words = _decoded(one, content[one.body : min(one.end, one.body + room)])
            room -= len(words)
            pieces.append(words)
    return "\n".join(pieces)


def _decoded(part: Part, raw: bytes) -> str:
    match part.encoding.lower():
        case "base64":
            try:
                raw = base64.b64decode(raw + b"===")
            except binascii.Error:
                raw = b""
        case "quoted-printable":
            raw = quopri.decodestring(raw)
        case _:
            pass
    charset = next((v for k, v in part.parameters if k.lower() == "charset"), "utf-8")
    text = decode_text(raw, charset)
    return text_of_html(text) if part.subtype.lower() == "html" else text
