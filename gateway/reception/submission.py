"""What a door brings: who sent it, for whom, and a message or documents."""

from __future__ import annotations

from uuid import uuid4

from attrs import Attribute, field, frozen
from attrs.validators import min_len

from gateway.core.document import AuthorEntry, Visibility
from gateway.core.envelope import Door, Recipient, RecipientKind, Sender
from gateway.core.informing import PatientInformed
from gateway.core.person import Coded
from gateway.documents.xds.values import EntryAction
from gateway.errors import InvalidError


@frozen(kw_only=True)
class Said:
    """
    What its sender says of a document, beside the document; not yet believed.

    All of it is optional, and an empty one says nothing. ``patient_id`` is a CX, None
    where no patient is named at all. ``confidentiality`` holds codes as they were
    given: levels (N, R, V) and visibility flags, in any of their spellings.
    ``replaces`` is the uniqueId or the entryUUID of the document it takes the place of.
    ``author`` and ``content_type`` are of the submission (XDS SubmissionSet).
    """

    unique_id: str = ""
    patient_id: str | None = field(default=None, repr=False)
    type_code: Coded | None = None
    confidentiality: tuple[str, ...] = ()
    action: EntryAction = EntryAction.FILE
    replaces: str = ""
    informed: PatientInformed | None = None
    author: AuthorEntry | None = None
    content_type: Coded | None = None

    @property
    def visibility(self) -> frozenset[Visibility]:
        """The visibility flags among the codes, in any spelling."""
        found = (Visibility.of(code) for code in self.confidentiality)
        return frozenset(flag for flag in found if flag is not None)


@frozen(kw_only=True)
class SubmittedDocument:
    """A document as its sender made it, and what the sender says of it."""

    content: bytes = field(repr=False)
    said: Said = Said()


@frozen(kw_only=True)
class SubmittedDocuments:
    """
    Documents that come without a message.

    ``identifier`` is the sender's own name for the whole (a SubmissionSet's uniqueId,
    the control id of an HL7 v2 message, the identifier of a Bundle): what comes again
    under it, from the same sender and with the same bytes, is the same.
    """

    identifier: str
    documents: tuple[SubmittedDocument, ...] = field(validator=min_len(1))


@frozen(kw_only=True)
class Message:
    """
    A message and its envelope.

    ``content`` is the exact bytes, ``trace`` what is kept in front of them (RFC 5321
    §4.4). ``reverse_path`` is empty for the null path; ``ret`` and ``envid`` are those
    of RFC 3461.
    """

    content: bytes = field(repr=False)
    message_id: str
    reverse_path: str = field(repr=False)
    ret: str = ""
    envid: str = ""
    trace: bytes = field(default=b"", repr=False)


def new_id() -> str:
    """Return the id of a submission, and of the arrival it becomes."""
    return uuid4().hex


@frozen(kw_only=True)
class Submission:
    """
    What any door brings to be kept; it was admitted before.

    ``id_is_derived``: the id follows from what was done, not from the bytes, so what
    comes again under the same id is the same (a second click on a page, whose message
    has another date). Otherwise the bytes tell.
    """

    id: str = field(factory=new_id)
    id_is_derived: bool = False
    door: Door
    sender: Sender
    recipients: tuple[Recipient, ...] = field(validator=min_len(1))
    brings: Message | SubmittedDocuments

    @recipients.validator
    def _have_a_place(
        self, _: Attribute[tuple[Recipient, ...]], recipients: tuple[Recipient, ...]
    ) -> None:
        if isinstance(self.brings, SubmittedDocuments) and any(
            one.kind is not RecipientKind.PATIENT for one in recipients
        ):
            raise InvalidError("documents without a message go to patients only")
