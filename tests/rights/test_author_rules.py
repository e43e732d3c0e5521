"""Row 14: one author is known, or of the structure that sends."""

from __future__ import annotations

import pytest
from attrs import evolve

from gateway.core.person import Participant, Structure
from gateway.core.reasons import Reason
from gateway.rights.author_rules import (
    is_person_id,
    is_structure_id,
    responsible,
)
from gateway.rights.filing_facts import CertificateHolder, SenderIdentity
from gateway.rights.filing_rules import decide_filing
from tests.rights.facts import (
    AUTHOR,
    DOCTOR,
    GOOD,
    HOSPITAL,
    OPERATOR,
    SENDER,
    with_document,
)

PERSONS = [
    ("an ADELI", "0759912345", True),
    ("an ADELI of Corsica", "02A9912345", True),
    ("an ADELI too short", "075991234", False),
    ("an ADELI too long", "07599123456", False),
    ("an RPPS", "801234567897", True),
    ("an RPPS too short", "80123456789", False),
    ("an RPPS too long", "8012345678970", False),
    ("in an ADELI practice", "1759912345/7", True),
    ("in a FINESS", "3750803447/AGENT-7", True),
    ("in a FINESS of Corsica", "32A0000123/AGENT-7", True),
    ("in a SIREN", "4123456789/7", True),
    ("in a SIREN too short", "412345678/7", False),
    ("in a SIRET", "512345678900011/7", True),
    ("in a SIRET too short", "51234567890001/7", False),
    ("in an RPPS practice", "680123456789/7", True),
    ("in an RPPS practice with a long rank", "680123456789701/7", True),
    ("in an RPPS practice too long", "6801234567897012/7", False),
    ("in a FINESS, without a number", "3750803447/", False),
    ("in a FINESS, with a space", "3750803447/A 7", False),
    ("with a number of 64 signs", "3750803447/" + "7" * 64, True),
    ("with a number of 65 signs", "3750803447/" + "7" * 65, False),
    ("of a kind unknown", "7123456789/7", False),
    ("nothing", "", False),
]


@pytest.mark.parametrize(
    ("identifier", "is_one"), [pytest.param(*row[1:], id=row[0]) for row in PERSONS]
)
def test_the_shapes_of_a_persons_identifier(identifier: str, is_one: bool) -> None:
    assert is_person_id(identifier) is is_one


STRUCTURES = [
    ("an ADELI practice", "0759912345", True),
    ("an ADELI practice with a long rank", "0759912345000", True),
    ("an ADELI practice too long", "07599123450000", False),
    ("a FINESS", "1750803447", True),
    ("a FINESS of Corsica", "12A0000123", True),
    ("a FINESS too long", "17508034470", False),
    ("a SIREN", "2123456789", True),
    ("a SIREN with a letter", "212345678A", False),
    ("a SIRET", "312345678900011", True),
    ("a SIRET too short", "31234567890001", False),
    ("an RPPS practice", "480123456789", True),
    ("an RPPS practice with a long rank", "480123456789701", True),
    ("an RPPS practice too long", "4801234567897012", False),
    ("of a kind unknown", "5123456789", False),
    ("nothing", "", False),
]


@pytest.mark.parametrize(
    ("identifier", "is_one"), [pytest.param(*row[1:], id=row[0]) for row in STRUCTURES]
)
def test_the_shapes_of_a_structures_identifier(identifier: str, is_one: bool) -> None:
    assert is_structure_id(identifier) is is_one


AUTHORS = [
    ("rpps", evolve(AUTHOR), True),
    ("no-structure", evolve(AUTHOR, structure=None), True),
    ("adeli", evolve(AUTHOR, identifier="0759912345"), True),
    ("inside-a-finess", evolve(AUTHOR, identifier="3750803447/AGENT-7"), True),
    (
        "device",
        evolve(AUTHOR, identifier="578435954900010/1.2.250.1.1", is_device=True),
        True,
    ),
    (
        "referenced-service",
        Participant(
            root="1.2.250.1.999.1",
            identifier="app-1",
            is_device=True,
            structure=Structure(identifier="123456789"),
        ),
        True,
    ),
    (
        "service-without-siren",
        Participant(root="1.2.250.1.999.1", identifier="app-1", is_device=True),
        False,
    ),
    (
        "service-without-name",
        Participant(
            root="1.2.250.1.999.1",
            is_device=True,
            structure=Structure(identifier="123456789"),
        ),
        False,
    ),
    (
        "service-of-nobody",
        Participant(
            identifier="app-1",
            is_device=True,
            structure=Structure(identifier="123456789"),
        ),
        False,
    ),
    ("corsica", evolve(AUTHOR, structure=Structure(identifier="12A0000123")), True),
    ("odd-structure", evolve(AUTHOR, structure=Structure(identifier="9")), False),
    ("no-id", evolve(AUTHOR, identifier=""), False),
    ("short-rpps", evolve(AUTHOR, identifier="80123"), False),
    ("finess-without-person", evolve(AUTHOR, identifier="3750803447"), False),
]


