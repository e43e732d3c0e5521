"""Who gets a copy of a message: a property over visibility and recipients."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.core.copies import CopyReason
from gateway.core.decision import Permit, Refuse
from gateway.core.document import Visibility
from gateway.rights.copy_rules import decide_copy

addresses = st.sampled_from(["service@h.test", "Service@H.test", "doctor@h.test", ""])


@given(st.frozensets(st.sampled_from(Visibility)), addresses, addresses)
def test_what_is_hidden_from_professionals_goes_to_none_but_who_sent_it(
    visibility: frozenset[Visibility], recipient: str, sender: str
) -> None:
    decision = decide_copy(visibility, recipient=recipient, sender=sender)

    own = recipient.lower() == sender.lower()
    hidden = Visibility.MASKED in visibility
    refused = Refuse((CopyReason.MASKED_DOCUMENT,))
    assert decision == (refused if hidden and not own else Permit())


def test_a_document_hidden_from_the_patient_or_the_parents_is_no_secret_to_them() -> (
    None
):
    others = set(Visibility) - {Visibility.MASKED}

    decision = decide_copy(others, recipient="doctor@h.test", sender="s@h.test")

    assert decision == Permit()
