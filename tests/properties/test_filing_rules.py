"""Whatever the facts, a filing decision is there, and it is coherent."""

from __future__ import annotations

from typing import Any

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.core.document import Availability, BodyLevel, Visibility
from gateway.core.reasons import Effect, Reason
from gateway.core.texts.outcomes import REASON_TEXTS
from gateway.rights.delivery_rules import decide_message
from gateway.rights.filing_facts import (
    Age,
    DocumentFacts,
    FilingFacts,
    FilingPolicy,
    NoDocument,
    NoIns,
    NoParent,
    NoWithdrawal,
    OppositionFact,
    Ownership,
    Qualification,
    SameId,
    Standing,
    StoredVersion,
    Traits,
)
from gateway.rights.filing_rules import DOCUMENT_ROWS, MESSAGE_ROWS, decide_filing
from gateway.rights.message_rules import is_blocked, patient_is_the_recipient
from gateway.rights.profile import ProfileState
from tests.rights.facts import (
    AUTHOR,
    DOCTOR,
    DOCUMENT,
    GOOD,
    HOSPITAL,
    INS,
    OPERATOR,
    OTHER_INS,
    SENDER,
    WRONG_KEY,
)

names = st.sampled_from([INS, INS, INS, OTHER_INS, WRONG_KEY, *NoIns])
sets = st.sampled_from(["1.2.3^SET", ""])
versions = st.none() | st.integers(1, 3)
flags = st.frozensets(st.sampled_from(Visibility), max_size=3)
stored_versions = st.builds(
    StoredVersion,
    unique_id=st.sampled_from(["V1", "V2", "V3"]),
    set_id=sets,
    version=versions,
    body_level=st.sampled_from(BodyLevel),
    availability=st.sampled_from(Availability),
    ownership=st.sampled_from([Ownership.SAME, Ownership.SAME, *Ownership]),
    replaced_by=st.frozensets(st.sampled_from(BodyLevel)),
    masked_by_patient=st.booleans(),
)
DOCUMENT_FACTS: dict[str, st.SearchStrategy[Any]] = {
    "unique_id": st.sampled_from(["A1", "V1"]),
    "ins": names,
    "traits": st.sampled_from(Traits),
    "qualification": st.sampled_from(Qualification),
    "authors": st.sampled_from([(AUTHOR,), (AUTHOR, AUTHOR), ()]),
    "type_is_known": st.booleans(),
    "visibility": flags,
    "visibility_is_clear": st.booleans(),
    "restricted": st.booleans(),
    "same_id": st.sampled_from(SameId),
    "document_is_opposed": st.booleans(),
    "is_dated_ahead": st.booleans(),
    "successors": st.lists(stored_versions, max_size=2).map(tuple),
    "opposition": st.sampled_from(OppositionFact),
}
VERSION_FACTS: dict[str, st.SearchStrategy[Any]] = {
    "set_id": sets,
    "version": versions,
    "body_level": st.sampled_from(BodyLevel),
    "mates": st.lists(stored_versions, max_size=3).map(tuple),
    "parent": stored_versions | st.sampled_from(NoParent),
}
FACTS: dict[str, st.SearchStrategy[Any]] = {
    "trust": st.sampled_from(Standing),
    "entitlement": st.sampled_from(Standing),
    "address_ins": names,
    "profile": st.sampled_from(ProfileState),
    "holder_age": st.sampled_from(Age),
    "masks_by_default": st.booleans(),
    "blocked": st.frozensets(st.sampled_from(["1330000001", HOSPITAL, DOCTOR])),
    "sender": st.sampled_from([SENDER, OPERATOR]),
    "secret_connection": st.booleans(),
    "metadata_ins": names,
    "policy": st.builds(
        FilingPolicy,
        refuse_wrong_test_key=st.booleans(),
        blocked_may_file=st.booleans(),
        blocked_may_write=st.booleans(),
        file_unknown_types_as_other=st.booleans(),
        allow_masked_and_hidden=st.booleans(),
    ),
}