@pytest.mark.parametrize(
    ("author", "passes"),
    [pytest.param(author, passes, id=name) for name, author, passes in AUTHORS],
)
def test_an_author_sent_by_an_operator_is_well_formed(
    author: Participant, passes: bool
) -> None:
    facts = evolve(GOOD, sender=OPERATOR, **with_document(authors=(author,)))

    assert decide_filing(facts).file == passes


def test_one_author_of_the_sending_structure_is_enough() -> None:
    stranger = evolve(
        AUTHOR, identifier="800000000001", structure=Structure(identifier="1330000001")
    )

    facts = evolve(GOOD, **with_document(authors=(stranger, AUTHOR)))

    assert decide_filing(facts).file


def test_a_missing_structure_does_not_match_a_sender_without_one() -> None:
    nobody = SenderIdentity(kind=CertificateHolder.STRUCTURE, address="x@h.test")
    author = evolve(AUTHOR, structure=None, identifier="")
    facts = evolve(GOOD, sender=nobody, **with_document(authors=(author,)))

    assert decide_filing(facts).code is Reason.AUTHOR_UNVERIFIED


# An employee files under the responsibility of a professional of the same structure.

CARD = SenderIdentity(
    kind=CertificateHolder.EMPLOYEE,
    address="secretariat@hopital.mssante.test",
    identity="3750803447/CPET0002",
    structures=frozenset({HOSPITAL}),
)
ELSEWHERE = Structure(identifier="1330000001")
RESPONSIBLE = [
    ("an RPPS of the structure", (AUTHOR,), DOCTOR),
    ("an ADELI", (evolve(AUTHOR, identifier="0759912345"),), "0759912345"),
    ("of another structure", (evolve(AUTHOR, structure=ELSEWHERE),), ""),
    ("of no structure", (evolve(AUTHOR, structure=None),), ""),
    ("the employee", (evolve(AUTHOR, identifier="3750803447/CPET0002"),), ""),
    ("another employee", (evolve(AUTHOR, identifier="3750803447/AGENT-7"),), ""),
    ("an RPPS too short", (evolve(AUTHOR, identifier="80123456789"),), ""),
    ("an RPPS too long", (evolve(AUTHOR, identifier="8012345678970"),), ""),
    ("without a number", (evolve(AUTHOR, identifier=""),), ""),
    ("a device", (evolve(AUTHOR, is_device=True),), ""),
    ("the patient", (evolve(AUTHOR, is_patient=True),), ""),
    ("nobody", (), ""),
    (
        "the second of two",
        (evolve(AUTHOR, identifier="800000000001", structure=ELSEWHERE), AUTHOR),
        DOCTOR,
    ),
    (
        "the first of two",
        (AUTHOR, evolve(AUTHOR, identifier="800000000001")),
        DOCTOR,
    ),
]


@pytest.mark.parametrize(
    ("authors", "number"), [pytest.param(*row[1:], id=row[0]) for row in RESPONSIBLE]
)
def test_an_employee_files_under_a_professional_of_the_structure_or_not_at_all(
    authors: tuple[Participant, ...], number: str
) -> None:
    found = responsible(CARD, authors)

    assert (found.identifier if found else "") == number
    decision = decide_filing(
        evolve(GOOD, sender=CARD, **with_document(authors=authors))
    )
    assert decision.file is bool(number)
    if not number:
        assert decision.code is Reason.AUTHOR_UNVERIFIED


@pytest.mark.parametrize("structures", [frozenset[str](), frozenset({"1330000001"})])
def test_an_employee_of_another_structure_or_none_files_nothing(
    structures: frozenset[str],
) -> None:
    card = evolve(CARD, structures=structures)

    assert responsible(card, (AUTHOR,)) is None
    assert not decide_filing(evolve(GOOD, sender=card)).file


@pytest.mark.parametrize("sender", [SENDER, OPERATOR])
def test_who_is_no_employee_answers_for_itself(sender: SenderIdentity) -> None:
    assert responsible(sender, (AUTHOR,)) is None
    assert decide_filing(evolve(GOOD, sender=sender)).file
