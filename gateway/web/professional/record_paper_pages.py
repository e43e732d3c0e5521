"""A patient's own papers in an open record: directives, whom to call, wishes."""

from __future__ import annotations

from attrs import frozen

from gateway.core.listed_columns import ListedDocuments
from gateway.core.papers import PaperKind
from gateway.rights.listing_rules import WantedDocuments
from gateway.store.consultations.answers import NotRead, ReadingList
from gateway.web.professional.desk import ProfessionalDesk
from gateway.web.professional.record_lines import RecordLines
from gateway.web.professional.record_pages import (
    closed_record,
    note_listed,
    record_head,
)
from gateway.web.professional.visits import ProfessionalVisit
from gateway.web.site.answers import Answer


@frozen
class RecordPaperPages:
    """
    The place of one's own papers, among what the rules let this professional see.

    What is not seen and what was never written have one page, in the same words.
    """

    desk: ProfessionalDesk

    def papers(self, visit: ProfessionalVisit, record_id: str) -> Answer:
        """List the papers that are seen; each is opened as any other document is."""
        who = self.desk.reader(visit)
        with self.desk.database.read() as work:
            found = self.desk.reading.listed(work, who, record_id, WantedDocuments())
            if isinstance(found, NotRead):
                return closed_record(self.desk, visit, record_id)
            made = RecordLines(
                self.desk.open_vault(work), found, work.now, visit.language
            )
            papers = {
                kind.value: made.of(_of_type(found, kind.document_type.code))
                for kind in PaperKind
            }
        note_listed(self.desk, visit, found)
        return self.desk.page(
            visit, "record_papers.html", **record_head(found.record), papers=papers
        )


def _of_type(found: ReadingList, code: str) -> ListedDocuments:
    return found.entries.having(lambda one: one.type_code == code)
