"""What a submission brings, as values: its documents, and what is wrong with them."""

from __future__ import annotations

from attrs import field, frozen

from gateway.core.document import ClinicalDocument
from gateway.core.person import Patient
from gateway.documents.cda.header import MAX_ID
from gateway.documents.xds.values import EntryAction
from gateway.message.reading import MessageParts
from gateway.reception.submission import Said


@frozen(kw_only=True)
class FoundDocument:
    """
    One document of a submission, not yet believed, or what might be one.

    ``error`` says what the sender has to correct, and names no patient; what has one
    is not filed. ``document`` is there whenever it could be read all the same;
    ``patients`` are those whom a damaged one names. ``closed``: it could not be opened,
    so that nobody here can tell whose it is. ``sha256`` and ``sha1`` are those of the
    content in hex, of one without error. ``deflated`` is the content as its package has
    it, empty for what came otherwise. ``said`` is what the sender says beside it: in
    METADATA.XML, or to a door that is no mail. It is empty for a CDA that came alone
    and for a package that could not be opened. ``remarks`` says what the sender should
    correct although the document may be filed. ``inside`` is what hides in its body.
    ``made_from`` is the part of the message that it was made from, empty for what came
    as a document.
    """

    content: bytes = field(default=b"", repr=False)
    sha256: str = ""
    sha1: str = ""
    deflated: bytes = field(default=b"", repr=False)
    document: ClinicalDocument | None = None
    patients: tuple[Patient, ...] = field(default=(), repr=False)
    closed: bool = False
    said: Said = Said()
    error: str = ""
    remarks: tuple[str, ...] = ()
    inside: tuple[FoundDocument, ...] = field(default=(), repr=False)
    made_from: str = ""

    @property
    def readable(self) -> ClinicalDocument | None:
        """The document, if nothing is wrong with it."""
        return None if self.error else self.document

    @property
    def about(self) -> tuple[Patient, ...]:
        """Whom it names: whose it is decides whether the message may be shown."""
        return (self.document.patient,) if self.document else self.patients

    @property
    def asks_withdrawal(self) -> bool:
        """Whether it is sent again, with its own id, to be withdrawn."""
        return self.said.action is EntryAction.DELETE

    @property
    def to_correct(self) -> tuple[str, ...]:
        """What the sender is told to correct: what is wrong, or else the remarks."""
        return (self.error,) if self.error else self.remarks

    @property
    def unique_id(self) -> str:
        """The uniqueId, as the document or else its sender gives it, to its limit."""
        if self.document is not None:
            return self.document.unique_id
        return self.said.unique_id[:MAX_ID]


@frozen(kw_only=True)
class OpenedSubmission:
    """
    The documents of a submission; of a message also the address in From, if just one.

    ``parts`` is the message itself, None where there is none or it could not be read.
    """

    from_address: str = field(repr=False)
    documents: tuple[FoundDocument, ...]
    parts: MessageParts | None = None
