"""The pages of the administrator of the profile: who is one, and naming another."""

from __future__ import annotations

from typing import Final

from attrs import frozen

from gateway.errors import NotFoundError
from gateway.store.patients.administrators import Administrators
from gateway.web.patient.correspondents import kept_from
from gateway.web.patient.desk import PatientDesk
from gateway.web.patient.naming import Nameable, Naming
from gateway.web.site.answers import Answer, redirect
from gateway.web.site.asked_names import asked_name
from gateway.web.site.visits import Visit

_PATH: Final = "/confidentiality/administrators"


@frozen
class NamingPages:
    """A professional whom the patient names has wider rights (CSP R. 1111-54)."""

    desk: PatientDesk

    def administrators(self, visit: Visit) -> Answer:
        """List who administers the profile, and how that ends."""
        with self.desk.database.read() as work:
            found = Administrators(work, visit.profile.id).all
            named = frozenset(one.identity for one in found)
            seen = self.desk.seen(work, visit.profile.id)
            hidden = kept_from(work, seen, named)
        return self.desk.page(
            visit,
            "administrators.html",
            found=[one for one in found if one.identity not in hidden],
            most=self.desk.settings.web.max_administrators,
            done=visit.query.get("done", ""),
        )

    def ask(self, visit: Visit) -> Answer:
        """Ask whom, of those who wrote or signed, or by a name."""
        return self._ask(visit, visit.query.get("name", ""))

    def _ask(self, visit: Visit, name: str, problem: str = "") -> Answer:
        asked = asked_name(name)
        return self.desk.page(
            visit,
            "administrator_new.html",
            status=422 if problem else 200,
            choices=self._candidates(visit, asked),
            asked=asked,
            problem=problem,
            most=self.desk.settings.web.max_administrators,
        )

    def _candidates(self, visit: Visit, name: str) -> list[Nameable]:
        with self.desk.database.read() as work:
            seen = self.desk.seen(work, visit.profile.id)
            return Naming(self.desk).candidates(work, seen, name)

    def name(self, visit: Visit) -> Answer:
        """Say once more whom and what it means; then name them."""
        line = visit.form.line
        asked = asked_name(line("name"))
        offered = self._candidates(visit, asked)
        who = next((one for one in offered if one.identity == line("who")), None)
        if who is None:
            return self._ask(visit, asked, "missing")
        if not line("sure"):
            return self.desk.page(
                visit,
                "administrator_ask.html",
                status=422 if line("step") else 200,
                who=who,
                asked=asked,
                missing=bool(line("step")),
            )
        fault = Naming(self.desk).name(visit, who)
        if fault is not None:
            return self._ask(visit, asked, fault.value)
        return redirect(f"{_PATH}?done=named")

    def end(self, visit: Visit) -> Answer:
        """End what somebody may, at once."""
        identity = visit.form.line("who")
        with self.desk.database.read() as work:
            seen = self.desk.seen(work, visit.profile.id)
            if kept_from(work, seen, frozenset({identity})):
                raise NotFoundError("not found")
        Naming(self.desk).end(visit, identity)
        return redirect(f"{_PATH}?done=ended")
