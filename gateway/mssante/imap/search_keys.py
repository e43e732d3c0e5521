"""What a SEARCH looks for (RFC 3501 §6.4.4), read into a tree of bounded depth."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date
from enum import Enum, IntEnum

from attrs import frozen

from gateway.errors import InvalidError
from gateway.message.flags import read_flag
from gateway.mssante.imap.dates import read_date
from gateway.mssante.imap.sets import NumberSet, read_set
from gateway.mssante.imap.syntax import Reader

_DEEPEST = 32
_MOST_KEYS = 500


class BadCharsetError(InvalidError):
    """The client writes its texts in a charset we do not read."""


class Tier(IntEnum):
    """What must be read of a message to tell whether it fits."""

    VIEW = 0  # nothing: the session knows
    ROW = 1
    HEADERS = 2
    CONTENT = 3


@frozen
class Everything:
    """ALL."""


@frozen
class HasFlag:
    """A flag in lower case; ``\\recent`` is the session's own."""

    flag: str


@frozen
class Numbered:
    """A set of sequence numbers, or of uids, as it was written."""

    numbers: NumberSet
    uids: bool


@frozen
class Within:
    """The same once ``*`` is known: the ranges' first and last numbers, in order."""

    firsts: tuple[int, ...]
    lasts: tuple[int, ...]
    uids: bool

    def __contains__(self, value: int) -> bool:
        """Tell whether a number is in one of the ranges."""
        at = bisect_right(self.firsts, value) - 1
        return at >= 0 and value <= self.lasts[at]


class When(Enum):
    """How a date compares; times of day and zones are left aside (RFC 3501)."""

    BEFORE = "BEFORE"
    ON = "ON"
    SINCE = "SINCE"


@frozen
class Dated:
    """By the internal date, or by the header's when ``sent``."""

    when: When
    day: date
    sent: bool


@frozen
class Sized:
    """Larger or smaller than so many bytes."""

    size: int
    larger: bool


@frozen
class InHeader:
    """A text (casefolded) in a field of that name; empty: the field is there."""

    name: str
    text: str


@frozen
class InText:
    """A text (casefolded) in the body, and in the header too when ``header``."""

    text: str
    header: bool


@frozen
class Not:
    """Messages that do not fit."""

    key: Key


@frozen
class Either:
    """Messages that fit one or the other."""

    first: Key
    second: Key


@frozen
class All:
    """Messages that fit every one; the cheapest to tell come first."""

    keys: tuple[Key, ...]


@frozen
class ChangedBy:
    """Messages whose last change has that number or a higher one (RFC 7162 §3.1.5)."""

    mod_seq: int


Key = (
    Everything
    | ChangedBy
    | HasFlag
    | Numbered
    | Within
    | Dated
    | Sized
    | InHeader
    | InText
    | Not
    | Either
    | All
)

_FLAGS = ("ANSWERED", "DELETED", "DRAFT", "FLAGGED", "SEEN")
_RECENT = HasFlag("\\recent")
_PLAIN: dict[str, Key] = {
    "ALL": Everything(),
    "RECENT": _RECENT,
    "OLD": Not(_RECENT),
    "NEW": All((_RECENT, Not(HasFlag("\\seen")))),
    **{name: HasFlag(f"\\{name.lower()}") for name in _FLAGS},
    **{f"UN{name}": Not(HasFlag(f"\\{name.lower()}")) for name in _FLAGS},
}


def tier(key: Key) -> Tier:
    """Return what must be read to tell."""
    match key:
        case InText():
            return Tier.CONTENT
        case InHeader() | Dated(sent=True):
            return Tier.HEADERS
        case Not(inner):
            return tier(inner)
        case Either(first, second):
            return max(tier(first), tier(second))
        case All(keys):
            return max((tier(one) for one in keys), default=Tier.VIEW)
        case Dated() | Sized() | ChangedBy():
            return Tier.ROW
        case Everything() | HasFlag() | Numbered() | Within():
            return Tier.VIEW


def counts_changes(key: Key) -> bool:
    """Tell whether a search asks by which change: its answer says it then, too."""
    match key:
        case ChangedBy():
            return True
        case Not(inner):
            return counts_changes(inner)
        case Either(first, second):
            return counts_changes(first) or counts_changes(second)
        case All(keys):
            return any(counts_changes(one) for one in keys)
        case _:
            return False


