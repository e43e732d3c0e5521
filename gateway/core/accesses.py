"""
The words of operators' accesses to named documents (break-glass): causes, states, ends.
"""

from __future__ import annotations

from enum import StrEnum


class AccessCause(StrEnum):
    """Why documents have to be opened: the list to choose from."""

    COMPLAINT = "complaint"  # the patient complains of what is shown, or missing
    PATIENT = "patient-request"  # the patient asks for help with a document
    IDENTITY = "identity"  # it may be another person's
    DAMAGE = "damage"  # it cannot be read, shown or filed as it should
    INCIDENT = "incident"  # something happened to the security of the service
    LAW = "law"  # a court, a requisition, a supervisory authority


class Verdict(StrEnum):
    """What a review found."""

    FINE = "fine"
    NOT_FINE = "not-fine"


class AccessState(StrEnum):
    """Where an access is."""

    ASKED = "asked"  # a second person may grant it
    LAPSED = "lapsed"  # nobody did in time
    REFUSED = "refused"
    OPEN = "open"
    ENDED = "ended"


class AccessRefusal(StrEnum):
    """Why somebody may not do what they want with an access."""

    OWN = "own"  # it is their own: another person is asked for
    NOT_ASKED = "not-asked"  # granted, refused or lapsed: nothing waits
    NOT_OVER = "not-over"  # more may be read still
    NO_REVIEW = "no-review"  # a second person granted it, or it was reviewed
    NOT_OPEN = "not-open"
    ANOTHERS = "anothers"  # it is for who asked for it alone


class AskRefusal(StrEnum):
    """Why an access may not be asked for as it is."""

    NOTHING = "nothing"  # no document is named
    TOO_MANY = "too-many"
    TOO_LATE = "too-late"  # the patient would be told later than may be
    NOT_LATER = "not-later"  # a delay that ends before now
