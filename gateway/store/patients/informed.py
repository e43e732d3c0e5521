"""Which structures declared that they told a patient of the filing of documents."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from attrs import field, frozen

from gateway.core.actors import Actor, Means, Who
from gateway.core.informing import InformedBy, PatientInformed
from gateway.rights.author_rules import is_person_id
from gateway.store.base.work import UnitOfWork
from gateway.store.patients.profiles import Profiles

WHAT: Final = "informed"
"""The word of the fact."""

_PLACE: Final = f"{WHAT}:"
"""What stands before the number of a structure (`Fact.place`)."""


@frozen(kw_only=True)
class InformingStructure:
    """
    The structure that declares it, by its proven or believed number, and its name.

    A professional on their own account is one as well (``is_person``).
    """

    number: str
    name: str = field(default="", repr=False)
    is_person: bool = False


@frozen(kw_only=True)
class Informed:
    """A declaration that stands: by which structure, how, and when it was made."""

    teller: InformingStructure
    how: PatientInformed
    declared_at: datetime


@frozen
class InformedPatients:
    """The declarations of one patient's structures, within one transaction."""

    work: UnitOfWork
    profile_id: str

    def by(self, *numbers: str) -> Informed | None:
        """
        Return what a structure declared, or None; of several numbers the first's.

        In any case of letters; a number that is empty declared nothing.
        """
        standing = self._standing()
        named = (one.lower() for one in numbers if one)
        place = next((one for one in named if f"{_PLACE}{one}" in standing), None)
        if place is None:
            return None
        return read_informed(place, standing[f"{_PLACE}{place}"])

    @property
    def all(self) -> list[Informed]:
        """All that stands, the newest declaration first."""
        found = [
            read_informed(place.removeprefix(_PLACE), said)
            for place, said in self._standing().items()
            if place.startswith(_PLACE)
        ]
        return sorted(found, key=lambda one: one.declared_at, reverse=True)

    def _standing(self) -> Mapping[str, Any]:
        return Profiles(self.work).standing(self.profile_id)

    def declare(
        self,
        teller: InformingStructure,
        how: PatientInformed,
        means: Means = Means.MAIL,
        at: datetime | None = None,
    ) -> None:
        """
        Keep that a structure declares it, by some means: a dated fact, for its team.

        ``at`` is when it was declared, which may be before it is kept; None: now.
        """
        actor = Actor(Who.PROFESSIONAL, means, teller.name or teller.number)
        said = {
            "name": teller.name,
            "is_person": teller.is_person,
            "by": how.by.value,
            "on": how.on.isoformat() if how.on else "",
            "teller": how.teller,
            "at": (at or self.work.now).isoformat(),
        }
        Profiles(self.work, actor).record(
            self.profile_id, WHAT, None, said, about=teller.number, stands=True
        )


def read_informed(number: str, said: Mapping[str, Any]) -> Informed:
    """Return what a fact about a number says (`declare`)."""
    # An earlier version did not say it: the number tells, as far as numbers do.
    is_person = said.get("is_person", is_person_id(number.upper()))
    return Informed(
        teller=InformingStructure(
            number=number, name=said["name"], is_person=is_person
        ),
        how=PatientInformed(
            by=InformedBy(said["by"]),
            on=date.fromisoformat(said["on"]) if said["on"] else None,
            teller=said["teller"],
        ),
        declared_at=datetime.fromisoformat(said["at"]),
    )