def bound(key: Key, last_number: int, last_uid: int) -> Key:
    """Return the key with its sets of numbers settled for the folder as it is."""
    match key:
        case Numbered(numbers, uids):
            ranges = numbers.resolved(last_uid if uids else last_number)
            firsts, lasts = zip(*ranges, strict=True)
            return Within(firsts, lasts, uids)
        case Not(inner):
            return Not(bound(inner, last_number, last_uid))
        case Either(first, second):
            one = bound(first, last_number, last_uid)
            return Either(one, bound(second, last_number, last_uid))
        case All(keys):
            return All(tuple(bound(one, last_number, last_uid) for one in keys))
        case _:
            return key


def read_search(reader: Reader) -> Key:
    """
    Read the charset, if named, and the keys to the end of the command.

    Raises:
        BadCharsetError: neither UTF-8 nor US-ASCII.
        InvalidError: malformed, or nested deeper than 32, or more than 500 keys.
    """
    parser = _Parser(reader)
    if reader.take_word(b"CHARSET"):
        reader.space()
        if reader.astring().upper() not in {b"UTF-8", b"US-ASCII"}:
            raise BadCharsetError("charset not known")
        reader.space()
    keys = [parser.key(0)]
    while not reader.at_end():
        reader.space()
        keys.append(parser.key(0))
    return _all(keys)


def _all(keys: list[Key]) -> Key:
    return keys[0] if len(keys) == 1 else All(tuple(sorted(keys, key=tier)))


class _Parser:
    """Reads keys, counting them."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._count = 0

    def key(self, depth: int) -> Key:
        reader = self._reader
        self._count += 1
        if depth > _DEEPEST or self._count > _MOST_KEYS:
            raise InvalidError("search too complex")
        if reader.peek(b"("):
            keys = reader.listed(lambda: self.key(depth + 1), most=_MOST_KEYS)
            if not keys:
                raise InvalidError("empty search")
            return _all(keys)
        if any(reader.peek(start) for start in _SET_STARTS):
            return Numbered(read_set(reader), uids=False)
        return self._named(reader.atom().decode("ascii"), depth)

    def _named(self, word: str, depth: int) -> Key:
        if (plain := _PLAIN.get(word)) is not None:
            return plain
        self._reader.space()
        match word:
            case "NOT":
                return Not(self.key(depth + 1))
            case "OR":
                first = self.key(depth + 1)
                self._reader.space()
                cheap, dear = sorted((first, self.key(depth + 1)), key=tier)
                return Either(cheap, dear)
            case _:
                return self._with_value(word)

    def _with_value(self, word: str) -> Key:
        reader = self._reader
        match word:
            case "KEYWORD":
                return HasFlag(read_flag(reader.flag()).lower())
            case "UNKEYWORD":
                return Not(HasFlag(read_flag(reader.flag()).lower()))
            case "UID":
                return Numbered(read_set(reader), uids=True)
            case "LARGER" | "SMALLER":
                return Sized(reader.number(), larger=word == "LARGER")
            case "BEFORE" | "ON" | "SINCE":
                return Dated(When(word), read_date(reader), sent=False)
            case "SENTBEFORE" | "SENTON" | "SENTSINCE":
                return Dated(When(word[4:]), read_date(reader), sent=True)
            case "MODSEQ":
                return ChangedBy(self._mod_seq())
            case "BODY" | "TEXT":
                return InText(self._text(), header=word == "TEXT")
            case "BCC" | "CC" | "FROM" | "SUBJECT" | "TO":
                return InHeader(word.lower(), self._text())
            case "HEADER":
                name = reader.astring().decode("ascii", "replace").lower()
                reader.space()
                return InHeader(name, self._text())
            case _:
                raise InvalidError("unknown search key")

    def _mod_seq(self) -> int:
        """Read the number; the flag it may be asked for changes with all others."""
        if self._reader.peek(b'"'):
            name = self._reader.string()
            self._reader.space()
            if not name.lower().startswith(b"/flags/"):
                raise InvalidError("unknown entry")
            if self._reader.atom() not in {b"ALL", b"PRIV", b"SHARED"}:
                raise InvalidError("unknown kind of entry")
            self._reader.space()
        return self._reader.mod_seq()

    def _text(self) -> str:
        try:
            return self._reader.astring().decode("utf-8").casefold()
        except UnicodeDecodeError:
            raise BadCharsetError("charset not known") from None


_SET_STARTS = (b"*", *(str(digit).encode("ascii") for digit in range(10)))
