"""The form that asks for the six digits of a code, wherever one is asked for."""

from __future__ import annotations

from datetime import datetime

from attrs import field, frozen

from gateway.web.patient.desk import PatientDesk
from gateway.web.site.answers import Answer
from gateway.web.site.visits import Visit


@frozen(kw_only=True)
class CodeForm:
    """
    Where the form leads; ``again`` is where another code is asked for, if it can be.

    ``wanted`` is what the code leads to; ``shown_email`` where it was sent, as this
    visitor may read it.
    """

    action: str
    back: str
    again: str = ""
    wanted: str = ""
    shown_email: str = field(default="", repr=False)
    shown_number: str = field(default="", repr=False)
    """In its place, where a text message was sent."""

    def page(
        self,
        desk: PatientDesk,
        visit: Visit,
        *,
        problem: str = "",
        tries_left: int = 0,
        until: datetime | None = None,
        status: int = 200,
    ) -> Answer:
        """Return the page, with what went wrong with the code before."""
        web = desk.settings.web
        return desk.page(
            visit,
            "prove_code.html",
            status=status,
            problem=problem,
            tries_left=tries_left,
            until=until,
            way=self,
            was_again=bool(self.again) and "again" in visit.query,
            minutes=web.code_seconds // 60,
            requests=web.code_requests,
        )

    def refused(self, desk: PatientDesk, visit: Visit, tries_left: int) -> Answer:
        """Return the page after a code that was not right."""
        problem = "wrong" if tries_left else "void"
        return self.page(
            desk, visit, problem=problem, tries_left=tries_left, status=422
        )
