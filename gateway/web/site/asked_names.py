"""A name that somebody is looked for by on a page: its length, and how many have it."""

from __future__ import annotations

from typing import Final

MOST_NAME: Final = 100
"""Characters of a name; what follows is not looked for."""

MOST_FOUND: Final = 30
"""People who are shown of those who have a name."""


def asked_name(text: str) -> str:
    """
    Return the name that is looked for, of what somebody wrote.

    >>> asked_name("  Claire   Martin ")
    'Claire Martin'
    """
    return " ".join(text.split())[:MOST_NAME]
