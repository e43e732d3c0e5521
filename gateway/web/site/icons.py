"""
The icons of the pages, drawn in the page itself.

A page holds each drawing it uses once, after its content, and refers to it from within:
a sprite of its own file would be a request that policies without scripts do not name
(browsers disagree on whether ``img-src`` or ``default-src`` lets it in).
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from pathlib import Path
from types import MappingProxyType

from lxml import etree
from markupsafe import Markup

_FILE = Path(__file__).parent / "icons.svg"
_SVG = "{http://www.w3.org/2000/svg}"
_used: ContextVar[dict[str, None]] = ContextVar("the icons of the page being made")


def _read() -> Mapping[str, str]:
    """Return the drawings by name, each as a ``symbol`` to be put in an HTML page."""
    root = etree.fromstring(_FILE.read_bytes())
    found: dict[str, str] = {}
    for symbol in root.iter(f"{_SVG}symbol"):
        name = symbol.get("id", "")
        symbol.set("id", f"i-{name}")
        symbol.tail = None
        text = etree.tostring(symbol, encoding="unicode")
        found[name] = text.replace(' xmlns="http://www.w3.org/2000/svg"', "")
    return MappingProxyType(found)


ICONS = _read()
"""The drawings by name."""


def begin_page() -> None:
    """Forget the icons of the page before; a page is made on one thread."""
    _used.set({})


def icon(name: str) -> Markup:
    """
    Return an icon, always to stand beside a word: it is not read aloud.

    Raises:
        KeyError: there is none of this name.
    """
    if name not in ICONS:
        raise KeyError(name)
    _used.get()[name] = None
    return Markup(  # noqa: S704 (a name of ours)
        f'<svg class="i" aria-hidden="true"><use href="#i-{name}"/></svg>'
    )


def drawings() -> Markup:
    """Return the drawings of the icons the page used so far; stands at its end."""
    used = "".join(ICONS[name] for name in _used.get())
    if not used:
        return Markup("")
    return Markup(  # noqa: S704 (from our own file)
        f'<svg class="drawings" aria-hidden="true">{used}</svg>'
    )
