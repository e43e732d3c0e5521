"""What the filing tests share: a patient, senders, and one way to send and file."""

from __future__ import annotations

import itertools

from attrs import define, evolve, field

from gateway.core.document import DocumentEntry
from gateway.core.envelope import (
    Arrival,
    Door,
    Recipient,
    RecipientKind,
    Sender,
    SenderKind,
    SubmissionForm,
)
from gateway.core.ins import Ins
from gateway.core.person import IdentityTraits
from gateway.core.vault import FiledDocument
from gateway.dmp_bridge.filing.filing import Filing
from gateway.dmp_bridge.vaults.vault import Vault
from gateway.node.vaults import open_vaults
from gateway.store.arrivals.arrivals import Arrivals, DocumentOutcome, KeptArrival
from gateway.store.base.work import Database, UnitOfWork
from gateway.store.journal import Entry, chain_of
from gateway.store.patients.decisions import Decisions, Opposition
from gateway.store.patients.profiles import Profiles
from gateway.store.tasks.tasks import Task, TaskKind
from tests.builders_arrivals import keep_arrival
from tests.builders_people import MATRICULE, TEST_RANGE, TRAITS, open_profile
from tests.builders_settings import make_settings

STRUCTURE = "1750000011"
HOSPITAL = Sender(kind=SenderKind.ORGANISATION, identity=STRUCTURE)
OPERATOR = Sender(kind=SenderKind.OPERATOR, identity="1990000001")
DOCTOR = Sender(kind=SenderKind.PERSON, identity="899700000017")


@define
class Story:
    """A database with one patient, and the filing step under given settings."""

    database: Database
    filing: Filing
    profile_id: str
    _numbers: itertools.count[int] = field(factory=itertools.count)

    @classmethod
    def begin(
        cls,
        database: Database,
        *,
        state: str = "ACTIVATED",
        traits: IdentityTraits = TRAITS,
        ins: str = MATRICULE,
        **tables: dict[str, object],
    ) -> Story:
        """Open a profile; ``tables`` are those of `gateway.toml`."""
        profile_id = open_profile(
            database, ins=Ins.of(ins, TEST_RANGE), traits=traits, state=state, email=""
        )
        settings = make_settings(**tables)
        return cls(
            database,
            Filing.from_settings(database, open_vaults(database), settings),
            profile_id,
        )

    def change(self, **values: object) -> None:
        """Change the profile: ``state=``, ``mask_by_default=``."""
        with self.database.write() as work:
            Profiles(work).change(self.profile_id, "test", **values)

    def oppose(self, **fields: str) -> None:
        """Record an opposition."""
        with self.database.write() as work:
            Decisions(work).oppose(self.profile_id, Opposition(**fields))

    def to_patient(self, profile_id: str = "") -> Recipient:
        return Recipient(
            kind=RecipientKind.PATIENT,
            address=f"{MATRICULE}@patient.mssante.test",
            target_id=profile_id or self.profile_id,
        )

    def keep(
        self,
        mail: bytes,
        *,
        sender: Sender = HOSPITAL,
        recipients: tuple[Recipient, ...] = (),
        form: SubmissionForm = SubmissionForm.MESSAGE,
    ) -> Task:
        """Keep a message as a door would; return its task."""
        number = next(self._numbers)
        door = Door.OPERATOR if sender is OPERATOR else Door.SUBMISSION
        arrival = Arrival(
            id=f"{number:032x}",
            door=door,
            sender=sender,
            reverse_path="service@hopital.mssante.test",
            recipients=recipients or (self.to_patient(),),
            content=mail,
            message_id=f"{number}@hopital.mssante.test",
            form=form,
        )
        keep_arrival(self.database, arrival)
        return Task(number, TaskKind.FILE, arrival.id, 0, self.database.clock())

    def settle(self, task: Task) -> None:
        """Run the step as a worker does."""
        job = self.filing(task)
        with self.database.write() as work:
            job(work)

    def send(
        self,
        mail: bytes,
        *,
        sender: Sender = HOSPITAL,
        recipients: tuple[Recipient, ...] = (),
        form: SubmissionForm = SubmissionForm.MESSAGE,
    ) -> Told:
        """Keep and settle a message; return what became of it."""
        task = self.keep(mail, sender=sender, recipients=recipients, form=form)
        self.settle(task)
        return self.told(task.subject)

    def told(self, arrival_id: str) -> Told:
        """Return what is recorded of a message."""
        with self.database.read() as work:
            kept = Arrivals(work).get(arrival_id)
            assert kept is not None
            return Told(
                kept,
                Arrivals(work).documents(arrival_id),
                [
                    row.kind
                    for row in work.tasks.listed()
                    if row.subject == arrival_id and row.kind != "file"
                ],
            )

    def vault(self, work: UnitOfWork) -> Vault:
        """Return the vault the documents go to."""
        return open_vaults(self.database).within(work)

    def entries(self) -> list[DocumentEntry]:
        """Return the entries of the patient's vault, last filed first."""
        with self.database.read() as work:
            vault = self.vault(work)
            return [vault.entry(one) for one in vault.listed(self.profile_id)]

    def read(self, unique_id: str) -> Filed:
        """Return a document as filed."""
        with self.database.read() as work:
            vault = self.vault(work)
            document = vault.find(unique_id)
            assert document is not None
            return Filed(document, vault.entry(document), vault.content(document))

    def lines(self) -> list[Entry]:
        """Return the journal of the patient, after checking all of it."""
        with self.database.read() as work:
            assert work.journal.verify() == []
            return list(work.journal.lines(chain_of(self.profile_id)))


@define
class Filed:
    """A document as it was filed."""

    facts: FiledDocument
    entry: DocumentEntry
    content: bytes


@define
class Told:
    """What is recorded of one message."""

    kept: KeptArrival
    documents: list[DocumentOutcome]
    tasks: list[str]

    @property
    def outcome(self) -> str:
        """The outcome for the first recipient."""
        return self.kept.recipients[0].outcome

    @property
    def deliver(self) -> bool:
        """Whether the first recipient gets the message."""
        return self.kept.recipients[0].deliver and "deliver" in self.tasks

    @property
    def codes(self) -> list[str]:
        """The outcome of each document."""
        return [one.outcome for one in self.documents]


def traits(**changes: str) -> IdentityTraits:
    """Return the patient's traits with changes."""
    return evolve(TRAITS, **changes)
