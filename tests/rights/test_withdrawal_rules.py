"""Who filed a document may withdraw its latest version."""

from __future__ import annotations

import pytest

from gateway.core.decision import Permit, Refuse
from gateway.core.document import Availability
from gateway.rights.filing_facts import Ownership, StoredVersion
from gateway.rights.withdrawal_rules import (
    ERRORS,
    WithdrawalRefusal,
    decide_withdrawal,
)
from tests.rights.facts import stored


@pytest.mark.parametrize("availability", [Availability.APPROVED, Availability.ARCHIVED])
def test_its_author_withdraws_a_document_by_its_own_id(
    availability: Availability,
) -> None:
    assert decide_withdrawal(stored(availability=availability)) == Permit()


@pytest.mark.parametrize(
    ("target", "refusals"),
    [
        (None, (WithdrawalRefusal.NOT_FOUND,)),
        (stored(availability=Availability.DELETED), (WithdrawalRefusal.NOT_FOUND,)),
        (stored(ownership=Ownership.OTHER), (WithdrawalRefusal.NOT_THE_AUTHOR,)),
        (stored(ownership=Ownership.UNKNOWN), (WithdrawalRefusal.NOT_THE_AUTHOR,)),
        (
            stored(availability=Availability.DEPRECATED),
            (WithdrawalRefusal.NOT_THE_LATEST,),
        ),
        (
            stored(ownership=Ownership.OTHER, availability=Availability.DEPRECATED),
            (WithdrawalRefusal.NOT_THE_AUTHOR, WithdrawalRefusal.NOT_THE_LATEST),
        ),
    ],
)
def test_others_do_not(
    target: StoredVersion | None, refusals: tuple[WithdrawalRefusal, ...]
) -> None:
    assert decide_withdrawal(target) == Refuse(refusals)


def test_every_refusal_has_an_error_code() -> None:
    assert set(ERRORS) == set(WithdrawalRefusal)
