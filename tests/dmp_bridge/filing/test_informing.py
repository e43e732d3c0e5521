"""What senders say of informing the patient stands once, for a whole structure."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from gateway.core.actors import Means, Who
from gateway.core.envelope import Door, Sender, SenderKind
from gateway.core.informing import InformedBy, PatientInformed
from gateway.core.person import Participant, Structure
from gateway.dmp_bridge.filing.found import FoundDocument
from gateway.dmp_bridge.filing.informing import keep_informed, teller_of
from gateway.dmp_bridge.vaults.vault import Deposit
from gateway.documents.cda.header import read_cda
from gateway.reception.submission import Said
from gateway.store.arrivals.arrivals import KeptArrival
from gateway.store.base.work import Database
from gateway.store.patients.decisions import Decisions
from gateway.store.patients.informed import (
    Informed,
    InformedPatients,
    InformingStructure,
)
from gateway.store.patients.profiles import Profiles
from gateway.store.tables import directory_people
from tests.builders_cda import SET, make_cda
from tests.builders_directory import as_file, person, take
from tests.builders_mail import as_xdm, make_mail, pack
from tests.builders_xdm import make_entry
from tests.dmp_bridge.filing.story import DOCTOR, HOSPITAL, OPERATOR, STRUCTURE, Story
from tests.fakes import SetClock

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


HERSELF = Participant(
    identifier=DOCTOR.identity,
    prefix="Dr",
    given="CAMILLE",
    family="MARTIN",
    structure=Structure(identifier=STRUCTURE, name="Hôpital"),
)


def test_who_tells_is_the_structure_the_certificate_proves() -> None:
    authors = read_cda(make_cda()).authors
    employee = Sender(kind=SenderKind.EMPLOYEE, identity="5", structure=STRUCTURE)

    names = {one.structure.name for one in authors if one.structure}
    assert {teller_of(HOSPITAL, authors).name} == names
    assert teller_of(employee, authors).number == STRUCTURE
    assert teller_of(OPERATOR, authors).number == STRUCTURE
    assert teller_of(DOCTOR, authors).number == DOCTOR.identity
    at_work = evolve(DOCTOR, structure=STRUCTURE)
    assert teller_of(at_work, authors) == teller_of(HOSPITAL, authors)
    assert teller_of(DOCTOR, (HERSELF,)).name == "Dr Camille MARTIN"
    assert teller_of(DOCTOR, (HERSELF,)).is_person
    assert teller_of(DOCTOR, ()).is_person
    assert not teller_of(at_work, (HERSELF,)).is_person
    assert not teller_of(HOSPITAL, authors).is_person
    assert teller_of(DOCTOR, ()).name == ""
    assert teller_of(OPERATOR, ()).number == ""


NIGHT = datetime(2026, 11, 28, 23, 30, tzinfo=UTC)
"""In Paris it is the next day already."""


def arrived(
    story: Story,
    sender: Sender = HOSPITAL,
    *,
    door: Door = Door.SUBMISSION,
    at: datetime | None = None,
) -> KeptArrival:
    """Return what came in by a door, now unless it is said when."""
    return KeptArrival(
        id="1",
        message_id="1@hopital.mssante.test",
        door=door,
        state="received",
        received_at=at or story.database.clock(),
        sender=sender,
        reverse_path="service@hopital.mssante.test",
        ret="",
        envid="",
        size=1,
        blob_id="1",
        key_id="1",
        recipients=(),
    )


def kept(
    story: Story,
    said: PatientInformed | None,
    sender: Sender = HOSPITAL,
    *,
    door: Door = Door.SUBMISSION,
    at: datetime | None = None,
    **changes: Any,
) -> bool:
    """Keep what is said with the letter, whose facts are changed as asked."""
    document = evolve(read_cda(make_cda()), **changes)
    deposit = Deposit(
        profile_id=story.profile_id,
        submission_id="",
        entry=make_entry(),
        content=b"",
        sha256="",
        body_level=document.body_level,
    )
    found = FoundDocument(document=document, said=Said(informed=said))
    with story.database.write() as work:
        arrival = arrived(story, sender, door=door, at=at)
        return keep_informed(work, deposit, arrival, found)


@pytest.mark.parametrize(
    ("on", "ended", "in_time"),
    [
        (date(2026, 11, 28), NIGHT, True),
        (date(2026, 11, 29), NIGHT, True),
        (date(2026, 11, 30), NIGHT, False),
        (date(2026, 11, 30), NIGHT + timedelta(days=1), True),
        (date(2026, 11, 30), None, True),
        (None, NIGHT, True),
    ],
)
def test_what_is_said_after_the_care_is_none(
    database: Database,
    clock: SetClock,
    on: date | None,
    ended: datetime | None,
    in_time: bool,
) -> None:
    story = Story.begin(database)
    clock.now = NIGHT + timedelta(days=30)
    said = PatientInformed(by=InformedBy.ARRIVAL, on=on)

    assert kept(story, said, service_stop=ended) is in_time
    assert len(standing(story)) == in_time


@pytest.mark.parametrize(("day", "is_past"), [(28, True), (29, True), (30, False)])
def test_today_is_that_of_the_patients(
    database: Database, clock: SetClock, day: int, is_past: bool
) -> None:
    story = Story.begin(database)
    clock.now = NIGHT
    said = PatientInformed(by=InformedBy.ARRIVAL, on=date(2026, 11, day))

    assert kept(story, said, service_stop=None) is is_past


def test_what_does_not_count_is_none_of_a_structure_that_declared_before(
    database: Database,
) -> None:
    story = Story.begin(database)
    poster = PatientInformed(by=InformedBy.POSTER)

    assert not kept(story, poster)
    assert kept(story, BY_TELEPHONE, service_stop=None)
    assert kept(story, poster)


def test_who_has_no_number_tells_nobody(database: Database) -> None:
    story = Story.begin(database)

    assert not kept(story, BY_TELEPHONE, OPERATOR, authors=())
    assert standing(story) == []


PATIENT = Participant(
    identifier="27", is_patient=True, structure=Structure(identifier="9", name="Nine")
)
ALONE = Participant(identifier="8A", structure=Structure(identifier="", name="Cabinet"))
HOUSE = Participant(identifier="8B", structure=Structure(identifier="2A", name="House"))


@pytest.mark.parametrize(
    ("authors", "number", "name"),
    [
        ((PATIENT,), "", ""),
        ((ALONE,), "8a", ""),
        ((PATIENT, ALONE, HOUSE), "2a", "House"),
        ((Participant(identifier="8C"), ALONE), "8c", ""),
    ],
)
def test_an_operator_tells_for_the_structure_or_else_for_the_author(
    authors: tuple[Participant, ...], number: str, name: str
) -> None:
    teller = teller_of(OPERATOR, authors)

    assert (teller.number, teller.name) == (number, name)


def test_an_operators_author_without_a_structure_is_a_person_unless_a_device() -> None:
    device = evolve(ALONE, is_device=True)

    assert teller_of(OPERATOR, (ALONE,)).is_person
    assert not teller_of(OPERATOR, (device,)).is_person
    assert not teller_of(OPERATOR, (HOUSE,)).is_person
    assert not teller_of(OPERATOR, ()).is_person


OTHER = "1750000029"


@pytest.mark.parametrize(
    ("places", "number"),
    [
        ((STRUCTURE, OTHER), STRUCTURE),
        ((STRUCTURE.lower(),), STRUCTURE),
        ((OTHER,), DOCTOR.identity),
        ((), DOCTOR.identity),
    ],
)
def test_a_person_tells_for_the_structure_that_the_directory_knows_them_in(
    places: tuple[str, ...], number: str
) -> None:
    colleague = evolve(
        HERSELF, identifier="8B", structure=Structure(identifier=OTHER, name="Other")
    )

    teller = teller_of(DOCTOR, (colleague, HERSELF), places)

    assert teller.number == number
    assert teller.is_person is (number == DOCTOR.identity)


def test_what_a_person_declares_by_mail_is_for_where_the_directory_has_them(
    database: Database,
) -> None:
    story = Story.begin(database)
    unknown = kept(story, BY_TELEPHONE, DOCTOR, authors=(HERSELF,), service_stop=None)
    take(database, as_file([person(DOCTOR.identity, finess=STRUCTURE[1:])]))
    known = kept(story, BY_TELEPHONE, DOCTOR, authors=(HERSELF,), service_stop=None)
    team = kept(story, None, HOSPITAL)

    assert (unknown, known, team) == (True, True, True)
    assert {(one.teller.number, one.teller.is_person) for one in standing(story)} == {
        (STRUCTURE, False),
        (DOCTOR.identity, True),
    }


def test_a_row_of_the_directory_that_was_altered_gives_no_structure(
    database: Database,
) -> None:
    story = Story.begin(database)
    take(database, as_file([person(DOCTOR.identity, finess=STRUCTURE[1:])]))
    with database.engine.begin() as connection:
        connection.execute(directory_people.update().values(family="AUTRE"))

    assert kept(story, BY_TELEPHONE, DOCTOR, authors=(HERSELF,), service_stop=None)
    assert [one.teller.number for one in standing(story)] == [DOCTOR.identity]


def test_what_one_declared_in_their_own_name_counts_for_them_and_not_for_others(
    database: Database,
) -> None:
    story = Story.begin(database)
    at_work = evolve(DOCTOR, structure=STRUCTURE)
    with database.write() as work:
        own = InformingStructure(number=DOCTOR.identity, is_person=True)
        InformedPatients(work, story.profile_id).declare(own, BY_TELEPHONE)

    assert kept(story, None, at_work)
    assert not kept(story, None, HOSPITAL)
    assert len(standing(story)) == 1
    assert kept(story, PatientInformed(by=InformedBy.POSTER), at_work)
    assert len(standing(story)) == 1
    assert kept(story, BY_TELEPHONE, at_work, service_stop=None)
    assert kept(story, None, HOSPITAL)


def test_what_an_operators_own_structure_declared_is_not_of_those_it_sends_for(
    database: Database,
) -> None:
    story = Story.begin(database)
    with database.write() as work:
        hospital = InformingStructure(number=OPERATOR.identity)
        InformedPatients(work, story.profile_id).declare(hospital, BY_TELEPHONE)

    assert not kept(story, None, OPERATOR)


def test_it_is_declared_when_it_comes_in_however_late_it_is_filed(
    database: Database, clock: SetClock
) -> None:
    story = Story.begin(database)
    clock.now = NIGHT + timedelta(days=3)
    tomorrow = PatientInformed(by=InformedBy.MESSAGE, on=date(2026, 11, 30))
    undated = PatientInformed(by=InformedBy.MESSAGE)

    assert not kept(story, tomorrow, at=NIGHT, service_stop=None)
    assert kept(story, undated, at=NIGHT, service_stop=None)
    (one,) = standing(story)
    assert (one.how.on, one.declared_at) == (None, NIGHT)


@pytest.mark.parametrize(
    ("door", "means"),
    [
        (Door.OPERATOR, Means.MAIL),
        (Door.SUBMISSION, Means.MAIL),
        (Door.PROFESSIONAL, Means.PORTAL),
    ],
)
def test_the_fact_says_by_what_means_it_was_declared(
    database: Database, door: Door, means: Means
) -> None:
    story = Story.begin(database)

    assert kept(story, BY_TELEPHONE, door=door, service_stop=None)

    with story.database.read() as work:
        facts = Profiles(work).changes(story.profile_id)
    assert [one.means for one in facts if one.what == "informed"] == [means]


@pytest.mark.parametrize(
    ("number", "is_person"),
    [
        ("899700000017", True),
        ("02a1234567", True),
        ("3750000011/pat-7", True),
        ("1750000011", False),
        ("330781234500011", False),
    ],
)
def test_of_what_an_earlier_version_kept_the_number_tells_who_is_a_person(
    database: Database,
    number: str,
    is_person: bool,  # noqa: FBT001
) -> None:
    story = Story.begin(database)
    said = {"name": "", "by": "online", "on": "", "teller": "", "at": NIGHT.isoformat()}
    with database.write() as work:
        Profiles(work).record(
            story.profile_id, "informed", None, said, about=number, stands=True
        )

    assert [one.teller.is_person for one in standing(story)] == [is_person]


def test_the_name_is_that_of_the_same_number_alone() -> None:
    hospital = Sender(kind=SenderKind.ORGANISATION, identity="2A")
    upper = evolve(HOUSE, structure=Structure(identifier="2a", name="In small"))

    named, other = (
        teller_of(hospital, authors) for authors in ((ALONE, upper), (PATIENT, ALONE))
    )

    assert (named.number, named.name) == ("2a", "In small")
    assert (other.number, other.name) == ("2a", "")
