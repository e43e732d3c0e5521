"""
One's own papers: advance directives, and whom to call and what one wishes.

Each is a document of the patient, of a type of its own, in versions: the newest
replaces those before. What its form asks is said here; what stands in it is read back
from the document itself, so that it is kept in one place.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID, uuid5

from attrs import field, frozen

from gateway.core.codes import DocumentType, document_types
from gateway.core.document import DocumentEntry

_NAMESPACE: Final = UUID("9a0f7b52-8f0e-5d34-8c0c-6b1d3a5e7c10")


class PaperKind(StrEnum):
    """The papers there are; part of addresses and of facts, so never renamed."""

    DIRECTIVES = "directives"  # directives anticipées (CSP L. 1111-11)
    ENTOURAGE = "entourage"  # whom to call, personne de confiance, wishes

    @property
    def document_type(self) -> DocumentType:
        """The type it is filed under (TRE_A05), by which the matrix names readers."""
        return document_types()[_TYPES[self]]


_TYPES: Mapping[PaperKind, str] = MappingProxyType(
    {PaperKind.DIRECTIVES: "EXPPAT_3", PaperKind.ENTOURAGE: "EXPPAT_1"}
)


def paper_of(entry: DocumentEntry) -> PaperKind | None:
    """Return which paper a document of a patient is by its type, or None."""
    kinds = (kind for kind, code in _TYPES.items() if code == entry.type_code.code)
    return next(kinds, None)


class AskedAs(StrEnum):
    """How something is written in a form."""

    LINE = "line"
    TEXT = "text"
    TELEPHONE = "telephone"
    CHOICE = "choice"


@frozen(kw_only=True)
class PaperField:
    """
    One thing that a form asks; ``key`` stands in documents, so it is never renamed.

    ``most`` is in characters. ``choices`` are the words of a choice; the first says
    nothing and is not written.
    """

    key: str
    entry: AskedAs = AskedAs.LINE
    most: int = 100
    choices: tuple[str, ...] = ()


@frozen(kw_only=True)
class PaperGroup:
    """Fields that belong together. ``for_adults``: nobody under age has them."""

    key: str
    fields: tuple[PaperField, ...]
    for_adults: bool = False


MAX_WORDS: Final = 8_000
"""Characters of a long answer: four printed pages."""

TREATMENT_CHOICES: Final = ("", "yes", "no", "team")
"""Nothing said; wanted; refused; left to the team after talking with who is close."""


def _treatment(key: str) -> PaperField:
    return PaperField(key=key, entry=AskedAs.CHOICE, choices=TREATMENT_CHOICES)


def _words(key: str) -> PaperField:
    return PaperField(key=key, entry=AskedAs.TEXT, most=MAX_WORDS)


GROUPS: Mapping[PaperKind, tuple[PaperGroup, ...]] = MappingProxyType(
    {
        PaperKind.DIRECTIVES: (
            PaperGroup(key="me", fields=(PaperField(key="birth-place"),)),
            PaperGroup(key="life", fields=(_words("health"), _words("matters"))),
            PaperGroup(
                key="treatments",
                fields=(
                    _treatment("resuscitation"),
                    _treatment("breathing"),
                    _treatment("dialysis"),
                    _treatment("feeding"),
                    _treatment("sedation"),
                    _words("treatment-words"),
                ),
            ),
            PaperGroup(key="more", fields=(_words("more"),)),
        ),
        PaperKind.ENTOURAGE: (
            PaperGroup(
                key="contact",
                fields=(
                    PaperField(key="contact-name"),
                    PaperField(key="contact-link", most=60),
                    PaperField(
                        key="contact-telephone", entry=AskedAs.TELEPHONE, most=30
                    ),
                ),
            ),
            PaperGroup(
                key="trusted",
                for_adults=True,
                fields=(
                    PaperField(key="trusted-name"),
                    PaperField(key="trusted-link", most=60),
                    PaperField(
                        key="trusted-telephone", entry=AskedAs.TELEPHONE, most=30
                    ),
                    PaperField(key="trusted-address", most=300),
                    PaperField(
                        key="trusted-signed",
                        entry=AskedAs.CHOICE,
                        choices=("", "signed", "told"),
                    ),
                ),
            ),
            PaperGroup(
                key="donation",
                fields=(
                    PaperField(
                        key="donation",
                        entry=AskedAs.CHOICE,
                        choices=("", "for", "against", "close"),
                    ),
                ),
            ),
            PaperGroup(key="wishes", fields=(_words("wishes"),)),
        ),
    }
)
"""What each form asks, in its order."""


def fields_of(kind: PaperKind) -> tuple[PaperField, ...]:
    """Return all fields of a form."""
    return tuple(one for group in GROUPS[kind] for one in group.fields)


@frozen
class PaperVersion:
    """
    A version of a patient's paper: the identifiers of its document follow from it.

    >>> PaperVersion("p", PaperKind.DIRECTIVES, 1).unique_id == PaperVersion(
    ...     "p", PaperKind.DIRECTIVES, 2
    ... ).unique_id
    False
    """

    profile_id: str
    kind: PaperKind
    number: int

    @property
    def unique_id(self) -> str:
        """The id of the document, an OID (ITU-T X.667)."""
        return self._oid(f"document:{self.number}")

    @property
    def set_id(self) -> str:
        """The setId that all versions share."""
        return self._oid("set")

    def _oid(self, what: str) -> str:
        name = f"paper:{self.kind}:{self.profile_id}:{what}"
        return f"2.25.{uuid5(_NAMESPACE, name).int}"


@frozen(kw_only=True)
class PaperFile:
    """The paper as a file, signed by hand; ``media_type`` is what its bytes show."""

    media_type: str
    content: bytes = field(repr=False)


@frozen(kw_only=True)
class PaperToWrite:
    """
    A version as its patient wants it: what was said in the form, or a file.

    ``said`` holds texts by the keys of the fields, without those that say nothing.
    ``replaces`` is the uniqueId of the version before, where there is one.
    """

    version: PaperVersion
    replaces: str = ""
    said: Mapping[str, str] = field(factory=dict, repr=False)
    file: PaperFile | None = field(default=None, repr=False)
