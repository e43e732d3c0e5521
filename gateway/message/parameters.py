"""Parameters of MIME fields (RFC 2045 §5.1, RFC 2231), and safe file names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from urllib.parse import unquote_to_bytes

from attrs import define, field, frozen

from gateway.errors import InvalidError
from gateway.message.encoded_words import decode_text, decode_words

_TOKEN = re.compile(r"[A-Za-z0-9!#$&^_.+-]+")
_NAME = re.compile(r"([A-Za-z0-9!#$&^_.+-]+)(\*\d{1,3})?(\*)?")
_SKIPPED = " \t("
_BLANKS = re.compile(r"[ \t]*")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_WORD = re.compile(r'[^\s;"(]+')
_IN_COMMENT = re.compile(r"[^()\\]+|\\.|[()]")
_DEEPEST_COMMENT = 8
_FILE_NAMES = frozenset({"name", "filename"})


@frozen
class MimeValue:
    """
    A field with parameters: ``text/plain; charset=utf-8``.

    ``main`` and the names are in lower case. ``repeated`` names parameters that are
    given twice; programs differ on which one counts. ``doubtful`` names those, but for
    a file's name, that programs read differently: several words without quotes, text
    behind the quotes, a comment that touches the value, two forms that say two things.
    For a boundary that matters (M01).
    """

    main: str
    parameters: Mapping[str, str] = field(repr=False, factory=dict)
    repeated: frozenset[str] = frozenset()
    doubtful: frozenset[str] = frozenset()

    def get(self, name: str) -> str:
        """Return a parameter, or an empty text."""
        return self.parameters.get(name, "")


def read_media_type(value: str) -> MimeValue:
    """Read a Content-Type; `InvalidError` when it is malformed."""
    kind, at = _token(value, 0)
    if value[at : at + 1] != "/":
        raise InvalidError("malformed MIME field")
    subtype, at = _token(value, at + 1)
    return _read(value, f"{kind}/{subtype}", at)


def read_disposition(value: str) -> MimeValue:
    """Read a Content-Disposition; `InvalidError` when it is malformed."""
    return _read(value, *_token(value, 0))


def read_encoding(value: str) -> str:
    """Read a Content-Transfer-Encoding; `InvalidError` when it is malformed."""
    return _read(value, *_token(value, 0)).main


def _token(value: str, at: int) -> tuple[str, int]:
    """Return one word, and where what follows it begins."""
    found = _TOKEN.match(value, _skipped(value, at))
    if found is None:
        raise InvalidError("malformed MIME field")
    return found.group(), _skipped(value, found.end())


def _skipped(value: str, at: int) -> int:
    """
    Return where the blanks and comments that begin here end (RFC 2045 §5.1).

    Raises:
        InvalidError: a comment without an end, or too deep.
    """
    while at < len(value) and value[at] in _SKIPPED:
        at = _blanks(value, at)
        if value[at : at + 1] != "(":
            break
        end = _end_of_comment(value, at + 1)
        if end < 0:
            raise InvalidError("malformed comment")
        at = end
    return at


def _blanks(value: str, at: int) -> int:
    found = _BLANKS.match(value, at)
    return at if found is None else found.end()


def _end_of_comment(value: str, at: int) -> int:
    """Return where a comment ends whose first parenthesis was read, or -1."""
    depth = 1
    while depth:
        found = _IN_COMMENT.match(value, at)
        if found is None or depth > _DEEPEST_COMMENT:
            return -1
        depth += {"(": 1, ")": -1}.get(found.group(), 0)
        at = found.end()
    return at


def _read(value: str, main: str, at: int) -> MimeValue:
    read = _Reading(value)
    while at < len(value):
        if value[at] != ";":
            raise InvalidError("malformed MIME parameter")
        at = _skipped(value, at + 1)
        if value[at : at + 1] not in {"", ";"}:  # a lone one, as many end with
            at = read.parameter(at)
    return read.result(main.lower())


@define
class _Reading:
    """The parameters of one field, as they are met."""

    value: str
    plain: dict[str, str] = field(factory=dict)
    sections: dict[str, dict[int, tuple[str, bool]]] = field(factory=dict)
    repeated: set[str] = field(factory=set)
    doubtful: set[str] = field(factory=set)

    def parameter(self, at: int) -> int:
        """Read one; return where what follows it begins."""
        found = _NAME.match(self.value, at)
        after = at if found is None else _skipped(self.value, found.end())
        if found is None or self.value[after : after + 1] not in {"=", ";", ""}:
            return self._without_meaning(at)
        name, text = found.group(1).lower(), ""
        if self.value[after : after + 1] == "=":
            text, after = self._text(name, _skipped(self.value, after + 1))
        self._keep(name, found.group(2), found.group(3) is not None, text)
        return after

    def _without_meaning(self, at: int) -> int:
        """
        Pass over what is no parameter, as the rest of a file's name with a semicolon.

        Raises:
            InvalidError: another program could read a parameter in it.
        """
        end = self.value.find(";", at)
        end = len(self.value) if end < 0 else end
        if set(self.value[at:end]) & set('="'):
            raise InvalidError("malformed MIME parameter")
        return end

    def _text(self, name: str, at: int) -> tuple[str, int]:
        quoted = _QUOTED.match(self.value, at)
        if quoted is None:
            return self._unquoted(name, at)
        text = re.sub(r"\\(.)", r"\1", quoted.group(1))
        after = _skipped(self.value, quoted.end())
        if self.value[after : after + 1] not in {"", ";"}:
            self._doubt(name)
            after = self._without_meaning(after)
        return text, after

    def _unquoted(self, name: str, start: int) -> tuple[str, int]:
        """
        Read up to the semicolon. A file's name has all its words, as its author meant;
        of anything else the first one counts, and a parenthesis begins a comment.
        """
        at, ends = start, [start]
        while at < len(self.value) and self.value[at] != ";":
            if self.value[at] == "(":
                end = _end_of_comment(self.value, at + 1)
                if end < 0 and name not in _FILE_NAMES:
                    raise InvalidError("malformed comment")
                if end >= 0 and self._is_comment(name, start, at, end):
                    at = _blanks(self.value, end)
                    continue
                at += 1  # one like any other of a name: Compte (1).pdf
            else:
                word = _WORD.match(self.value, at)
                if word is None:
                    raise InvalidError("malformed MIME parameter")
                at = word.end()
            ends.append(at)
            at = _blanks(self.value, at)
        text = self.value[start : ends[-1]]
        if name not in _FILE_NAMES and " " in text.replace("\t", " "):
            self._doubt(name)
            text = text.split()[0]
        return text, at

    def _is_comment(self, name: str, start: int, at: int, end: int) -> bool:
        after = _blanks(self.value, end)
        is_last = self.value[after : after + 1] in {"", ";"}
        if self.value[at - 1] in " \t" or at == start:
            return is_last or name not in _FILE_NAMES
        if name in _FILE_NAMES:
            return False
        self._doubt(name)
        return True

    def _doubt(self, name: str) -> None:
        if name not in _FILE_NAMES:
            self.doubtful.add(name)

    def _keep(self, name: str, section: str | None, coded: bool, text: str) -> None:
        if section is None and not coded:
            self.repeated.update({name} & self.plain.keys())
            self.plain.setdefault(name, text)
            return
        number = int((section or "*0")[1:])
        parts = self.sections.setdefault(name, {})
        if number in parts:
            self.repeated.add(name)
        parts.setdefault(number, (text, coded))

    def result(self, main: str) -> MimeValue:
        """Return the field, the continuations of RFC 2231 joined."""
        parameters = dict(self.plain)
        for name, parts in self.sections.items():
            parameters[name] = _joined(parts)
            if self.plain.get(name, parameters[name]) != parameters[name]:
                self._doubt(name)
        return MimeValue(
            main, parameters, frozenset(self.repeated), frozenset(self.doubtful)
        )


def _joined(parts: dict[int, tuple[str, bool]]) -> str:
    """Join the continuations of RFC 2231 §3; a gap ends the value."""
    charset, pieces = "us-ascii", []
    for number in range(len(parts)):
        if number not in parts:
            break
        text, coded = parts[number]
        if coded and number == 0:
            charset, quote, rest = text.partition("'")
            _, second, rest = rest.partition("'")
            text = rest if quote and second else text
        encoded = text.encode("utf-8", "replace")
        pieces.append(unquote_to_bytes(encoded) if coded else encoded)
    return decode_text(b"".join(pieces), charset if charset else "us-ascii")


_HIDDEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]"
)


def safe_name(name: str) -> str:
    r"""
    Return a file name to show and to offer, never to open anything by.

    Only the last component is kept, without control characters and marks that turn the
    direction of reading, and at most 120 characters; empty when nothing is left.

    >>> safe_name("..\\secret/../IHE_XDM.ZIP ")
    'IHE_XDM.ZIP'
    """
    text = unicodedata.normalize("NFC", decode_words(name))
    text = _HIDDEN.sub("", text).replace("\\", "/").rpartition("/")[2]
    text = re.sub(r'[<>:"|?*\ufffd]', "_", text).strip(" .")
    if len(text) > 120:
        stem, dot, suffix = text.rpartition(".")
        kept = dot + suffix if stem and len(suffix) <= 10 else ""
        text = text[: 120 - len(kept)] + kept
    return text
