"""
Who looks, as a value: every list, count and search takes one and asks it alone.

A reader answers from what is known without opening a document, so that what is asked
of ten thousand documents is answered once for all that are alike.
"""

from __future__ import annotations

from typing import Protocol

from attrs import field, frozen

from gateway.core.document import Availability, Visibility
from gateway.rights.visibility_rules import PatientReader, patient_sees, sees_version


@frozen
class Sight:
    """
    What decides whether somebody may know of a document, as it is now.

    ``newer`` are the flags of the version that replaced it, None where none did.
    ``owners`` are the identifiers of its authors and their structures.
    """

    visibility: frozenset[Visibility]
    status: Availability
    type_code: str = ""
    newer: frozenset[Visibility] | None = None
    owners: tuple[str, ...] = field(default=(), repr=False)
    is_imaging_object: bool = False


class DocumentReader(Protocol):
    """Somebody who looks at a patient's documents."""

    def sees(self, sight: Sight, *, on_request: bool = False) -> bool:
        """Tell whether the reader may know of it; old versions on request only."""


@frozen
class PatientSide:
    """The patient, or who stands beside them."""

    who: PatientReader

    def sees(self, sight: Sight, *, on_request: bool = False) -> bool:
        """Tell what `patient_sees` says, and `sees_version` of what was replaced."""
        return patient_sees(
            sight.visibility, sight.status, self.who, on_request=on_request
        ) and sees_version(sight.visibility, sight.newer, self.who)
