"""French that is left on a page in English: what the catalogue has in both."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po
from lxml import html

from gateway.core.texts.papers import TITLES
from gateway.web.site import languages

_LOCALE = Path(languages.__file__).parent / "locale"
_SAID = ("alt", "aria-label", "placeholder", "title")
"""Attributes that are read to people."""

_TITLES = frozenset(one.fr for one in TITLES.values())
"""Of documents that the patient wrote here: documents are in French."""


def french_left(visitor: Any, where: str) -> set[str]:
    """Return the French texts of a page that was asked for in English."""
    address = f"https://127.0.0.1:{visitor.site.port}{where}"
    answer = visitor.page.context.request.get(
        address, headers={"Accept-Language": "en"}, ignore_https_errors=True
    )
    page: Any = html.document_fromstring(answer.text())
    assert (answer.status, page.get("lang")) == (200, "en"), where
    for one in page.xpath("//style | //script | //*[@lang and @lang != 'en']"):
        if one is not page:
            one.drop_tree()
    said = {_plain(one) for one in page.itertext()}
    said |= {_plain(one.get(name, "")) for one in page.iter() for name in _SAID}
    return said & _french() - _TITLES


@cache
def _french() -> frozenset[str]:
    """Return the texts of pages that are others in English, as French pages say them"""
    found = []
    for language in ("en", "fr"):
        file = _LOCALE / language / "LC_MESSAGES" / "messages.po"
        with file.open("rb") as source:
            catalogue = read_po(source, locale=language)
        found.append(
            {
                str(one.id): _plain(str(one.string or one.id))
                for one in catalogue
                if isinstance(one.id, str) and one.id
            }
        )
    english, french = found
    return frozenset(
        text
        for key, text in french.items()
        if text != english[key] and "%(" not in text and len(text) > 2
    )


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
