"""Whether French elides a word before a name: d’Anne, but de Zoé."""

from __future__ import annotations

import re

_SOUNDED = re.compile(r"[aeiouàâäéèêëîïôöùûüœæ]|y(?![aeiou])", re.IGNORECASE)


def of(name: str) -> str:
    """
    Return a name behind the French "of".

    >>> of("Zoé"), of("Anne")
    ('de Zoé', 'd’Anne')
    """
    return f"d’{name}" if is_elided_before(name) else f"de {name}"


def is_elided_before(name: str) -> bool:
    """
    Tell whether "de" becomes "d’" before a name.

    Not before an h: nothing written tells whether it is sounded.

    >>> [is_elided_before(name) for name in ("Anne", "Élise", "Yves", "Yasmine", "Zoé")]
    [True, True, True, False, False]
    """
    return _SOUNDED.match(name) is not None
