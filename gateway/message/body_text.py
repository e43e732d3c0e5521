"""The words of an HTML body, without its marks."""

from __future__ import annotations

import html
import re

_UNSEEN = re.compile(r"<(script|style|head|title)\b", re.I)
_ENDS = {
    name: re.compile(f"</{name}[^<>]*>", re.I)
    for name in ("script", "style", "head", "title")
}
_BREAK = re.compile(r"<(?:br|/p|/div|/tr|/li|/h[1-6])\b[^<>]*>", re.I)
_CELL = re.compile(r"</t[dh]\b[^<>]*>", re.I)
_MARK = re.compile(r"<!--|<[^<>]*>")
_BETWEEN = "\ue000"  # between two cells, until the lines are made
_CELLS = re.compile(f"{_BETWEEN}[ \\t{_BETWEEN}]*(\n?)")
_BLANK_LINES = re.compile(r"\n[ \t]*\n[ \t\n]*")


def text_of_html(source: str) -> str:
    """
    Return the words of an HTML body, one line for each block, cells kept apart.

    The result is plain text, and is escaped like any other where it is shown.

    >>> text_of_html("<p>Bonjour<script>x()</script></p><p>&Agrave; bient&ocirc;t</p>")
    'Bonjour\\nÀ bientôt'
    """
    text = _without_unseen(source)
    text = _BREAK.sub("\n", text.replace("\r\n", " "))
    text = _CELL.sub(_BETWEEN, text)
    text = html.unescape(_MARK.sub("", text))
    text = _CELLS.sub(lambda cells: cells[1] or " ", text)
    return _BLANK_LINES.sub("\n\n", text).strip()


def _without_unseen(source: str) -> str:
    """Drop elements whose content is not words, up to their end or to the end."""
    kept: list[str] = []
    at = 0
    while found := _UNSEEN.search(source, at):
        kept.append(source[at : found.start()])
        end = _ENDS[found.group(1).lower()].search(source, found.end())
        if end is None:
            return "".join(kept)
        at = end.end()
    kept.append(source[at:])
    return "".join(kept)
