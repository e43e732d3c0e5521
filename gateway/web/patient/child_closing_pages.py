"""The pages of closing a child's space, and of opening it again."""

from __future__ import annotations

from attrs import frozen

from gateway.errors import NotFoundError
from gateway.rights.life_rules import due_next
from gateway.rights.profile import ProfileState
from gateway.rights.representation_rules import ClosingStep
from gateway.web.patient.changing_pages import ChangingPages
from gateway.web.patient.child_closing import ChildClosing
from gateway.web.patient.desk import PatientDesk
from gateway.web.site.answers import Answer, redirect
from gateway.web.site.visits import Visit, person_name


@frozen
class ChildClosingPages:
    """Both have to want it, where two represent the child (code civil art. 372-2)."""

    desk: PatientDesk

    def ask(self, visit: Visit, delegation_id: str) -> Answer:
        """Say what closing means, and who has to agree; after a proof once more."""
        return ChangingPages(self.desk).to_prove(visit) or self._page(
            visit, delegation_id
        )

    def _page(self, visit: Visit, delegation_id: str, problem: str = "") -> Answer:
        with self.desk.database.read() as work:
            found = ChildClosing(self.desk).now(work, visit, delegation_id)
        due = due_next(ProfileState.CLOSED, visit.now)
        assert due is not None, "a closed space is kept for so long"
        return self.desk.page(
            visit,
            "close_child.html",
            status=422 if problem else 200,
            id=delegation_id,
            child=person_name(found.child),
            step=found.step,
            is_closed=found.is_closed,
            is_agreed=bool(found.asked_by) and found.step is ClosingStep.CLOSE,
            asked_by=found.asked_by,
            kept_until=due.at,
            problem=problem,
        )

    def close(self, visit: Visit, delegation_id: str) -> Answer:
        """Close it, or ask the other."""
        if (proof := ChangingPages(self.desk).to_prove(visit)) is not None:
            return proof
        if not visit.form.line("understood"):
            return self._page(visit, delegation_id, "understood")
        step = ChildClosing(self.desk).want(visit, delegation_id)
        if step is ClosingStep.CLOSE:
            return redirect("/people?done=closed")
        return redirect(f"/people/{delegation_id}/close")

    def take_back(self, visit: Visit, delegation_id: str) -> Answer:
        """Take back what was asked, or refuse it."""
        ChildClosing(self.desk).take_back(visit, delegation_id)
        return redirect(f"/people/{delegation_id}/others")

    def reopen(self, visit: Visit, delegation_id: str) -> Answer:
        """Open a closed space again."""
        if not ChildClosing(self.desk).reopen(visit, delegation_id):
            raise NotFoundError("not found")
        return redirect("/people?done=child")
