"""The page "why?": on what a filing, a refusal, a delivery or a notice rested."""

from __future__ import annotations

from collections.abc import Callable

from attrs import frozen

from gateway.errors import AlteredError, NotFoundError
from gateway.rights.visibility_rules import sees_secrets
from gateway.store.base.work import UnitOfWork
from gateway.store.journal import Action, chain_of, is_as_written
from gateway.web.patient.desk import PatientDesk
from gateway.web.patient.history import PatientHistory
from gateway.web.patient.inbox_reader import inbox_of
from gateway.web.patient.why import Why, WhyReader
from gateway.web.site.answers import Answer
from gateway.web.site.visits import Visit


@frozen
class WhyPages:
    """From the kept evidence, in the words of `gateway explain`."""

    desk: PatientDesk

    def document(self, visit: Visit, document_id: str) -> Answer:
        """Say why a document is there, and what the patient was told of it."""
        with self.desk.database.read() as work:
            reader = self._reader(work, visit)
            document = reader.seen.find(document_id)
            if document is None:
                raise NotFoundError("not found")
            found = reader.of_document(document, visit.language)
            title = reader.seen.card(document).title
        return self._page(
            visit, found, document_id, back=f"/documents/{document_id}", title=title
        )

    def message(self, visit: Visit, arrival_id: str) -> Answer:
        """Say what was decided of a message that the patient may know of."""
        with self.desk.database.read() as work:
            reader, profile_id = self._reader(work, visit), visit.profile.id
            if not inbox_of(work).seen_arrivals(profile_id, {arrival_id}):
                raise NotFoundError("not found")
            found = reader.of_message(arrival_id, visit.language)
        return self._page(visit, found, arrival_id, back="/inbox")

    def line(self, visit: Visit, seq: int) -> Answer:
        """Say on what a line of the history rests."""
        with self.desk.database.read() as work:
            chain = chain_of(visit.profile.id)
            kept = work.journal.line(chain, seq)
            if kept is None:
                raise NotFoundError("not found")
            if not is_as_written(kept):
                raise AlteredError("a line of a patient's history was altered")
            entry, reader = work.journal.opened(kept), self._reader(work, visit)
            is_told = sees_secrets(reader.seen.reader) or (
                PatientHistory(work, reader.seen).one(seq) is not None
            )
            if not is_told:
                raise NotFoundError("not found")
            found = reader.of_line(entry, visit.language)
        is_notice = entry.action == Action.NOTICE_SENT
        if not found and not is_notice:
            raise NotFoundError("not found")
        subject = entry.subject or visit.profile.id
        return self._page(visit, found, subject, back="/history", is_notice=is_notice)

    def _reader(self, work: UnitOfWork, visit: Visit) -> WhyReader:
        seen = self.desk.seen(work, visit.profile.id)
        return WhyReader(work=work, seen=seen)

    def _page(
        self,
        visit: Visit,
        found: list[Why],
        subject: str,
        *,
        back: str,
        title: str = "",
        is_notice: bool = False,
    ) -> Answer:
        profile_id = visit.profile.id
        self.desk.write(_note(subject, profile_id))
        return self.desk.page(
            visit,
            "why.html",
            found=found,
            back=back,
            title=title,
            is_notice=is_notice,
        )


def _note(subject: str, profile_id: str) -> Callable[[UnitOfWork], None]:
    """Return the job that notes in the patient's chain that evidence was read."""

    def job(work: UnitOfWork) -> None:
        chain = chain_of(profile_id)
        work.note(Action.DECISION_READ, "page", subject, chain=chain)

    return job
