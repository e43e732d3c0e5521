"""The patient of the tests, others like it, and how they get a profile."""

from __future__ import annotations

from gateway.core.ins import Ins, control_key
from gateway.core.person import IdentityTraits
from gateway.store.base.work import Database
from gateway.store.patients.profiles import Profiles

MATRICULE = "279035121518989"
TEST_RANGE = "1.2.250.1.213.1.4.10"
INS = Ins.of(MATRICULE, TEST_RANGE)
TRAITS = IdentityTraits(
    family="PAT-TROIS",
    given_names="DOMINIQUE MARIE-LOUISE",
    first_given="DOMINIQUE",
    birth_date="19790328",
    sex="F",
    birth_place="63220",
)


def matricule(number: int) -> str:
    """Return a matricule that nobody has, with its key."""
    body = f"2790351{number:06d}"
    return body + control_key(body)


def open_profile(
    database: Database,
    *,
    ins: Ins = INS,
    traits: IdentityTraits = TRAITS,
    state: str = "ACTIVATED",
    email: str = "d@courriel.example",
) -> str:
    """Open a profile, by default the patient's; return its id."""
    with database.write() as work:
        return Profiles(work).add(ins, traits, state=state, email=email)
