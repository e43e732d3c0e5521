"""The words of an HTML body, without its marks."""

from __future__ import annotations

import html
import re

_UNSEEN = re.compile(r"<(?:(script|style|head|title)\b|!--)", re.I)
_ENDS = {
    name: re.compile(f"</{name}[^<>]*>", re.I)
    for name in ("script", "style", "head", "title")
}
_COMMENT_END = "-->"
_BREAK = re.compile(r"<(?:br|hr|/p|/div|/tr|/li|/h[1-6])\b[^<>]*>", re.I)
_BLOCK = re.compile(
    r"</?(?:p|div|h[1-6]|[uod]l|li|dt|dd|table|thead|tbody|tfoot|tr|caption|pre|"
    r"address|blockquote|center|section|article|aside|header|footer|main|nav|figure|"
    r"figcaption|form|fieldset|legend|select|option|optgroup)\b[^<>]*>",
    re.I,
)
"""Whose beginning or end ends a line, where none has ended: end marks may be absent."""

_CELL = re.compile(r"</?t[dh]\b[^<>]*>", re.I)
_RAISED = re.compile(r"<(sup|sub)\b[^<>]*>([^<>]{0,40})</\1\b[^<>]*>", re.I)
_RAISED_START = re.compile(r"<(sup|sub)\b[^<>]*>", re.I)
_STRUCK = re.compile(r"</?(?:s|del|strike)(?:\s[^<>]*)?>", re.I)
_MARK = re.compile(r"<!--|<[^<>]*>")
_BETWEEN, _EDGE = "\ue000", "\ue001"  # two cells, a block: until the lines are made
_GAP = re.compile(f"[\n \t{_BETWEEN}{_EDGE}]+")
_BLANK_LINES = re.compile(r"\n[ \t]*\n[ \t\n]*")
_SIGNS = {
    "sup": dict(zip("0123456789+-\u2212=()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾", strict=True)),
    "sub": dict(zip("0123456789+-\u2212=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎", strict=True)),
}
_SAID = {"sup": "^", "sub": "_"}
_STRUCK_OUT = "~~"


def text_of_html(source: str) -> str:
    """
    Return the words of an HTML body, one line for each block, cells kept apart.

    Digits that are raised or lowered stay so (10⁹ is not 109), and what is struck out
    stands between ``~~``: a dosage must not read as another, or as still valid. The
    result is plain text, and is escaped like any other where it is shown.

    >>> text_of_html("<p>Bonjour<script>x()</script></p><p>&Agrave; bient&ocirc;t</p>")
    'Bonjour\\nÀ bientôt'
    >>> text_of_html("Plaquettes 10<sup>9</sup>/L, <s>5 mg</s> 10 mg")
    'Plaquettes 10⁹/L, ~~5 mg~~ 10 mg'
    """
    text = _without_unseen(source).replace("\r\n", " ")
    text = _RAISED.sub(_raised, text)
    text = _RAISED_START.sub(lambda mark: _SAID[mark[1].lower()], text)
    text = _STRUCK.sub(_STRUCK_OUT, text)
    text = _BLOCK.sub(_EDGE, _BREAK.sub("\n", text))
    text = html.unescape(_MARK.sub("", _CELL.sub(_BETWEEN, text)))
    return _BLANK_LINES.sub("\n\n", _GAP.sub(_gap, text)).strip()


def _without_unseen(source: str) -> str:
    """
    Drop what is not words up to its end, or to the end of all.

    Of a comment that nobody ends the words are kept: whoever wrote them by mistake
    there meant them to be read.
    """
    kept: list[str] = []
    at, last_end = 0, source.rfind(_COMMENT_END)
    while found := _UNSEEN.search(source, at):
        kept.append(source[at : found.start()])
        if found[1] is None:
            inside = found.start() + 2  # "<!-->" is a comment
            is_ended = last_end >= inside
            at = source.find(_COMMENT_END, inside) + 3 if is_ended else found.end()
            continue
        end = _ENDS[found[1].lower()].search(source, found.end())
        if end is None:
            return "".join(kept)
        at = end.end()
    kept.append(source[at:])
    return "".join(kept)


def _raised(found: re.Match[str]) -> str:
    """Return digits as raised or lowered ones; with others, behind a sign for it."""
    kind, text = found[1].lower(), html.unescape(found[2])
    if not any(one in "0123456789" for one in text):
        return text if text.isalpha() else found[2]
    signs = _SIGNS[kind]
    if all(one in signs for one in text.strip()):
        return "".join(signs[one] for one in text.strip())
    return f"{_SAID[kind]}({found[2]})"


def _gap(found: re.Match[str]) -> str:
    """Return what parts two words: a blank, the end of a line, or an empty line."""
    run = found[0]
    if _BETWEEN not in run and _EDGE not in run:
        return run
    lines = run.count("\n")
    if lines > 1 and _BETWEEN not in run:
        return "\n\n"
    return "\n" if lines or _EDGE in run else " "
