"""Naming a patient by number and birth date, which nobody may do by guessing."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from attrs import frozen

from gateway.store.journal import Action
from gateway.store.patients.profiles import Profile, Profiles
from gateway.web.professional.desk import ProfessionalDesk
from gateway.web.professional.visits import ProfessionalVisit

_MISSED: Final = "patient-not-found"
_HOUR: Final = timedelta(hours=1)
LONGEST_NUMBER: Final = 30


class NoPatient(StrEnum):
    """What stands against naming a patient; each has its words in the page."""

    NUMBER = "number"
    BORN = "born"
    RECORD = "record"
    TOO_OFTEN = "too often"
    NOBODY = "nobody"


@frozen
class NamedPatients:
    """Who is named by a form; of whoever tries too often nothing is looked up."""

    desk: ProfessionalDesk

    def named(
        self, visit: ProfessionalVisit, number: str, born: str
    ) -> Profile | NoPatient:
        """
        Return the patient whom a form names by number and birth date, or why nobody.

        A miss is counted and kept: of too many nothing more is looked up.
        """
        if not number:
            return NoPatient.NUMBER
        try:
            day = date.fromisoformat(born)
        except ValueError:
            return NoPatient.BORN
        if self.missed_often(visit):
            return NoPatient.TOO_OFTEN
        profile = self.of_number(number, day)
        if profile is None:
            self.miss(visit)
            return NoPatient.NOBODY
        return profile

    def of_number(self, matricule: str, born: date) -> Profile | None:
        """
        Return the patient of a number and of a birth date, or None.

        Both have to be theirs: a wrong number is nobody's, and who guesses is told
        neither whether somebody has a profile here, nor who it is.
        """
        with self.desk.database.read() as work:
            profile = Profiles(work).find_open(matricule=matricule)
        known = profile.traits.birth_date if profile else ""
        return profile if known and f"{born:%Y%m%d}".startswith(known) else None

    def missed_often(self, visit: ProfessionalVisit) -> bool:
        """Tell whether somebody named patients in vain as often as is let."""
        most = self.desk.settings.professional.file_misses
        with self.desk.database.read() as work:
            missed = work.journal.last_about(
                visit.held_session.account.id,
                Action.PAGE_REFUSED,
                outcome=_MISSED,
                since=work.now - _HOUR,
                most=most,
            )
        return len(missed) >= most

    def miss(self, visit: ProfessionalVisit) -> None:
        """Leave a trace of a patient who was named in vain."""
        account_id = visit.held_session.account.id
        self.desk.write(
            lambda work: work.note(
                Action.PAGE_REFUSED, _MISSED, account_id, who="professional"
            )
        )
