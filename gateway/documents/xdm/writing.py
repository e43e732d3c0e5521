"""IHE_XDM.ZIP, written: what `gateway send` and a patient's answer put in a mail."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from types import MappingProxyType

from attrs import field, frozen

from gateway.core.document import DocumentEntry, SubmissionSet
from gateway.core.informing import PatientInformed
from gateway.documents.media import normal_type
from gateway.documents.xdm.archive import write_archive
from gateway.documents.xdm.package import FOLDER, INDEX, METADATA, README
from gateway.documents.xds.values import EntryAction
from gateway.documents.xds.writing import ListedDocument, write_metadata
from gateway.errors import InvalidError

SUBSET = f"{FOLDER}/SUBSET01"

_EXTENSIONS: Mapping[str, str] = MappingProxyType(
    {
        "text/xml": "XML",
        "application/pdf": "PDF",
        "application/dicom": "DCM",
        "text/plain": "TXT",
        "text/rtf": "RTF",
        "image/jpeg": "JPG",
        "image/png": "PNG",
        "image/tiff": "TIF",
    }
)


@frozen(kw_only=True)
class OutgoingDocument:
    """
    A document to pack: its entry, whose hash and size are of exactly these bytes.

    ``replaced_uuid`` is the entryUUID of the entry it replaces, where it is known.
    """

    entry: DocumentEntry
    content: bytes = field(repr=False)
    action: EntryAction = EntryAction.FILE
    replaced_uuid: str = ""


@frozen(kw_only=True)
class PackageSender:
    """Who sends and with what program, for the README and the index; people read it."""

    name: str = field(repr=False)
    structure: str = ""
    address: str = ""
    telephone: str = ""
    application: str = "gateway"
    version: str = ""
    editor: str = ""


def write_package(
    documents: Sequence[OutgoingDocument],
    submission: SubmissionSet,
    sender: PackageSender,
    moment: datetime,
    informed: PatientInformed | None = None,
) -> bytes:
    """
    Return an IHE_XDM.ZIP with one SUBSET; the same arguments give the same bytes.

    ``moment`` dates the files of the archive, as local time without zone. ``informed``
    is how the patient was told of the filing, where that is to be said.

    Raises:
        InvalidError: no document, or one whose entry is of other bytes.
    """
    if not documents:
        raise InvalidError("a package needs a document")
    names = []
    listed = []
    for number, document in enumerate(documents, 1):
        _check_entry(document)
        name = file_name(number, document.entry.mime_type)
        names.append(name)
        listed.append(
            ListedDocument(
                entry=document.entry,
                uri=name,
                action=document.action,
                replaced_uuid=document.replaced_uuid,
            )
        )
    files = [
        (README, _readme(sender, names).encode()),
        (INDEX, _index(sender, names, documents).encode()),
        (f"{SUBSET}/{METADATA}", write_metadata(submission, listed, informed)),
    ]
    files += [
        (f"{SUBSET}/{name}", document.content)
        for name, document in zip(names, documents, strict=True)
    ]
    return write_archive(files, moment)


def file_name(number: int, media_type: str) -> str:
    """
    Return the name of the n-th document: upper case, 8.3 (ISO 9660 level 1).

    >>> file_name(1, "text/xml"), file_name(12, "application/x-unknown")
    ('DOC0001.XML', 'DOC0012.BIN')
    """
    return f"DOC{number:04d}.{_EXTENSIONS.get(normal_type(media_type), 'BIN')}"


def _check_entry(document: OutgoingDocument) -> None:
    entry, content = document.entry, document.content
    if entry.size != len(content) or entry.hash.lower() != _sha1(content):
        raise InvalidError("a document to pack differs from its entry")


def _sha1(content: bytes) -> str:
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()


def _sender_lines(sender: PackageSender) -> list[str]:
    told = (
        ("Nom", sender.name),
        ("Structure", sender.structure),
        ("Adresse", sender.address),
        ("Téléphone", sender.telephone),
    )
    return [f"{label} : {' '.join(text.split())}" for label, text in told if text]


def _readme(sender: PackageSender, names: Sequence[str]) -> str:
    program = " ".join(
        part for part in (sender.application, sender.version, sender.editor) if part
    )
    lines = [
        "ÉMETTEUR",
        *_sender_lines(sender),
        "",
        "APPLICATION ÉMETTRICE",
        program,
        "",
        "INSTRUCTIONS",
        "Cette archive contient des documents de santé et leur description.",
        "Ouvrez-la avec un logiciel de santé, ou ouvrez INDEX.HTM pour en voir la",
        "liste. Elle est destinée au seul destinataire du message qui la porte.",
        "",
        "ARBORESCENCE",
        README,
        INDEX,
        FOLDER,
        "  SUBSET01",
        f"    {METADATA}",
        *(f"    {name}" for name in names),
        "",
    ]
    return "\r\n".join(lines)


def _index(
    sender: PackageSender, names: Sequence[str], documents: Sequence[OutgoingDocument]
) -> str:
    told = "<br />".join(escape(line) for line in _sender_lines(sender))
    items = "\n".join(
        f'      <li><a href="{SUBSET}/{name}">{escape(document.entry.title or name)}'
        f"</a> ({name})</li>"
        for name, document in zip(names, documents, strict=True)
    )
    return f"""<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" lang="fr" xml:lang="fr">
  <head>
    <meta charset="UTF-8" />
    <title>Documents de santé</title>
  </head>
  <body>
    <h1>Documents de santé</h1>
    <p>{told}</p>
    <p><a href="{README}">Lisez-moi</a></p>
    <ul>
{items}
    </ul>
  </body>
</html>
"""
