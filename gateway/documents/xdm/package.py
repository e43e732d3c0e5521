"""IHE_XDM.ZIP, opened: every document with what its METADATA.XML says of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from attrs import field, frozen

from gateway.documents.cda.finding import holds_cda
from gateway.documents.media import IMAGES, looks_like, type_of
from gateway.documents.xdm.archive import Archive
from gateway.documents.xdm.archive_names import key_of
from gateway.documents.xds.reading import one_patient, read_metadata
from gateway.documents.xds.values import EntryFacts, SubmissionFacts
from gateway.errors import InvalidError

FOLDER = "IHE_XDM"
METADATA = "METADATA.XML"
README = "README.TXT"
INDEX = "INDEX.HTM"

_NO_DOCUMENTS = {"application/pdf", "image/tiff", "text/rtf", *IMAGES}
_LITTER = {".ds_store", "thumbs.db", "desktop.ini"}


@frozen(kw_only=True)
class PackagedDocument:
    """
    A document of a package: its exact bytes, and what the METADATA.XML says of them.

    ``facts.size`` and ``facts.hash`` were verified, and the media type compared with
    how the content begins. The other facts were not compared with the content, which
    may be no CDA at all. ``deflated`` is the content as the archive has it
    (`Archive.deflated`), ``name`` its name there.
    """

    name: str = field(repr=False)
    facts: EntryFacts
    content: bytes = field(repr=False)
    deflated: bytes = field(default=b"", repr=False)


@frozen(kw_only=True)
class Package:
    """
    A package opened and checked whole, all of it about one patient.

    ``submissions`` has one set per SUBSET folder. ``remarks`` says what its sender
    should correct although it does no harm: a file that is missing, one that stands
    where nobody looks, a folder around it all. README.TXT and INDEX.HTM are never kept:
    nobody is shown a page that came in a package.
    """

    submissions: tuple[SubmissionFacts, ...]
    documents: tuple[PackagedDocument, ...]
    remarks: tuple[str, ...] = ()


def read_package(archive: Archive) -> Package:
    """
    Read an IHE_XDM.ZIP (IHE XDM, CI-SIS Échange de documents de santé).

    Raises:
        InvalidError: the archive, a METADATA.XML or a document is wrong; nothing of
            the package may then be used.
    """
    base = _base(archive)
    used: set[str] = set()
    submissions, documents, patients = [], [], []
    for folder, name in _subsets(archive, base):
        metadata = read_metadata(archive.read(name))
        submissions.append(metadata.submission)
        patients.append(metadata.patient_id)
        for facts in metadata.entries:
            documents.append(_document(archive, base, folder, facts, used))
        used.add(name)
    _check_listed_once(documents)
    one_patient(patients)
    return Package(
        submissions=tuple(submissions),
        documents=tuple(documents),
        remarks=tuple(_look_at_the_rest(archive, base, used)),
    )


def _base(archive: Archive) -> str:
    """
    Return the folder that a desktop put around the whole package, with its slash.

    It is empty for a package as it should be. All that counts must be in it: what lies
    beside a package is not part of it.
    """
    base = ""
    names = [name for name in archive.names if not _is_litter(name)]
    while names and not any(_is_in_folder(name, base) for name in names):
        around = {name[len(base) :].partition("/")[0] for name in names}
        if len(around) != 1 or not all("/" in name[len(base) :] for name in names):
            return ""
        base += f"{around.pop()}/"
    return base


def _subsets(archive: Archive, base: str) -> list[tuple[str, str]]:
    """Return the folder and the METADATA.XML of each subset, whatever their case."""
    found = []
    for name in archive.names:
        if not name.startswith(base):
            continue
        folder, _, last = name.rpartition("/")
        root, _, subset = folder[len(base) :].partition("/")
        if key_of(root) != key_of(FOLDER) or not subset or "/" in subset:
            continue
        if key_of(last) == key_of(METADATA):
            found.append((folder, name))
    if not found:
        raise InvalidError("package without METADATA.XML in a folder of IHE_XDM")
    return found


def _document(
    archive: Archive, base: str, folder: str, facts: EntryFacts, used: set[str]
) -> PackagedDocument:
    if not facts.unique_id:
        raise InvalidError("METADATA.XML with a document that has no uniqueId")
    if not facts.uri or not facts.hash or facts.size is None:
        raise InvalidError("METADATA.XML with a document without URI, hash or size")
    name = _locate(archive, base, folder, facts.uri)
    if name in used or key_of(name.rpartition("/")[2]) == key_of(METADATA):
        raise InvalidError("METADATA.XML that lists a file twice")
    used.add(name)
    content = archive.read(name)
    if len(content) != facts.size:
        raise InvalidError("package with a document of another size than announced")
    if hashlib.sha1(content, usedforsecurity=False).hexdigest() != facts.hash:
        raise InvalidError("package with a document of another hash than announced")
    if not looks_like(facts.mime_type, content):
        raise InvalidError("package with a document that is not of its mimeType")
    return PackagedDocument(
        name=name, facts=facts, content=content, deflated=archive.deflated(name)
    )


def _locate(archive: Archive, base: str, folder: str, uri: str) -> str:
    """
    Find the file of a URI.

    IHE says that it is relative to METADATA.XML. Some write it from IHE_XDM, some write
    any path: then its last part counts, if only one file of the package has that name.
    A URI only chooses among the names of the archive; ``..`` is not followed.
    """
    root = base + folder[len(base) :].partition("/")[0]
    for place in (f"{folder}/{uri}", f"{root}/{uri}"):
        found = archive.find(place)
        if found is not None:
            return found
    last = key_of(uri.replace("\\", "/").rpartition("/")[2])
    same = [
        name
        for name in archive.names
        if _is_in_folder(name, base) and key_of(name.rpartition("/")[2]) == last
    ]
    if len(same) != 1:
        raise InvalidError("package without a document that METADATA.XML lists")
    return same[0]


def _check_listed_once(documents: list[PackagedDocument]) -> None:
    ids = {document.facts.unique_id for document in documents}
    if len(ids) != len(documents):
        raise InvalidError("package with two documents of one uniqueId")


def _look_at_the_rest(archive: Archive, base: str, used: Iterable[str]) -> list[str]:
    """Unpack what was not used too, so that a package is whole; return the remarks."""
    remarks = [
        f"{name} is missing"
        for name in (README, INDEX)
        if archive.find(base + name) is None
    ]
    known = {key_of(base + README), key_of(base + INDEX)}
    beside = stray = False
    for name in archive.names:
        if name in used:
            continue
        content = archive.read(name)
        if _is_litter(name):
            continue
        if _is_in_folder(name, base):
            if _may_be_document(content):
                raise InvalidError("package with a document that METADATA.XML omits")
            beside = True
        else:
            stray = stray or key_of(name) not in known
    if base:
        remarks.append("IHE_XDM is in another folder")
    if beside:
        remarks.append("a file in IHE_XDM that METADATA.XML omits was ignored")
    return [*remarks, "a file outside IHE_XDM was ignored"] if stray else remarks


def names_of(archive: Archive, documents: Sequence[PackagedDocument]) -> frozenset[str]:
    """Return the names of each METADATA.XML and of some documents, copies too."""
    metadata = key_of(METADATA)
    found = {
        name for name in archive.names if key_of(name.rpartition("/")[2]) == metadata
    }
    for one in documents:
        copies = archive.like(one.name)
        found |= {one.name, *(x for x in copies if archive.read(x) == one.content)}
    return frozenset(found)


def _may_be_document(content: bytes) -> bool:
    """
    Tell whether a file may be a document to file, whose patient would count.

    A picture, a PDF or a stylesheet beside a CDA is none: it is read by nobody here. A
    stylesheet names the elements of a CDA and has none.
    """
    kind = type_of(content)
    if kind:
        return kind not in _NO_DOCUMENTS
    return b"\x00" in content or holds_cda(content)


def _is_in_folder(name: str, base: str) -> bool:
    inner = name[len(base) :].partition("/")[0]
    return name.startswith(base) and key_of(inner) == key_of(FOLDER)


def _is_litter(name: str) -> bool:
    """Tell whether a desktop left this file (macOS, Windows), as they do in any ZIP."""
    first, last = name.partition("/")[0], name.rpartition("/")[2]
    return first == "__MACOSX" or last.startswith("._") or last.casefold() in _LITTER
