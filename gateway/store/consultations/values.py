"""What is kept of professionals who read, as the store gives it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from attrs import field, frozen

from gateway.core.practice import Practice
from gateway.core.reading import (
    AgreementKind,
    AgreementMeans,
    ConsultationEnd,
    ReadingWay,
)
from gateway.rights.consultation_rules import ConsultationTimes
from gateway.rights.reading_rules import Agreement


@frozen(kw_only=True)
class NamedProfessional:
    """Who is named: a professional by IDNPS, and the structure they work in then."""

    identity: str = field(repr=False)
    name: str = field(repr=False)
    structure: str = field(default="", repr=False)
    place: str = field(default="", repr=False)

    def goes_by(self, names: Collection[str]) -> bool:
        """Tell whether they, or where they work, are among names in lower case."""
        return self.identity.lower() in names or self.structure.lower() in names


@frozen(kw_only=True)
class KeptAgreement:
    """
    An agreement on record; ``party`` is to whom it was given.

    Of a team ``party`` is the one by whom it began; it holds for all of the structure.
    ``collected_by`` is who asked where that was another, ``given_by`` who gave it where
    that was not the patient. None where the patient's key is destroyed.
    """

    id: str
    profile_id: str
    kind: AgreementKind
    episode_id: str
    given_at: datetime
    until: datetime | None
    spent_at: datetime | None
    ended_at: datetime | None
    party: NamedProfessional | None = field(repr=False)
    means: AgreementMeans | None
    collected_by: str = field(repr=False)
    given_by: str = field(repr=False)

    @property
    def fact(self) -> Agreement:
        """What the rules are told of it."""
        ends = [one for one in (self.until, self.ended_at) if one is not None]
        return Agreement(
            given_at=self.given_at,
            until=min(ends, default=None),
            is_spent=self.spent_at is not None,
        )


@frozen(kw_only=True)
class Episode:
    """A follow-up of a patient by a structure."""

    id: str
    profile_id: str
    opened_at: datetime
    ended_at: datetime | None
    party: NamedProfessional | None = field(repr=False)
    """Who opened it, and where; None where the patient's key is destroyed."""


@frozen(kw_only=True)
class Member:
    """Somebody of a patient's care team."""

    id: str
    joined_at: datetime
    ended_at: datetime | None
    party: NamedProfessional | None = field(repr=False)
    """None where the patient's key is destroyed."""


@frozen(kw_only=True)
class ConsultationSaid:
    """
    What of a consultation is sealed.

    ``found`` and ``column`` are words of `rights`, ``relation`` too. ``reason`` is that
    of an emergency, for the patient to read; ``presented`` a word of `Presented`, empty
    where nothing was shown, or was not asked yet.
    """

    party: NamedProfessional
    practice: Practice
    column: str
    found: str
    relation: str
    signed_in_by: str
    reason: str = field(default="", repr=False)
    presented: str = ""


@frozen(kw_only=True)
class Consultation:
    """
    A professional who reads in one patient's vault, from opening it to its end.

    ``said`` is None where the patient's key is destroyed.
    """

    id: str
    profile_id: str
    way: ReadingWay
    agreement_id: str
    episode_id: str
    begun_at: datetime
    seen_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    end: ConsultationEnd | None
    said: ConsultationSaid | None = field(repr=False)

    @property
    def times(self) -> ConsultationTimes:
        """What decides when it is over by itself."""
        return ConsultationTimes(
            way=self.way, seen_at=self.seen_at, expires_at=self.expires_at
        )
