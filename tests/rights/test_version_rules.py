"""What a new version does to those before it, and the traps real documents set."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from gateway.core.decision import Caution, FilingDecision
from gateway.core.document import Availability, BodyLevel, Visibility
from gateway.core.reasons import Reason
from gateway.rights.filing_facts import (
    NoParent,
    Ownership,
    SameId,
    StoredVersion,
)
from gateway.rights.filing_rules import decide_filing
from tests.rights.facts import GOOD, stored, with_document

N1, N3 = BodyLevel.N1, BodyLevel.N3
DEPRECATED = Availability.DEPRECATED
V1 = stored()
V2 = stored(unique_id="1.2.3^V2", version=2)
V3 = stored(unique_id="1.2.3^V3", version=3)


def decide(**document: Any) -> FilingDecision:
    return decide_filing(evolve(GOOD, **with_document(**document)))


def test_a_new_version_replaces_and_deprecates_the_one_before() -> None:
    decision = decide(version=2, mates=(V1,), parent=V1)

    assert decision.code is Reason.REPLACED
    assert decision.replaces == V1.unique_id
    assert decision.deprecates == (V1.unique_id,)
    assert decision.availability is Availability.APPROVED
    assert decision.cautions == ()


def test_the_first_of_a_set_is_simply_filed() -> None:
    decision = decide(version=1)

    assert (decision.code, decision.replaces, decision.deprecates) == (
        Reason.FILED,
        "",
        (),
    )


def test_without_set_the_chain_of_replacements_decides() -> None:
    parent = stored(set_id="", version=None)

    decision = decide(set_id="", version=None, parent=parent)

    assert decision.code is Reason.REPLACED
    assert decision.deprecates == (parent.unique_id,)


def test_without_set_a_parent_replaced_before_is_refused() -> None:
    parent = stored(
        set_id="",
        version=None,
        availability=DEPRECATED,
        replaced_by=frozenset({N3}),
    )

    decision = decide(set_id="", version=None, parent=parent)

    assert decision.code is Reason.REPLACE_FORBIDDEN


def test_without_set_the_other_form_of_the_same_report_is_accepted() -> None:
    parent = stored(
        set_id="",
        version=None,
        availability=DEPRECATED,
        replaced_by=frozenset({N1}),
    )

    decision = decide(set_id="", version=None, parent=parent, body_level=N3)

    assert decision.code is Reason.REPLACED
    assert decision.cautions == ()


def test_both_forms_of_a_report_share_set_and_version() -> None:
    n1 = stored(unique_id="1.2.3^N1", version=2, body_level=N1)

    decision = decide(version=2, mates=(n1,), body_level=N3)

    assert decision.code is Reason.FILED
    assert decision.deprecates == ()


def test_both_forms_of_a_report_replace_their_common_predecessor() -> None:
    v1 = evolve(V1, availability=DEPRECATED, replaced_by=frozenset({N1}))
    v2_n1 = evolve(V2, body_level=N1)

    decision = decide(version=2, mates=(v1, v2_n1), parent=v1, body_level=N3)

    assert decision.code is Reason.REPLACED
    assert decision.availability is Availability.APPROVED
    assert decision.cautions == ()


def test_the_same_version_of_the_same_form_is_refused() -> None:
    decision = decide(version=2, mates=(V1, V2), parent=V1)

    assert decision.code is Reason.ID_REUSED


def test_the_same_version_naming_its_twin_as_replaced_is_refused_too() -> None:
    decision = decide(version=2, mates=(V2,), parent=V2)

    assert decision.code is Reason.ID_REUSED


def test_a_replacement_numbered_one_is_accepted() -> None:
    decision = decide(version=1, parent=stored(set_id="1.2.3^OLD"))

    assert decision.code is Reason.REPLACED


def test_a_replacement_numbered_one_of_an_unknown_document_is_accepted() -> None:
    decision = decide(version=1, parent=NoParent.NOT_FOUND)

    assert decision.code is Reason.REPLACED_PARENT_UNKNOWN


def test_a_version_that_comes_late_hides_nothing() -> None:
    v1 = evolve(V1, availability=DEPRECATED, replaced_by=frozenset({N3}))

    decision = decide(version=2, mates=(v1, V3), parent=v1)

    assert decision.file
    assert decision.availability is DEPRECATED
    assert V3.unique_id not in decision.deprecates
    assert Caution.LATE_VERSION in decision.cautions


def test_a_late_version_is_late_whatever_its_form() -> None:
    decision = decide(version=2, mates=(evolve(V3, body_level=N1),), body_level=N3)

    assert decision.availability is DEPRECATED


def test_a_lower_version_cannot_replace_a_higher_one_by_naming_it() -> None:
    decision = decide(version=2, mates=(V3,), parent=V3)

    assert decision.availability is DEPRECATED
    assert decision.deprecates == ()
    assert decision.replaces == ""


def test_a_parent_of_the_same_set_counts_even_when_not_listed_with_it() -> None:
    decision = decide(version=2, mates=(), parent=V3)

    assert decision.availability is DEPRECATED
    assert decision.deprecates == ()


def test_a_version_that_skips_one_deprecates_all_before() -> None:
    decision = decide(version=3, mates=(V1, V2), parent=V1)

    assert decision.replaces == V1.unique_id
    assert decision.deprecates == (V1.unique_id, V2.unique_id)


def test_a_replaced_parent_is_only_a_caution_when_versions_tell() -> None:
    v1 = evolve(V1, availability=DEPRECATED)

    decision = decide(version=3, mates=(v1, V2), parent=v1)

    assert decision.deprecates == (V2.unique_id,)
    assert decision.cautions == (Caution.PARENT_NOT_LATEST,)


def test_an_unknown_parent_does_not_keep_the_older_ones_current() -> None:
    decision = decide(version=3, mates=(V1,), parent=NoParent.NOT_FOUND)

    assert decision.code is Reason.REPLACED_PARENT_UNKNOWN
    assert decision.deprecates == (V1.unique_id,)


def test_a_higher_version_that_names_nothing_replaces_the_latest() -> None:
    decision = decide(version=3, mates=(V1, V2))

    assert decision.code is Reason.REPLACED
    assert decision.replaces == V2.unique_id
    assert decision.cautions == (Caution.REPLACEMENT_IMPLIED,)


def test_a_deleted_parent_is_unknown() -> None:
    deleted = evolve(V1, availability=Availability.DELETED)

    decision = decide(version=2, mates=(deleted,), parent=deleted)

    assert decision.replaces == ""
    assert decision.deprecates == ()
    assert decision.code is Reason.REPLACED_PARENT_UNKNOWN


@pytest.mark.parametrize("parent", [NoParent.NOT_NAMED, NoParent.NOT_FOUND])
def test_nobody_supersedes_another_author_by_taking_its_set(parent: NoParent) -> None:
    theirs = evolve(V1, ownership=Ownership.OTHER)

    decision = decide(version=99, mates=(theirs,), parent=parent)

    assert decision.code is Reason.REPLACE_FORBIDDEN


def test_another_patients_document_is_never_replaced() -> None:
    decision = decide(version=2, parent=NoParent.OTHER_PATIENT)

    assert decision.code is Reason.REPLACE_FORBIDDEN
    assert decision.deprecates == ()


def test_a_repeat_does_not_clash_with_itself() -> None:
    itself = stored(unique_id="1.2.3^A1")

    decision = decide(same_id=SameId.SAME_CONTENT, version=1, mates=(itself, V2))

    assert decision.reasons == (Reason.DUPLICATE,)


def test_a_document_in_a_known_set_without_version_is_filed_beside() -> None:
    decision = decide(version=None, mates=(V1,))

    assert decision.code is Reason.FILED
    assert decision.deprecates == ()


def test_a_document_without_version_is_neither_late_nor_above_the_others() -> None:
    decision = decide(version=None, mates=(V1, V3))

    assert decision.availability is Availability.APPROVED
    assert (decision.replaces, decision.deprecates) == ("", ())
    assert decision.cautions == ()


def test_a_version_without_number_is_not_above_a_document_either() -> None:
    decision = decide(version=2, mates=(evolve(V1, version=None),))

    assert decision.code is Reason.FILED
    assert decision.availability is Availability.APPROVED
    assert decision.cautions == ()


@pytest.mark.parametrize("other_form_first", [True, False])
def test_of_two_forms_of_the_latest_its_own_form_is_replaced(
    other_form_first: bool,
) -> None:
    n1 = stored(unique_id="1.2.3^N1", version=2, body_level=N1)
    mates = (n1, V2) if other_form_first else (V2, n1)

    decision = decide(version=3, mates=(V1, *mates), body_level=N3)

    assert decision.replaces == V2.unique_id
    assert set(decision.deprecates) == {V1.unique_id, V2.unique_id, n1.unique_id}


@pytest.mark.parametrize(("version", "before"), [(None, 1), (2, None), (None, None)])
def test_a_parent_replaced_before_is_refused_where_no_numbers_order_them(
    version: int | None, before: int | None
) -> None:
    parent = evolve(V1, version=before, availability=DEPRECATED)

    decision = decide(version=version, mates=(parent,), parent=parent)

    assert decision.reasons == (Reason.REPLACE_FORBIDDEN,)


def test_what_the_patient_masked_stays_masked_in_the_next_version() -> None:
    decision = decide(version=2, mates=(V1,), parent=stored(masked_by_patient=True))

    assert decision.reasons == (Reason.REPLACED, Reason.FILED_MASKED)
    assert decision.visibility == frozenset({Visibility.MASKED})
    assert Caution.MASK_KEPT in decision.cautions


LATER = stored(unique_id="1.2.3^LATER", set_id="", version=None)


@pytest.mark.parametrize(
    "later",
    [
        LATER,
        evolve(LATER, availability=DEPRECATED),
        evolve(LATER, availability=Availability.DELETED),
        evolve(LATER, body_level=N1),
    ],
)
def test_what_a_document_here_says_to_replace_is_late_when_it_comes(
    later: StoredVersion,
) -> None:
    decision = decide(set_id="", version=None, successors=(later,))

    assert (decision.code, decision.file) == (Reason.FILED, True)
    assert decision.availability is DEPRECATED
    assert decision.superseded_by == (later.unique_id,)
    assert (decision.replaces, decision.deprecates) == ("", ())
    assert decision.cautions == (Caution.LATE_VERSION,)


@pytest.mark.parametrize("ownership", [Ownership.OTHER, Ownership.UNKNOWN])
def test_what_another_author_says_to_replace_is_current(ownership: Ownership) -> None:
    other = evolve(LATER, ownership=ownership)

    decision = decide(set_id="", version=None, successors=(other,))

    assert decision.availability is Availability.APPROVED
    assert (decision.superseded_by, decision.cautions) == ((), ())


def test_a_document_between_two_replaces_one_and_is_replaced_by_the_other() -> None:
    parent = stored(set_id="", version=None)

    decision = decide(set_id="", version=None, parent=parent, successors=(LATER,))

    assert decision.code is Reason.REPLACED
    assert decision.availability is DEPRECATED
    assert decision.replaces == parent.unique_id
    assert decision.deprecates == (parent.unique_id,)
    assert decision.superseded_by == (LATER.unique_id,)
    assert decision.cautions == (Caution.LATE_VERSION,)


def test_both_forms_of_a_report_replaced_it_before_it_came() -> None:
    other = evolve(LATER, unique_id="1.2.3^N1", body_level=N1)

    decision = decide(set_id="", version=None, successors=(LATER, other))

    assert decision.superseded_by == (LATER.unique_id, other.unique_id)


def test_a_late_document_is_masked_as_what_replaced_it_is() -> None:
    masked = evolve(LATER, masked_by_patient=True)

    late = decide(set_id="", version=None, successors=(masked,))
    of_another = decide(
        set_id="",
        version=None,
        successors=(evolve(masked, ownership=Ownership.OTHER),),
    )

    assert late.visibility == {Visibility.MASKED}
    assert late.cautions == (Caution.LATE_VERSION, Caution.MASK_KEPT)
    assert of_another.visibility == frozenset()


def test_a_document_that_replaces_nothing_here_is_superseded_by_nothing() -> None:
    decision = decide(version=2, mates=(V1,), parent=V1)

    assert decision.superseded_by == ()
