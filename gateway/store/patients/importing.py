"""Spaces made from a feed of people: what is new, what differs, what is wrong."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Final, TextIO

from attrs import define, field, frozen
from sqlalchemy import select

from gateway.core.ins import Ins, has_valid_key
from gateway.core.person import IdentityTraits, Sex
from gateway.core.telephone import telephone_of
from gateway.errors import InvalidError, UnavailableError
from gateway.message.address import read_address
from gateway.rights.profile import ProfileState
from gateway.rights.recovery_rules import card_serial
from gateway.store.base.work import Database, UnitOfWork
from gateway.store.patients.delegations import ATTACHED
from gateway.store.patients.profiles import Profile, Profiles
from gateway.store.sealed.digest_keys import Label
from gateway.store.tables import profiles
from gateway.store.tasks.tasks import TaskKind

BATCH: Final = 500
"""Lines of one transaction: what was read before a fault is kept, and passed again."""

MOST_FIELD: Final = 1000
"""Characters of one field; a longer one is refused."""

REQUIRED: Final = ("ins", "oid", "family", "given", "birth_date", "sex", "birth_place")
OPTIONAL: Final = ("email", "telephone", "card", "language", "attached_to")

_LANGUAGES: Final = frozenset({"", "fr", "en"})
_OURS_TO_CHANGE: Final = frozenset(
    {ProfileState.ANNOUNCED, ProfileState.OPEN_NOT_ACTIVATED}
)
"""Until a space is activated the feed says how to reach the patient; then they do."""

_PASSED: Final = frozenset(
    {ProfileState.OPPOSED, ProfileState.DELETED, ProfileState.DELETION_REQUESTED}
)
"""What the patient wanted to end is not written to again."""


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


@define
class Imported:
    """How many lines there were, and what became of them."""

    read: int = 0
    added: int = 0
    changed: int = 0
    same: int = 0
    refused: int = 0


def read_feed(source: TextIO) -> Iterator[FeedLine | RefusedLine]:
    """
    Yield the lines of a CSV feed, with a comma or a semicolon between its fields.

    Its first line names the columns, in any order; others than ours are passed.

    Raises:
        InvalidError: a column that is needed is missing.
    """
    first = source.readline().lstrip("\ufeff")
    mark = ";" if first.count(";") > first.count(",") else ","
    names = [one.strip().lower() for one in first.rstrip("\r\n").split(mark)]
    if missing := [one for one in REQUIRED if one not in names]:
        raise InvalidError(f"the feed has no column {', '.join(missing)}")
    reader = csv.reader(source, delimiter=mark, strict=True)
    while True:
        try:
            values = next(reader)
        except StopIteration:
            return
        except (csv.Error, UnicodeDecodeError):
            yield RefusedLine(reader.line_num + 1, "it is no line of CSV")
            continue
        if values:
            yield _line(reader.line_num + 1, names, values)


def _line(
    number: int, names: Sequence[str], values: Sequence[str]
) -> FeedLine | RefusedLine:
    if len(values) != len(names):
        return RefusedLine(number, f"{len(values)} fields where there are {len(names)}")
    if any(len(one) > MOST_FIELD for one in values):
        return RefusedLine(number, f"a field of more than {MOST_FIELD} characters")
    said = dict.fromkeys(OPTIONAL, "")
    said |= {name: one.strip() for name, one in zip(names, values, strict=True)}
    if not has_valid_key(said["ins"]):
        return RefusedLine(number, "the key of the number is wrong")
    try:
        return FeedLine(
            number=number,
            ins=Ins.of(said["ins"], said["oid"]),
            traits=_traits(said),
            email=str(read_address(said["email"])) if said["email"] else "",
            telephone=_telephone(said["telephone"]),
            card=card_serial(said["card"]) if said["card"] else "",
            language=_language(said["language"]),
            attached_to=_attached(said["attached_to"], said["ins"]),
        )
    except InvalidError as error:
        return RefusedLine(number, str(error))


def _traits(said: Mapping[str, str]) -> IdentityTraits:
    given = " ".join(said["given"].split())
    if not (said["family"] and given):
        raise InvalidError("a name is missing")
    if said["sex"] not in {one.value for one in Sex}:
        raise InvalidError("the sex is F, M or UN")
    place = said["birth_place"].upper()
    if not (len(place) == 5 and place.isascii() and place.isalnum()):
        raise InvalidError("a birth place is an INSEE code of five characters")
    try:
        born = date.fromisoformat(said["birth_date"]).strftime("%Y%m%d")
    except ValueError:
        raise InvalidError("a birth date is written YYYY-MM-DD") from None
    return IdentityTraits(
        family=said["family"],
        given_names=given,
        first_given=given.partition(" ")[0],
        birth_date=born,
        sex=said["sex"],
        birth_place=place,
    )


def _telephone(text: str) -> str:
    number = telephone_of(text) if text else ""
    if number is None:
        raise InvalidError("no telephone number")
    return number


def _attached(number: str, own: str) -> str:
    if number and not has_valid_key(number):
        raise InvalidError("the key of the number it is attached to is wrong")
    return "" if number == own else number


def _language(text: str) -> str:
    if text not in _LANGUAGES:
        raise InvalidError("the language is fr or en")
    return text or "fr"


@frozen
class Importing:
    """Makes spaces of a feed, a batch of lines in a transaction."""

    database: Database
    state: ProfileState
    by: str
    why: str = field(default="", repr=False)

    def run(self, lines: Iterable[FeedLine | RefusedLine]) -> Iterator[RefusedLine]:
        """Take every line; yield those that are refused. What became of all: `done`."""
        feed = iter(lines)
        while batch := list(islice(feed, BATCH)):
            self.done.read += len(batch)
            refused = [one for one in batch if isinstance(one, RefusedLine)]
            taken = [one for one in batch if isinstance(one, FeedLine)]
            if taken:
                refused += self._take(taken)
            self.done.refused += len(refused)
            yield from sorted(refused, key=lambda one: one.number)

    done: Imported = field(factory=Imported, init=False)

    def _take(self, lines: Sequence[FeedLine]) -> list[RefusedLine]:
        counts, refused = Imported(), []
        with self.database.write() as work:
            work.hold_digests()
            by_digest: dict[str, FeedLine] = {}
            newest: dict[str, str] = {}
            for line in lines:
                digests = work.digests(Label.INS, line.ins.matricule)
                digest = digests[0]
                newest.update(dict.fromkeys(digests, digest))
                if digest in by_digest:
                    why = f"the number of line {by_digest[digest].number} again"
                    refused.append(RefusedLine(line.number, why))
                    continue
                by_digest[digest] = line
            columns = profiles.c
            known = {
                newest[row.ins_digest]: (row.id, row.state)
                for row in work.connection.execute(
                    select(columns.ins_digest, columns.id, columns.state).where(
                        columns.ins_digest.in_(list(newest))
                    )
                )
            }
            attached: dict[str, str] = {}
            for digest, line in by_digest.items():
                if digest not in known:
                    profile_id = self._add(work, line)
                    if line.attached_to:
                        attached[profile_id] = line.attached_to
                    counts.added += 1
                elif self._change(work, *known[digest], line):
                    counts.changed += 1
                else:
                    counts.same += 1
            if attached:
                work.write_rows()
            for profile_id, number in attached.items():
                self._attach(work, profile_id, None, number)
        self.done.added += counts.added
        self.done.changed += counts.changed
        self.done.same += counts.same
        return refused

    def _add(self, work: UnitOfWork, line: FeedLine) -> str:
        profile_id = Profiles(work, self.by, self.why).add(
            line.ins,
            line.traits,
            state=self.state.value,
            email=line.email,
            telephone=line.telephone,
            card=line.card,
            language=line.language,
            is_new=True,
        )
        if line.email:  # told at the pace of the workers
            work.tasks.add(TaskKind.LIVE, profile_id)
        return profile_id

    def _attach(
        self, work: UnitOfWork, profile_id: str, before: str | None, number: str
    ) -> None:
        Profiles(work, self.by, self.why).record(
            profile_id, ATTACHED, before, number, stands=True
        )

    def _change(
        self, work: UnitOfWork, profile_id: str, state: str, line: FeedLine
    ) -> bool:
        """Change what differs; tell whether something did."""
        if state in _PASSED:
            return False
        mine = Profiles(work, self.by, self.why)
        try:
            profile = mine.hold(profile_id)
        except UnavailableError:  # its key was destroyed
            return False
        if profile is None:
            return False
        differs = False
        if _identity(profile) != (line.ins, line.traits):
            mine.set_identity(profile, line.ins, line.traits)
            differs = True
        # As long as it says nothing, what it said last holds.
        if line.attached_to:
            attached = mine.standing(profile_id).get(ATTACHED)
            if line.attached_to != attached:
                self._attach(work, profile_id, attached, line.attached_to)
                differs = True
        if state not in _OURS_TO_CHANGE:
            return differs
        for name in ("email", "telephone", "card"):
            said = getattr(line, name)
            now = mine.hold(profile_id)
            if now is not None and said and said != getattr(now, name):
                mine.set_contact(now, name, said)
                differs = True
        return differs


def _identity(profile: Profile) -> tuple[Ins, IdentityTraits]:
    return profile.ins, profile.traits
