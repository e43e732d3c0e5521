"""Finding the patient somebody wants to read of: exactly, and never several."""

from __future__ import annotations

from gateway.core.ins import has_valid_key
from gateway.rights.reading_request import WantedPatient
from gateway.rights.reading_rules import Found
from gateway.store.base.work import UnitOfWork
from gateway.store.patients.profiles import Profiles
from gateway.store.patients.traits import WantedTraits, ids_by_traits, is_named
from gateway.store.patients.values import Profile


def find_patient(
    work: UnitOfWork, wanted: WantedPatient
) -> tuple[Profile | None, Found]:
    """
    Return the patient that is looked for, and by what they were found.

    By names one alone: of two who are called the same nobody is found, for whoever
    looks must not choose between strangers.
    """
    profiles = Profiles(work)
    if not wanted.by_names:
        matricule = "".join(wanted.matricule.split()).upper()
        profile = profiles.find_open(matricule=matricule)
        is_number = profile is not None or has_valid_key(matricule)
        return profile, wanted.found if is_number else Found.NOBODY
    traits = WantedTraits(
        family=wanted.family, given=wanted.given, birth_date=wanted.birth_date
    )
    some = [profiles.find_open(profile_id=one) for one in ids_by_traits(work, traits)]
    named = [one for one in some if one is not None and is_named(one.traits, traits)]
    return (named[0], Found.TRAITS) if len(named) == 1 else (None, Found.NOBODY)
