"""Every example document goes the whole way, by another operator, and back bit for bit.

The examples published with the CI-SIS are third-party files that may be absent; ours
are always there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from gateway.core.document import ClinicalDocument
from gateway.documents.cda.header import read_cda
from tests.journeys.clients import PATIENT, patient_address
from tests.journeys.running import Gateway, running
from tests.shared import shared, shared_files

pytestmark = pytest.mark.journey

OURS = sorted(
    (Path(__file__).resolve().parents[1] / "samples" / "cda").glob("*.xml"),
    key=lambda path: path.stem,
)
PUBLISHED = shared_files("cda", "*.xml")

EXPECTED = {
    "discharge_letter_v2.xml": "REPLACED",
    # They replace a document that nobody has sent here.
    "CNAM-HR_2021.01_sans-info.xml": "REPLACED_PARENT_UNKNOWN",
    "IMG_CR_IMG_2024.01_CDA-R2-Niveau-1.xml": "REPLACED_PARENT_UNKNOWN",
    # The same INS as in another example, with other given names.
    "eDISP-MED_2024.01.xml": "TRAITS_MISMATCH",
    # No INS at all: for somebody else, as far as anyone can tell.
    "CSE-CS8_2024.01.xml": "PATIENT_MISMATCH",
    "CSE-MDE_2023.01.xml": "PATIENT_MISMATCH",
}
"""What becomes of those that are not simply filed."""


def read(path: Path) -> ClinicalDocument:
    return read_cda(path.read_bytes())


def holder_of(document: ClinicalDocument) -> str:
    """Return the matricule of the patient a document says it is for."""
    return document.patient.ins.matricule if document.patient.ins else PATIENT


def open_profiles(gateway: Gateway, paths: Sequence[Path]) -> None:
    """Open a profile for every patient of the documents, by the first one's traits."""
    known = {PATIENT}
    for document in map(read, paths):
        ins, traits = document.patient.ins, document.patient.traits
        if ins is None or ins.matricule in known:
            continue
        known.add(ins.matricule)
        birth = traits.birth_date
        gateway.run(
            "patient add",
            *("--ins", ins.matricule, "--oid", ins.authority.value),
            *("--family", traits.family, "--given", traits.given_names),
            *("--birth-date", f"{birth[:4]}-{birth[4:6]}-{birth[6:]}"),
            *("--sex", traits.sex, "--birth-place", traits.birth_place),
        )


def send(gateway: Gateway, to: str, paths: Sequence[Path]) -> str:
    """Send documents in one message as the other operator; return the Message-ID."""
    said = gateway.run_bytes(
        *("send", "--as", "peer", "--to", patient_address(to)),
        *("--document", *map(str, paths)),
    )
    return said.decode().splitlines()[-1]


def outcomes(gateway: Gateway, message_id: str) -> dict[str, str]:
    """Return uniqueId → outcome of the documents of a message."""
    documents = gateway.story(message_id, seconds=90)["documents"]
    return {one["uniqueId"]: one["outcome"] for one in documents}


def is_set_aside(path: Path) -> bool:
    return EXPECTED.get(path.name) == "TRAITS_MISMATCH"


@pytest.fixture(scope="module")
def another(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A second gateway, where none of the documents is known yet."""
    with running(tmp_path_factory.mktemp("another") / "folder") as made:
        yield made


@pytest.mark.parametrize("paths", [OURS, PUBLISHED], ids=["ours", "published"])
def test_each_document_in_a_message_of_its_own(
    gateway: Gateway, paths: list[Path]
) -> None:
    if not paths:
        shared("cda")
    open_profiles(gateway, paths)

    sent = [(path, send(gateway, holder_of(read(path)), [path])) for path in paths]

    found = {path.name: outcomes(gateway, message_id) for path, message_id in sent}
    assert found == {
        path.name: {read(path).unique_id: EXPECTED.get(path.name, "FILED")}
        for path in paths
    }
    check_bytes(gateway, paths)


@pytest.mark.parametrize("paths", [OURS, PUBLISHED], ids=["ours", "published"])
def test_all_of_a_patients_documents_in_one_message(
    another: Gateway, paths: list[Path]
) -> None:
    if not paths:
        shared("cda")
    open_profiles(another, paths)
    by_holder: dict[str, list[Path]] = defaultdict(list)
    for path in paths:
        if read(path).patient.ins:  # without one it takes its whole message along
            by_holder[holder_of(read(path))].append(path)

    for holder, brought in by_holder.items():
        together = [one for one in brought if not is_set_aside(one)]
        if together != brought:  # what may be somebody else's takes all along, too
            found = outcomes(another, send(another, holder, brought))
            assert found == {
                read(path).unique_id: "TRAITS_MISMATCH" for path in brought
            }

        found = outcomes(another, send(another, holder, together))

        assert found == {
            read(path).unique_id: EXPECTED.get(path.name, "FILED") for path in together
        }
        check_bytes(another, together)


def check_bytes(gateway: Gateway, paths: Sequence[Path]) -> None:
    """Read back what was filed, as it was."""
    for path in paths:
        if not EXPECTED.get(path.name, "FILED").startswith(("FILED", "REPLACED")):
            continue
        content = gateway.run_bytes("vault get", read(path).unique_id)
        assert content == path.read_bytes(), path.name
