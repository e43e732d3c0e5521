"""What a professional's reading costs the server: the list, and one document."""

from __future__ import annotations

import time
from collections.abc import Iterator
from uuid import uuid4

from attrs import frozen

from gateway.core.folding import asked_words
from gateway.core.habilitation import MatrixColumn
from gateway.core.practice import Practice
from gateway.core.reading import ReadingWay
from gateway.dmp_bridge.reading.reading import VaultReading
from gateway.errors import UnavailableError
from gateway.measuring.page_documents import SEARCHED
from gateway.node.vaults import open_vaults
from gateway.rights.listing_rules import WantedDocuments
from gateway.rights.reading_professional import ReadingProfessional
from gateway.rights.reading_request import ReadingRequest, WantedPatient
from gateway.rights.reading_rules import SignedInBy
from gateway.settings.file import Settings
from gateway.store.base.work import Database
from gateway.store.consultations.answers import ReadDocument, ReadingList
from gateway.store.consultations.values import Consultation


@frozen
class MeasuredReading:
    """One doctor who reads in one patient's vault, over and over."""

    database: Database
    reading: VaultReading
    who: ReadingProfessional
    consultation_id: str
    document_id: str = ""

    @classmethod
    def begin(
        cls, settings: Settings, database: Database, matricule: str
    ) -> MeasuredReading:
        """
        Open a consultation, as one of the care team.

        Raises:
            UnavailableError: it was refused.
        """
        reading = VaultReading(vaults=open_vaults(database), settings=settings)
        who = ReadingProfessional(
            national_id=f"8{uuid4().int % 10**11:011d}",
            name="Dr Mesure",
            practice=Practice(
                profession="10",
                category="C",
                activity="GENR01",
                structure="1750000011",
            ),
            column=MatrixColumn.DOCTOR,
            signed_in_by=SignedInBy.CARD,
        )
        request = ReadingRequest(
            patient=WantedPatient(matricule=matricule),
            way=ReadingWay.TEAM,
            informed=True,
            agreed=True,
        )
        with database.write() as work:
            one = reading.open(work, who, request)
        if not isinstance(one, Consultation):
            raise UnavailableError(f"a reading was refused: {one.why}")
        begun = cls(database, reading, who, one.id)
        listed = begun._list()
        with database.write() as work:
            reading.note_listed(work, who, listed)
        return cls(database, reading, who, one.id, listed.entries[0].id)

    def times(self) -> Iterator[tuple[str, float]]:
        """Yield what is done by its name, and the seconds it took."""
        began = time.perf_counter()
        self._list()
        yield "a professional’s list", time.perf_counter() - began
        began = time.perf_counter()
        self._list(asked_words(SEARCHED))
        yield "a professional’s search", time.perf_counter() - began
        began = time.perf_counter()
        with self.database.write() as work:
            found = self.reading.document(
                work, self.who, self.consultation_id, self.document_id
            )
        if not isinstance(found, ReadDocument):
            raise UnavailableError("a document was not opened")
        yield "a document opened by a professional", time.perf_counter() - began

    def _list(self, words: tuple[str, ...] = ()) -> ReadingList:
        wanted = WantedDocuments(words=words)
        with self.database.read() as work:
            found = self.reading.listed(
                work, self.who, self.consultation_id, wanted, in_texts=True
            )
        if not isinstance(found, ReadingList):
            raise UnavailableError("a list was refused")
        return found
