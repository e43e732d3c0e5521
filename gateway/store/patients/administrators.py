"""Who administers a patient's profile: named and ended by dated facts that stand."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

from attrs import field, frozen

from gateway.core.actors import PATIENT, Actor, actor_of
from gateway.store.base.work import UnitOfWork
from gateway.store.patients.profiles import Profiles

ADMINISTRATOR: Final = "administrator"
"""The word of the fact; what it is about is the national number."""

_PLACE: Final = f"{ADMINISTRATOR}:"
"""What stands before the number of a professional (`Fact.place`)."""


@frozen(kw_only=True)
class Administrator:
    """A professional by the national number, as they were called when named."""

    identity: str = field(repr=False)
    name: str = field(repr=False)
    since: datetime


@frozen
class Administrators:
    """
    The administrators of one patient, within one transaction.

    Whoever is one now is so for every decision that names the version of the settings.
    """

    work: UnitOfWork
    profile_id: str
    by: Actor = field(default=PATIENT, converter=actor_of)
    """Who names or ends them: a command's name, or nothing for a page's."""
    why: str = field(default="", repr=False)

    @property
    def all(self) -> list[Administrator]:
        """Those who stand, the first named first."""
        standing = Profiles(self.work).standing(self.profile_id)
        found = [
            Administrator(
                identity=place.removeprefix(_PLACE),
                name=said["name"],
                since=datetime.fromisoformat(said["since"]),
            )
            for place, said in standing.items()
            if place.startswith(_PLACE)
        ]
        return sorted(found, key=lambda one: (one.since, one.identity))

    def among(self, identities: Collection[str]) -> Administrator | None:
        """Return the one whom some identifiers of a professional name, or None."""
        return next((one for one in self.all if one.identity in identities), None)

    def name(self, identity: str, called: str) -> bool:
        """Name a professional; False where they are named already: nothing is done."""
        if self.among({identity}) is not None:
            return False
        said = {"name": called, "since": self.work.now.isoformat()}
        self._record(identity, None, said)
        return True

    def end(self, identity: str) -> Administrator | None:
        """End what somebody may as administrator; return who it was, or None."""
        found = self.among({identity})
        if found is not None:
            said = {"name": found.name, "since": found.since.isoformat()}
            self._record(identity, said, None)
        return found

    def _record(
        self, identity: str, before: dict[str, str] | None, after: dict[str, str] | None
    ) -> None:
        Profiles(self.work, self.by, self.why).record(
            self.profile_id, ADMINISTRATOR, before, after, about=identity, stands=True
        )
