"""Who reads, as a door has proved it, and in which situation they chose to."""

from __future__ import annotations

from attrs import field, frozen

from gateway.core.habilitation import MatrixColumn
from gateway.core.practice import Practice
from gateway.rights.habilitation_rules import NoColumn
from gateway.rights.reading_rules import SignedInBy


@frozen(kw_only=True)
class ReadingProfessional:
    """
    A professional who is signed in.

    ``national_id`` is the IDNPS, ``name`` as it is shown to the patient. ``practice``
    is the situation they chose, ``column`` what the matrix has for it, or why it has
    nothing. ``may_regulate``: the directory or the token knows them to answer emergency
    calls.
    """

    national_id: str
    name: str = field(repr=False)
    practice: Practice
    column: MatrixColumn | NoColumn
    signed_in_by: SignedInBy
    may_regulate: bool = False

    @property
    def structure(self) -> str:
        """The identifier of where they work now, empty where none is known."""
        return self.practice.structure

    @property
    def identifiers(self) -> frozenset[str]:
        """Theirs and that of the structure, as a document's owners are."""
        return frozenset({self.national_id, self.structure} - {""})

    @property
    def team(self) -> str:
        """By what the team they are of is known: the structure, or they alone."""
        return self.structure or self.national_id
