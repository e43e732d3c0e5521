"""The first page of the professionals' space, and where a patient is looked for."""

from __future__ import annotations

from attrs import frozen

from gateway.rights.reading_rules import SignedInBy
from gateway.store.habilitation.matrices import Matrices
from gateway.store.professionals.accounts import ProfessionalAccounts
from gateway.web.professional.desk import ProfessionalDesk
from gateway.web.professional.situations import shown
from gateway.web.professional.visits import ProfessionalVisit
from gateway.web.site.answers import Answer


@frozen
class ProfessionalHomePages:
    """What there is behind the sign-in."""

    desk: ProfessionalDesk

    def home(self, visit: ProfessionalVisit) -> Answer:
        """Say who is signed in and what they may read, or why nothing."""
        with self.desk.database.read() as work:
            matrix = Matrices(work).in_force(self.desk.day(work.now))
            account = ProfessionalAccounts(work).get(visit.held_session.account.id)
        situation = shown(0, visit.practice, visit.column, matrix, visit.language)
        return self.desk.page(
            visit,
            "home.html",
            opens=situation,
            unreached=account.unreached_since if account else None,
            is_alone=visit.signed_in_by is SignedInBy.CERTIFICATE_ALONE,
            several=len(visit.professional.practices) > 1,
            way=visit.held_session.sign_in.way.value,
        )
