"""The names of files in what a patient takes away."""

from __future__ import annotations

import re


def file_stem(number: int, day: str, title: str) -> str:
    """
    Return a name without its ending that every file system takes, and no other has.

    >>> file_stem(7, "2019-07-01", "Compte rendu : été / 2019")
    '00007-2019-07-01-Compte_rendu_été_2019'
    >>> file_stem(8, "2019-07-01", "../..")
    '00008-2019-07-01-document'
    """
    plain = re.sub(r"\W+", "_", title).strip("_")[:60] or "document"
    return f"{number:05d}-{day}-{plain}"
