"""Who represents whom, recorded by an operator who saw a proof."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from gateway.cli import patient
from gateway.cli.operators import operator_name
from gateway.core.texts.notices import NoticeKind
from gateway.errors import ConflictError, GatewayError, MisuseError, NotFoundError
from gateway.rights.delegation_rules import Capacity, DelegationState
from gateway.settings.file import read_settings
from gateway.store.base.work import Database
from gateway.store.patients.delegations import Delegation, Delegations
from gateway.store.patients.profiles import Profiles
from gateway.store.tables import notices
from tests.builders_people import matricule
from tests.cli.conftest import Run
from tests.cli.test_patient import ADD, INS

CHILD, OTHER, ELDER = matricule(7), matricule(8), matricule(9)
PROOF = ("--proof", "jugement du 3 mars 2026, n° 26/00123")


def person(number: str, born: str, email: str) -> tuple[str, ...]:
    said = list(ADD)
    for name, value in (("--ins", number), ("--birth-date", born)):
        said[said.index(name) + 1] = value
    if "--email" in said:
        said[said.index("--email") + 1] = email
        return tuple(said)
    return (*said, "--email", email)


@pytest.fixture
def family(run: Run) -> None:
    run(patient, "add", *person(INS, "1979-03-28", "a@courriel.example"))
    run(patient, "add", *person(OTHER, "1978-04-12", "b@courriel.example"))
    child = person(CHILD, "2015-06-12", "a@courriel.example")
    run(patient, "add", *child, "--state", "ANNOUNCED")
    run(patient, "add", *person(ELDER, "1940-01-01", "c@courriel.example"))


def of(config: Path, number: str) -> tuple[list[Delegation], str, dict[str, str]]:
    """Return by whom somebody is represented, their state, and the last fact of it."""
    database = Database.open(read_settings(config))
    with database.read() as work:
        known = Profiles(work).find(number)
        assert known is not None
        found = list(Delegations(work).of_holder(known.id))
        facts = [
            one for one in Profiles(work).changes(known.id) if one.what == "represented"
        ]
        said = {**facts[-1].after, "by": facts[-1].by} if facts else {}
    database.close()
    return found, known.state, said


def told(config: Path) -> list[str]:
    database = Database.open(read_settings(config))
    with database.read() as work:
        rows = work.connection.execute(select(notices.c.profile_id, notices.c.kind))
        found = [row.profile_id for row in rows if row.kind == NoticeKind.PEOPLE]
    database.close()
    return found


@pytest.mark.usefixtures("family")
def test_a_proof_opens_the_space_without_the_other_parent_and_ends_it(
    run: Run, config: Path
) -> None:
    assert run(patient, "represent", CHILD, "--by", INS, *PROOF) == 0
    assert run(patient, "represent", CHILD, "--by", OTHER, *PROOF) == 0

    found, state, said = of(config, CHILD)
    assert state == "ACTIVATED"
    assert [one.state for one in found] == [DelegationState.ACCEPTED] * 2
    assert {one.capacity for one in found} == {Capacity.REPRESENTATIVE}
    assert said["proof"] == PROOF[1]
    assert (said["basis"], said["by"]) == ("proof", operator_name())
    assert said["until"] == "2033-06-11"
    # The child, each of the two, and the first of the second.
    assert len(told(config)) >= 3

    with pytest.raises(ConflictError, match="already"):
        run(patient, "represent", CHILD, "--by", INS, *PROOF)
    assert run(patient, "represent", CHILD, "--by", INS, *PROOF, "--end") == 0
    states = {one.state for one in of(config, CHILD)[0]}
    assert states == {DelegationState.ACCEPTED, DelegationState.ENDED}
    with pytest.raises(NotFoundError):
        run(patient, "represent", CHILD, "--by", INS, *PROOF, "--end")


@pytest.mark.usefixtures("family")
def test_who_is_in_charge_of_an_adult_is_recorded_until_a_day(
    run: Run, config: Path
) -> None:
    with pytest.raises(MisuseError, match="until"):
        run(patient, "represent", ELDER, "--by", INS, *PROOF)

    done = run(
        patient, "represent", ELDER, "--by", INS, *PROOF, "--until", "2099-12-31"
    )

    assert done == 0
    (one,) = of(config, ELDER)[0]
    assert (one.capacity, str(one.term.last)) == (Capacity.PROTECTOR, "2099-12-31")


@pytest.mark.parametrize(
    ("whom", "who", "more", "kind"),
    [
        (CHILD, CHILD, PROOF, ConflictError),
        (ELDER, CHILD, (*PROOF, "--until", "2099-12-31"), ConflictError),
        (CHILD, INS, (*PROOF, "--until", "2099-12-31"), MisuseError),
        (CHILD, INS, ("--proof", "  "), MisuseError),
        (CHILD, matricule(99), PROOF, NotFoundError),
        (matricule(99), INS, PROOF, NotFoundError),
    ],
)
@pytest.mark.usefixtures("family")
def test_what_no_proof_can_make_is_refused(
    run: Run,
    config: Path,
    whom: str,
    who: str,
    more: tuple[str, ...],
    kind: type[GatewayError],
) -> None:
    with pytest.raises(kind):
        run(patient, "represent", whom, "--by", who, *more)
    assert of(config, CHILD)[0] == []
