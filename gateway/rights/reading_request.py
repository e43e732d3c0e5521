"""What a professional asks for: which patient, by what right, with what they ticked."""

from __future__ import annotations

from attrs import field, frozen

from gateway.core.reading import Presented, ReadingWay
from gateway.rights.reading_rules import EmergencyDeclaration, Found


@frozen(kw_only=True)
class WantedPatient:
    """
    Which patient is looked for: by the INS, or by names and birth date.

    ``found`` says how the number came: typed, or by a program, qualified or not. The
    birth date is YYYYMMDD; names find somebody in an emergency alone.
    """

    matricule: str = field(default="", repr=False)
    found: Found = Found.TYPED
    family: str = field(default="", repr=False)
    given: str = field(default="", repr=False)
    birth_date: str = field(default="", repr=False)

    @property
    def by_names(self) -> bool:
        """Whether no number was given."""
        return not self.matricule.strip()


@frozen(kw_only=True)
class ReadingRequest:
    """
    A reading that is asked for.

    ``informed``: who reads ticked that the patient was told. ``agreed``: they ticked
    that the patient agrees, to the team or for this once; ``code`` is what the patient
    gave them instead. ``declared`` is what an emergency needs; whether somebody
    regulates is known of them, and not theirs to say.
    """

    patient: WantedPatient
    way: ReadingWay
    informed: bool = False
    agreed: bool = False
    code: str = field(default="", repr=False)
    declared: EmergencyDeclaration | None = None
    presented: Presented | None = None
    """What the patient showed to say who they are, as who reads declares it."""
