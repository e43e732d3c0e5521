"""Evidence names nobody, and every rule answers as it did."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.person import Participant, Structure
from gateway.evidence.arguments import filing_part
from gateway.evidence.form import to_json
from gateway.evidence.identity import (
    OTHERS,
    Addresses,
    filing_facts_of_nobody,
    number_of,
    opening_facts_of_nobody,
    sender_facts_of_nobody,
    stand_in,
)
from gateway.rights.filing_rules import decide_filing
from gateway.rights.opening_rules import (
    HeldMailbox,
    HoldingFacts,
    mailbox_to_open,
    refuse_opening,
)
from gateway.rights.sender_rules import (
    Link,
    LinkKind,
    SenderHeaders,
    decide_headers,
    decide_reverse_path,
    writes_as_patient,
)
from tests.properties.test_filing_rules import facts_of_all_kinds
from tests.rights.facts import AUTHOR, DOCTOR, GOOD, INS, OTHER_INS, with_document

ADDRESSES = [
    "",
    "dr@peer.test",
    "DR@peer.test",
    "other@peer.test",
    "x@elsewhere.test",
    "279035121518989@patient.test",
    "a@b@c",
    "mailer-daemon@host.peer.test",
]
addresses = st.sampled_from(ADDRESSES)
headers = st.builds(
    SenderHeaders,
    from_=st.lists(addresses, max_size=2).map(tuple),
    sender=st.lists(addresses, max_size=2).map(tuple),
    reply_to=st.lists(addresses, max_size=2).map(tuple),
)
domains = st.frozensets(
    st.sampled_from(["peer.test", "host.peer.test", "patient.test", "else.test"])
)
links = st.builds(
    Link,
    door=st.sampled_from(LinkKind),
    domains=domains,
    hosts=domains,
    mailboxes=st.frozensets(st.sampled_from(["dr@peer.test", "service@peer.test"])),
    trusted=domains,
)


@given(facts=facts_of_all_kinds())
def test_whatever_the_facts_the_rules_decide_the_same_without_the_people(
    facts: Any,
) -> None:
    assert decide_filing(filing_facts_of_nobody(facts)) == decide_filing(facts)


@given(link=links, path=addresses, said=headers)
def test_whoever_sends_the_rules_decide_the_same_without_the_names(
    link: Link, path: str, said: SenderHeaders
) -> None:
    other, unnamed, kept = sender_facts_of_nobody(link, path, said)

    assert decide_reverse_path(other, unnamed) == decide_reverse_path(link, path)
    assert decide_headers(other, unnamed, kept) == decide_headers(link, path, said)
    assert writes_as_patient(unnamed, kept, "patient.test") == writes_as_patient(
        path, said, "patient.test"
    )
    whole = f"{other!r}{unnamed}{kept!r}{sorted(other.mailboxes)}{kept.from_}"
    assert "279035121518989" not in whole
    assert "dr@" not in whole.lower()


@pytest.mark.parametrize("valid", [True, False])
@pytest.mark.parametrize("person", [0, 1, 96, 97, 999_999])
def test_a_stand_in_has_its_number_and_a_key_that_is_right_or_not(
    person: int, valid: bool
) -> None:
    made = stand_in(person, key_is_valid=valid)

    assert made.key_is_valid is valid
    assert number_of(made) == person


@pytest.mark.parametrize("person", [-1, 1_000_000])
def test_there_are_not_more_people_than_numbers(person: int) -> None:
    with pytest.raises(ValueError, match="more people"):
        stand_in(person, key_is_valid=True)


@pytest.mark.parametrize("ins", [INS, OTHER_INS])
def test_the_number_of_a_real_ins_is_not_read(ins: Any) -> None:
    with pytest.raises(ValueError, match="stands for itself"):
        number_of(ins)


def test_nothing_of_a_person_is_left_in_the_text_that_is_kept() -> None:
    patient = Participant(
        root="1.2", identifier=INS.matricule, family="PLANTED", is_patient=True
    )
    named = evolve(
        AUTHOR,
        family="PLANTEDNAME",
        given="PLANTEDGIVEN",
        prefix="Dr PLANTEDPREFIX",
        structure=Structure(identifier="1750803447", name="PLANTEDSTRUCTURE"),
    )
    document = with_document(
        authors=(patient, named),
        unique_id=f"1.2.3^{INS.matricule}",
        set_id=f"1.2.3^{INS.matricule[:13]}",
        ins=OTHER_INS,
    )
    facts = evolve(GOOD, **document)

    text = filing_part(facts, decide_filing(facts), place=(0, 0)).text()

    assert b"PLANTED" not in text
    for ins in (INS, OTHER_INS):
        assert ins.matricule[:13].encode() not in text
    assert DOCTOR.encode() in text
    assert text.count(b"1.2.3^(person)") >= 2


def test_addresses_keep_their_domain_and_what_makes_them_one() -> None:
    known = Addresses()

    said = [known.unnamed(one) for one in ("A@x.test", "b@x.test", "a@X.test", "", "?")]

    assert said == [
        "address-1@x.test",
        "address-2@x.test",
        "address-1@x.test",
        "",
        "(malformed 3)",
    ]


def test_what_a_set_holds_beside_what_was_asked_is_not_listed() -> None:
    link = Link(
        door=LinkKind.RELAY,
        domains=frozenset({"peer.test", "unasked.test"}),
        trusted=frozenset(),
    )

    kept, _, _ = sender_facts_of_nobody(link, "dr@peer.test", SenderHeaders(from_=()))

    assert kept.domains == {"peer.test", OTHERS}
    assert kept.trusted == frozenset()


MAILBOXES = st.builds(
    HeldMailbox,
    st.sampled_from([f"durand{one}@hopital.mssante.test" for one in range(5)]),
    st.sampled_from(["PER", "ORG", "APP"]),
)


@given(
    held=st.lists(MAILBOXES, max_size=6, unique_by=lambda one: one.address),
    asked=st.sampled_from(["", "durand1@hopital.mssante.test", "x@y.test"]),
    may_hold=st.booleans(),
)
def test_which_mailbox_opens_is_the_same_without_the_names_of_all_that_are_held(
    held: list[HeldMailbox], asked: str, may_hold: bool
) -> None:
    facts = HoldingFacts(may_hold=may_hold, asked=asked, held=tuple(held))

    kept = opening_facts_of_nobody(facts)

    assert refuse_opening(kept) is refuse_opening(facts)
    opened, again = mailbox_to_open(facts), mailbox_to_open(kept)
    assert (opened and opened.kind) == (again and again.kind)
    assert len(kept.held) <= 2
    assert "durand" not in repr(to_json(kept))
