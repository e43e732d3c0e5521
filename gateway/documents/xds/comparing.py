"""What METADATA.XML says of a document, against what the document says itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from gateway.core.codes import find_document_type
from gateway.core.document import ClinicalDocument
from gateway.documents.xds.values import EntryFacts

_SAME_TIME: Final = timedelta(hours=26)
"""METADATA.XML may give the day alone, or the local time as if it were UTC."""


def differences(document: ClinicalDocument, facts: EntryFacts) -> tuple[str, ...]:
    """
    Return what the two say differently although it does not decide the filing.

    The vault's entry is made from the document (CI-SIS, mapping of the CDA header to
    XDS metadata), so the document has the last word; its sender is told. A fact that
    METADATA.XML leaves out differs from nothing.
    """
    said = (
        ("title", bool(facts.title) and _text(facts.title) != _text(document.title)),
        ("creationTime", _is_another_time(document, facts)),
        ("classCode", _is_another_class(document, facts)),
        (
            "languageCode",
            bool(facts.language_code)
            and facts.language_code.lower() != document.language.lower(),
        ),
    )
    return tuple(
        f"METADATA.XML and the document give different {name}"
        for name, differs in said
        if differs
    )


def _is_another_time(document: ClinicalDocument, facts: EntryFacts) -> bool:
    given = facts.creation_time
    return given is not None and abs(given - document.effective_time) >= _SAME_TIME


def _is_another_class(document: ClinicalDocument, facts: EntryFacts) -> bool:
    """Compare with the class of the type; a type that is not known has none."""
    known = find_document_type(document.type_code)
    if known is None or facts.class_code is None or not facts.class_code.code:
        return False
    return facts.class_code.code != known.document_class.code


def _text(title: str) -> str:
    return " ".join(title.split())
