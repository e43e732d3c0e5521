"""Which structures declared that they told a patient of the filing of documents."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from attrs import field, frozen

from gateway.core.actors import Actor, Means, Who
from gateway.core.informing import InformedBy, PatientInformed
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

    A professional on their own account is one as well.
    """

    number: str
    name: str = field(default="", repr=False)


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

    def by(self, number: str) -> Informed | None:
        """Return what a structure declared, or None."""
        said = self._standing().get(f"{_PLACE}{number}")
        return None if said is None else _informed(number, said)

    @property
    def all(self) -> list[Informed]:
        """All that stands, the newest declaration first."""
        found = [
            _informed(place.removeprefix(_PLACE), said)
            for place, said in self._standing().items()
            if place.startswith(_PLACE)
        ]
        return sorted(found, key=lambda one: one.declared_at, reverse=True)

    def _standing(self) -> Mapping[str, Any]:
        return Profiles(self.work).standing(self.profile_id)

    def declare(self, teller: InformingStructure, how: PatientInformed) -> None:
        """Keep that a structure declares it: a dated fact, for its whole team."""
        actor = Actor(Who.PROFESSIONAL, Means.MAIL, teller.name or teller.number)
        said = {
            "name": teller.name,
            "by": how.by.value,
            "on": how.on.isoformat() if how.on else "",
            "teller": how.teller,
            "at": self.work.now.isoformat(),
        }
        Profiles(self.work, actor).record(
            self.profile_id, WHAT, None, said, about=teller.number, stands=True
        )


def _informed(number: str, said: Mapping[str, Any]) -> Informed:
    return Informed(
        teller=InformingStructure(number=number, name=said["name"]),
        how=PatientInformed(
            by=InformedBy(said["by"]),
            on=date.fromisoformat(said["on"]) if said["on"] else None,
            teller=said["teller"],
        ),
        declared_at=datetime.fromisoformat(said["at"]),
    )
