"""Spaces made from a feed of people: what is new, and what differs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

from attrs import define, field, frozen
from sqlalchemy import select

from gateway.core.ins import Ins
from gateway.core.person import IdentityTraits
from gateway.errors import UnavailableError
from gateway.rights.profile import ProfileState
from gateway.store.base.work import Database, UnitOfWork
from gateway.store.patients.delegations import ATTACHED
from gateway.store.patients.feed import FeedLine, RefusedLine
from gateway.store.patients.profiles import Profile, Profiles
from gateway.store.sealed.digest_keys import Label
from gateway.store.tables import profiles
from gateway.store.tasks.tasks import TaskKind

BATCH: Final = 500
"""Lines of one transaction: what was read before a fault is kept, and passed again."""

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
        counts = Imported()
        with self.database.write() as work:
            work.hold_digests()
            by_digest: dict[str, FeedLine] = {}
            newest: dict[str, str] = {}
            for line in lines:
                digests = work.digests(Label.INS, line.ins.matricule)
                newest.update(dict.fromkeys(digests, digests[0]))
                by_digest[digests[0]] = line
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
