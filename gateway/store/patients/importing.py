"""Spaces made from a feed of people: what is new, and what differs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

from attrs import define, field, frozen
from sqlalchemy import select

from gateway.core.ins import Ins
from gateway.core.person import IdentityTraits
from gateway.errors import UnavailableError
from gateway.garbage import no_garbage_sought
from gateway.rights.profile import ProfileState
from gateway.store.base.work import Database, SetAside, UnitOfWork
from gateway.store.patients.delegations import ATTACHED
from gateway.store.patients.feed import FeedLine, RefusedLine
from gateway.store.patients.profiles import Profile, Profiles
from gateway.store.sealed.digest_keys import Label
from gateway.store.tables import profiles
from gateway.store.tasks.tasks import TaskKind

BATCH: Final = 5000
"""
Lines read and sealed together; their new spaces are one transaction. What was read
before a fault is kept, and passed again.

Ids and digests come by chance, so a new space touches a dozen pages of the indexes
that no other of the batch touches as long as that is small: in a database of 300,000
patients 500 lines write 115 KiB each to the disk, 5000 lines half of that. A letter
waits about a second: what takes longer, to seal, is done before.
"""

_LOOKED_AT: Final = 500
"""Known patients of one transaction; each is read and opened while it is held."""

_OURS_TO_CHANGE: Final = frozenset(
    {ProfileState.ANNOUNCED, ProfileState.OPEN_NOT_ACTIVATED}
)
"""Until a space is activated the feed says how to reach the patient; then they do."""

_PASSED: Final = frozenset(
    {ProfileState.OPPOSED, ProfileState.DELETED, ProfileState.DELETION_REQUESTED}
)
"""What the patient wanted to end is not written to again."""


@define
class Imported:
    """How many lines there were, and what became of them."""

    read: int = 0
    added: int = 0
    changed: int = 0
    same: int = 0
    refused: int = 0


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
            refused += filter(None, map(self._again, taken))
            again = {one.number for one in refused}
            if taken := [one for one in taken if one.number not in again]:
                with no_garbage_sought():
                    self._take(taken)
            self.done.refused += len(refused)
            yield from sorted(refused, key=lambda one: one.number)

    done: Imported = field(factory=Imported, init=False)

    _seen: dict[int, int] = field(factory=dict, init=False, repr=False)
    """The line of each number; both as integers, 50 MB of half a million."""

    def _again(self, line: FeedLine) -> RefusedLine | None:
        """Refuse a line whose number stands in one above; that one is taken."""
        before = self._seen.setdefault(int(line.ins.matricule, 36), line.number)
        if before == line.number:
            return None
        return RefusedLine(line.number, f"the number of line {before} again")

    def _take(self, lines: Sequence[FeedLine]) -> None:
        with self.database.read() as work:
            known = self._known(work, lines)
            new = [one for one in lines if one.number not in known]
            attached = self._add(work, new)
            made = work.set_aside()
        if new:
            known |= self._write(new, made, attached)
        there = [one for one in lines if one.number in known]
        for at in range(0, len(there), _LOOKED_AT):
            self._look_at(there[at : at + _LOOKED_AT], known)

    def _known(
        self, work: UnitOfWork, lines: Sequence[FeedLine]
    ) -> dict[int, tuple[str, str]]:
        """Return (id, state) of those who have a space, by the numbers of lines."""
        numbers = {
            digest: line.number
            for line in lines
            for digest in work.digests(Label.INS, line.ins.matricule)
        }
        columns = profiles.c
        found = work.connection.execute(
            select(columns.ins_digest, columns.id, columns.state).where(
                columns.ins_digest.in_(list(numbers))
            )
        )
        return {numbers[row.ins_digest]: (row.id, row.state) for row in found}

    def _write(
        self, lines: Sequence[FeedLine], made: SetAside, attached: Mapping[str, str]
    ) -> dict[int, tuple[str, str]]:
        """
        Write new spaces: as they were made, if that still holds; else made again.

        Return who has one meanwhile.
        """
        with self.database.write() as work:
            work.hold_digests()
            known = self._known(work, lines)
            if known or not work.take_over(made):
                new = [one for one in lines if one.number not in known]
                attached = self._add(work, new)
            if attached:
                work.write_rows()
            for profile_id, number in attached.items():
                self._attach(work, profile_id, None, number)
        self.done.added += len(lines) - len(known)
        return known

    def _look_at(
        self, lines: Sequence[FeedLine], known: Mapping[int, tuple[str, str]]
    ) -> None:
        """Change what differs of those who have a space, in one transaction."""
        with self.database.write() as work:
            changed = sum(
                self._change(work, *known[line.number], line) for line in lines
            )
        self.done.changed += changed
        self.done.same += len(lines) - changed

    def _add(self, work: UnitOfWork, lines: Iterable[FeedLine]) -> dict[str, str]:
        """Make spaces; return the number each is attached to, by the space's id."""
        mine, attached = Profiles(work, self.by, self.why), {}
        for line in lines:
            profile_id = mine.add(
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
            if line.attached_to:
                attached[profile_id] = line.attached_to
        return attached

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
        if profile is None or profile.state in _PASSED:
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
        if profile.state not in _OURS_TO_CHANGE:
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
