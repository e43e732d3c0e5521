"""Foreign text as it may be shown: without what would make it look like another."""

from __future__ import annotations

import re
import unicodedata

_UNSEEN = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls; tabs and line ends are text
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # turn the direction of a text
    "\u200b\u2060-\u2064\ufeff\ufff9-\ufffb"  # no width: two names look like one
    "\U000e0000-\U000e007f"  # tags
    "]"
)
_LINE_ENDS = re.compile("\r\n?|[\u2028\u2029]")


def shown_text(text: str) -> str:
    """
    Return a text with plain line ends, without controls and turns of direction.

    A name that says "turn round" is shown as another name, and a file
    ``exe.fdp`` as ``pdf.exe`` (Unicode UAX #9). The joiners that Persian and
    emoji need stay.

    >>> shown_text("Dr\u202e NITRAM\u0007\u2028Cardiologie")
    'Dr NITRAM\\nCardiologie'
    """
    return _UNSEEN.sub("", _LINE_ENDS.sub("\n", text))


def mailbox_name(name: str) -> str:
    """
    Return the name of a mailbox as people read it.

    They are written with underscores: Référentiel socle MSSanté #2, ECO.2.2.7.

    >>> mailbox_name("DR_Camille_MOREAU_Cardiologie")
    'DR Camille MOREAU Cardiologie'
    """
    return " ".join(shown_text(name).replace("_", " ").split())


def same_name(one: str, other: str) -> bool:
    """
    Tell whether two names of mailboxes read the same, whatever their letters' case.

    >>> same_name("Dr Claire MARTIN", "dr_claire_martin"), same_name("Dr A", "Dr B")
    (True, False)
    """
    return _folded(one) == _folded(other)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", mailbox_name(name)).casefold()
