"""Reading the small parts of a CDA: children, identifiers, codes, texts, times."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from lxml import etree

from gateway.core.person import Coded
from gateway.documents.times import read_time
from gateway.errors import InvalidError

NAMESPACE = "urn:hl7-org:v3"
IN_HL7 = f"{{{NAMESPACE}}}"

# An OID, a GUID or a name; and what senders number things with. Neither can hold the
# delimiters of HL7 v2 or of markup: identifiers travel through both.
_ROOT = re.compile(r"[A-Za-z0-9.\-]{1,128}")
_EXTENSION = re.compile(r"""[^\x00-\x1f\x7f-\x9f<>"'&^|~\\]{1,256}""")


def children(parent: etree._Element, name: str) -> Iterator[etree._Element]:
    """Yield the CDA children of this name, in order."""
    return parent.iterchildren(IN_HL7 + name)


def find(parent: etree._Element | None, *path: str) -> etree._Element | None:
    """Return the first element down a path of CDA children, or None."""
    for name in path:
        if parent is None:
            return None
        parent = next(parent.iterchildren(IN_HL7 + name), None)
    return parent


def get(parent: etree._Element, *path: str) -> etree._Element:
    """
    Return the one element down a path; no other of its name stands beside it.

    Raises:
        InvalidError: it is missing, given twice, or said to be unknown.
    """
    for name in path:
        found = list(parent.iterchildren(IN_HL7 + name))
        if not found:
            raise InvalidError(f"the document has no {'/'.join(path)}")
        if len(found) > 1:
            raise InvalidError(f"the document gives {'/'.join(path)} more than once")
        parent = found[0]
    if parent.get("nullFlavor"):
        raise InvalidError(f"the document gives {'/'.join(path)} as unknown")
    return parent


def read_text(element: etree._Element | None) -> str:
    """Return the text of an element with its white space made single spaces."""
    return " ".join((element.text or "").split()) if element is not None else ""


def read_identifier(element: etree._Element, name: str) -> tuple[str, str] | None:
    """
    Return root and extension of an ``II``, or None where it says it is unknown.

    Raises:
        InvalidError: a character that no identifier has; ``name`` says of what.
    """
    root = element.get("root", "").strip()
    extension = element.get("extension", "").strip()
    if not root:
        return None
    if not _ROOT.fullmatch(root) or (extension and not _EXTENSION.fullmatch(extension)):
        raise InvalidError(f"{name} is not an identifier")
    return root, extension


def join_identifier(pair: tuple[str, str]) -> str:
    """Return ``root`` or ``root^extension``, the form of an XDS uniqueId."""
    root, extension = pair
    return f"{root}^{extension}" if extension else root


def read_code(element: etree._Element | None) -> Coded | None:
    """Return a code with its system and label, or None where there is none."""
    if element is None or not (code := element.get("code", "").strip()):
        return None
    return Coded(
        code=code,
        scheme=element.get("codeSystem", "").strip(),
        label=" ".join(element.get("displayName", "").split()),
    )


def read_moment(element: etree._Element | None, name: str) -> datetime | None:
    """
    Return the time of a ``TS``, or None where it is absent or said to be unknown.

    Raises:
        InvalidError: its value is not a time; ``name`` says of what.
    """
    text = element.get("value", "").strip() if element is not None else ""
    if not text:
        return None
    try:
        return read_time(text)
    except InvalidError:
        raise InvalidError(f"{name} is not a time") from None
