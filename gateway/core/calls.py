"""What a professional's program says of a patient when it calls the pages."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from attrs import field, frozen

from gateway.core.reading import Presented


class CallFor(StrEnum):
    """What the professional wants of the patient."""

    RECORD = "record"
    FILE = "file"
    WRITE = "write"


class CallFault(StrEnum):
    """Why a call leads nowhere; each has its words in the page."""

    CLOSED = "closed"
    """Programs may not call here."""
    FORM = "form"
    """It is no form, or says something twice."""
    UNKNOWN = "unknown"
    """It has a field that is not known."""
    LONG = "long"
    NUMBER = "number"
    """No number, or its key is wrong."""
    VALUE = "value"
    """A field says what it cannot say."""


@frozen(kw_only=True)
class ProgramCall:
    """
    A patient as a program names them; nothing of it is proven.

    ``is_qualified``: the program says that it qualified the INS (RNIV). ``presented``
    is what of the patient's it says it read the number from.
    """

    number: str = field(repr=False)
    is_qualified: bool = False
    presented: Presented | None = None
    family: str = field(default="", repr=False)
    given: str = field(default="", repr=False)
    born: date | None = field(default=None, repr=False)
    wants: CallFor = CallFor.RECORD
