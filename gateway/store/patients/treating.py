"""The treating doctor (médecin traitant), as the patient or the operator named them."""

from __future__ import annotations

from typing import Final

from attrs import asdict, field, frozen

from gateway.core.actors import PATIENT, Actor
from gateway.store.base.work import UnitOfWork
from gateway.store.patients.profiles import Profiles

FACT: Final = "treating"
"""The standing fact; there is one at most."""


@frozen(kw_only=True)
class NamedDoctor:
    """A professional by IDNPS, as they were called when they were named."""

    identity: str = field(repr=False)
    name: str = field(repr=False)
    place: str = field(default="", repr=False)


def treating_doctor(work: UnitOfWork, profile_id: str) -> NamedDoctor | None:
    """Return who is named as the treating doctor now, or None."""
    said = Profiles(work).standing(profile_id).get(FACT)
    return NamedDoctor(**said) if said else None


def name_treating(
    work: UnitOfWork,
    profile_id: str,
    doctor: NamedDoctor | None,
    by: Actor | str = PATIENT,
    why: str = "",
) -> bool:
    """
    Name the treating doctor, or nobody, as a dated fact; False where nothing changes.
    """
    before = treating_doctor(work, profile_id)
    if before == doctor:
        return False
    Profiles(work, by, why).record(
        profile_id,
        FACT,
        asdict(before) if before else None,
        asdict(doctor) if doctor else None,
        stands=True,
    )
    return True
