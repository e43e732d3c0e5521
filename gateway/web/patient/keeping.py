"""Which files of a message the patient may keep as documents, and which are kept."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from attrs import frozen

from gateway.core.decision import Refuse
from gateway.core.keeping import MessageFile, Source
from gateway.core.refusals import AttachmentRefusal
from gateway.core.texts.writing import FILE_LOCKED, KEEPING_TEXTS
from gateway.documents.pdf_password import needs_password
from gateway.message.parameters import safe_name
from gateway.rights.attachment_rules import (
    PATIENT_TYPES,
    AttachmentPolicy,
    OfferedFile,
    decide_keeping,
)
from gateway.store.base.work import UnitOfWork
from gateway.store.inbox.values import AttachedFile, Direction, InboxMessage
from gateway.web.patient.attachments import OpenedFile, is_package
from gateway.web.patient.desk import PatientDesk
from gateway.web.site.forms import UploadedFile
from gateway.web.site.uploads import content_type
from gateway.web.site.visits import Visit

_HEADER_ROOM = 64 * 1024


@frozen
class KeepingOffer:
    """
    What is shown beside a file: the document it is kept as, or why it cannot be.

    Both are empty where it may be kept.
    """

    document_id: str = ""
    refusal: str = ""


@frozen
class Keeping:
    """Judges received files; what the patient sent is the patient's already."""

    desk: PatientDesk

    def offers(
        self, work: UnitOfWork, visit: Visit, messages: Iterable[InboxMessage]
    ) -> dict[MessageFile, KeepingOffer]:
        """
        Return what is said beside the files of messages, by their names and sizes.

        Of a file that is not there, nothing. Its bytes have the last word, once it is
        asked for.
        """
        files = {
            MessageFile(message.id, place): file
            for message in messages
            if message.direction is Direction.IN
            for place, file in enumerate(message.files)
            if not is_package(file)
        }
        kept = self._kept(work, visit, files)
        return {
            source: self._offer(file, kept.get(source, ""), visit.language)
            for source, file in files.items()
        }

    def _offer(self, file: AttachedFile, kept: str, language: str) -> KeepingOffer:
        ending = file.name.rpartition(".")[2].lower()
        believed = PATIENT_TYPES.get(ending, file.media_type)
        # A size that is not known is 0; nothing can be said of it before it is read.
        refusal = self._decide(file.name, file.size or 1, believed)
        return KeepingOffer(kept, say_refusal(refusal, language))

    def judge(self, file: OpenedFile) -> tuple[str, AttachmentRefusal | None]:
        """Return the type a file's bytes show, and why it cannot be kept, if so."""
        found = content_type(file.name, file.content)
        return found, self._decide(file.name, len(file.content), found)

    def document(
        self, work: UnitOfWork, visit: Visit, message_id: str, place: int
    ) -> str:
        """Return the id of the document a file is kept as, or an empty text."""
        source = MessageFile(message_id, place)
        return self._kept(work, visit, [source]).get(source, "")

    def _kept(
        self, work: UnitOfWork, visit: Visit, sources: Collection[MessageFile]
    ) -> Mapping[Source, str]:
        if not sources:
            return {}
        return self.desk.own_documents.find_each(work, visit.profile.id, sources)

    def _decide(
        self, name: str, size: int, media_type: str
    ) -> AttachmentRefusal | None:
        file = OfferedFile(name=name, size=size, content_type=media_type)
        decision = decide_keeping(file, self.policy())
        return decision.reasons[0] if isinstance(decision, Refuse) else None

    def policy(self) -> AttachmentPolicy:
        """
        Return the limits of a file that is kept.

        A document is a third larger than its file, and is read back within limits.
        """
        settings = self.desk.settings
        room = settings.cda.max_bytes * 3 // 4 - _HEADER_ROOM
        return AttachmentPolicy(max_file_bytes=min(settings.web.max_upload_bytes, room))


def say_locked(file: UploadedFile, language: str) -> str:
    """Return why a PDF that needs a password is not kept; an empty text: it opens."""
    if not needs_password(file.content):
        return ""
    name = safe_name(file.name) or "PDF"
    return FILE_LOCKED[1 if language == "en" else 0].format(name=name)


def say_refusal(refusal: AttachmentRefusal | None, language: str) -> str:
    """Return why a file cannot be kept, or an empty text where it can."""
    if refusal is None:
        return ""
    return KEEPING_TEXTS[refusal][1 if language == "en" else 0]
