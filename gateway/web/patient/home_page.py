"""The page that signing in leads to."""

from __future__ import annotations

from attrs import frozen

from gateway.core.papers import PaperKind
from gateway.message.address import MailAddress
from gateway.store.patients.profiles import Profile
from gateway.store.patients.reaching import Reaching
from gateway.web.patient.desk import PatientDesk
from gateway.web.patient.home import Home
from gateway.web.site.answers import Answer, redirect
from gateway.web.site.visits import Visit, first_name


@frozen
class HomePage:
    """What there is to do, then what is new, then the rest."""

    desk: PatientDesk

    def home(self, visit: Visit) -> Answer:
        """Show the first page of the space."""
        profile = visit.profile
        with self.desk.database.read() as work:
            papers = self.desk.papers.now(work, profile.id, PaperKind.DIRECTIVES)
            unreached = None
            if visit.acting is None:
                unreached = Reaching(work).unreached(profile)
            home = Home.of(work, profile.id, self.desk.seen(work, profile.id))
            return self.desk.page(
                visit,
                "home.html",
                work=work,
                home=home,
                review=papers.review_at is not None and papers.review_at <= visit.now,
                unreached=unreached,
                first_name=first_name(profile),
                address=own_address(self.desk, profile),
            )

    def address_works(self, visit: Visit) -> Answer:
        """Take the patient's word that their e-mail address is right."""
        self.desk.write(lambda work: Reaching(work).works(visit.profile))
        return redirect("/home")


def own_address(desk: PatientDesk, profile: Profile) -> str:
    """Return the secure address of a patient."""
    return str(MailAddress(profile.ins.matricule, desk.settings.domains.patient))
