"""Writes what IMAP answers: strings, lists, flags, envelopes, structures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from gateway.message.addresses import Address
from gateway.message.header_block import Parameters
from gateway.message.outline import Envelope, Part
from gateway.mssante.imap.folder_names import encode_name

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
    return run_set(runs)


def run_set(runs: Iterable[Sequence[int]]) -> bytes:
    """Return runs of uids, each by its first and its last, as a set."""
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
