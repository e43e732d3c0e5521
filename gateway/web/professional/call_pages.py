"""
Where programs of professionals call: a form from elsewhere, which does nothing.

No cookie is looked at where it comes in: the session is asked for by the page that it
leads to, and that one waits for a button.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from attrs import frozen

from gateway.core.calls import CallFault, CallFor, ProgramCall
from gateway.web.professional.calling import CALL, Calls, read_call
from gateway.web.professional.desk import ProfessionalDesk
from gateway.web.professional.visits import ProfessionalVisit
from gateway.web.site.answers import Answer, redirect, with_query

_LEADS: Final = {
    CallFor.RECORD: "/patients",
    CallFor.FILE: "/file",
    CallFor.WRITE: "/write",
}


@frozen
class CallPages:
    """The address that programs send a patient to, and what is said of a wrong call."""

    desk: ProfessionalDesk

    def take(self, visit: ProfessionalVisit) -> Answer:
        """
        Have the browser carry what a program says to the page it is for.

        Nobody is looked up, and nothing is written: the form may come from anywhere.
        """
        seconds = self.desk.settings.professional.call_seconds
        call = read_call(visit.body) if seconds else CallFault.CLOSED
        if not isinstance(call, ProgramCall):
            return redirect(with_query("/call", {"why": call.value}))
        calls = Calls(self.desk.database.keys, timedelta(seconds=seconds))
        way = with_query(_LEADS[call.wants], {"called": "1"})
        kept = calls.seal(call, visit.now)
        return redirect(way).with_cookie(CALL, kept, lasting=True, seconds=seconds)

    def why(self, visit: ProfessionalVisit) -> Answer:
        """Say why a call led nowhere, and what to do."""
        said = visit.query.get("why", "")
        why = said if said in set(CallFault) else ""
        status = 422 if why else 200
        return self.desk.page(visit, "call.html", status=status, why=why)
