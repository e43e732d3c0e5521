"""An operator's access to named documents, as the store gives it."""

from __future__ import annotations

from datetime import datetime

from attrs import field, frozen

from gateway.core.accesses import AccessCause, Verdict
from gateway.rights.access_rules import AccessFacts


@frozen
class Named:
    """
    A document that an access names: its id, the code of its type, and the structure it
    comes from; a message that is held back, whose type is not known; or, by the id of
    their patient, the list of all documents.
    """

    id: str
    category: str = field(default="", repr=False)
    origin: str = field(default="", repr=False)


@frozen(kw_only=True)
class Wanted:
    """
    What is asked for: documents of one patient, or their list; or one message that is
    held back, which may be for several. ``why`` and ``request`` (on whose) are in an
    operator's words.
    """

    cause: AccessCause
    why: str = field(repr=False)
    request: str = field(repr=False)
    patients: tuple[str, ...]
    named: tuple[Named, ...]
    is_message: bool = False
    tell_at: datetime | None = None
    delayed_why: str = field(default="", repr=False)


@frozen(kw_only=True)
class AccessSaid:
    """What of an access is sealed."""

    why: str = field(repr=False)
    request: str = field(repr=False)
    delayed_why: str = field(repr=False)
    patients: tuple[str, ...]
    named: tuple[Named, ...]


@frozen(kw_only=True)
class Access:
    """
    An access that was asked for. ``said`` is None once its key is destroyed: the
    patient's space was deleted, and nobody may know what was in it.
    """

    id: str
    profile_id: str
    arrival_id: str
    cause: AccessCause
    asked_at: datetime
    facts: AccessFacts
    granted_by: str
    reviewed_by: str
    reviewed_at: datetime | None
    verdict: Verdict | None
    tell_at: datetime | None
    told_at: datetime | None
    said: AccessSaid | None = field(repr=False)

    @property
    def patients(self) -> tuple[str, ...]:
        """The patients whose access it is."""
        if self.profile_id:
            return (self.profile_id,)
        return () if self.said is None else self.said.patients

    def is_told(self, now: datetime) -> bool:
        """Tell whether its patients may know of it: the day that was set has come."""
        return self.tell_at is None or self.tell_at <= now

    def names(self, what: str) -> Named | None:
        """Return what it names by an id, or None."""
        named = () if self.said is None else self.said.named
        return next((one for one in named if one.id == what), None)
