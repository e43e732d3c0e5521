"""The small pieces of HTML made from a document: text, and a few attributes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from types import MappingProxyType

from lxml import etree

from gateway.documents.cda.nodes import IN_HL7

_UNSEEN = dict.fromkeys(
    [
        *range(0x09),
        *range(0x0B, 0x0D),
        *range(0x0E, 0x20),
        *range(0x7F, 0xA0),
        *range(0x202A, 0x202F),  # direction overrides: text that reads otherwise
        *range(0x2066, 0x206A),
        0xFEFF,
    ]
)
_DROPPED = {"script", "style"}
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
_SCHEME = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]*)\s*:")
_SHOWN_SCHEMES = {"http", "https", "ftp", "mailto", "tel"}
_MAX_ADDRESS = 300
_MAX_SPAN = 200
_STYLES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "bold": ("strong",),
        "italics": ("em",),
        "italic": ("em",),
        "emphasis": ("em",),
        "bolditalics": ("strong", "em"),
        "bolditalic": ("strong", "em"),
        "underline": ("u",),
        "strikethrough": ("s",),
        "strikethru": ("s",),
    }
)
_REVISED: Mapping[str, str] = MappingProxyType({"insert": "ins", "delete": "del"})
_NUMBERING: Mapping[str, str] = MappingProxyType(
    {"littleroman": "i", "bigroman": "I", "littlealpha": "a", "bigalpha": "A"}
)
_ALIGNED: Mapping[str, str] = MappingProxyType({"center": "centre", "right": "droite"})


def safe_text(text: str | None) -> str:
    """Return text escaped for HTML, without characters that hide or turn it."""
    return escape((text or "").translate(_UNSEEN))


def plain_text(element: etree._Element) -> str:
    """Return all text within an element, not escaped."""
    return "".join(map(str, element.itertext())).strip()


def local_name(element: etree._Element) -> str:
    """
    Return the name of an element of the narrative.

    Comments and processing instructions, ``script`` and ``style`` give an empty text:
    nothing of them is shown. Elements of other namespaces give ``?``.
    """
    if not isinstance(element.tag, str):
        return ""
    local = etree.QName(element).localname
    if local.lower() in _DROPPED:
        return ""
    return local if element.tag == IN_HL7 + local else "?"


def style_tags(element: etree._Element) -> list[str]:
    """Return the HTML elements, outermost first, of ``styleCode`` and ``revised``."""
    tags: list[str] = []
    for token in (element.get("styleCode") or "").lower().split():
        tags += [tag for tag in _STYLES.get(token, ()) if tag not in tags]
    revised = _REVISED.get(element.get("revised") or "")
    return [*tags, revised] if revised else tags


def language_attribute(element: etree._Element) -> str:
    """Return ``lang`` for a well-formed language, with a space before it."""
    text = element.get("language") or ""
    return f' lang="{text}"' if _LANGUAGE.fullmatch(text) else ""


def span_attribute(cell: etree._Element, name: str) -> str:
    """Return ``colspan`` or ``rowspan`` for a reasonable number, space before it."""
    text = (cell.get(name) or "").strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 3):
        return ""
    return f' {name}="{int(text)}"' if 1 < int(text) <= _MAX_SPAN else ""


def align_attribute(cell: etree._Element) -> str:
    """Return a class of ours for a centred or right-aligned cell, space before it."""
    aligned = _ALIGNED.get((cell.get("align") or "").lower())
    return f' class="{aligned}"' if aligned else ""


def numbering_attribute(ordered: etree._Element) -> str:
    """Return ``type`` for the numbering of an ordered list, space before it."""
    kind = _NUMBERING.get((ordered.get("styleCode") or "").lower())
    return f' type="{kind}"' if kind else ""


def shown_address(address: str | None) -> str:
    """Return an address as escaped text, or nothing where it would not help."""
    text = (address or "").strip()
    scheme = _SCHEME.match(text)
    if text.startswith("#") or (
        scheme and scheme.group(1).lower() not in _SHOWN_SCHEMES
    ):
        return ""
    return safe_text(text[:_MAX_ADDRESS])
