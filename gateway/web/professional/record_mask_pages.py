"""Several documents of an open record masked at once, where the patient asks for it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import StrEnum
from functools import partial

from attrs import frozen
from twisted.logger import Logger

from gateway.errors import GatewayError, NotFoundError
from gateway.rights.record_act_rules import NoAct
from gateway.store.base.work import UnitOfWork
from gateway.store.consultations.answers import Acted, NotRead, ReadingList
from gateway.web.professional.desk import ProfessionalDesk
from gateway.web.professional.record_lines import (
    RecordLine,
    RecordLines,
    maskable,
    may_mask,
)
from gateway.web.professional.record_pages import closed_record, record_head
from gateway.web.professional.visits import ProfessionalVisit
from gateway.web.site.answers import Answer
from gateway.web.site.paging import PER_PAGE, ListPage

log = Logger()


class Became(StrEnum):
    """What became of one document that was ticked."""

    DONE = "done"
    ALREADY = "already"
    REFUSED = "refused"
    """It is not theirs to mask, or not there for them any more."""
    FAILED = "failed"
    """It could not be changed now; the others could."""


@frozen
class TickedLine:
    """A document that was ticked, as it is listed, and what became of it."""

    line: RecordLine
    became: Became


@frozen
class RecordMaskPages:
    """
    One form for several documents; each is decided and kept by itself.

    What becomes of one is told of it, and keeps back no other.
    """

    desk: ProfessionalDesk

    def ask(self, visit: ProfessionalVisit, record_id: str) -> Answer:
        """List what this professional may mask or show where the patient asks."""
        return self._show(visit, record_id)

    def do(self, visit: ProfessionalVisit, record_id: str) -> Answer:
        """Mask the documents that are ticked, or show them again, one by one."""
        form = visit.form
        ids = list(dict.fromkeys(form.all("document")))[:PER_PAGE]
        masks = form.line("to") != "shown"
        if not ids or form.line("asked") != "1":
            problem = "asked" if ids else "none"
            return self._show(visit, record_id, ticked=ids, problem=problem)
        lines = self._ticked(visit, record_id, ids)
        if isinstance(lines, NotRead):
            return closed_record(self.desk, visit, record_id)
        told: frozenset[bool] = frozenset()
        ticked = []
        for line in lines:
            answer = self._mask(visit, record_id, line.id, masks=masks, told=told)
            if isinstance(answer, NotRead):
                return closed_record(self.desk, visit, record_id, answer)
            if isinstance(answer, Acted):
                told |= {answer.is_secret}
            ticked.append(TickedLine(line, _became(answer)))
        gone = len(ids) - len(ticked)
        return self._show(visit, record_id, became=ticked, gone=gone, masks=masks)

    def _mask(
        self,
        visit: ProfessionalVisit,
        record_id: str,
        document_id: str,
        *,
        masks: bool,
        told: frozenset[bool],
    ) -> Acted | NoAct | NotRead | GatewayError:
        """Mask one in a commit of its own; what failed is returned, and said."""
        job = partial(
            self.desk.acts.mask,
            who=self.desk.reader(visit),
            consultation_id=record_id,
            document_id=document_id,
            masks=masks,
            asked=True,
            told=told,
        )
        try:
            return self.desk.write(job)
        except GatewayError as error:
            log.warn("a document was not masked: {detail}", detail=str(error))
            return error

    def _ticked(
        self, visit: ProfessionalVisit, record_id: str, ids: Collection[str]
    ) -> list[RecordLine] | NotRead:
        with self.desk.database.read() as work:
            found = self.desk.reading.listed(work, self.desk.reader(visit), record_id)
            if isinstance(found, NotRead):
                return found
            entries = maskable(found).among(ids)
            return self._made(visit, work, found).of(entries)

    def _made(
        self, visit: ProfessionalVisit, work: UnitOfWork, found: ReadingList
    ) -> RecordLines:
        vault = self.desk.open_vault(work)
        return RecordLines(vault, found, work.now, visit.language)

    def _show(
        self,
        visit: ProfessionalVisit,
        record_id: str,
        *,
        ticked: Collection[str] = (),
        problem: str = "",
        became: Sequence[TickedLine] = (),
        gone: int = 0,
        masks: bool = True,
    ) -> Answer:
        with self.desk.database.read() as work:
            found = self.desk.reading.listed(work, self.desk.reader(visit), record_id)
            if isinstance(found, NotRead):
                return closed_record(self.desk, visit, record_id)
            if not may_mask(found):
                raise NotFoundError("not found")
            entries = maskable(found)
            page = ListPage.asked(visit.query, len(entries))
            some = page.of(entries)
            lines = self._made(visit, work, found).of(some)
        return self.desk.page(
            visit,
            "record_mask.html",
            status=422 if problem else 200,
            **record_head(found.record),
            lines=lines,
            page=page,
            ticked=ticked,
            problem=problem,
            became=became,
            gone=gone,
            masks=masks,
            Became=Became,
        )


def _became(answer: Acted | NoAct | GatewayError) -> Became:
    if isinstance(answer, Acted):
        return Became.DONE
    if answer is NoAct.NOTHING:
        return Became.ALREADY
    if isinstance(answer, NoAct | NotFoundError):
        return Became.REFUSED
    return Became.FAILED
