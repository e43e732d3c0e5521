"""Addresses of a header read leniently, as IMAP's ENVELOPE shows them."""

from __future__ import annotations

import re

Address = tuple[str | None, str | None, str | None, str | None]
"""Display name, source route, local part, domain (RFC 3501 §7.4.2, ENVELOPE)."""

_MOST = 500
_TOKEN = re.compile(
    r"""(?P<blank>\s+)
      | "(?P<quoted>(?:[^"\\]|\\.)*)"?
      | (?P<special>[<>,:;@(])
      | (?P<word>[^\s"<>,:;@(]+)""",
    re.X,
)
_COMMENT = re.compile(r"[^()\\]+|\\.?|[()]")
_ESCAPED = re.compile(r"\\(.)")


class _Reader:
    """Collects one address at a time; whatever is odd ends up in the name."""

    def __init__(self) -> None:
        self.found: list[Address] = []
        self._start()

    def _start(self) -> None:
        self._words: list[str] = []  # outside of <>
        self._inner: list[str] = []  # inside of <>
        self._comment = ""
        self._in_angle = False
        self._had_angle = False

    def comment(self, text: str) -> None:
        """Keep a comment: the display name of old mail, ``a@b (Name)``."""
        self._comment = self._comment or text

    def word(self, text: str) -> None:
        """Take a word or a quoted string."""
        (self._inner if self._in_angle else self._words).append(text)

    def special(self, mark: str) -> None:
        """Take one of the characters that separate."""
        match mark:
            case "<":
                self._in_angle = self._had_angle = True
            case ">":
                self._in_angle = False
            case "," if not self._in_angle:
                self.flush()
            case ":" if not self._in_angle and not self._had_angle:
                self.found.append((None, None, " ".join(self._words), None))
                self._start()
            case ";" if not self._in_angle:
                self.flush()
                self.found.append((None, None, None, None))
            case _:
                self.word(mark)

    def flush(self) -> None:
        """End the current address, if there is one."""
        words = self._inner if self._had_angle else self._words
        name = " ".join(self._words) if self._had_angle else self._comment
        if words:
            route = None
            if words[0] == "@" and ":" in words:
                cut = words.index(":")
                route, words = "".join(words[:cut]), words[cut + 1 :]
            local, _, domain = _last_at(words)
            self.found.append((name or None, route, local, domain))
        elif name:
            self.found.append((name, None, "", ""))
        self._start()


def _last_at(words: list[str]) -> tuple[str, str, str]:
    for index in range(len(words) - 1, -1, -1):
        if words[index] == "@":
            return "".join(words[:index]), "@", "".join(words[index + 1 :])
    return "".join(words), "", ""


def read_addresses(text: str) -> tuple[Address, ...]:
    """
    Return the addresses of a field's value, groups marked as RFC 3501 says.

    Any text gives a result, in linear time; past 500 addresses the rest is left out.

    >>> read_addresses('"Dr. A" <a@b.test>, c@d.test (C)')
    (('Dr. A', None, 'a', 'b.test'), ('C', None, 'c', 'd.test'))
    """
    reader = _Reader()
    at = 0
    while at < len(text) and len(reader.found) < _MOST:
        match = _TOKEN.match(text, at)
        if match is None:
            break
        at = match.end()
        if match.lastgroup == "quoted":
            reader.word(_ESCAPED.sub(r"\1", match.group("quoted")))
        elif match.lastgroup == "word":
            reader.word(match.group())
        elif match.group() == "(":
            comment, at = _comment(text, at)
            reader.comment(comment)
        elif match.lastgroup == "special":
            reader.special(match.group())
    reader.flush()
    return tuple(reader.found[:_MOST])


def _comment(text: str, at: int) -> tuple[str, int]:
    depth, start = 1, at
    while depth and (match := _COMMENT.match(text, at)):
        at = match.end()
        depth += {"(": 1, ")": -1}.get(match.group(), 0)
    return text[start : at - 1 if depth == 0 else at].strip(), at
