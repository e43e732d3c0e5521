"""What came in as it is kept, and what became of its recipients and documents."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from attrs import field, frozen

from gateway.core.envelope import Door, Recipient, Sender, SubmissionForm


class ArrivalState(StrEnum):
    """Where a message is. One that is set aside ends, or begins again."""

    RECEIVED = "received"  # kept, to be opened
    DECIDED = "decided"  # each document has its outcome, copies are to be made
    RELAYING = "relaying"  # delivered here, on its way to other operators
    ENDED = "ended"  # delivered, filed, relayed or refused: all recipients ended
    QUARANTINED = "quarantined"
    RETURNED = "returned"  # to the sender, with the reason


@frozen(kw_only=True)
class RecipientOutcome:
    """
    What became of one recipient's copy; ``outcome`` is empty while pending.

    ``deliver`` is False when the message is not for this recipient's eyes whatever
    the outcome. ``hidden`` holds the visibility flags of the message itself, and
    ``hidden_until`` the moment from which the patient may see it (CSP R. 1111-53).
    """

    position: int
    recipient: Recipient
    outcome: str = ""
    reasons: tuple[str, ...] = ()
    deliver: bool = True
    hidden: tuple[str, ...] = ()
    hidden_until: datetime | None = None


@frozen(kw_only=True)
class DocumentOutcome:
    """
    What became of one document of a message, for one patient.

    ``error`` is the code of an MDN, 900 to 906, or empty; ``detail`` says what the
    sender should correct, in what was filed too, and names no patient; ``entry_id``
    is the entryUUID in hex once filed. ``informed``: the structure that filed it says
    that the patient was told.
    """

    recipient: int
    position: int
    unique_id: str
    outcome: str
    reasons: tuple[str, ...] = ()
    error: str = ""
    detail: str = ""
    entry_id: str = ""
    informed: bool = False


@frozen(kw_only=True)
class KeptArrival:
    """
    What came in as it is kept; its bytes are a blob of the transit key.

    ``form`` says what they are. Of documents that came without a message the return
    path is empty: nobody is told by mail.
    """

    id: str
    message_id: str
    door: Door
    state: str
    received_at: datetime
    sender: Sender
    reverse_path: str = field(repr=False)
    ret: str
    envid: str
    size: int
    blob_id: str
    key_id: str
    recipients: tuple[RecipientOutcome, ...]
    form: SubmissionForm = SubmissionForm.MESSAGE


UNDER_WAY = frozenset(
    {ArrivalState.RECEIVED, ArrivalState.DECIDED, ArrivalState.RELAYING}
)
"""The states that are no ends."""
