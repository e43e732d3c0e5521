"""The first page of the professionals' space, and where a patient is looked for."""

from __future__ import annotations

from attrs import frozen

from gateway.core.habilitation import column_texts
from gateway.core.ins import has_valid_key
from gateway.rights.habilitation_rules import NoColumn
from gateway.rights.reading_rules import SignedInBy
from gateway.store.habilitation.matrices import Matrices
from gateway.web.professional.desk import ProfessionalDesk
from gateway.web.professional.situations import shown
from gateway.web.professional.visits import ProfessionalVisit
from gateway.web.site.answers import Answer

_LONGEST = 30


@frozen
class ProfessionalHomePages:
    """What there is behind the sign-in."""

    desk: ProfessionalDesk

    def home(self, visit: ProfessionalVisit) -> Answer:
        """Say who is signed in and what they may read, or why nothing."""
        with self.desk.database.read() as work:
            matrix = Matrices(work).in_force(self.desk.day(work.now))
        situation = shown(0, visit.practice, visit.column, matrix, visit.language)
        return self.desk.page(
            visit,
            "home.html",
            opens=situation,
            is_alone=visit.signed_in_by is SignedInBy.CERTIFICATE_ALONE,
            several=len(visit.professional.practices) > 1,
            way=visit.held_session.sign_in.way.value,
        )

    def search(self, visit: ProfessionalVisit) -> Answer:
        """Ask for the number of a patient, or say why nobody may be looked for."""
        return self._search(visit)

    def find(self, visit: ProfessionalVisit) -> Answer:
        """Take a number; say what is wrong with it, or that nobody can be shown."""
        number = "".join(visit.form.line("ins").split()).upper()
        if not visit.may_read:
            return self._search(visit, status=403)
        problem = "closed" if has_valid_key(number) else "wrong"
        return self._search(visit, problem=problem, status=422)

    def _search(
        self, visit: ProfessionalVisit, *, problem: str = "", status: int = 200
    ) -> Answer:
        column = visit.column
        return self.desk.page(
            visit,
            "search.html",
            status=status,
            problem=problem,
            number=visit.form.line("ins")[:_LONGEST],
            why=column.value if isinstance(column, NoColumn) else "",
            is_alone=visit.signed_in_by is SignedInBy.CERTIFICATE_ALONE,
            column=""
            if isinstance(column, NoColumn)
            else column_texts()[column].name(visit.language),
        )
