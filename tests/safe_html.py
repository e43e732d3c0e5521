"""A walker that holds a rendered fragment to the list of what it may be made of."""

from __future__ import annotations

import re

from lxml import etree, html

_CELL = {"colspan", "rowspan", "lang", "class", "data-label"}
ALLOWED: dict[str, set[str]] = {
    "section": {"class"},
    "h3": {"lang"},
    "h4": {"lang"},
    "h5": {"lang"},
    "h6": {"lang"},
    "div": {"class", "lang", "role", "tabindex", "aria-label"},
    "p": {"class", "lang"},
    "span": {"class", "lang"},
    "strong": set(),
    "em": set(),
    "u": set(),
    "s": set(),
    "hr": set(),
    "ins": set(),
    "del": set(),
    "sub": set(),
    "sup": set(),
    "br": set(),
    "ul": {"lang"},
    "ol": {"lang", "type"},
    "li": {"id"},
    "table": {"lang"},
    "caption": set(),
    "thead": set(),
    "tbody": set(),
    "tfoot": set(),
    "tr": set(),
    "td": _CELL,
    "th": _CELL | {"scope"},
    "a": {"href", "id", "class", "aria-label"},
    "img": {"class", "src", "alt"},
    "pre": {"class", "tabindex"},
}
CLASSES = {
    "absent",
    "adresse",
    "centre",
    "droite",
    "fichier",
    "image",
    "legende",
    "marque",
    "narratif",
    "notes",
    "tableau",
    "tableau fiches",
    "tableau large lignes",
    "tableau large",
    "texte",
}
_ADDRESS = re.compile(r"#cda-(?:note|appel)[0-9]+|/media/[A-Za-z0-9_.-]+")
_ID = re.compile(r"cda-(?:note|appel)[0-9]+")


def check_fragment(fragment: str) -> etree._Element:
    """
    Return the fragment as a tree, once everything in it is on the list.

    It is read as XML, which accepts nothing ill-formed, and as HTML, which repairs:
    both must see the same elements, or a browser could see another page than we do.
    """
    root = etree.fromstring(f"<div>{fragment}</div>")
    seen = html.fragment_fromstring(fragment, create_parent="div")
    assert [e.tag for e in root.iter()] == [e.tag for e in seen.iter()]
    for element in list(root.iter())[1:]:
        _check(element)
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(set(ids)) == len(ids)
    for link in root.iter("a"):
        address = link.get("href", "")
        assert not address.startswith("#") or address[1:] in ids
    return root


def _check(element: etree._Element) -> None:
    assert isinstance(element.tag, str)
    assert element.tag in ALLOWED
    assert set(element.attrib) <= ALLOWED[element.tag], element.attrib
    assert element.get("class", "absent") in CLASSES
    assert _ID.fullmatch(element.get("id", "cda-note1"))
    for name in ("href", "src"):
        assert _ADDRESS.fullmatch(element.get(name, "#cda-note1"))
    if element.tag == "th":
        assert element.get("scope") in {"col", "row", "colgroup", "rowgroup"}
    if element.tag == "img":
        assert element.get("alt")


def headings(root: etree._Element) -> list[int]:
    """Return the levels of the headings in their order."""
    found = [element.tag for element in root.iter() if isinstance(element.tag, str)]
    return [int(tag[1]) for tag in found if re.fullmatch("h[1-6]", tag)]
