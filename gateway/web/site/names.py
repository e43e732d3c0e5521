"""Names of files that a browser keeps."""

from __future__ import annotations

import re


def file_name(title: str, ending: str) -> str:
    """
    Return a file name for a document: its title, as far as file systems take it.

    >>> file_name("Lettre: 1/2", "pdf"), file_name("...", "xml")
    ('Lettre_ 1_2.pdf', 'document.xml')
    """
    stem = re.sub(r'[\x00-\x1f<>:"/\\|?*\x7f]', "_", title)[:80].strip(" .")
    return f"{stem or 'document'}.{ending}"
