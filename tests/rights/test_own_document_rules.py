"""Deleting documents for good: one's own, few at a time, all or none."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from gateway.core.document import AuthorEntry, Availability
from gateway.core.papers import PaperKind
from gateway.core.person import Coded
from gateway.core.vault import FiledDocument
from gateway.rights.own_document_rules import (
    MOST_ERASED,
    ErasureFacts,
    ErasureRefusal,
    decide_erasure,
    erasure_facts,
    is_own,
)
from tests.builders_xdm import DOCTOR, make_entry
from tests.rights.facts import FILED

OWN = ErasureFacts(is_mine=True, is_own=True, is_current=True)
FILED_BY_OTHERS = ErasureFacts(is_mine=True, is_own=False, is_current=True)
FOREIGN = ErasureFacts(is_mine=False, is_own=False, is_current=False)
PAPER = ErasureFacts(is_mine=True, is_own=True, is_current=True, is_paper=True)
GONE = ErasureFacts(is_mine=True, is_own=True, is_current=False)


@pytest.mark.parametrize(
    ("documents", "refusal"),
    [
        ([OWN], None),
        ([OWN] * MOST_ERASED, None),
        ([OWN] * (MOST_ERASED + 1), ErasureRefusal.TOO_MANY),
        ([], ErasureRefusal.NONE),
        ([FILED_BY_OTHERS], ErasureRefusal.NOT_OWN),
        ([OWN, FILED_BY_OTHERS], ErasureRefusal.NOT_OWN),
        ([OWN, FOREIGN], ErasureRefusal.NOT_OWN),
        ([GONE], ErasureRefusal.NOT_OWN),
        ([OWN, PAPER], ErasureRefusal.PAPER),
    ],
)
def test_only_own_documents_are_deleted_and_few_at_a_time(
    documents: list[ErasureFacts], refusal: ErasureRefusal | None
) -> None:
    assert decide_erasure(documents) is refusal


PATIENT = AuthorEntry(
    person="279035121518989^PAT-TROIS^DOMINIQUE^^^^^^&1.2.250.1.213.1.4.10&ISO^D^^^NH"
)
PROFESSIONAL = AuthorEntry(person=DOCTOR)
WRITTEN = make_entry(authors=(PATIENT,))


@pytest.mark.parametrize(
    ("authors", "arrival_id", "own"),
    [
        ((PATIENT,), "", True),
        ((PATIENT, PATIENT), "", True),
        ((PATIENT,), "a" * 32, False),
        ((PROFESSIONAL,), "", False),
        ((PATIENT, PROFESSIONAL), "", False),
        ((), "", False),
        ((AuthorEntry(person=f"{PATIENT.person}^more"),), "", False),
        ((AuthorEntry(person="279035121518989^PAT-TROIS"),), "", False),
    ],
)
def test_own_is_what_patients_wrote_and_no_mail_brought(
    authors: tuple[AuthorEntry, ...], arrival_id: str, own: bool
) -> None:
    document = evolve(FILED, arrival_id=arrival_id)

    assert is_own(document, make_entry(authors=authors)) is own


@pytest.mark.parametrize(
    ("changes", "facts"),
    [
        ({}, OWN),
        ({"arrival_id": "a" * 32}, FILED_BY_OTHERS),
        ({"profile_id": "f" * 32}, FOREIGN),
        *(
            ({"status": status}, GONE)
            for status in Availability
            if status is not Availability.APPROVED
        ),
    ],
)
def test_what_is_known_of_a_document_that_is_to_be_deleted(
    changes: dict[str, Any], facts: ErasureFacts
) -> None:
    document = evolve(FILED, **changes)

    assert erasure_facts(document, WRITTEN, FILED.profile_id) == facts


@pytest.mark.parametrize("kind", PaperKind)
def test_a_paper_is_known_by_its_type(kind: PaperKind) -> None:
    known = kind.document_type
    code = Coded(code=known.code, scheme=known.scheme, label=known.label)
    paper = evolve(WRITTEN, type_code=code)

    assert erasure_facts(FILED, paper, FILED.profile_id) == PAPER


@pytest.mark.parametrize("document", [None, FILED])
def test_of_what_cannot_be_found_nothing_is_known(
    document: FiledDocument | None,
) -> None:
    entry = WRITTEN if document is None else None

    assert erasure_facts(document, entry, FILED.profile_id) == FOREIGN
