"""The page that says who told the patient that documents are filed, when and how."""

from __future__ import annotations

from attrs import frozen

from gateway.core.texts.informing import CHANNEL_TEXTS
from gateway.store.patients.informed import InformedPatients
from gateway.web.patient.correspondents import kept_from
from gateway.web.patient.desk import PatientDesk
from gateway.web.site.answers import Answer, redirect
from gateway.web.site.paging import ListPage
from gateway.web.site.visits import Visit


@frozen
class InformedPages:
    """What the structures declared; who declared nothing is not there."""

    desk: PatientDesk

    def informed(self, visit: Visit) -> Answer:
        """List the structures that say they told the patient, the newest first."""
        with self.desk.database.read() as work:
            every = InformedPatients(work, visit.profile.id).all
            seen = self.desk.seen(work, visit.profile.id)
            hidden = kept_from(work, seen, {one.teller.number for one in every})
            found = [one for one in every if one.teller.number not in hidden]
            nameless = {one.teller.number for one in found if not one.teller.name}
            names = self.desk.directory.names(work, nameless) if nameless else {}
        page = ListPage.asked(visit.query, len(found))
        if not page.is_there:
            return redirect(f"/confidentiality/informed?page={page.pages}")
        language = visit.language
        return self.desk.page(
            visit,
            "informed.html",
            found=[
                (one, CHANNEL_TEXTS[one.how.by].said(language))
                for one in page.of(found)
            ],
            names=names,
            total=len(found),
            number=page.number,
            pages=page.pages,
        )
