"""The words that passwords are made of most often, in a form that is compared."""

from __future__ import annotations

import unicodedata
from functools import cache
from importlib.resources import files


@cache
def common_words() -> frozenset[str]:
    """Return the shipped list: small letters without accents."""
    text = (files("gateway.core") / "tables" / "common_words.txt").read_text("utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return frozenset(word for line in lines for word in line.split())


def plain_letters(text: str) -> str:
    """Return a text in small letters and without accents, as the list is written."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(one for one in letters if not unicodedata.combining(one))
