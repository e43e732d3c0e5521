"""The pages of the monthly proof of filing: to read, to print, to keep, to check."""

from __future__ import annotations

import json
from datetime import date
from typing import Final

from attrs import frozen

from gateway.web.professional.desk import ProfessionalDesk
from gateway.web.professional.proof import (
    MonthOfFilings,
    ProofOfFiling,
    csv_of,
    month_before,
    next_month,
    pdf_of,
)
from gateway.web.professional.visits import ProfessionalVisit
from gateway.web.site.answers import Answer, download

_EARLIEST: Final = date(2000, 1, 1)
"""Nothing was filed by a page before this month: nobody is led to an earlier one."""


@frozen
class ProofPages:
    """What one filed by pages, month by month."""

    desk: ProfessionalDesk

    def proof(self, visit: ProfessionalVisit) -> Answer:
        """Show the filings of a month with their proofs, of this one by itself."""
        return self._show(visit)

    def _show(
        self, visit: ProfessionalVisit, *, status: int = 200, is_early: bool = False
    ) -> Answer:
        month = self._month(visit)
        first = month.first
        before = month_before(first)
        after = next_month(first)
        return self.desk.page(
            visit,
            "proof.html",
            status=status,
            is_early=is_early,
            month=month,
            named=f"{first:%Y-%m}",
            before=f"{before:%Y-%m}" if before >= _EARLIEST else "",
            after=f"{after:%Y-%m}" if after <= self.desk.day(visit.now) else "",
            most=self.desk.settings.professional.proofs_shown,
        )

    def as_csv(self, visit: ProfessionalVisit) -> Answer:
        """Give the month as a table for spreadsheets."""
        month = self._month(visit)
        return download(f"{_file(month)}.csv", csv_of(month, visit.language))

    def as_pdf(self, visit: ProfessionalVisit) -> Answer:
        """Give the month as pages for paper."""
        month = self._month(visit)
        return download(f"{_file(month)}.pdf", pdf_of(month, visit, self.desk))

    def line(self, visit: ProfessionalVisit, entry_id: str) -> Answer:
        """Give the line of one filing with what proves it, as ``journal prove``."""
        first = self._first(visit)
        proof = ProofOfFiling(self.desk).line(visit, first, entry_id)
        if proof is None:
            return self._show(visit, status=409, is_early=True)
        text = json.dumps(proof, ensure_ascii=False, indent=1)
        return download(f"proof-{entry_id[:8]}.json", text.encode())

    def _month(self, visit: ProfessionalVisit) -> MonthOfFilings:
        return ProofOfFiling(self.desk).month(visit, self._first(visit))

    def _first(self, visit: ProfessionalVisit) -> date:
        """Return the first day of the month that is asked for, of this one else."""
        this_month = self.desk.day(visit.now).replace(day=1)
        try:
            first = date.fromisoformat(f"{visit.query.get('month', '')[:7]}-01")
        except ValueError:
            return this_month
        return first if _EARLIEST <= first <= this_month else this_month


def _file(month: MonthOfFilings) -> str:
    return f"depots-{month.first:%Y-%m}"
