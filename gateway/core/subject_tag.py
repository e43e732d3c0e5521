"""
The tag that a doctor writes at the head of a subject, to have a plain PDF filed.

``[DMP CR-CONS masqué] Consultation du 3 mai``: the word DMP, a type, and what else is
to be said of the document. Capitals, accents and marks of an answer (``RE:``) do not
count; whatever is not understood is told, never guessed. The page for doctors is
``docs/by-mail.md``.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from attrs import field, frozen

from gateway.core.codes import DocumentType, document_types
from gateway.core.document import Visibility
from gateway.core.folding import fold

MOST_SUBJECT: Final = 1000
"""Characters of a subject that are looked at; no mail program writes more."""

_ANSWER: Final = re.compile(
    r"\s*(?:re|r[eé]f|rép|rep|tr|fw|fwd|wg|aw)\s*(?:\[\d{1,3}\])?\s*:", re.IGNORECASE
)
_BEGIN: Final = re.compile(r"\s*\[\s*dmp\b", re.IGNORECASE)
_ANYWHERE: Final = re.compile(r"\[\s*dmp\b", re.IGNORECASE)
_TAG: Final = re.compile(r"\s*\[\s*dmp\b([^\[\]]*)\]", re.IGNORECASE)
_BETWEEN: Final = re.compile(r"[\s,;]+")
_OF_PATIENTS: Final = ("DOCPAT", "EXPPAT")


class TagFault(StrEnum):
    """Why a tag says nothing that could be done."""

    NOT_CLOSED = "NOT_CLOSED"
    TWICE = "TWICE"
    NOT_FIRST = "NOT_FIRST"
    NO_TYPE = "NO_TYPE"
    UNKNOWN_TYPE = "UNKNOWN_TYPE"
    OF_PATIENTS = "OF_PATIENTS"
    """A type of what patients add themselves."""
    UNKNOWN_WORD = "UNKNOWN_WORD"


@frozen(kw_only=True)
class SubjectTag:
    """What a tag says; ``title`` is what follows it in the subject, maybe nothing."""

    kind: DocumentType
    visibility: frozenset[Visibility] = frozenset()
    informed: bool = False
    title: str = field(default="", repr=False)


def read_tag(subject: str) -> SubjectTag | TagFault | None:
    """
    Return what the tag of a subject says or why it says nothing; None: there is none.

    >>> read_tag("Résultats") is None, str(read_tag("RE: [dmp cr-cons] [DMP ARRET]"))
    (True, 'TWICE')
    >>> read_tag("TR : [DMP cr_cons, MASQUE] Consultation").title
    'Consultation'
    """
    text, found = subject[:MOST_SUBJECT], _ANYWHERE.findall(subject[:MOST_SUBJECT])
    if not found:
        return None
    while answer := _ANSWER.match(text):
        text = text[answer.end() :]
    if not _BEGIN.match(text):
        return TagFault.NOT_FIRST
    if len(found) > 1:
        return TagFault.TWICE
    tag = _TAG.match(text)
    if tag is None:
        return TagFault.NOT_CLOSED
    words = [word for word in _BETWEEN.split(tag[1]) if word]
    if not words:
        return TagFault.NO_TYPE
    return _said(words, " ".join(text[tag.end() :].split()))


def _said(words: list[str], title: str) -> SubjectTag | TagFault:
    kind = _types().get(fold(words[0]))
    if kind is None:
        is_word = fold(words[0]) in _WORDS
        return TagFault.NO_TYPE if is_word else TagFault.UNKNOWN_TYPE
    if kind.code.startswith(_OF_PATIENTS):
        return TagFault.OF_PATIENTS
    said = [_WORDS.get(fold(word)) for word in words[1:]]
    if None in said:
        return TagFault.UNKNOWN_WORD
    return SubjectTag(
        kind=kind,
        visibility=frozenset(one for one in said if isinstance(one, Visibility)),
        informed=_INFORMED in said,
        title=title,
    )


_INFORMED: Final = "informed"
_WORDS: Final[Mapping[str, Visibility | str]] = MappingProxyType(
    {
        "masque": Visibility.MASKED,
        "masquee": Visibility.MASKED,
        "masked": Visibility.MASKED,
        "invisible": Visibility.HIDDEN_FROM_PATIENT,
        "hidden": Visibility.HIDDEN_FROM_PATIENT,
        "sans representants": Visibility.HIDDEN_FROM_REPRESENTATIVES,
        "no representatives": Visibility.HIDDEN_FROM_REPRESENTATIVES,
        "informe": _INFORMED,
        "informee": _INFORMED,
        "informed": _INFORMED,
    }
)
"""What may follow the type, folded; a word of several is written with a hyphen."""


def tag_words() -> Mapping[str, DocumentType]:
    """Return the types that have a word of their own, by that word, in its order."""
    path = files("gateway.core") / "tables" / "subject_tags.csv"
    rows = csv.DictReader(path.read_text(encoding="utf-8").splitlines())
    return {row["word"]: document_types()[row["code"]] for row in rows}


@cache
def _types() -> Mapping[str, DocumentType]:
    """Return every type by what names it, folded: its word, or its code."""
    by_code = {fold(code): kind for code, kind in document_types().items()}
    return MappingProxyType(
        by_code | {fold(word): kind for word, kind in tag_words().items()}
    )
