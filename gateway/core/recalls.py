"""What is known of a message that is to be taken back from a patient."""

from __future__ import annotations

from attrs import frozen


@frozen(kw_only=True)
class BroughtBefore:
    """
    What a message put in a patient's vault, and what was made of it there.

    ``documents`` are still there; ``opened`` of them were opened by the patient or by
    who acts for them, and ``copies`` of its files are kept as the patient's own.
    ``consulted`` of them were opened by professionals, and ``sent`` of them the patient
    sent on with a message; ``may_be_taken_away``: the
    patient fetched a file of everything that was made since they or the message came.
    """

    documents: int
    opened: int
    copies: int
    consulted: int = 0
    sent: int = 0
    may_be_taken_away: bool = False
