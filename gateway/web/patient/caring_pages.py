"""The pages of who cares for a patient: the team, agreements, a code, the doctor."""

from __future__ import annotations

from typing import Final

from attrs import frozen

from gateway.store.patients.treating import NamedDoctor
from gateway.web.patient.caring import (
    caring_now,
    choose_treating,
    doctors_among,
    from_team,
    lift_objection,
    make_code,
    take_back,
)
from gateway.web.patient.desk import PatientDesk
from gateway.web.patient.drawn_code import draw_code
from gateway.web.site.answers import Answer, redirect
from gateway.web.site.asked_names import MOST_FOUND, asked_name
from gateway.web.site.visits import Visit

_READERS: Final = "/confidentiality/readers"


@frozen
class CaringPages:
    """What a patient agreed to is theirs to see, and to take back at any time."""

    desk: PatientDesk

    def readers(self, visit: Visit) -> Answer:
        """List the treating doctor, the team, and what was agreed to."""
        with self.desk.database.read() as work:
            caring = caring_now(work, self.desk.seen(work, visit.profile.id))
        return self.desk.page(
            visit,
            "readers.html",
            caring=caring,
            done=visit.query.get("done", ""),
        )

    def take_back(self, visit: Visit) -> Answer:
        """End an agreement; who reads by it now reads no further."""
        agreement_id, profile_id = visit.form.line("id"), visit.profile.id
        self.desk.write(
            lambda work: take_back(work, self.desk.seen(work, profile_id), agreement_id)
        )
        return redirect(f"{_READERS}?done=taken-back")

    def lift(self, visit: Visit) -> Answer:
        """End the objection to being read by one professional; nothing else changes."""
        identity, profile_id = visit.form.line("who"), visit.profile.id
        self.desk.write(
            lambda work: lift_objection(
                work, self.desk.seen(work, profile_id), identity
            )
        )
        return redirect(f"{_READERS}?done=lifted")

    def ask_code(self, visit: Visit) -> Answer:
        """Say what a code does, before one is made."""
        return self._code_page(visit)

    def make_code(self, visit: Visit) -> Answer:
        """Make a code and show it, this once: it is kept nowhere that it can be read"""
        profile_id, settings = visit.profile.id, self.desk.settings.reading
        code = self.desk.write(lambda work: make_code(work, profile_id, settings))
        if code is None:
            return self._code_page(visit, status=429)
        digits = code.digits
        return self.desk.page(
            visit,
            "access_code.html",
            code=code,
            shown=f"{digits[:4]} {digits[4:]}",
            drawn=draw_code(digits),
            minutes=settings.code_minutes,
            many=False,
        )

    def _code_page(self, visit: Visit, status: int = 200) -> Answer:
        return self.desk.page(
            visit,
            "access_code.html",
            status=status,
            code=None,
            minutes=self.desk.settings.reading.code_minutes,
            many=status != 200,
        )

    def ask_treating(self, visit: Visit) -> Answer:
        """Ask who the treating doctor is: of the team, or by name."""
        return self._treating_page(visit, visit.query.get("name", ""))

    def _treating_page(self, visit: Visit, name: str, *, problem: str = "") -> Answer:
        with self.desk.database.read() as work:
            caring = caring_now(work, self.desk.seen(work, visit.profile.id))
        return self.desk.page(
            visit,
            "treating.html",
            status=422 if problem else 200,
            choices=self._choices(visit, name),
            asked=asked_name(name),
            treating=caring.treating,
            problem=problem,
        )

    def _choices(self, visit: Visit, name: str) -> list[NamedDoctor]:
        asked = asked_name(name)
        with self.desk.database.read() as work:
            if asked:
                found = self.desk.directory.search(work, asked, MOST_FOUND)
                return doctors_among(work, found)
            return from_team(caring_now(work, self.desk.seen(work, visit.profile.id)))

    def treating(self, visit: Visit) -> Answer:
        """Name one of those who were offered, or nobody any more."""
        name, profile_id = visit.form.line("name"), visit.profile.id
        if visit.form.line("nobody"):
            self.desk.write(lambda work: choose_treating(work, profile_id, None))
            return redirect(f"{_READERS}?done=nobody")
        wanted = visit.form.line("who")
        doctor = next(
            (one for one in self._choices(visit, name) if one.identity == wanted), None
        )
        if doctor is None:
            return self._treating_page(visit, name, problem="missing")
        if not self.desk.write(lambda work: choose_treating(work, profile_id, doctor)):
            return self._treating_page(visit, name, problem="blocked")
        return redirect(f"{_READERS}?done=treating")
