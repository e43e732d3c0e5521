"""The letters of the measurements: all different, and letters like any other."""

from __future__ import annotations

import pytest

from gateway.core.ins import has_valid_key
from gateway.dmp_bridge.filing.opening import Opener
from gateway.measuring.letters import Letter, LetterWriter, matricules


def opened(letter: Letter) -> tuple[str, str, str]:
    """Return the uniqueId, the setId and the patient of the one document in it."""
    (found,) = Opener().open(letter.head + letter.tail).documents
    assert found.error == ""
    assert found.document is not None
    ins = found.document.patient.ins
    assert ins is not None
    return found.unique_id, found.document.set_id, ins.matricule


@pytest.mark.parametrize("size", [0, 30_000, 76_000])
@pytest.mark.parametrize("filler", [0, 5_000])
def test_every_letter_can_be_opened_and_has_identifiers_of_its_own(
    size: int, filler: int
) -> None:
    writer = LetterWriter(document_bytes=size, filler_bytes=filler)
    patients = matricules(3)

    letters = writer.write_many(6, patients)

    found = [opened(letter) for letter in letters]
    assert len({unique for unique, _, _ in found}) == 6
    assert len({of_set for _, of_set, _ in found}) == 6
    assert [patient for _, _, patient in found] == patients * 2
    assert len({letter.message_id for letter in letters}) == 6


def test_the_document_has_the_size_that_was_asked() -> None:
    size = LetterWriter(document_bytes=76_000).document_bytes

    assert 75_000 <= size <= 76_000


def test_patients_have_a_valid_key() -> None:
    assert all(has_valid_key(one) for one in matricules(50))
