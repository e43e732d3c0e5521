"""
What may a professional do with one document of a record that they have open?

Seeing it is another question, and comes first (`professional_viewing_rules`). Filing
and withdrawing what one wrote needs no right to read (SEL-MP-037 EX_3.3-1060); a page
that shows the document needs it all the same.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Final

from attrs import frozen

from gateway.core.decision import Refuse
from gateway.core.document import Availability, Visibility
from gateway.core.habilitation import MatrixColumn
from gateway.core.reading import IN_EMERGENCY, ReadingWay
from gateway.rights.filing_facts import Ownership, StoredVersion
from gateway.rights.reading_rules import Relation
from gateway.rights.withdrawal_rules import decide_withdrawal


class RecordAct(StrEnum):
    """What is done with a document; the words stand in addresses."""

    ANNOUNCE = "announce"
    """The patient sees a result that waited for its announcement (CSP R. 1111-53)."""
    REPLACE = "replace"
    WITHDRAW = "withdraw"
    MASK = "mask"
    SHOW = "show"
    """It is masked no longer."""


class NoAct(StrEnum):
    """Why something is not done with a document."""

    NOT_THEIRS = "not theirs"
    OUTDATED = "outdated"
    """A newer version is there, or it was archived: that one is to be looked at."""
    NOTHING = "nothing"
    """It is so already."""
    NOT_ASKED = "not asked"
    """They did not say that the patient asked for it."""


@frozen(kw_only=True)
class ActFacts:
    """
    What is known when a professional does something with a document they see.

    ``version`` says whether it is theirs, or of the structure they work in. ``waits``:
    it is hidden from the patient now. ``masked`` also where the mask comes with the
    announcement; ``maskable`` is False where nothing would change. ``asked`` is what
    they tick: the patient asks for it (à la demande du patient).
    """

    act: RecordAct
    version: StoredVersion
    way: ReadingWay
    relation: Relation
    column: MatrixColumn
    visibility: frozenset[Visibility]
    masked: bool
    maskable: bool
    asked: bool = False

    @property
    def is_own(self) -> bool:
        """Whether who acts, or their structure, is among the document's authors."""
        return self.version.ownership is Ownership.SAME


Rule = Callable[[ActFacts], NoAct | None]

_MASKS: Final = frozenset({RecordAct.MASK, RecordAct.SHOW})


def is_theirs(facts: ActFacts) -> NoAct | None:
    """
    Ask whether it is theirs to do.

    An author withdraws and replaces (CSP R. 1111-51). A result is announced by its
    author, by the treating doctor, or by a doctor of the care team, who says to have
    done the announcement. A mask is the patient's word, carried out by the author or by
    the administrator whom the patient named (CSP R. 1111-49); in an emergency nobody
    was asked.
    """
    calm = facts.way not in IN_EMERGENCY
    if facts.act in _MASKS:
        may = facts.is_own or facts.relation is Relation.ADMINISTRATOR
        return None if calm and may else NoAct.NOT_THEIRS
    if facts.act is RecordAct.ANNOUNCE and calm:
        treats = facts.relation is Relation.TREATING
        in_team = facts.way is ReadingWay.TEAM
        if treats or (in_team and facts.column is MatrixColumn.DOCTOR):
            return None
    return None if facts.is_own else NoAct.NOT_THEIRS


def is_current(facts: ActFacts) -> NoAct | None:
    """Ask whether it is the version to act on; a mask goes for all of them."""
    if facts.act in _MASKS:
        return None
    if facts.act is RecordAct.WITHDRAW:
        refused = isinstance(decide_withdrawal(facts.version), Refuse)
    else:
        refused = facts.version.availability is not Availability.APPROVED
    return NoAct.OUTDATED if refused else None


def changes_something(facts: ActFacts) -> NoAct | None:
    """Ask whether it would change anything."""
    changes = {
        RecordAct.ANNOUNCE: Visibility.HIDDEN_FROM_PATIENT in facts.visibility,
        RecordAct.MASK: facts.maskable and not facts.masked,
        RecordAct.SHOW: facts.masked,
    }
    return None if changes.get(facts.act, True) else NoAct.NOTHING


def is_asked(facts: ActFacts) -> NoAct | None:
    """Ask whether the patient does, where it is for the patient to ask."""
    needs = facts.act in _MASKS
    return NoAct.NOT_ASKED if needs and not facts.asked else None


ACT_ROWS: Final[tuple[tuple[str, Rule], ...]] = (
    ("theirs", is_theirs),
    ("current", is_current),
    ("changes", changes_something),
    ("asked", is_asked),
)
"""The rules by a name that stays, in the order they are asked."""


def refuse_act(facts: ActFacts) -> NoAct | None:
    """Return why something is not done with a document, or None."""
    found = (rule(facts) for _, rule in ACT_ROWS)
    return next((why for why in found if why is not None), None)
