"""By which names a sender is blocked, and in whose name it replaces a document."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from attrs import evolve

from gateway.core.envelope import Door, Sender, SenderKind
from gateway.core.person import Participant, Structure
from gateway.dmp_bridge.filing.sender_names import (
    all_names,
    answering_for,
    proven_names,
    sender_of,
)
from gateway.rights.author_rules import author_is_verified
from gateway.rights.filing_facts import CertificateHolder, SenderIdentity
from gateway.store.arrivals.arrivals import ArrivalState, KeptArrival
from gateway.store.patients.profiles import ProfileRights
from tests.rights.facts import AUTHOR, DOCTOR, HOSPITAL, OPERATOR, SENDER

PATH, FROM = "Service@hopital.mssante.test", "dr.martin@hopital.mssante.test"
ADDRESS = PATH.lower()
NOBODY: frozenset[str] = frozenset()
KEPT = KeptArrival(
    id="a" * 32,
    message_id="one@hopital.mssante.test",
    door=Door.SUBMISSION,
    state=ArrivalState.RECEIVED,
    received_at=datetime(2026, 11, 28, tzinfo=UTC),
    sender=Sender(kind=SenderKind.ORGANISATION, identity=HOSPITAL),
    reverse_path=PATH,
    ret="",
    envid="",
    size=1,
    blob_id="b",
    key_id="c",
    recipients=(),
)
PERSON = SenderIdentity(
    kind=CertificateHolder.PERSON, address="dr@h.test", persons=frozenset({DOCTOR})
)
PATIENT = Participant(identifier="279035121518989", is_patient=True)


def rights(
    blocked: frozenset[str] = NOBODY, secret: frozenset[str] = NOBODY
) -> ProfileRights:
    return ProfileRights(blocked=blocked, oppositions=(), secret_senders=secret)


def test_where_a_person_works_replaces_and_verifies_nothing_for_them() -> None:
    """The pages say in which situation somebody signed in; no certificate does."""
    at_work = Sender(kind=SenderKind.PERSON, identity=DOCTOR, structure=HOSPITAL)
    colleague = evolve(AUTHOR, identifier="899700000025")
    assert colleague.structure is not None

    sender = sender_of(evolve(KEPT, sender=at_work), FROM, rights())

    assert colleague.structure.identifier == HOSPITAL
    assert (sender.structures, sender.persons) == (NOBODY, frozenset({DOCTOR}))
    assert proven_names(sender, (colleague,)) == {DOCTOR}
    assert not author_is_verified(sender, (colleague,))
    assert answering_for(at_work, (colleague,)) == ""


@pytest.mark.parametrize(
    ("kind", "identity", "holder", "structures", "persons"),
    [
        (
            SenderKind.ORGANISATION,
            HOSPITAL,
            CertificateHolder.STRUCTURE,
            {HOSPITAL},
            NOBODY,
        ),
        (SenderKind.PERSON, DOCTOR, CertificateHolder.PERSON, NOBODY, {DOCTOR}),
        (
            SenderKind.OPERATOR,
            "300000000000022",
            CertificateHolder.OPERATOR,
            NOBODY,
            NOBODY,
        ),
        (SenderKind.SYSTEM, "", CertificateHolder.OPERATOR, NOBODY, NOBODY),
        (SenderKind.ORGANISATION, "", CertificateHolder.STRUCTURE, NOBODY, NOBODY),
        (SenderKind.PERSON, "", CertificateHolder.PERSON, NOBODY, NOBODY),
    ],
)
def test_a_sender_is_who_its_certificate_says(
    kind: SenderKind,
    identity: str,
    holder: CertificateHolder,
    structures: set[str],
    persons: set[str],
) -> None:
    kept = evolve(KEPT, sender=Sender(kind=kind, identity=identity))

    assert sender_of(kept, FROM, rights()) == SenderIdentity(
        kind=holder,
        identity=identity,
        address=ADDRESS,
        structures=frozenset(structures),
        persons=frozenset(persons),
    )


@pytest.mark.parametrize(
    ("named", "address"),
    [
        (rights(), ADDRESS),
        (rights(blocked=frozenset({FROM})), FROM),
        (rights(secret=frozenset({FROM})), FROM),
        (rights(blocked=frozenset({ADDRESS})), ADDRESS),
    ],
)
def test_the_address_is_the_envelopes_unless_the_patient_named_that_of_from(
    named: ProfileRights, address: str
) -> None:
    assert sender_of(KEPT, FROM, named).address == address


def test_an_employee_of_no_structure_files_under_nobody() -> None:
    """Neither for an author of no structure, nor for one of a structure without id."""
    nameless = evolve(AUTHOR, structure=Structure(identifier="", name=""))
    employee = Sender(kind=SenderKind.EMPLOYEE, identity="375/1", structure="")

    assert answering_for(employee, (nameless, evolve(AUTHOR, structure=None))) == ""


def test_every_name_counts_in_lower_case() -> None:
    corsican = evolve(AUTHOR, identifier="02A9912345")

    assert all_names(SENDER, (corsican, PATIENT)) == {
        "chirurgie@hopital.mssante.test",
        HOSPITAL,
        "02a9912345",
    }
    assert all_names(PERSON, ()) == {"dr@h.test", DOCTOR}
    assert all_names(evolve(PERSON, address=""), ()) == {DOCTOR}


def test_a_document_is_replaced_in_the_name_that_the_certificate_proves() -> None:
    stranger = evolve(AUTHOR, identifier="800000000001", structure=None)

    assert proven_names(SENDER, (stranger,)) == {HOSPITAL}
    assert proven_names(PERSON, (stranger,)) == {DOCTOR}
    assert proven_names(OPERATOR, (stranger, AUTHOR, PATIENT)) == {
        "800000000001",
        DOCTOR,
        HOSPITAL,
    }
    assert proven_names(OPERATOR, (evolve(stranger, identifier=""),)) == frozenset()
