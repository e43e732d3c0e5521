"""What senders say of informing the patient stands once, for a whole structure."""

from __future__ import annotations

from datetime import date

import pytest

from gateway.core.actors import Means, Who
from gateway.core.envelope import Sender, SenderKind
from gateway.core.informing import InformedBy, PatientInformed
from gateway.dmp_bridge.filing.informing import teller_of
from gateway.documents.cda.header import read_cda
from gateway.store.base.work import Database
from gateway.store.patients.decisions import Decisions
from gateway.store.patients.informed import Informed, InformedPatients
from gateway.store.patients.profiles import Profiles
from tests.builders_cda import SET, make_cda
from tests.builders_mail import as_xdm, make_mail, pack
from tests.dmp_bridge.filing.story import DOCTOR, HOSPITAL, OPERATOR, STRUCTURE, Story

BY_TELEPHONE = PatientInformed(
    by=InformedBy.TELEPHONE, on=date(2026, 3, 20), teller="Mme Accueil"
)


def mail(said: PatientInformed | None, number: int = 1) -> bytes:
    content = make_cda(unique_id=(f"{SET}.{number}", ""), set_id=f"1.2.{number}")
    return make_mail(as_xdm(pack(content, informed=said)))


def standing(story: Story) -> list[Informed]:
    with story.database.read() as work:
        return InformedPatients(work, story.profile_id).all


def test_what_a_sender_declares_stands_once_for_its_structure(
    database: Database,
) -> None:
    story = Story.begin(database)

    before = story.send(mail(None, 1)).documents
    first = story.send(mail(BY_TELEPHONE, 2)).documents
    with_another = PatientInformed(by=InformedBy.ARRIVAL)
    again = story.send(mail(with_another, 3)).documents
    unsaid = story.send(mail(None, 4)).documents

    assert [one.informed for one in (*before, *first, *again, *unsaid)] == [
        False,
        True,
        True,
        True,
    ]
    (one,) = standing(story)
    assert (one.teller.number, one.how) == (STRUCTURE, BY_TELEPHONE)
    assert one.teller.name
    with story.database.read() as work:
        facts = [
            each
            for each in Profiles(work).changes(story.profile_id)
            if each.what == "informed"
        ]
    (fact,) = facts
    assert (fact.who, fact.means) == (Who.PROFESSIONAL, Means.MAIL)
    assert fact.after["teller"] == "Mme Accueil"


@pytest.mark.parametrize(
    "said",
    [
        PatientInformed(by=InformedBy.POSTER),
        PatientInformed(by=InformedBy.MESSAGE, on=date(2099, 1, 1)),
    ],
    ids=["poster", "to come"],
)
def test_what_is_not_enough_is_filed_all_the_same_and_stands_for_nothing(
    database: Database, said: PatientInformed
) -> None:
    story = Story.begin(database)

    told = story.send(mail(said))

    assert (told.outcome, [one.informed for one in told.documents]) == (
        "FILED",
        [False],
    )
    assert standing(story) == []


@pytest.mark.parametrize(
    "flag", ["INVISIBLE_PATIENT", "INVISIBLE_REPRESENTANTS_LEGAUX"]
)
def test_with_a_hidden_document_nothing_tells_who_filed_it(
    database: Database, flag: str
) -> None:
    story = Story.begin(database)
    hidden = make_cda()

    told = story.send(
        make_mail(as_xdm(pack(hidden, flags=[flag], informed=BY_TELEPHONE)))
    )

    assert [one.informed for one in told.documents] == [True]
    assert standing(story) == []


def test_what_is_refused_declares_nothing(database: Database) -> None:
    story = Story.begin(database)
    with database.write() as work:
        Decisions(work).block(story.profile_id, STRUCTURE)

    told = story.send(mail(BY_TELEPHONE))

    assert told.documents[0].informed is False
    assert standing(story) == []


def test_who_tells_is_the_structure_the_certificate_proves() -> None:
    authors = read_cda(make_cda()).authors
    employee = Sender(kind=SenderKind.EMPLOYEE, identity="5", structure=STRUCTURE)

    names = {one.structure.name for one in authors if one.structure}
    assert {teller_of(HOSPITAL, authors).name} == names
    assert teller_of(employee, authors).number == STRUCTURE
    assert teller_of(OPERATOR, authors).number == STRUCTURE
    assert teller_of(DOCTOR, authors).number == DOCTOR.identity
    assert teller_of(DOCTOR, ()).name == ""
    assert teller_of(OPERATOR, ()).number == ""
