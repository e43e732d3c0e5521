"""Files that patients keep in the vault as documents of their own."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID, uuid5

from attrs import field, frozen

from gateway.core.codes import DocumentType, document_types

MAX_TITLE: Final = 128
"""Characters of the title of a document (CI-SIS, Structuration minimale)."""

_NAMESPACE: Final = UUID("6f0c1d7e-6a51-5d0b-9f8e-3f6b8f1f2a77")


class Category(StrEnum):
    """What patients say a document is, in the few words they are offered."""

    REPORT = "report"
    TREATMENT = "treatment"
    IMAGING = "imaging"
    BIOLOGY = "biology"
    CERTIFICATE = "certificate"
    PREVENTION = "prevention"
    ADMINISTRATIVE = "administrative"
    OTHER = "other"

    @property
    def document_type(self) -> DocumentType:
        """The type it is filed under, of those for documents of patients (TRE_A05)."""
        return document_types()[_TYPES[self]]


_TYPES: Mapping[Category, str] = MappingProxyType(
    {
        Category.REPORT: "DOCPAT03",
        Category.TREATMENT: "DOCPAT02",
        Category.IMAGING: "DOCPAT04",
        Category.BIOLOGY: "DOCPAT05",
        Category.CERTIFICATE: "DOCPAT07",
        Category.PREVENTION: "DOCPAT06",
        Category.ADMINISTRATIVE: "DOCPAT09",
        # Not DOCPAT10: no text read gives it a label, and vaults do not list it yet.
        Category.OTHER: "EXPPAT_2",
    }
)


class _Identified(ABC):
    """What the identifiers of a document and of its versions follow from."""

    __slots__ = ()

    @property
    @abstractmethod
    def _name(self) -> str:
        """What no other file has."""

    @property
    def unique_id(self) -> str:
        """The id of the document, an OID (ITU-T X.667)."""
        return _oid("document", self._name)

    @property
    def set_id(self) -> str:
        """The setId of its versions."""
        return _oid("set", self._name)


@frozen
class MessageFile(_Identified):
    """
    A file of a patient's message by its place, and the identifiers of its document.

    They follow from the message and the place, so that the same file kept twice is
    one document, whoever clicks twice and on whichever node.

    >>> MessageFile("m", 0).unique_id == MessageFile("m", 0).unique_id
    True
    >>> MessageFile("m", 0).unique_id == MessageFile("m", 1).unique_id
    False
    """

    message_id: str
    place: int
    again: int = 0
    """How often its document was deleted before: the next is another document."""

    @property
    def said(self) -> Mapping[str, Any]:
        """What the journal says of where it is from."""
        return {"message": self.message_id, "place": self.place}

    @property
    def _name(self) -> str:
        return f"{self.message_id}:{self.place}{_again(self.again)}"


@frozen
class AddedFile(_Identified):
    """
    A file that a patient adds, by the form it came in: sent twice, it is one document.

    ``once`` comes from the browser; the patient is part of the identifiers, so that
    nobody's form can be that of somebody else.

    >>> AddedFile("p", "a").unique_id == AddedFile("q", "a").unique_id
    False
    """

    profile_id: str
    once: str
    again: int = 0

    @property
    def said(self) -> Mapping[str, Any]:
        """What the journal says of where it is from: nothing more."""
        return {}

    @property
    def _name(self) -> str:
        return f"added:{self.profile_id}:{self.once}{_again(self.again)}"


Source = MessageFile | AddedFile


def _again(number: int) -> str:
    return f":{number}" if number else ""


def _oid(what: str, name: str) -> str:
    return f"2.25.{uuid5(_NAMESPACE, f'{what}:{name}').int}"


@frozen(kw_only=True)
class FileToKeep:
    """
    A file as its patient wants it kept; ``media_type`` is what its bytes show.

    ``is_secret``: of a message that representatives know nothing of, so that they must
    not know of the document either.

    ``day`` is the day the patient says it is of, None where nothing was said.
    """

    source: Source
    title: str = field(repr=False)
    category: Category
    media_type: str
    content: bytes = field(repr=False)
    day: date | None = None
    is_secret: bool = False


@frozen
class KeptDocument:
    """The document of a kept file, by its id in the vault; there before or new."""

    document_id: str
    was_there: bool
