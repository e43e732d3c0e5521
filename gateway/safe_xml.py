"""The one way untrusted XML is read: no DTD, no entity, no network, within limits."""

from __future__ import annotations

import re

from lxml import etree

from gateway.errors import InvalidError

MAX_BYTES = 25 * 1024 * 1024
"""Default limit on the bytes of one XML file; callers pass their setting."""

MAX_DEPTH = 256
"""Elements within elements; CI-SIS documents stay under 60."""

MAX_TAGS = 250_000
"""Tags, and as many attributes; the largest CI-SIS example has about 5,000."""

_LIBXML2_TEXT = 9 * 1024 * 1024  # its own limit on one text node is 10 MB

_ENCODINGS = {
    "utf-8",
    "utf8",
    "us-ascii",
    "ascii",
    "iso-8859-1",
    "iso-8859-15",
    "windows-1252",
}
_DECLARATION = re.compile(
    rb"""<\?xml\s+version\s*=\s*(["'])1\.[0-9]\1"""
    rb"""(?:\s+encoding\s*=\s*(["'])([A-Za-z][A-Za-z0-9._-]{0,40})\2)?"""
    rb"""(?:\s+standalone\s*=\s*(["'])(?:yes|no)\4)?\s*\?>"""
)
_DECLARED = re.compile(rb"<\?xml\s")


def parse_xml(content: bytes, *, max_bytes: int = MAX_BYTES) -> etree._Element:
    """
    Return the root element of an untrusted XML file, without comments and PIs.

    A DOCTYPE is refused outright, so no entity is ever defined, expanded or fetched
    (XXE, entity amplification); nothing is loaded from network or disk. Encodings
    other than UTF-8, ASCII and Latin are refused: an encoding the declaration does
    not match is how a filter is passed. Comments go because one inside a value cuts
    ``element.text`` in two, and half a name would be read.

    Raises:
        InvalidError: not well formed, too large, too deep, too many elements or
            attributes, with a DOCTYPE, with a NUL byte, or in a refused encoding.
    """
    if len(content) > max_bytes:
        raise InvalidError("XML file too large")
    _check_encoding(content)
    if b"<!DOCTYPE" in content:
        raise InvalidError("XML with a DOCTYPE is refused")
    # Every tag has a "<" and every attribute a "="; base64 has neither inside it. Most
    # files are too short to have so many, and counting takes a tenth of the parsing.
    if len(content) > MAX_TAGS and (
        content.count(b"<") > MAX_TAGS or content.count(b"=") > MAX_TAGS
    ):
        raise InvalidError("XML with too many elements or attributes")
    huge = len(content) > _LIBXML2_TEXT
    try:
        root = etree.fromstring(content, _parser(huge=huge))
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        # The cause may quote the document, so it goes no further than this line.
        line = error.lineno if isinstance(error, SyntaxError) else None
        where = f"line {line}" if line else "as a whole"
        raise InvalidError(
            "XML that is not well formed", detail=f"XML not well formed, {where}"
        ) from None
    if root is None or root.getroottree().docinfo.internalDTD is not None:
        raise InvalidError("XML with a DOCTYPE is refused")
    if huge:
        _check_depth(root)
    return root


def _parser(*, huge: bool) -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        remove_comments=True,
        remove_pis=True,
        # Off, libxml2 itself stops at 256 levels and 10 MB of text in one node;
        # on, it stops at 2,048 levels, which `_check_depth` brings down to ours.
        huge_tree=huge,
    )


def _check_encoding(content: bytes) -> None:
    """Refuse what is not plainly ASCII-compatible, whatever the parser would guess."""
    head = content.removeprefix(b"\xef\xbb\xbf")
    # UTF-16, UCS-4 and EBCDIC files do not start with this byte or contain a NUL.
    if not head[:64].lstrip(b" \t\r\n").startswith(b"<") or b"\x00" in content:
        raise InvalidError("XML in an encoding that is not accepted; use UTF-8")
    if _DECLARED.match(head) is None:
        return
    declaration = _DECLARATION.match(head)
    if declaration is None:
        raise InvalidError("XML with a malformed declaration")
    encoding = declaration.group(3)
    if encoding and encoding.decode("ascii").lower() not in _ENCODINGS:
        raise InvalidError("XML in an encoding that is not accepted; use UTF-8")


def _check_depth(root: etree._Element) -> None:
    depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > MAX_DEPTH:
            raise InvalidError("XML nested too deeply")
