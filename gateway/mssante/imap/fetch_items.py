"""What a FETCH asks for (RFC 3501 §6.4.5): read from the command, sorted by cost."""

from __future__ import annotations

import re
from enum import IntEnum

from attrs import frozen

from gateway.errors import InvalidError
from gateway.mssante.imap.syntax import Reader

_MOST_ITEMS = 50
_MOST_PARTS = 50
_WORD = re.compile(rb"[A-Za-z0-9.]+")
_PART = re.compile(rb"[1-9][0-9]{0,8}(?![0-9])")
_FIELD = re.compile(r"[!-9;-~]{1,100}")
_PARTIAL = re.compile(rb"<([0-9]{1,10})\.([1-9][0-9]{0,9})>")
_TEXTS = ("HEADER.FIELDS.NOT", "HEADER.FIELDS", "HEADER", "TEXT", "MIME")


class Need(IntEnum):
    """What must be read to answer, from the cheapest on."""

    VIEW = 0  # nothing: the session knows
    ROW = 1  # the message's row
    OUTLINE = 2  # its header block and structure
    CONTENT = 3  # its bytes


@frozen(kw_only=True)
class Section:
    """
    What stands in ``BODY[…]``: the numbers of the part, then which of its texts.

    ``label`` is how the answer names it; ``partial`` is (first byte, how many).
    """

    numbers: tuple[int, ...] = ()
    text: str = ""
    fields: tuple[str, ...] = ()
    partial: tuple[int, int] | None = None
    label: bytes = b""

    @property
    def need(self) -> Need:
        """The header of the message itself is kept apart, all else is in its bytes."""
        in_header = not self.numbers and self.text.startswith("HEADER")
        return Need.OUTLINE if in_header else Need.CONTENT


@frozen(kw_only=True)
class FetchItem:
    """One thing asked for; ``section`` for those that send text of the message."""

    name: str
    need: Need
    section: Section | None = None
    marks_seen: bool = False


_SIMPLE = {
    "UID": Need.VIEW,
    "FLAGS": Need.VIEW,
    "INTERNALDATE": Need.ROW,
    "RFC822.SIZE": Need.ROW,
    "MODSEQ": Need.ROW,
    "ENVELOPE": Need.OUTLINE,
    "BODYSTRUCTURE": Need.OUTLINE,
    "BODY": Need.OUTLINE,
}
_OLD = {
    "RFC822": (Section(label=b"RFC822"), True),
    "RFC822.HEADER": (Section(text="HEADER", label=b"RFC822.HEADER"), False),
    "RFC822.TEXT": (Section(text="TEXT", label=b"RFC822.TEXT"), True),
}
_MACROS = {
    "FAST": ("FLAGS", "INTERNALDATE", "RFC822.SIZE"),
    "ALL": ("FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE"),
    "FULL": ("FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE", "BODY"),
}


@frozen(kw_only=True)
class FetchModifiers:
    """
    What stands behind the things to fetch (RFC 7162 §3.1.4.1, §3.2.6).

    Only what changed after ``changed_since``, and with it what ``vanished`` then.
    """

    changed_since: int | None = None
    vanished: bool = False


def read_modifiers(reader: Reader) -> FetchModifiers:
    """
    Read ``(CHANGEDSINCE … VANISHED)``, if it comes.

    Raises:
        InvalidError: malformed, unknown, or VANISHED alone.
    """
    if not reader.take(b" "):
        return FetchModifiers()
    since: int | None = None
    vanished = False

    def one() -> None:
        nonlocal since, vanished
        if reader.take_word(b"VANISHED"):
            vanished = True
        elif reader.take_word(b"CHANGEDSINCE"):
            reader.space()
            since = reader.mod_seq()
        else:
            raise InvalidError("unknown FETCH modifier")

    reader.listed(one, most=2)
    if since is None:
        raise InvalidError("VANISHED stands beside CHANGEDSINCE")
    return FetchModifiers(changed_since=since, vanished=vanished)


def read_fetch(reader: Reader) -> tuple[FetchItem, ...]:
    """
    Read what follows the set of messages, each thing once.

    Raises:
        InvalidError: malformed, or more than 50 things.
    """
    if reader.peek(b"("):
        items = reader.listed(lambda: _item(reader), most=_MOST_ITEMS)
        if not items:
            raise InvalidError("nothing to fetch")
    else:
        word = reader.match(_WORD, "fetch").group().decode("ascii").upper()
        if macro := _MACROS.get(word):
            items = [FetchItem(name=name, need=_SIMPLE[name]) for name in macro]
        else:
            items = [_named(word, reader)]
    return tuple(dict.fromkeys(items))


def _item(reader: Reader) -> FetchItem:
    word = reader.match(_WORD, "fetch").group().decode("ascii").upper()
    return _named(word, reader)


def _named(word: str, reader: Reader) -> FetchItem:
    if word in {"BODY", "BODY.PEEK"} and reader.take(b"["):
        section = _section(reader)
        return FetchItem(
            name="BODY[]",
            need=section.need,
            section=section,
            marks_seen=word == "BODY",
        )
    if word in _OLD:
        section, marks_seen = _OLD[word]
        return FetchItem(
            name=word, need=section.need, section=section, marks_seen=marks_seen
        )
    if word not in _SIMPLE:
        raise InvalidError("unknown thing to fetch")
    return FetchItem(name=word, need=_SIMPLE[word])


def _section(reader: Reader) -> Section:
    numbers: list[int] = []
    text = ""
    fields: tuple[str, ...] = ()
    while not reader.peek(b"]"):
        if len(numbers) == _MOST_PARTS:
            raise InvalidError("part number too deep")
        if numbers:
            reader.expect(b".")
        if reader.peek(b"]") or not _starts_number(reader):
            text = _section_text(reader, has_part=bool(numbers))
            break
        numbers.append(int(reader.match(_PART, "part number").group()))
    if text.startswith("HEADER.FIELDS"):
        reader.space()
        fields = tuple(reader.listed(lambda: _field_name(reader)))
        if not fields:
            raise InvalidError("no header field named")
    reader.expect(b"]")
    partial, origin = _partial(reader)
    label = ".".join([*map(str, numbers), text] if text else map(str, numbers))
    if fields:
        label += f" ({' '.join(name.upper() for name in fields)})"
    return Section(
        numbers=tuple(numbers),
        text=text,
        fields=fields,
        partial=partial,
        label=f"BODY[{label}]{origin}".encode("ascii"),
    )


def _starts_number(reader: Reader) -> bool:
    return any(reader.peek(digit) for digit in _DIGITS)


_DIGITS = tuple(str(digit).encode("ascii") for digit in range(1, 10))


def _section_text(reader: Reader, *, has_part: bool) -> str:
    word = reader.match(_WORD, "section").group().decode("ascii").upper()
    if word not in _TEXTS or (word == "MIME" and not has_part):
        raise InvalidError("malformed section")
    return word


def _field_name(reader: Reader) -> str:
    name = reader.astring().decode("ascii", "replace")
    if not _FIELD.fullmatch(name) or set(name) & set('()"\\[]{}%*'):
        raise InvalidError("malformed field name")
    return name.lower()


def _partial(reader: Reader) -> tuple[tuple[int, int] | None, str]:
    if not reader.peek(b"<"):
        return None, ""
    match = reader.match(_PARTIAL, "partial")
    start, count = int(match.group(1)), int(match.group(2))
    if max(start, count) >= 2**32:
        raise InvalidError("number too large")
    return (start, count), f"<{start}>"
