"""How a patient was told that documents are filed: by what channel, when, by whom."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Final

from attrs import field, frozen

from gateway.errors import InvalidError

MAX_TELLER: Final = 100
"""Characters of the name of who told the patient."""


class InformedBy(StrEnum):
    """
    By what channel the patient was told (information, alimentation).

    Kept with what senders say, so never renamed.
    """

    CONSULTATION = "consultation"  # spoken, while the care is given
    TELEPHONE = "telephone"  # spoken, when the appointment is made
    ARRIVAL = "arrival"  # spoken, at the desk
    CONVOCATION = "convocation"  # written, with the appointment
    ONLINE = "online"  # a tick or a line when booking or filling in a form
    MESSAGE = "message"  # written: secure message, e-mail or letter
    POSTER = "poster"  # in the waiting room: never enough alone
    SPOKEN = "spoken"  # where no more is said
    WRITTEN = "written"
    UNSAID = "unsaid"  # a tick or a word that says that it was done, and not how


@frozen(kw_only=True)
class PatientInformed:
    """
    The sender declares that the patient was informed; nobody here can check it.

    ``teller`` is who of the team told it, as the sender names them, maybe empty.
    Source: CSP L. 1111-15; once in the patient's follow-up, valid for the whole team.

    Raises:
        InvalidError: the name of who told it is too long, or cannot be printed.
    """

    by: InformedBy
    on: date | None = None
    teller: str = field(default="", repr=False)

    def __attrs_post_init__(self) -> None:
        if len(self.teller) > MAX_TELLER or not self.teller.isprintable():
            raise InvalidError("a name of who informed the patient that is none")

    def __str__(self) -> str:
        """Return it in one line for the journal: nobody's name is in it."""
        return f"{self.by.value} {self.on}" if self.on else self.by.value
