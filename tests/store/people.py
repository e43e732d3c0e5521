"""A patient to store things for."""

from __future__ import annotations

from gateway.core.ins import Ins
from gateway.core.person import IdentityTraits
from gateway.store.base.work import Database
from gateway.store.patients.profiles import Profiles

INS = Ins.of("279035121518989", "1.2.250.1.213.1.4.10")
TRAITS = IdentityTraits(
    family="PAT-TROIS",
    given_names="DOMINIQUE",
    first_given="DOMINIQUE",
    birth_date="19790328",
    sex="F",
    birth_place="63220",
)


def open_profile(database: Database, *, email: str = "d@courriel.example") -> str:
    """Open the test patient's profile; return its id."""
    with database.write() as work:
        return Profiles(work).add(INS, TRAITS, state="ACTIVATED", email=email)
