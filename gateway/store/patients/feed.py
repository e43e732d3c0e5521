"""A feed of people: each line as a person, or why it is none."""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final, TextIO
from unicodedata import category

from attrs import define, field, frozen

from gateway.core.ins import Ins, has_valid_key
from gateway.core.person import IdentityTraits, Sex
from gateway.core.telephone import telephone_of
from gateway.errors import InvalidError
from gateway.message.address import read_address
from gateway.rights.recovery_rules import card_serial

MOST_FIELD: Final = 1000
"""Characters of one field; a longer one is refused."""

MOST_LINES: Final = 20
"""Lines of one record, by line breaks in columns that are not ours."""

MATRICULE: Final = 15
"""Characters of a number (ANS, referentiel INS)."""

MOST_YEARS: Final = 130
"""Since a birth: nobody is known to have lived as long."""

REQUIRED: Final = ("ins", "oid", "family", "given", "birth_date", "sex", "birth_place")
OPTIONAL: Final = ("email", "telephone", "card", "language", "attached_to")

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_UNWRITTEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode's categories of what is no letter, sign or space."""

_REPLACED: Final = "\ufffd"
"""What stands for bytes that are no UTF-8."""

_LANGUAGES: Final = frozenset({"", "fr", "en"})
_SEXES: Final = frozenset(one.value for one in Sex)


@frozen(kw_only=True)
class FeedLine:
    """One person of a feed."""

    number: int
    ins: Ins = field(repr=False)
    traits: IdentityTraits = field(repr=False)
    email: str = field(repr=False)
    telephone: str = field(repr=False)
    card: str = field(repr=False)
    language: str
    attached_to: str = field(repr=False)
    """The number of the insured person whom a child is attached to, or nothing."""


@frozen
class RefusedLine:
    """A line that is not taken, and why; nothing of what it says."""

    number: int
    why: str


def read_feed(source: TextIO, today: date) -> Iterator[FeedLine | RefusedLine]:
    """
    Yield the lines of a CSV feed, with a comma or a semicolon between its fields.

    Its first line names the columns, in any order; others than ours are passed, and
    they alone may hold a line break. A wrong line is refused by itself: a quote that
    is never closed takes nothing of the lines after it.

    Raises:
        InvalidError: a column that is needed is missing, or stands twice; or the feed
            is not UTF-8 from its first line on.
    """
    lines = _Lines(source)
    first = lines.take().lstrip("\ufeff")
    if _REPLACED in first or _has_unwritten(first.rstrip("\r\n")):
        raise InvalidError("the feed is not UTF-8")
    mark = ";" if first.count(";") > first.count(",") else ","
    names = [one.strip().lower() for one in _fields([first], mark) or ()]
    if missing := [one for one in REQUIRED if one not in names]:
        raise InvalidError(f"the feed has no column {', '.join(missing)}")
    if twice := [one for one in (*REQUIRED, *OPTIONAL) if names.count(one) > 1]:
        raise InvalidError(f"the feed has more than one column {', '.join(twice)}")
    records = _Records(lines, names, mark, today)
    while line := lines.take():
        if line.strip():
            yield records.take(line)


@define
class _Lines:
    """The lines of a file, some of which were looked at before they are taken."""

    _source: TextIO
    _ahead: deque[str] = field(factory=deque, init=False)
    number: int = field(default=0, init=False)
    """Of the line that was taken last, from one on."""

    def take(self) -> str:
        """Return the next line with its end, nothing at the end of the file."""
        line = self._ahead.popleft() if self._ahead else self._source.readline()
        self.number += 1
        return line

    def look(self, distance: int) -> str:
        """Return a line that comes, without taking it; 0 is the next."""
        while len(self._ahead) <= distance:
            self._ahead.append(self._source.readline())
        return self._ahead[distance]


def _fields(lines: Sequence[str], mark: str) -> list[str] | None:
    """Return the fields of one record, nothing where the lines are not one."""
    try:
        found = list(csv.reader(lines, delimiter=mark, strict=True))
    except csv.Error:
        return None
    return found[0] if len(found) == 1 else None


