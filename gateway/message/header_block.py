"""A header block read leniently: what IMAP shows of any message, however it is made."""

from __future__ import annotations

import re

MOST_BYTES = 128 * 1024
"""The part of a header block that is read; what follows is kept and not indexed."""

_MOST_VALUE = 16 * 1024
_MOST_PARAMETERS = 50
_BLANK = re.compile(rb"\n\r?\n")
_FOLD = re.compile(rb"\r?\n(?=[ \t])")
_STRAY = re.compile(rb"[\r\n\x00]+")
_PARAMETER = re.compile(
    r""";[\s;]*
    (?P<name>[^\s;="]+)\s*
    (?:=\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"?|(?P<plain>[^\s;"]*)))?
    (?P<rest>[^;]*)""",
    re.X,
)
_COMMENT = re.compile(r"\([^()]*\)")
_LAST_COMMENT = re.compile(r"\s\([^()]*\)\s*\Z")
_FILE_NAMES = frozenset({"name", "filename"})
_ESCAPED = re.compile(r"\\(.)")


def end_of_header(content: bytes, start: int, end: int) -> int:
    """Return where the body begins: after the first empty line, or at the end."""
    if content.startswith(b"\r\n", start, end):
        return start + 2
    if content.startswith(b"\n", start, end):
        return start + 1
    found = _BLANK.search(content, start, end)
    return found.end() if found else end


def read_fields(block: bytes) -> dict[str, str]:
    """
    Return the first field of each name: lower-case name → unfolded value.

    Bytes are read one for one (Latin-1), so that they can be written back as they
    were. Values are cut at 16 kB, and the block at 128 kB.
    """
    fields: dict[str, str] = {}
    for line in _FOLD.sub(b"", block[:MOST_BYTES]).split(b"\n"):
        name, colon, value = line.partition(b":")
        if colon:
            key = name.strip().lower().decode("latin-1")
            if key not in fields:
                clean = _STRAY.sub(b" ", value[:_MOST_VALUE]).strip()
                fields[key] = clean.decode("latin-1")
    return fields


def split_fields(block: bytes) -> list[tuple[str, bytes]]:
    """Return (lower-case name, the field's exact bytes) for each field, in order."""
    found: list[tuple[str, bytes]] = []
    lines: list[bytes] = []
    for line in block.splitlines(keepends=True):
        if line[:1] in b" \t" and lines:
            lines.append(line)
        elif line.strip():
            if lines:
                found.append(_field(lines))
            lines = [line]
    if lines:
        found.append(_field(lines))
    return found


def _field(lines: list[bytes]) -> tuple[str, bytes]:
    name = lines[0].partition(b":")[0].strip().lower()
    return name.decode("latin-1"), b"".join(lines)


Parameters = tuple[tuple[str, str], ...]


def read_parameters(value: str) -> tuple[str, Parameters]:
    """
    Return what stands before the first ``;`` and the parameters (RFC 2045 §5.1).

    Parts of RFC 2231 are given as they are; no more than 50 parameters.
    """
    first, semicolon, _ = value.partition(";")
    found: list[tuple[str, str]] = []
    at = len(first)
    while semicolon and len(found) < _MOST_PARAMETERS:
        match = _PARAMETER.match(value, at)
        if match is None or match.end() == at:
            break
        at = match.end()
        quoted, plain = match.group("quoted"), match.group("plain")
        text = plain if quoted is None else _ESCAPED.sub(r"\1", quoted)
        if plain and match.group("name").lower() in _FILE_NAMES:
            text = _all_words(plain, match.group("rest"))
        if text is not None:
            found.append((match.group("name"), text))
    return without_comments(first), tuple(found)


def _all_words(first: str, rest: str) -> str:
    """
    Return the name of a file that is given without quotes: all of it is meant.

    >>> _all_words("Compte", " rendu (1).pdf (a comment)")
    'Compte rendu (1).pdf'
    """
    return (first + _LAST_COMMENT.sub("", rest)).strip()


def without_comments(value: str) -> str:
    """
    Return a value without the comments around it (RFC 2045 §5.1).

    >>> without_comments("base64 (as always)")
    'base64'
    """
    return _COMMENT.sub(" ", value).strip()
