"""The header block of a message, read strictly and within limits."""

from __future__ import annotations

import re
from collections.abc import Iterable

from attrs import field, frozen

from gateway.errors import InvalidError
from gateway.message.address import NamedAddress, read_mailboxes
from gateway.message.encoded_words import decode_words

KIB = 1024


@frozen(kw_only=True)
class HeaderLimits:
    """What a header block may hold; past it the message is refused."""

    max_bytes: int = 256 * KIB
    max_lines: int = 1000
    max_addresses: int = 500


DEFAULT_LIMITS = HeaderLimits()

_NAME = re.compile(rb"[!-9;-~]+")
_UNWANTED = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)|(?<!\r)\n")
_LONGEST_SHOWN = 40
_ID = re.compile(r"[!-;=?-~]{1,250}")
_ANGLE = re.compile(r"<([^<>]*)>")


@frozen
class Headers:
    """
    The fields of a header block, in order.

    ``fields`` holds names in lower case and unfolded values; raw 8-bit text is read
    as UTF-8, or as cp1252 where it is not. ``body_at`` is where the body starts in the
    bytes that were read.
    """

    fields: tuple[tuple[str, str], ...] = field(repr=False)
    body_at: int = 0
    limits: HeaderLimits = field(default=DEFAULT_LIMITS, repr=False)

    def all(self, name: str) -> list[str]:
        """Return the values of a field, in order; ``name`` in lower case."""
        return [value for key, value in self.fields if key == name]

    def get(self, name: str) -> str:
        """Return the first value of a field, or an empty text."""
        return next((value for key, value in self.fields if key == name), "")

    def count(self, name: str) -> int:
        """Return how often a field occurs."""
        return sum(key == name for key, _ in self.fields)

    def text(self, name: str) -> str:
        """Return the first value for people: encoded words read, on one line."""
        return decode_words(self.get(name))

    def mailboxes(self, name: str) -> tuple[NamedAddress, ...]:
        """
        Return the mailboxes of all fields of that name, names for people.

        Raises:
            InvalidError: one of them is malformed, or there are too many; it names
                the field.
        """
        try:
            return tuple(
                NamedAddress(found.address, decode_words(found.name))
                for value in self.all(name)
                for found in read_mailboxes(value, most=self.limits.max_addresses)
            )
        except InvalidError as error:
            raise InvalidError(f"{name.title()}: {error.public}") from error

    @property
    def message_id(self) -> str:
        """The Message-ID without ``<>``; empty when absent or unreadable."""
        return message_id_of(self.get("message-id"))

    @property
    def references(self) -> tuple[str, ...]:
        """The ids of References then In-Reply-To, without ``<>``, each once."""
        found = [
            one
            for name in ("references", "in-reply-to")
            for one in _ids_of(self.get(name))
        ]
        return tuple(dict.fromkeys(found))

    @property
    def subject(self) -> str:
        """The subject for people."""
        return self.text("subject").strip()


def message_id_of(value: str) -> str:
    """
    Return the id of a Message-ID field without ``<>``, or an empty text.

    Read as programs write it: without ``<>``, without a domain, with blanks or a
    comment around it (RFC 5322 §4.5.4). Blanks within do not count either.

    >>> message_id_of("<cas044-5a4d1f >")
    'cas044-5a4d1f'
    """
    angle = _ANGLE.search(value)
    found = "".join((angle.group(1) if angle else value).split())
    return found if _ID.fullmatch(found) else ""


def _ids_of(value: str) -> list[str]:
    """Return the ids of a list; one that stands alone may be without ``<>``."""
    found = [message_id_of(f"<{one}>") for one in _ANGLE.findall(value)]
    if not found and len(value.split()) == 1:
        found = [message_id_of(value)]
    return [one for one in found if one]


def read_headers(content: bytes, limits: HeaderLimits = DEFAULT_LIMITS) -> Headers:
    """
    Read the header block at the start of a message (RFC 5322 §2.2), not its body.

    Raises:
        InvalidError: a line that is neither a field nor a continuation, a control
            character, a lone CR or LF, a field name followed by a blank, or a limit
            passed. Two programs could read each of these in two ways. A continuation
            of blanks alone is one (RFC 5322 §4.2, obs-FWS), and ends no header.
    """
    return read_block(content, 0, len(content), limits)


def read_block(content: bytes, start: int, end: int, limits: HeaderLimits) -> Headers:
    """Read the header block of the part of a message between two offsets."""
    most = min(end, start + limits.max_bytes)
    if content.startswith(b"\r\n", start, end):
        return Headers((), start + 2, limits)
    stop = content.find(b"\r\n\r\n", start, min(end, most + 4))
    body_at = stop + 4
    if stop < 0:
        if end > most:
            raise InvalidError("header block too long")
        # No empty line: all of it is header, and the body is empty.
        stop = end - 2 if content.endswith(b"\r\n", start, end) else end
        body_at = end
    block = content[start:stop]
    if (unwanted := _UNWANTED.search(block)) is not None:
        number = block.count(b"\n", 0, unwanted.start()) + 1
        raise InvalidError(f"control character in line {number} of a header")
    lines = block.split(b"\r\n") if block else []
    if len(lines) > limits.max_lines:
        raise InvalidError("too many header lines")
    return Headers(tuple(_fields(lines)), body_at, limits)


def _no_field(number: int, name: bytes, colon: bytes) -> str:
    """Name what is wrong in a line, and nothing it says: it may be a patient's name."""
    bare = name.rstrip(b" \t")
    if colon and _NAME.fullmatch(bare) and len(bare) <= _LONGEST_SHOWN:
        return f"blank before the colon of {bare.decode('ascii')}"
    return f"line {number} of a header is no field"


def _fields(lines: Iterable[bytes]) -> list[tuple[str, str]]:
    fields: list[tuple[str, list[bytes]]] = []
    for number, line in enumerate(lines, 1):
        if line[:1] in {b" ", b"\t"}:
            if not fields:
                raise InvalidError(f"line {number} of a header continues nothing")
            fields[-1][1].append(line)
            continue
        name, colon, value = line.partition(b":")
        if not colon or not _NAME.fullmatch(name):
            raise InvalidError(_no_field(number, name, colon))
        fields.append((name.decode("ascii").lower(), [value]))
    return [(name, _text(b"".join(parts)).strip(" \t")) for name, parts in fields]


def _text(value: bytes) -> str:
    """Return raw 8-bit text: UTF-8, or what French mail had before it."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("cp1252", "replace")
