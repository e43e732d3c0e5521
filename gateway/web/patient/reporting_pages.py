"""The pages of "I don't know this person": the report, and what came of it."""

from __future__ import annotations

from attrs import frozen

from gateway.web.patient.desk import PatientDesk
from gateway.web.patient.reporting import (
    MOST_TEXT,
    ReportLimits,
    ReportSource,
    report,
    reports_of,
    source_of_report,
)
from gateway.web.site.answers import Answer, redirect
from gateway.web.site.visits import Visit


@frozen
class ReportingPages:
    """Block at once, and tell the operator of the service, who answers."""

    desk: PatientDesk

    def reports(self, visit: Visit) -> Answer:
        """List what the patient reported, each with what was done about it."""
        with self.desk.database.read() as work:
            found = reports_of(work, visit.profile.id)
        return self.desk.page(
            visit, "reports.html", found=found, done=visit.query.get("done", "")
        )

    def ask(self, visit: Visit) -> Answer:
        """Ask whom, and whether to block them."""
        with self.desk.database.read() as work:
            seen = self.desk.seen(work, visit.profile.id)
            source = source_of_report(work, seen, visit.query)
        return self._form(visit, source)

    def _form(self, visit: Visit, source: ReportSource, problem: str = "") -> Answer:
        return self.desk.page(
            visit,
            "report.html",
            status=422 if problem else 200,
            source=source,
            problem=problem,
            text=visit.form.text("text"),
            chosen=visit.form.line("who"),
            blocks=not problem or bool(visit.form.line("block")),
            most_text=MOST_TEXT,
        )

    def report(self, visit: Visit) -> Answer:
        """Report one of those who were offered; block them with it if asked."""
        with self.desk.database.read() as work:
            seen = self.desk.seen(work, visit.profile.id)
            source = source_of_report(work, seen, visit.form.fields)
        named = visit.form.line("who")
        who = next((one for one in source.people if one.identity == named), None)
        text = visit.form.text("text").strip()
        if who is None:
            return self._form(visit, source, "who")
        if len(text) > MOST_TEXT:
            return self._form(visit, source, "text")
        profile_id, web = visit.profile.id, self.desk.settings.web
        limits = ReportLimits(inquiries=web.max_inquiries, blocks=web.max_blocks)
        full = self.desk.write(
            lambda work: report(
                work,
                profile_id,
                source,
                who,
                text,
                blocks=bool(visit.form.line("block")),
                limits=limits,
            )
        )
        if full:
            return self._form(visit, source, full)
        return redirect("/reports?done=1")
