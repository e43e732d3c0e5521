"""What an administrator changes: masked, blocked, told, traced, and taken back."""

from __future__ import annotations

from typing import cast

import pytest
from attrs import evolve
from sqlalchemy import select

from gateway.core.document import Visibility
from gateway.core.habilitation import MatrixColumn
from gateway.core.reading import ReadingWay
from gateway.core.texts.notices import NoticeKind
from gateway.dmp_bridge.administering import ActingProfessional, Administering
from gateway.dmp_bridge.masking import MaskingVault
from gateway.dmp_bridge.reading.gathering import relation_of
from gateway.errors import NotFoundError
from gateway.node.vaults import open_vaults
from gateway.rights.administrator_rules import AdministratorFault
from gateway.rights.professional_viewing_rules import ProfessionalReader
from gateway.rights.reading_rules import Relation
from gateway.store.base.work import Database
from gateway.store.journal import Action, chain_of
from gateway.store.patients.administrators import Administrators
from gateway.store.patients.profiles import Profiles
from gateway.store.tables import notices
from tests.builders_people import open_profile
from tests.builders_settings import make_settings
from tests.dmp_bridge.reading.readers import DOCTOR as READS
from tests.fakes import SetClock
from tests.web.mail import file

DOCTOR, OTHER = "801234567897", "899700000001"
READER = ProfessionalReader(
    way=ReadingWay.TEAM,
    relation=Relation.ADMINISTRATOR,
    column=MatrixColumn.DOCTOR,
    identifiers=frozenset({DOCTOR}),
)
WHO = ActingProfessional(
    identity=DOCTOR, name="Dr Claire MARTIN", reader=READER, asked=True
)


@pytest.fixture
def patient(database: Database) -> str:
    return open_profile(database)


@pytest.fixture
def document(database: Database, patient: str) -> str:
    return file(database, patient, b"<a/>")


def name(database: Database, patient: str) -> None:
    with database.write() as work:
        Administrators(work, patient).name(DOCTOR, "Dr Claire MARTIN")


def mask(
    database: Database,
    patient: str,
    *ids: str,
    who: ActingProfessional = WHO,
) -> AdministratorFault | None:
    cast("SetClock", database.clock).advance(seconds=1)
    with database.write() as work:
        return administering(database).mask(work, patient, who, ids)


def block(
    database: Database, patient: str, identity: str, who: ActingProfessional = WHO
) -> AdministratorFault | None:
    cast("SetClock", database.clock).advance(seconds=1)
    with database.write() as work:
        return administering(database).block(work, patient, who, identity, "Dr X")


def administering(database: Database) -> Administering:
    return Administering(open_vaults(database), make_settings())


def flags(database: Database, document: str) -> frozenset[Visibility]:
    with database.read() as work:
        found = open_vaults(database).within(work).get(document)
    assert found is not None
    return found.flags


def told(database: Database, patient: str) -> list[str]:
    with database.read() as work:
        query = select(notices.c.kind).where(notices.c.profile_id == patient)
        return list(work.connection.execute(query).scalars())


def test_b7_35_the_administrator_masks_anothers_document_traced_told_and_undone(
    database: Database, patient: str, document: str
) -> None:
    name(database, patient)

    assert mask(database, patient, document) is None

    assert flags(database, document) == {Visibility.MASKED}
    assert told(database, patient) == [NoticeKind.ADMINISTERED]
    with database.read() as work:
        lines = [work.journal.opened(one) for one in work.journal.about([document])]
        fact = Profiles(work).changes(patient)[-1]
    line = next(one for one in lines if one.action == Action.DOCUMENT_MASKED)
    assert line.detail["who"] == "professional"
    assert line.detail["person"] == "Dr Claire MARTIN"
    assert (fact.what, fact.who, fact.by) == ("mask", "professional", WHO.name)

    with database.write() as work:
        vault = MaskingVault(open_vaults(database))
        vault.change(work, patient, [document], masks=False)
    assert flags(database, document) == frozenset()


def test_what_is_masked_already_tells_nobody_anything(
    database: Database, patient: str, document: str
) -> None:
    name(database, patient)
    mask(database, patient, document)

    assert mask(database, patient, document) is None

    with database.read() as work:
        facts = [one.what for one in Profiles(work).changes(patient)]
    assert facts.count("mask") == 1


@pytest.mark.parametrize(
    ("named", "who", "fault"),
    [
        (False, WHO, AdministratorFault.NOT_NAMED),
        (True, evolve(WHO, asked=False), AdministratorFault.NOT_ASKED),
        (True, evolve(WHO, identity=OTHER), AdministratorFault.NOT_NAMED),
    ],
)
def test_nobody_else_masks_or_blocks_and_nothing_is_done(
    database: Database,
    patient: str,
    document: str,
    named: bool,
    who: ActingProfessional,
    fault: AdministratorFault,
) -> None:
    if named:
        name(database, patient)

    assert mask(database, patient, document, who=who) is fault
    assert block(database, patient, "1750803447", who) is fault

    assert flags(database, document) == frozenset()
    assert told(database, patient) == []
    with database.read() as work:
        assert Profiles(work).rights(patient).blocked == frozenset()


def test_an_ended_administrator_changes_nothing_more(
    database: Database, patient: str, document: str
) -> None:
    name(database, patient)
    with database.write() as work:
        Administrators(work, patient).end(DOCTOR)

    assert mask(database, patient, document) is AdministratorFault.NOT_NAMED


def test_what_the_professional_does_not_see_is_not_there_to_be_masked(
    database: Database, patient: str, document: str
) -> None:
    name(database, patient)
    nobody = evolve(
        READER, column=MatrixColumn.SOCIAL_ADMINISTRATION, identifiers=frozenset({"0"})
    )

    with pytest.raises(NotFoundError):
        mask(database, patient, document, who=evolve(WHO, reader=nobody))
    with pytest.raises(NotFoundError):
        mask(database, patient, document, "0" * 32)

    assert flags(database, document) == frozenset()


def test_the_administrator_blocks_somebody_which_is_traced_and_told(
    database: Database, patient: str
) -> None:
    name(database, patient)

    assert block(database, patient, "1750803447") is None
    assert block(database, patient, "1750803447") is None
    assert block(database, patient, DOCTOR) is AdministratorFault.ONESELF

    assert told(database, patient) == [NoticeKind.ADMINISTERED]
    with database.read() as work:
        assert Profiles(work).rights(patient).blocked == {"1750803447"}
        facts = [one for one in Profiles(work).changes(patient) if one.what == "block"]
        lines = list(work.journal.lines(chain_of(patient)))
    assert [(one.who, one.by) for one in facts] == [("professional", WHO.name)]
    assert WHO.name not in str([one.kept for one in lines])


def test_a_reading_is_as_the_administrator_while_the_patient_says_so(
    database: Database, patient: str
) -> None:
    def relation() -> Relation:
        with database.read() as work:
            return relation_of(work, READS, patient, None)

    assert relation() is Relation.NONE
    with database.write() as work:
        Administrators(work, patient).name(OTHER, "Dr Paul DURAND")
        Administrators(work, patient).name(READS.national_id, WHO.name)
    assert relation() is Relation.ADMINISTRATOR

    with database.write() as work:
        Administrators(work, patient).end(READS.national_id)
    assert relation() is Relation.NONE