@frozen
class _Records:
    """Takes the records of a feed whose columns are known, one after the other."""

    lines: _Lines
    names: Sequence[str]
    mark: str
    today: date

    def take(self, line: str) -> FeedLine | RefusedLine:
        """Return who stands in a record that begins with a line."""
        number, record = self.lines.number, [line]
        values = _fields(record, self.mark)
        while values is None and len(record) < MOST_LINES:
            following = self.lines.look(len(record) - 1)
            if not following:
                break
            record.append(following)
            values = _fields(record, self.mark)
        if values is None:
            return RefusedLine(number, "it is no line of CSV")
        if len(record) > 1:
            if not self._is_one(values):
                why = "a quote is not closed, or holds a line break"
                return RefusedLine(number, why)
            for _ in record[1:]:
                self.lines.take()
        return _line(number, self.names, values, self.today)

    def _is_one(self, values: Sequence[str]) -> bool:
        """Tell whether several lines are one record: none of our columns breaks."""
        if len(values) != len(self.names):
            return False
        said = dict(zip(self.names, values, strict=True))
        ours = (said.get(one, "") for one in (*REQUIRED, *OPTIONAL))
        return not any("\n" in one or "\r" in one for one in ours)


def _line(
    number: int, names: Sequence[str], values: Sequence[str], today: date
) -> FeedLine | RefusedLine:
    if len(values) != len(names):
        return RefusedLine(number, f"{len(values)} fields where there are {len(names)}")
    if any(len(one) > MOST_FIELD for one in values):
        return RefusedLine(number, f"a field of more than {MOST_FIELD} characters")
    said = dict.fromkeys(OPTIONAL, "")
    said |= {name: one.strip() for name, one in zip(names, values, strict=True)}
    try:
        _check_letters(said)
        return FeedLine(
            number=number,
            ins=Ins.of(_matricule(said["ins"]), said["oid"]),
            traits=_traits(said, today),
            email=str(read_address(said["email"])) if said["email"] else "",
            telephone=_telephone(said["telephone"]),
            card=card_serial(said["card"]) if said["card"] else "",
            language=_language(said["language"]),
            attached_to=_attached(said["attached_to"], said["ins"]),
        )
    except InvalidError as error:
        return RefusedLine(number, str(error))


def _check_letters(said: Mapping[str, str]) -> None:
    for one in (*REQUIRED, *OPTIONAL):
        if _REPLACED in said[one]:
            raise InvalidError(f"the letters of {one} are not UTF-8")
        if _has_unwritten(said[one]):
            raise InvalidError(f"a character of {one} is none that is written")


def _has_unwritten(text: str) -> bool:
    """Tell whether a character stands there that no name has: of control, or none."""
    # Nothing that is printable is of these categories; a space of another sort is none.
    return not text.isprintable() and any(category(one) in _UNWRITTEN for one in text)


def _matricule(text: str) -> str:
    number = text.upper()
    if len(number) != MATRICULE:
        raise InvalidError(f"a number has {MATRICULE} characters, and no spaces")
    if not has_valid_key(number):
        raise InvalidError("the key of the number is wrong")
    return number


def _traits(said: Mapping[str, str], today: date) -> IdentityTraits:
    given = " ".join(said["given"].split())
    if not (said["family"] and given):
        raise InvalidError("a name is missing")
    if said["sex"] not in _SEXES:
        raise InvalidError("the sex is F, M or UN")
    place = said["birth_place"].upper()
    if not (len(place) == 5 and place.isascii() and place.isalnum()):
        raise InvalidError("a birth place is an INSEE code of five characters")
    return IdentityTraits(
        family=said["family"],
        given_names=given,
        first_given=given.partition(" ")[0],
        birth_date=_born(said["birth_date"], today).strftime("%Y%m%d"),
        sex=said["sex"],
        birth_place=place,
    )


def _born(text: str, today: date) -> date:
    try:  # Python reads other forms of ISO 8601 too
        born = date.fromisoformat(text if _DAY.fullmatch(text) else "")
    except ValueError:
        raise InvalidError("a birth date is written YYYY-MM-DD") from None
    if not today.year - MOST_YEARS <= born.year or born > today:
        raise InvalidError("a birth date is of no living person")
    return born


def _telephone(text: str) -> str:
    number = telephone_of(text) if text else ""
    if number is None:
        raise InvalidError("no telephone number")
    return number


def _attached(text: str, own: str) -> str:
    number = text.upper()
    if number and not has_valid_key(number):
        raise InvalidError("the key of the number it is attached to is wrong")
    return "" if number == own.upper() else number


def _language(text: str) -> str:
    if text not in _LANGUAGES:
        raise InvalidError("the language is fr or en")
    return text or "fr"