@st.composite
def facts_of_all_kinds(draw: st.DrawFn) -> FilingFacts:
    """Draw facts at any distance from those where nothing objects."""

    def some_of(facts: dict[str, st.SearchStrategy[Any]]) -> dict[str, Any]:
        far = draw(st.integers(0, 3)) == 0
        most = len(facts) if far else 2
        chosen = draw(st.lists(st.sampled_from(list(facts)), max_size=most))
        return {name: draw(facts[name]) for name in chosen}

    versioned = {name: draw(strategy) for name, strategy in VERSION_FACTS.items()}
    document: DocumentFacts | NoDocument = evolve(
        DOCUMENT, **versioned, **some_of(DOCUMENT_FACTS)
    )
    if draw(st.integers(0, 9)) == 0:
        document = draw(st.sampled_from(NoDocument))
    return evolve(GOOD, **{**some_of(FACTS), "document": document})


def objections(facts: FilingFacts) -> list[Reason]:
    found = [rule(facts) for _, rule in MESSAGE_ROWS]
    if isinstance(facts.document, DocumentFacts):
        document = facts.document
        found += [rule(facts, document) for _, rule in DOCUMENT_ROWS]
    return [reason for reason in found if reason is not None]


@settings(max_examples=500, deadline=None)
@given(facts_of_all_kinds())
def test_every_decision_is_coherent(facts: FilingFacts) -> None:
    decision = decide_filing(facts)

    against = objections(facts)
    assert decision.file == (not against)
    assert decision.reasons == tuple(dict.fromkeys(against or decision.reasons))
    assert decision.file == (REASON_TEXTS[decision.code].effect is Effect.FILED)
    if decision.file:
        assert decision.deliver or is_blocked(facts)
        assert isinstance(facts.document, DocumentFacts)
        assert decision.visibility >= facts.document.visibility
        assert facts.document.ins == facts.address_ins
        assert decision.error is None
    else:
        assert not decision.deprecates
        assert not decision.replaces
        assert decision.announcement is None


@settings(max_examples=300, deadline=None)
@given(facts_of_all_kinds(), stored_versions | st.sampled_from(NoWithdrawal))
def test_only_its_author_withdraws_a_current_document_of_this_patient(
    facts: FilingFacts, target: StoredVersion | NoWithdrawal
) -> None:
    if not isinstance(facts.document, DocumentFacts):
        return
    asked = evolve(facts, document=evolve(facts.document, withdrawal=target))

    decision = decide_filing(asked)

    if target is not NoWithdrawal.NOT_ASKED:
        assert not decision.file
    if decision.withdraws:
        assert isinstance(target, StoredVersion)
        assert target.ownership is Ownership.SAME
        assert target.availability is not Availability.DEPRECATED
        assert patient_is_the_recipient(asked) is None
        # What names somebody else is given to nobody, withdrawn or not.
        somebody_else = facts.document.traits is Traits.DIFFERENT
        assert decision.deliver or is_blocked(asked) or somebody_else
        assert not (decision.deliver and somebody_else)


@settings(max_examples=500, deadline=None)
@given(facts_of_all_kinds())
def test_a_filing_deprecates_only_lower_current_documents_of_its_author(
    facts: FilingFacts,
) -> None:
    decision = decide_filing(facts)
    document = facts.document

    if not decision.file or not isinstance(document, DocumentFacts):
        return
    known = list(document.mates)
    if isinstance(document.parent, StoredVersion):
        known.append(document.parent)
    for unique_id in decision.deprecates:
        same = [stored for stored in known if stored.unique_id == unique_id]
        assert any(stored.ownership is Ownership.SAME for stored in same)
        assert any(stored.availability is Availability.APPROVED for stored in same)
    assert len(set(decision.deprecates)) == len(decision.deprecates)


@settings(max_examples=200, deadline=None)
@given(st.lists(facts_of_all_kinds(), min_size=1, max_size=3))
def test_a_message_in_quarantine_files_and_delivers_nothing(
    several: list[FilingFacts],
) -> None:
    message = decide_message([decide_filing(facts) for facts in several])

    assert len(message.documents) == len(several)
    if message.quarantine:
        assert not message.deliver
        assert not any(one.file or one.deliver for one in message.documents)
