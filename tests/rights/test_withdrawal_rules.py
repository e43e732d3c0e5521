"""Who filed a document may withdraw its latest version."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from gateway.core.decision import Caution, FilingDecision, Permit, Refuse
from gateway.core.document import Availability, Visibility
from gateway.core.reasons import ErrorCode, Reason
from gateway.rights.delivery_rules import decide_message
from gateway.rights.filing_facts import (
    NoWithdrawal,
    Ownership,
    SameId,
    StoredVersion,
)
from gateway.rights.filing_rules import decide_filing
from gateway.rights.profile import ProfileState
from gateway.rights.withdrawal_rules import decide_withdrawal
from tests.rights.facts import (
    GOOD,
    HOSPITAL,
    OTHER_INS,
    stored,
    with_document,
    with_policy,
)

AGAIN = (Availability.APPROVED, Availability.ARCHIVED, Availability.DELETED)


@pytest.mark.parametrize("availability", AGAIN)
def test_its_author_withdraws_a_document_by_its_own_id(
    availability: Availability,
) -> None:
    assert decide_withdrawal(stored(availability=availability)) == Permit()


@pytest.mark.parametrize(
    ("target", "refusals"),
    [
        (NoWithdrawal.NOT_FOUND, (Reason.WITHDRAWAL_UNKNOWN,)),
        (stored(ownership=Ownership.OTHER), (Reason.WITHDRAWAL_FORBIDDEN,)),
        (stored(ownership=Ownership.UNKNOWN), (Reason.WITHDRAWAL_FORBIDDEN,)),
        (
            stored(availability=Availability.DEPRECATED),
            (Reason.WITHDRAWAL_OUTDATED,),
        ),
        (
            stored(ownership=Ownership.OTHER, availability=Availability.DEPRECATED),
            (Reason.WITHDRAWAL_FORBIDDEN, Reason.WITHDRAWAL_OUTDATED),
        ),
    ],
)
def test_others_do_not(
    target: StoredVersion | NoWithdrawal, refusals: tuple[Reason, ...]
) -> None:
    assert decide_withdrawal(target) == Refuse(refusals)


ASKED = with_document(withdrawal=stored(unique_id="1.2.3^A1"))


def test_a_document_to_withdraw_is_not_filed_whatever_else_is_wrong_with_it() -> None:
    asked = with_document(
        withdrawal=stored(unique_id="1.2.3^A1"),
        type_is_known=False,
        document_is_opposed=True,
        same_id=SameId.OTHER_CONTENT,
    )

    decision = decide_filing(evolve(GOOD, **asked))

    assert decision.reasons == (Reason.WITHDRAWN,)
    assert (decision.file, decision.withdraws) == (False, "1.2.3^A1")
    assert (decision.deliver, decision.error) == (True, None)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"profile": ProfileState.CLOSED}, Reason.PROFILE_CLOSED),
        ({"profile": ProfileState.SUSPENDED}, Reason.PROFILE_SUSPENDED),
        ({"address_ins": OTHER_INS}, Reason.PATIENT_MISMATCH),
        ({"metadata_ins": OTHER_INS}, Reason.PATIENT_MISMATCH),
    ],
)
def test_what_stops_a_message_stops_a_withdrawal(
    change: dict[str, Any], code: Reason
) -> None:
    decision = decide_filing(evolve(GOOD, **ASKED, **change))

    assert (decision.code, decision.withdraws, decision.deliver) == (code, "", False)


def test_who_was_blocked_since_may_withdraw_and_is_not_read() -> None:
    decision = decide_filing(evolve(GOOD, **ASKED, blocked=frozenset({HOSPITAL})))

    assert decision.reasons == (Reason.WITHDRAWN, Reason.SENDER_BLOCKED)
    assert (decision.withdraws, decision.deliver) == ("1.2.3^A1", False)


def test_a_refused_withdrawal_says_so_and_keeps_the_other_reason() -> None:
    refused = with_document(withdrawal=stored(ownership=Ownership.OTHER))

    decision = decide_filing(evolve(GOOD, **refused, blocked=frozenset({HOSPITAL})))

    assert decision.reasons == (Reason.WITHDRAWAL_FORBIDDEN, Reason.SENDER_BLOCKED)
    assert decision.error is ErrorCode.AUTHOR_NOT_ALLOWED
    assert (decision.withdraws, decision.deliver) == ("", False)


def test_everything_that_stands_against_a_withdrawal_is_kept_in_order() -> None:
    refused = with_document(withdrawal=stored(ownership=Ownership.OTHER))

    decision = decide_filing(
        evolve(GOOD, **refused, profile=ProfileState.CLOSED, metadata_ins=OTHER_INS)
    )

    assert decision.reasons == (
        Reason.PROFILE_CLOSED,
        Reason.PATIENT_MISMATCH,
        Reason.WITHDRAWAL_FORBIDDEN,
    )


def test_the_message_of_a_withdrawal_is_hidden_like_its_document() -> None:
    hidden = frozenset({Visibility.HIDDEN_FROM_PATIENT})
    asked = with_document(withdrawal=stored(), visibility=hidden)
    lenient = with_policy(blocked_may_file=True, blocked_may_write=True)

    decision = decide_filing(
        evolve(GOOD, **asked, **lenient, blocked=frozenset({HOSPITAL}))
    )

    assert decision == FilingDecision(
        code=Reason.WITHDRAWN,
        reasons=(Reason.WITHDRAWN,),
        file=False,
        deliver=True,
        withdraws="1.2.3^A1",
        message_visibility=hidden,
        cautions=(Caution.BLOCKED_SENDER,),
        versions=GOOD.versions,
    )


def test_what_was_withdrawn_is_not_filed_again_under_its_id() -> None:
    decision = decide_filing(evolve(GOOD, **with_document(same_id=SameId.WITHDRAWN)))

    assert (decision.code, decision.file) == (Reason.ID_REUSED, False)


def test_a_withdrawal_in_a_message_set_aside_is_not_said_to_be_done() -> None:
    withdrawn = decide_filing(evolve(GOOD, **ASKED))
    mismatch = decide_filing(evolve(GOOD, **with_document(ins=OTHER_INS)))

    whole = decide_message([withdrawn, mismatch])

    assert whole.quarantine
    assert [one.reasons for one in whole.documents] == [
        (Reason.PATIENT_MISMATCH,),
        (Reason.PATIENT_MISMATCH,),
    ]
    assert not any(one.withdraws for one in whole.documents)
