"""What a list knows of a document, made of its row and its entry."""

from __future__ import annotations

from typing import Final

from gateway.core.codes import type_label
from gateway.core.document import DocumentEntry
from gateway.core.document_kinds import kind_of
from gateway.core.folding import fold
from gateway.core.habilitation import IMAGING_OBJECT
from gateway.core.listing import ListEntry, bits_of, moment_of
from gateway.core.vault import FiledDocument
from gateway.documents.xds.naming import person_name, structure_name

_MOST_PEOPLE: Final = 20
_MOST_NAME: Final = 200
_MOST_WORDS: Final = 600
"""Characters of a title and a type that are searched."""


def list_entry(document: FiledDocument, entry: DocumentEntry) -> ListEntry:
    """Return the entry of a list, whatever is odd in the document's own."""
    people = [person_name(author.person)[:_MOST_NAME] for author in entry.authors]
    named = dict.fromkeys(name for name in people if name)
    structures = (structure_name(author)[:_MOST_NAME] for author in entry.authors)
    kind = entry.type_code.label
    said = (entry.title or kind, kind, type_label(entry.type_code, "en"))
    return ListEntry(
        id=document.id,
        care_at=moment_of(entry.service_start_time or document.creation_time),
        filed_at=moment_of(document.filed_at),
        visible_at=moment_of(document.visible_at) if document.visible_at else 0,
        flags=bits_of(document.flags),
        flags_then=bits_of(document.flags_then),
        status=document.status.value,
        is_read=document.read_at is not None,
        kind=kind_of(entry),
        type_code=document.type_code,
        words=fold(" ".join(dict.fromkeys(said)))[:_MOST_WORDS],
        people=tuple(named)[:_MOST_PEOPLE],
        structure=next((name for name in structures if name), ""),
        replaced_by=document.replaced_by,
        owners=tuple(sorted(document.owners)),
        is_imaging_object=document.mime_type == IMAGING_OBJECT,
    )
