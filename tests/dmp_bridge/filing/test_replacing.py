"""Documents that name what they replace before that came: vault and facts together."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

from gateway.core.document import Availability, BodyLevel
from gateway.dmp_bridge.filing.document_facts import document_facts
from gateway.dmp_bridge.filing.found import FoundDocument
from gateway.dmp_bridge.filing.sender_names import sender_of
from gateway.dmp_bridge.vaults.vault import Deposit
from gateway.documents.cda.header import read_cda
from gateway.rights.filing_facts import DocumentFacts, Ownership, StoredVersion
from tests.builders_cda import SET, make_cda
from tests.builders_xdm import make_entry
from tests.dmp_bridge.filing.test_gathering import NO_RIGHTS, PROFILE
from tests.dmp_bridge.filing.test_sender_names import KEPT
from tests.dmp_bridge.vaults.in_memory import InMemoryVault

LETTER = read_cda(make_cda())
WRITTEN = datetime(2026, 10, 16, 12, 30, tzinfo=UTC)
LATER = f"{SET}.2"


def vault_with(*deposits: Deposit) -> InMemoryVault:
    vault = InMemoryVault(lambda: WRITTEN, frozenset({PROFILE.id, "c" * 32}))
    for deposit in deposits:
        vault.file(deposit)
    return vault


def later(unique_id: str = LATER, profile_id: str = PROFILE.id, **who: str) -> Deposit:
    """Return a document that names the letter as what it replaces."""
    return Deposit(
        profile_id=profile_id,
        submission_id="b" * 32,
        entry=make_entry(unique_id=unique_id, entry_uuid=uuid4().urn),
        content=b"<letter/>",
        sha256=unique_id,
        set_id="",
        version=7,
        body_level=BodyLevel.N1,
        structures=(who.get("structure", KEPT.sender.identity),),
        names=LETTER.unique_id,
    )


def facts(vault: InMemoryVault) -> DocumentFacts:
    return document_facts(
        LETTER,
        FoundDocument(document=LETTER, sha256="0" * 64),
        sender=sender_of(KEPT, "", NO_RIGHTS),
        profile=PROFILE,
        rights=NO_RIGHTS,
        vault=vault,
        came_at=WRITTEN,
    )


def test_what_named_a_document_before_it_came_is_known() -> None:
    assert facts(vault_with(later())).successors == (
        StoredVersion(
            unique_id=LATER,
            set_id="",
            version=7,
            body_level=BodyLevel.N1,
            availability=Availability.APPROVED,
            ownership=Ownership.SAME,
        ),
    )


def test_what_another_author_or_patient_says_to_replace_is_told_apart() -> None:
    vault = vault_with(
        later(structure="1750000029"), later("1.2.3", profile_id="c" * 32)
    )

    assert [(one.unique_id, one.ownership) for one in facts(vault).successors] == [
        (LATER, Ownership.OTHER)
    ]


def test_nothing_named_a_document_that_is_the_first() -> None:
    assert facts(vault_with()).successors == ()
