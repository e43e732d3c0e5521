"""Reads the words of an IMAP command (RFC 3501 §9), each in one pass."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from gateway.errors import InvalidError

T = TypeVar("T")

_ATOM = re.compile(rb"[^\x00-\x20(){%*\"\\\]\x7f-\xff]+")
_ASTRING = re.compile(rb"[^\x00-\x20(){%*\"\\\x7f-\xff]+")
_LIST_WORD = re.compile(rb"[^\x00-\x20(){\"\\\x7f-\xff]+")
_QUOTED = re.compile(rb'"((?:[^"\\\r\n\x00]|\\["\\])*)"')
_ESCAPED = re.compile(rb"\\(.)")
_NUMBER = re.compile(rb"[0-9]{1,19}(?![0-9])")
_FLAG = re.compile(rb"\\?[^\x00-\x20(){%*\"\\\]\x7f-\xff]+")
_MOST_NUMBER = 2**32 - 1
_MOST_MOD_SEQ = 2**63 - 1

TAG = re.compile(rb"[^\x00-\x20(){%*\"\\+\x7f-\xff]{1,64}")
LITERAL = re.compile(rb"\{([0-9]{1,20})(\+?)\}\Z")
"""What ends a line that a literal follows (RFC 3501 §4.3, RFC 7888)."""


class Reader:
    """
    Reads one command from its left to its right.

    ``parts`` are its pieces as they came: a piece of line, a literal, a piece of
    line, …, the announcements of the literals taken off. Each method raises
    `InvalidError` when the next thing is not what it reads.
    """

    def __init__(self, parts: list[bytes]) -> None:
        self._parts = parts
        self._index = 0
        self._at = 0

    @property
    def _line(self) -> bytes:
        return self._parts[self._index]

    def at_end(self) -> bool:
        """Tell whether nothing is left."""
        return self._at >= len(self._line) and self._index + 1 >= len(self._parts)

    def at_literal(self) -> bool:
        """Tell whether a literal comes next."""
        return self._at >= len(self._line) and self._index + 1 < len(self._parts)

    def end(self) -> None:
        """Read the end of the command."""
        if not self.at_end():
            raise InvalidError("too many arguments")

    def peek(self, text: bytes) -> bool:
        """Tell whether the next characters are these."""
        return self._line.startswith(text, self._at)

    def take(self, text: bytes) -> bool:
        """Read these characters if they come next; tell whether they did."""
        if not self.peek(text):
            return False
        self._at += len(text)
        return True

    def take_word(self, word: bytes) -> bool:
        """Read this word, in any case of letters (RFC 3501 §9), if it comes next."""
        found = _ATOM.match(self._line, self._at)
        if found is None or found.group().upper() != word:
            return False
        self._at = found.end()
        return True

    def expect(self, text: bytes) -> None:
        """Read these characters."""
        if not self.take(text):
            raise InvalidError("malformed command")

    def space(self) -> None:
        """Read one blank."""
        if not self.take(b" "):
            raise InvalidError("missing argument")

    def take_rest(self) -> bytes:
        """Read all that is left of the line."""
        rest = self._line[self._at :]
        self._at = len(self._line)
        return rest

    def match(self, pattern: re.Pattern[bytes], what: str) -> re.Match[bytes]:
        """Read what a pattern matches."""
        found = pattern.match(self._line, self._at)
        if found is None:
            raise InvalidError(f"malformed {what}")
        self._at = found.end()
        return found

    def atom(self) -> bytes:
        """Read an atom, in the capitals commands are compared in."""
        return self.match(_ATOM, "word").group().upper()

    def number(self, most: int = _MOST_NUMBER) -> int:
        """Read a number, of 32 bits unless it is said otherwise."""
        value = int(self.match(_NUMBER, "number").group())
        if value > most:
            raise InvalidError("number too large")
        return value

    def mod_seq(self) -> int:
        """Read the number of a change, of 63 bits (RFC 7162 §7)."""
        return self.number(_MOST_MOD_SEQ)

    def astring(self) -> bytes:
        """Read an atom, a quoted string or a literal."""
        return self._string(_ASTRING)

    def list_pattern(self) -> bytes:
        """Read a mailbox name that may hold the wildcards of LIST."""
        return self._string(_LIST_WORD)

    def string(self) -> bytes:
        """Read a quoted string or a literal."""
        if not (self.peek(b'"') or self.at_literal()):
            raise InvalidError("malformed string")
        return self._string(_ASTRING)

    def literal(self) -> bytes:
        """Read a literal."""
        if not self.at_literal():
            raise InvalidError("malformed literal")
        found = self._parts[self._index + 1]
        self._index += 2
        self._at = 0
        return found

    def _string(self, word: re.Pattern[bytes]) -> bytes:
        if self.at_literal():
            return self.literal()
        if self.peek(b'"'):
            return _ESCAPED.sub(rb"\1", self.match(_QUOTED, "quoted string").group(1))
        return self.match(word, "word").group()

    def flag(self) -> str:
        """Read a flag."""
        return self.match(_FLAG, "flag").group().decode("ascii")

    def listed(self, read: Callable[[], T], *, most: int = 200) -> list[T]:
        """Read ``(a b c)``, perhaps empty; ``read`` reads one of them."""
        self.expect(b"(")
        found: list[T] = []
        while not self.take(b")"):
            if found:
                self.space()
            if len(found) == most:
                raise InvalidError("list too long")
            found.append(read())
        return found


def split_command(line: bytes) -> tuple[bytes, bytes, bytes]:
    """
    Return tag, command name in capitals, and the rest after its blank.

    Raises:
        InvalidError: no tag or no command.
    """
    found = TAG.match(line)
    if found is None or line[found.end() : found.end() + 1] != b" ":
        raise InvalidError("malformed tag")
    name = _ATOM.match(line, found.end() + 1)
    if name is None:
        raise InvalidError("missing command")
    return found.group(), name.group().upper(), line[name.end() :]


def tag_of(line: bytes) -> bytes:
    """Return the tag a line begins with, or ``*`` if it has none to answer to."""
    found = TAG.match(line)
    return found.group() if found else b"*"
