"""What a patient is told of documents, by the rules of visibility; no database."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from attrs import evolve, field, frozen

from gateway.core.codes import VISIBILITY, coded
from gateway.core.document import AuthorEntry, BodyLevel, Visibility
from gateway.dmp_bridge.vaults.vault import Deposit
from gateway.web.patient.document_cards import DocumentCard, SeenDocuments
from tests.builders_xdm import make_entry
from tests.dmp_bridge.vaults.in_memory import InMemoryVault
from tests.fakes import SetClock

MASKED, HIDDEN = Visibility.MASKED, Visibility.HIDDEN_FROM_PATIENT
REPRESENTATIVES = Visibility.HIDDEN_FROM_REPRESENTATIVES


@frozen
class Shelf:
    """A vault with two patients."""

    clock: SetClock = field(factory=SetClock)
    vault: InMemoryVault = field(init=False)

    @vault.default
    def _empty(self) -> InMemoryVault:
        return InMemoryVault(self.clock, frozenset({"patient", "other"}))

    def put(
        self,
        unique_id: str = "1",
        *,
        patient: str = "patient",
        flags: Sequence[Visibility] = (),
        arrival_id: str = "a",
        days: int = 0,
        deprecates: Sequence[str] = (),
        **entry: Any,
    ) -> str:
        """File a document, shown after some days if it is hidden; return its id."""
        made = make_entry(unique_id=unique_id, entry_uuid=uuid4().urn, **entry)
        codes = tuple(coded(VISIBILITY, flag.value) for flag in flags)
        deposit = Deposit(
            profile_id=patient,
            arrival_id=arrival_id,
            submission_id="b",
            entry=evolve(made, confidentiality=(*made.confidentiality, *codes)),
            content=b"",
            sha256=hashlib.sha256(unique_id.encode()).hexdigest(),
            body_level=BodyLevel.N1,
            visible_at=self.clock.now + timedelta(days=days) if days else None,
            deprecates=tuple(deprecates),
        )
        self.vault.file(deposit)
        return deposit.entry_id

    def seen(self, patient: str = "patient") -> SeenDocuments:
        return SeenDocuments(self.vault, patient, self.clock())

    def card(self, **changes: Any) -> DocumentCard:
        """Return the card of a document filed with these changes."""
        document = self.seen().find(self.put(**changes))
        assert document is not None
        return self.seen().card(document)


def names(seen: SeenDocuments, *, replaced: bool = False) -> list[str]:
    return [one.unique_id for one in seen.listed(50, replaced=replaced)]


def test_the_last_filed_is_first_and_what_is_replaced_comes_on_request() -> None:
    shelf = Shelf()
    shelf.put("1")
    shelf.put("2", deprecates=["1"])
    shelf.put("3")

    assert names(shelf.seen()) == ["3", "2"]
    assert names(shelf.seen(), replaced=True) == ["3", "2", "1"]


def test_what_is_hidden_is_nowhere_until_its_day() -> None:
    shelf = Shelf()
    hidden = shelf.put(flags=[HIDDEN], days=30)

    before = shelf.seen()
    assert (names(before), before.find(hidden), before.brought_by(["a"])) == (
        [],
        None,
        {},
    )

    shelf.clock.advance(days=30)
    after = shelf.seen()
    assert names(after) == ["1"]
    assert after.find(hidden) is not None
    assert [one.id for one in after.brought_by(["a"])["a"]] == [hidden]


def test_what_is_withdrawn_is_nowhere() -> None:
    shelf = Shelf()
    document_id = shelf.put()
    document = shelf.vault.get(document_id)
    assert document is not None
    shelf.vault.withdraw(document)

    assert names(shelf.seen(), replaced=True) == []
    assert shelf.seen().find(document_id) is None


def test_another_patients_document_is_nowhere() -> None:
    shelf = Shelf()
    document_id = shelf.put(patient="other")

    assert shelf.seen().find(document_id) is None
    assert (names(shelf.seen()), shelf.seen().brought_by(["a"])) == ([], {})
    assert shelf.seen("other").find(document_id) is not None


@pytest.mark.parametrize(
    ("flags", "masked"), [([MASKED], True), ([REPRESENTATIVES], False), ([], False)]
)
def test_the_card_says_what_professionals_do_not_see(
    flags: list[Visibility], *, masked: bool
) -> None:
    assert Shelf().card(flags=flags).is_masked is masked


def test_the_card_says_who_wrote_it_and_where() -> None:
    doctor = AuthorEntry(
        person="801^MARTIN^CLAIRE^^^Dr^^^&1.2&ISO^D^^^IDNPS",
        institution="Hôpital^^^^^&1.2&ISO^IDNST^^^1",
    )
    nurse = AuthorEntry(person="802^LE GALL^Anne-Lise^^^^^^&1.2&ISO^D^^^IDNPS")

    card = Shelf().card(authors=(doctor, nurse, doctor))

    assert card.authors == ("Dr Claire MARTIN", "Anne-Lise LE GALL")
    assert card.structure == "Hôpital"


def test_a_document_without_a_title_is_named_by_its_type() -> None:
    card = Shelf().card(title="")

    assert card.title == card.type == "Lettre de liaison"


@pytest.mark.parametrize(
    ("person", "arrival_id", "own"),
    [
        ("279035121518989^PAT-TROIS^DOMINIQUE^^^^^^&1.2&ISO^L^^^NH", "", True),
        ("279035121518989^PAT-TROIS^DOMINIQUE^^^^^^&1.2&ISO^L^^^NH", "a", False),
        ("801^MARTIN^CLAIRE^^^Dr^^^&1.2&ISO^D^^^IDNPS", "", False),
    ],
)
def test_a_document_is_the_patients_own_if_no_message_brought_it(
    person: str, arrival_id: str, *, own: bool
) -> None:
    authors = (AuthorEntry(person=person),)

    assert Shelf().card(authors=authors, arrival_id=arrival_id).is_own is own


def test_a_document_is_new_until_it_is_read() -> None:
    shelf = Shelf()
    document_id = shelf.put()
    before = shelf.seen().brought_by(["a"]).get("a", [])
    shelf.vault.mark_read(document_id)
    after = shelf.seen().brought_by(["a"]).get("a", [])

    assert [one.is_new for one in (*before, *after)] == [True, False]
