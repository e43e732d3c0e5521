"""Cuts a multipart body at its boundary lines (RFC 2046 §5.1.1), as written."""

from __future__ import annotations

import re

from attrs import frozen

_BOUNDARY = re.compile(rb"[A-Za-z0-9'()+_,./:=? -]{0,69}[A-Za-z0-9'()+_,./:=?-]")
_LINE_REST = re.compile(rb"(--)?[ \t]*(?=\r\n|\Z)")
_LIKE_A_PART = re.compile(rb"^(?:content-[a-z-]+[ \t]*:|--[^\s-])", re.I | re.M)


@frozen
class Split:
    """
    Where the parts of a multipart body are, as offsets in the message.

    ``closed``: the closing boundary is there, once. ``stray``: something that another
    program could take for a part stands before the first or after the last one.
    """

    parts: tuple[tuple[int, int], ...]
    closed: bool
    stray: bool


def is_boundary(boundary: bytes) -> bool:
    """Tell whether the bytes may be a boundary: 1 to 70 of the allowed characters."""
    return _BOUNDARY.fullmatch(boundary) is not None


def overlaps(one: bytes, other: bytes) -> bool:
    """Tell whether a line could be taken for both boundaries."""
    return one.startswith(other) or other.startswith(one)


def split_parts(
    content: bytes, start: int, end: int, boundary: bytes, most: int
) -> Split:
    """
    Return the parts between two offsets, at most ``most`` + 1 of them.

    The two bytes before ``start`` are a line end: the body follows an empty line. A
    line that begins with the boundary and goes on otherwise is no boundary, but is
    told as stray: others take it for one.
    """
    parts: list[tuple[int, int]] = []
    delimiter = b"\r\n--" + boundary
    opened, at, stray = -1, start - 2, False
    while len(parts) <= most:
        hit = content.find(delimiter, at, end)
        if hit < 0:
            break
        rest = _LINE_REST.match(content, hit + len(delimiter), end)
        if rest is None:
            stray, at = True, hit + len(delimiter)
            continue
        if opened >= 0:
            parts.append((opened, max(opened, hit)))
        elif _LIKE_A_PART.search(content, start, max(start, hit)):
            stray = True
        if rest.group(1):
            stray = stray or _goes_on(content, rest.end(), end, boundary)
            return Split(tuple(parts), closed=bool(parts), stray=stray)
        opened, at = min(rest.end() + 2, end), rest.end()
    if opened >= 0 and len(parts) <= most:
        parts.append((opened, end))
    return Split(tuple(parts), closed=False, stray=stray)


def _goes_on(content: bytes, start: int, end: int, boundary: bytes) -> bool:
    if content.find(b"--" + boundary, start, end) >= 0:
        return True
    return _LIKE_A_PART.search(content, start, end) is not None
