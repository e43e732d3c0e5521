"""The one way untrusted XML is read: no DTD, no entity, no network, within limits."""

from __future__ import annotations

import re

from lxml import etree

from gateway.errors import InvalidError

MAX_BYTES = 25 * 1024 * 1024
"""Default limit on the bytes of one XML file; callers pass their setting."""

MAX_DEPTH = 256
"""Elements within elements; CI-SIS documents stay under 60."""

_LIBXML2_TEXT = 9 * 1024 * 1024  # its own limit on one text node is 10 MB

_ENCODINGS = {"utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "iso-8859-15"}
_DECLARATION = re.compile(
    rb"""^<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']"""
)
_BOMS = (b"\xff\xfe", b"\xfe\xff", b"\x00")


def parse_xml(content: bytes, *, max_bytes: int = MAX_BYTES) -> etree._Element:
    """
    Return the root element of an untrusted XML file.

    A DOCTYPE is refused outright, so no entity is ever defined, expanded or fetched
    (XXE, entity amplification); nothing is loaded from network or disk. Encodings
    other than UTF-8, ASCII and Latin are refused: an encoding the declaration does
    not match is how a filter is passed.

    Raises:
        InvalidError: not well formed, too large, too deep, with a DOCTYPE, with a
            NUL byte, or in a refused encoding.
    """
    if len(content) > max_bytes:
        raise InvalidError("XML file too large")
    head = content.removeprefix(b"\xef\xbb\xbf")
    if head[:2] in _BOMS or b"\x00" in content:
        raise InvalidError("XML in an encoding that is not accepted; use UTF-8")
    declared = _DECLARATION.match(head)
    if declared and declared.group(1).decode("ascii").lower() not in _ENCODINGS:
        raise InvalidError("XML in an encoding that is not accepted; use UTF-8")
    huge = len(content) > _LIBXML2_TEXT
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        # Off, libxml2 itself stops at 256 levels and 10 MB of text in one node.
        huge_tree=huge,
    )
    if b"<!DOCTYPE" in content:
        raise InvalidError("XML with a DOCTYPE is refused")
    if huge:
        _check_depth(content)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise InvalidError("XML that is not well formed") from error
    if root is None or root.getroottree().docinfo.internalDTD is not None:
        raise InvalidError("XML with a DOCTYPE is refused")
    return root


_TAG = re.compile(rb"<(/?)[A-Za-z_][^<>]*?(/?)>")


def _check_depth(content: bytes) -> None:
    """
    Refuse absurd nesting before a tree is built.

    A scan over the tags that ignores what CDATA or comments may hold: it can only
    count too many, and real documents are five times below the limit.
    """
    depth = 0
    for closing, empty in _TAG.findall(content):
        if closing:
            depth -= 1
        elif not empty:
            depth += 1
            if depth > MAX_DEPTH:
                raise InvalidError("XML nested too deeply")
