"""Professionals who read in the tests, and the service they ask."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from attrs import define, evolve

from gateway.core.habilitation import MatrixColumn
from gateway.core.practice import Practice
from gateway.core.reading import ReadingRefusal, ReadingWay
from gateway.dmp_bridge.reading.acting import RecordActing
from gateway.dmp_bridge.reading.reading import VaultReading
from gateway.node.vaults import open_vaults
from gateway.rights.reading_professional import ReadingProfessional
from gateway.rights.reading_request import ReadingRequest, WantedPatient
from gateway.rights.reading_rules import EmergencyDeclaration, SignedInBy
from gateway.store.base.work import Database, UnitOfWork
from gateway.store.consultations.answers import (
    NotRead,
    ReadDocument,
    ReadingList,
)
from gateway.store.consultations.values import Consultation
from gateway.store.journal import Entry, chain_of
from tests.builders_people import MATRICULE, open_profile
from tests.builders_settings import make_settings
from tests.fakes import SetClock

T = TypeVar("T")
LETTER, SUMMARY, DIRECTIVES = "11490-0", "60591-5", "EXPPAT_3"
HOSPITAL, OFFICE = "1750000011", "1310000027"
DOCTOR = ReadingProfessional(
    national_id="899700000017",
    name="Dr Samuel LEMAÎTRE",
    practice=Practice(
        profession="10", structure=HOSPITAL, place="CHU de l’Estuaire", town="Nantes"
    ),
    column=MatrixColumn.DOCTOR,
    signed_in_by=SignedInBy.CARD,
)
COLLEAGUE = evolve(DOCTOR, national_id="899700000025", name="Dr Inès FAURE")
LOCUM = evolve(
    DOCTOR,
    national_id="899700000033",
    name="Dr Hugo PERRIN",
    practice=Practice(profession="10", structure=OFFICE, place="Cabinet du Port"),
)
NURSE = evolve(
    DOCTOR,
    national_id="899700000041",
    name="Nadia BENALI",
    column=MatrixColumn.NURSE,
    practice=evolve(DOCTOR.practice, profession="60"),
)
REGULATOR = evolve(
    DOCTOR,
    national_id="899700000058",
    name="Dr Léa ROY",
    may_regulate=True,
    practice=Practice(profession="10", structure="1440000099", place="SAMU 44"),
)
REASON = "Malaise avec perte de connaissance"
DECLARED = EmergencyDeclaration(is_ticked=True, reason=REASON)
BY_INS = WantedPatient(matricule=MATRICULE)
BY_NAMES = WantedPatient(family="Pat-Trois", given="Dominique", birth_date="19790328")
TEAM = ReadingRequest(patient=BY_INS, way=ReadingWay.TEAM, informed=True, agreed=True)
TEAM_AGAIN = evolve(TEAM, agreed=False)
ONCE = evolve(TEAM, way=ReadingWay.CONSENT)
ONCE_AGAIN = evolve(ONCE, agreed=False)
EMERGENCY = ReadingRequest(patient=BY_INS, way=ReadingWay.EMERGENCY, declared=DECLARED)
REGULATION = ReadingRequest(
    patient=BY_INS,
    way=ReadingWay.REGULATION,
    declared=EmergencyDeclaration(is_ticked=True),
)


@define
class Ward:
    """The service on a database with one patient, and what is asked of it."""

    database: Database
    patient: str
    reading: VaultReading

    @property
    def acting(self) -> RecordActing:
        return RecordActing(self.reading)

    @classmethod
    def open(cls, database: Database, **reading: Any) -> Ward:
        """Open a patient's vault; ``reading`` is what ``[reading]`` says."""
        return cls.of(database, open_profile(database), **reading)

    @classmethod
    def of(cls, database: Database, patient: str, **reading: Any) -> Ward:
        """Return the service on the vault of a patient who is there."""
        settings = make_settings(reading=reading) if reading else make_settings()
        service = VaultReading(vaults=open_vaults(database), settings=settings)
        return cls(database, patient, service)

    def later(self, **parts: float) -> None:
        """Let time pass."""
        cast("SetClock", self.database.clock).advance(**(parts or {"seconds": 1}))

    def write(self, job: Callable[[UnitOfWork], T]) -> T:
        self.later()
        with self.database.write() as work:
            return job(work)

    def ask(
        self, who: ReadingProfessional, request: ReadingRequest
    ) -> Consultation | NotRead:
        return self.write(lambda work: self.reading.open(work, who, request))

    def opened(
        self, who: ReadingProfessional = DOCTOR, request: ReadingRequest = TEAM
    ) -> Consultation:
        """Open a consultation that is not refused."""
        found = self.ask(who, request)
        assert isinstance(found, Consultation), found
        return found

    def why(
        self, who: ReadingProfessional, request: ReadingRequest
    ) -> ReadingRefusal | None:
        """Return why somebody is refused, None where they are not."""
        found = self.ask(who, request)
        return found.why if isinstance(found, NotRead) else None

    def end(self, who: ReadingProfessional, one: Consultation) -> None:
        self.write(lambda work: self.reading.end(work, who, one.id))

    def listed(
        self, who: ReadingProfessional, one: Consultation, **asked: Any
    ) -> ReadingList | NotRead:
        with self.database.read() as work:
            return self.reading.listed(work, who, one.id, **asked)

    def seen(
        self, who: ReadingProfessional, one: Consultation, **asked: Any
    ) -> set[str]:
        """Return the ids of what somebody sees."""
        found = self.listed(who, one, **asked)
        assert isinstance(found, ReadingList), found
        return {each.id for each in found.entries}

    def read(
        self, who: ReadingProfessional, one: Consultation, document_id: str
    ) -> ReadDocument | NotRead | None:
        return self.write(
            lambda work: self.reading.document(work, who, one.id, document_id)
        )

    def lines(self, action: str = "") -> list[Entry]:
        """Return the lines of the patient's history, oldest first."""
        with self.database.read() as work:
            return [
                one
                for one in work.journal.lines(chain_of(self.patient))
                if one.action.startswith(action)
            ]
