"""A message goes as its documents let it."""

from __future__ import annotations

from typing import Any

from attrs import evolve

from gateway.core.decision import Caution, FilingDecision
from gateway.core.document import Visibility
from gateway.core.reasons import ErrorCode, Reason
from gateway.rights.delivery_rules import decide_message
from gateway.rights.filing_facts import Age, NoDocument
from gateway.rights.filing_rules import decide_filing
from gateway.rights.profile import ProfileState
from tests.rights.facts import GOOD, OTHER_INS, with_document


def decision(**change: Any) -> FilingDecision:
    return decide_filing(evolve(GOOD, **change))


FILED = decision()
INVALID = decision(document=NoDocument.UNREADABLE)
MISMATCH = decision(**with_document(ins=OTHER_INS))


def test_each_document_keeps_its_own_outcome() -> None:
    message = decide_message([FILED, INVALID])

    assert [one.code for one in message.documents] == [
        Reason.FILED,
        Reason.DOC_INVALID,
    ]
    assert (message.deliver, message.quarantine) == (True, False)


def test_one_document_of_another_patient_sets_the_whole_message_aside() -> None:
    message = decide_message([FILED, MISMATCH, INVALID])

    assert {one.code for one in message.documents} == {Reason.PATIENT_MISMATCH}
    assert message.documents[2].reasons == (
        Reason.PATIENT_MISMATCH,
        Reason.DOC_INVALID,
    )
    assert not any(one.file for one in message.documents)
    assert all(one.error is ErrorCode.IDENTITY_DIFFERS for one in message.documents)
    assert (message.deliver, message.quarantine) == (False, True)


def test_a_message_is_hidden_from_whom_any_of_its_documents_is() -> None:
    hidden = decision(
        **with_document(visibility=frozenset({Visibility.HIDDEN_FROM_PATIENT}))
    )

    message = decide_message([FILED, hidden])

    assert message.deliver
    assert message.visibility == frozenset({Visibility.HIDDEN_FROM_PATIENT})


def test_a_message_is_hidden_from_everybody_that_one_of_its_documents_is() -> None:
    from_parents = decision(secret_connection=True, holder_age=Age.MINOR)
    from_the_patient = decision(
        **with_document(visibility=frozenset({Visibility.HIDDEN_FROM_PATIENT}))
    )

    message = decide_message([from_parents, from_the_patient])

    assert message.visibility == {
        Visibility.HIDDEN_FROM_PATIENT,
        Visibility.HIDDEN_FROM_REPRESENTATIVES,
    }


def test_what_is_set_aside_keeps_its_cautions_and_stays_hidden() -> None:
    hidden = frozenset({Visibility.HIDDEN_FROM_PATIENT})
    to_file = decision(**with_document(restricted=True, visibility=hidden))

    message = decide_message([to_file, MISMATCH])

    assert message.documents == (
        FilingDecision(
            code=Reason.PATIENT_MISMATCH,
            reasons=(Reason.PATIENT_MISMATCH,),
            file=False,
            deliver=False,
            quarantine=True,
            message_visibility=hidden,
            error=ErrorCode.IDENTITY_DIFFERS,
            cautions=(Caution.RESTRICTED,),
            versions=GOOD.versions,
        ),
        MISMATCH,
    )
    assert message.visibility == hidden


def test_masking_from_professionals_hides_nothing_from_the_patient() -> None:
    masked = decision(**with_document(visibility=frozenset({Visibility.MASKED})))

    assert decide_message([masked]).visibility == frozenset()


def test_a_message_to_a_suspended_profile_is_not_delivered() -> None:
    message = decide_message([decision(profile=ProfileState.SUSPENDED)])

    assert not message.deliver
