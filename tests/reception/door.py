"""A door that is no mail: documents come in and are filed without any MIME."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from attrs import define, field

from gateway.core.envelope import Door, Recipient, Sender
from gateway.dmp_bridge.filing.said import said_in_metadata
from gateway.errors import InvalidError
from gateway.message.reading import find_attachments, read_parts
from gateway.reception.keeping import Answer, Failed, Reception
from gateway.reception.submission import (
    Said,
    Submission,
    SubmittedDocument,
    SubmittedDocuments,
)
from gateway.store.arrivals.arrivals import DocumentOutcome
from gateway.store.tasks.tasks import TaskKind
from tests.builders_xdm import open_package
from tests.dmp_bridge.filing.story import HOSPITAL, Story, Told

SECONDS = 20
NOTHING_SAID = Said()


@define
class DocumentDoor:
    """What a door for documents does: keeps them, and answers with what came of each"""

    reception: Reception
    story: Story
    _numbers: int = field(default=0)

    def bring(
        self,
        *documents: SubmittedDocument,
        sender: Sender = HOSPITAL,
        recipients: tuple[Recipient, ...] = (),
        identifier: str = "",
    ) -> Answer:
        """Keep documents as a door would; return the answer of the reception."""
        self._numbers += 1
        submission = Submission(
            door=Door.SUBMISSION,
            sender=sender,
            recipients=recipients or (self.story.to_patient(),),
            brings=SubmittedDocuments(
                identifier=identifier or f"1.2.{self._numbers}", documents=documents
            ),
        )
        return self.reception.keep(submission).result(SECONDS)

    def work(self) -> None:
        """File what is kept, as a worker does."""
        with self.story.database.write() as work:
            tasks = work.tasks.claim("door", [TaskKind.FILE], 10, timedelta(minutes=1))
        for task in tasks:
            job = self.story.filing(task)
            with self.story.database.write() as work:
                job(work)
                assert work.tasks.finish(task, "door")

    def file(
        self,
        *documents: SubmittedDocument,
        sender: Sender = HOSPITAL,
        recipients: tuple[Recipient, ...] = (),
    ) -> Told:
        """Keep and file documents; return what became of them."""
        answer = self.bring(*documents, sender=sender, recipients=recipients)
        assert not isinstance(answer, Failed)
        self.work()
        return self.story.told(answer.id)

    def answer(self, arrival_id: str) -> list[DocumentOutcome]:
        """Return what the door says later of a submission it kept."""
        return self.story.told(arrival_id).documents


def submitted(content: bytes, said: Said = NOTHING_SAID) -> SubmittedDocument:
    """Return a document with what its sender says of it."""
    return SubmittedDocument(content=content, said=said)


def without_mime(mail: bytes) -> Sequence[SubmittedDocument] | None:
    """
    Return the documents of a message as a door that is no mail would be given them.

    None where there is nothing such a door could bring: no document, or a package
    whose METADATA.XML cannot be read.
    """
    found = find_attachments(read_parts(mail))
    documents = []
    for archive in found.archives:
        try:
            package = open_package(archive.content())
        except InvalidError:
            return None
        for packaged in package.documents:
            said = said_in_metadata(packaged.facts, package.submissions[0])
            documents.append(SubmittedDocument(content=packaged.content, said=said))
    documents += [SubmittedDocument(content=one.content()) for one in found.documents]
    return documents or None
