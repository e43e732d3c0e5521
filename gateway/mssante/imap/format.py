"""Writes what IMAP answers: strings, lists, dates, envelopes, structures."""

from __future__ import annotations

import re
from collections.abc import Iterable

from gateway.message.addresses import Address
from gateway.message.header_block import Parameters, split_fields
from gateway.message.outline import Envelope, Part
from gateway.mssante.imap.dates import date_time
from gateway.mssante.imap.fetch_items import FetchItem, Section
from gateway.mssante.imap.folder_names import encode_name
from gateway.store.mailbox.reading import MailItem

_QUOTABLE = re.compile(rb"[\x01-\x09\x0b\x0c\x0e-\x7f]{0,500}")
_SPECIAL = re.compile(rb'(["\\])')
_NIL = b"NIL"


def string(value: bytes) -> bytes:
    """Return a quoted string, or a literal for what cannot stand in one."""
    if _QUOTABLE.fullmatch(value):
        return b'"' + _SPECIAL.sub(rb"\\\1", value) + b'"'
    return literal(value.replace(b"\x00", b""))


def literal(value: bytes) -> bytes:
    """Return a literal."""
    return b"{%d}\r\n" % len(value) + value


def nstring(value: str | None) -> bytes:
    """Return a string whose characters stand for one byte each, or NIL."""
    return _NIL if value is None else string(value.encode("latin-1"))


def folder_name(name: str) -> bytes:
    """Return the name of a folder, quoted."""
    return string(encode_name(name))


def flag_list(flags: str, *, recent: bool = False) -> bytes:
    """Return the flags of a message in parentheses."""
    words = [flags] if flags else []
    if recent:
        words.append("\\Recent")
    return f"({' '.join(words)})".encode("ascii")


def uid_set(uids: Iterable[int]) -> bytes:
    """Return uids as a set, runs made short: ``1:3,7`` (RFC 4315 §4)."""
    runs: list[list[int]] = []
    for uid in uids:
        if runs and runs[-1][1] == uid - 1:
            runs[-1][1] = uid
        else:
            runs.append([uid, uid])
    return ",".join(f"{a}:{b}" if a != b else f"{a}" for a, b in runs).encode("ascii")


def _listed(items: Iterable[bytes]) -> bytes:
    return b"(" + b" ".join(items) + b")"


def _parameters(parameters: Parameters) -> bytes:
    if not parameters:
        return _NIL
    return _listed(nstring(text) for pair in parameters for text in pair)


def _addresses(addresses: tuple[Address, ...]) -> bytes:
    if not addresses:
        return _NIL
    return b"(" + b"".join(_listed(map(nstring, one)) for one in addresses) + b")"


def envelope(value: Envelope) -> bytes:
    """Return ENVELOPE (RFC 3501 §7.4.2)."""
    return _listed(
        [
            nstring(value.date),
            nstring(value.subject),
            *map(_addresses, value.addresses),
            nstring(value.in_reply_to),
            nstring(value.message_id),
        ]
    )


def structure(part: Part, *, extended: bool) -> bytes:
    """Return BODYSTRUCTURE, or BODY when not ``extended`` (RFC 3501 §7.4.2)."""
    if part.is_multipart:
        children = b"".join(structure(one, extended=extended) for one in part.parts)
        fields = [children, nstring(part.subtype)]
        if extended:
            fields += [_parameters(part.parameters), *_extension(part)]
        return _listed(fields)
    fields = [
        nstring(part.type),
        nstring(part.subtype),
        _parameters(part.parameters),
        nstring(part.id),
        nstring(part.description),
        nstring(part.encoding),
        b"%d" % (part.end - part.body),
    ]
    if part.is_message:
        [inside] = part.parts
        assert inside.envelope is not None, "read with every message"
        fields += [envelope(inside.envelope), structure(inside, extended=extended)]
    if part.is_message or part.type.lower() == "text":
        fields.append(b"%d" % part.lines)
    if extended:
        fields += [nstring(part.md5), *_extension(part)]
    return _listed(fields)


def _extension(part: Part) -> list[bytes]:
    disposition, languages = _NIL, _NIL
    if part.disposition is not None:
        kind, parameters = part.disposition
        disposition = _listed([nstring(kind), _parameters(parameters)])
    if len(part.languages) == 1:
        languages = nstring(part.languages[0])
    elif part.languages:
        languages = _listed(map(nstring, part.languages))
    return [disposition, languages, nstring(part.location)]


def fetched(item: FetchItem, mail: MailItem, content: bytes | None) -> list[bytes]:
    """
    Return one thing of a FETCH response, in pieces so that texts are not copied.

    ``content`` is the message, given where the thing needs it.
    """
    name = item.name.encode("ascii")
    if item.section is not None:
        label = item.section.label + b" "
        text = _section_text(item.section, mail, content)
        if text is None:
            return [label, _NIL]
        if item.section.partial is not None:
            start, count = item.section.partial
            text = text[start : start + count]
        return [label, b"{%d}\r\n" % len(text), text]
    match item.name:
        case "INTERNALDATE":
            value = date_time(mail.internal_date)
        case "RFC822.SIZE":
            value = b"%d" % mail.size
        case "ENVELOPE":
            root = _root(mail)
            assert root.envelope is not None, "read with every message"
            value = envelope(root.envelope)
        case _:
            value = structure(_root(mail), extended=item.name == "BODYSTRUCTURE")
    return [name, b" ", value]


def _root(mail: MailItem) -> Part:
    assert mail.structure is not None, "asked for with its outline"
    return mail.structure


def _section_text(
    section: Section, mail: MailItem, content: bytes | None
) -> bytes | None:
    root = _root(mail)
    part = _find_part(root, section.numbers)
    if part is None:
        return None
    if section.text == "MIME" or not section.text:
        if not section.numbers:
            return content
        start, end = (part.header, part.body) if section.text else (part.body, part.end)
        return None if content is None else content[start:end]
    holder = root
    if section.numbers:
        if not part.is_message:
            return None
        holder = part.parts[0]
    if section.text == "TEXT":
        return None if content is None else content[holder.body : holder.end]
    header = mail.headers if holder is root else None
    if header is None:
        if content is None:
            return None
        header = content[holder.header : holder.body]
    if section.fields:
        wanted = section.text == "HEADER.FIELDS"
        kept = [
            text
            for name, text in split_fields(header)
            if (name in section.fields) == wanted
        ]
        return b"".join(kept) + b"\r\n"
    return header


def _find_part(root: Part, numbers: tuple[int, ...]) -> Part | None:
    """Return the part of some numbers; those of a part without parts are all 1."""
    part: Part = root
    for depth, number in enumerate(numbers):
        inside = part.parts[0] if depth and part.is_message else part
        if inside.is_multipart:
            if number > len(inside.parts):
                return None
            part = inside.parts[number - 1]
        elif number == 1 and (inside is root and depth == 0 or inside is not part):
            # BODY[1] of a message that is no multipart is its body.
            part = inside
        else:
            return None
    return part
