"""Every published CDA, sent by another operator, and what it becomes."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.core.person import Patient
from gateway.documents.cda.header import read_cda
from gateway.store.base.work import Database
from gateway.store.patients.profiles import Profiles
from tests.builders_mail import as_xdm, as_xml, make_mail, pack
from tests.builders_people import INS, open_profile
from tests.dmp_bridge.filing.story import OPERATOR, Story, traits
from tests.shared import shared_files

# Another birth place than elsewhere in our tests. All that is not listed is FILED.
HOLDER = traits(birth_place="51215")
EXPECTED = {
    # They replace documents that are not among the examples.
    "CNAM-HR_2021.01_sans-info": "REPLACED_PARENT_UNKNOWN",
    "IMG_CR_IMG_2024.01_CDA-R2-Niveau-1": "REPLACED_PARENT_UNKNOWN",
    # A wrong key under a real authority is no INS.
    "CSE-CS8_2024.01": "PATIENT_MISMATCH",
    "CSE-MDE_2023.01": "PATIENT_MISMATCH",
    # Two examples share this patient's number, not the first given name.
    "eDISP-MED_2024.01": "TRAITS_MISMATCH",
}


@pytest.mark.parametrize("pack_it", [True, False], ids=["packed", "attached"])
def test_every_published_document(pack_it: bool, database: Database) -> None:
    files = shared_files("cda", "*.xml")
    if not files:
        pytest.skip("third-party samples are not here: ../shared/data/cda")
    story = Story.begin(database, traits=HOLDER)

    outcomes = {file.stem: _send(story, file, pack_it=pack_it) for file in files}

    assert outcomes == {file.stem: EXPECTED.get(file.stem, "FILED") for file in files}


def _send(story: Story, file: Path, *, pack_it: bool) -> str:
    """Send to the patient the document names, and read back what was filed."""
    content = file.read_bytes()
    document = read_cda(content)
    recipient = story.to_patient(_profile(story, document.patient))
    mail = make_mail(as_xdm(pack(content)) if pack_it else as_xml(content))

    told = story.send(mail, sender=OPERATOR, recipients=(recipient,))

    if told.documents[0].entry_id:
        assert story.read(document.unique_id).content == content
    return told.outcome


def _profile(story: Story, patient: Patient) -> str:
    """Return the profile of a patient, with the traits of their first document."""
    ins = patient.ins or INS
    with story.database.read() as work:
        known = Profiles(work).find(ins.matricule)
    if known is not None:
        return known.id
    return open_profile(story.database, ins=ins, traits=patient.traits)
