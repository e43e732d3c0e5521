"""
Where documents can be in a message: every place is opened, or is said to be closed.

Neither names nor types are believed. A part is known by its bytes, and what is in it is
looked at in the same way: messages, archives, winmail.dat, signed data, files written
into a text. What stays closed is told too, because whom it is about cannot be told.
"""

from __future__ import annotations

import hashlib
import quopri
import re
from collections.abc import Iterable, Iterator
from typing import Final

from attrs import define, evolve, field

from gateway.core.texts import faults
from gateway.core.texts.details import in_both
from gateway.core.texts.faults import say
from gateway.dmp_bridge.filing.places import Item, ItemKind, PartPlace, SearchLimits
from gateway.documents.cda.finding import (
    cda_in_text,
    holds_cda,
    holds_metadata,
    is_only_cda,
)
from gateway.documents.cda.spelling import is_spelled_in_codes
from gateway.documents.kinds import (
    HEAD_BYTES,
    TAIL_BYTES,
    Kind,
    hides_in_ole,
    is_closed_by_name,
    kind_of,
)
from gateway.documents.packed_picture import is_packed_picture, read_packed_picture
from gateway.documents.pdf_files import files_in_pdf, has_files, without_files
from gateway.documents.xdm.archive import Archive, ArchiveLimits, open_archive
from gateway.documents.xdm.archive_names import key_of
from gateway.documents.xdm.archive_remains import read_remains
from gateway.documents.xdm.package import FOLDER
from gateway.errors import InvalidError
from gateway.message.parts import Attachment
from gateway.message.pasted import closed_in, find_pasted
from gateway.message.reading import (
    Ambiguity,
    Fault,
    MessageParts,
    is_declared_xml,
    read_parts,
)
from gateway.message.saved import as_sent, is_saved_message
from gateway.message.signed_data import signed_content
from gateway.message.tnef import read_tnef

_PACKAGE_NAME: Final = "ihe_xdm.zip"
_CLOSED_TYPES: Final = frozenset(
    {"application/ms-tnef", "application/vnd.ms-tnef", "application/pkcs7-mime"}
)
_FRAGMENTS: Final = frozenset({"message/partial", "message/external-body"})
_FOLDER: Final = re.compile(re.escape(FOLDER.encode()), re.I)


def search(parts: MessageParts, limits: SearchLimits) -> Iterator[Item]:
    """Yield what a message holds, in its order."""
    yield from _Search(limits).message(parts, PartPlace(path=""))


def search_within(
    files: Iterable[bytes], limits: SearchLimits, words: faults.Words
) -> Iterator[Item]:
    """Yield what is in the files of a document's body; ``words`` say what is wrong."""
    found, place = _Search(limits), PartPlace(path="CDA")
    for content in files:
        yield from found.file(content, place, place.say(words))


@define
class _Search:
    """One walk; what it has opened so far, and which contents if that matters."""

    limits: SearchLimits
    seen: set[str] = field(factory=set)
    notes_seen: bool = False
    opened: int = 0
    pieces: int = 0

    def message(self, parts: MessageParts, outer: PartPlace) -> Iterator[Item]:
        """Yield what is in a message, and in all its readings where it has several."""
        self.notes_seen = self.notes_seen or bool(parts.faults)
        for leaf in parts.leaves:
            yield from self._leaf(leaf, parts, outer)
        for fault in parts.faults:
            if fault.kind is Ambiguity.OPAQUE:
                place = _place(outer, fault.path, fault.media_type)
                yield _closed(place, faults.MIME_FAULTS[fault.kind])
        if parts.faults:
            yield from self._every_reading(parts, outer)
        else:
            yield from self._in_text(parts.outside, outer, "")

    def _leaf(
        self, leaf: Attachment, parts: MessageParts, outer: PartPlace
    ) -> Iterator[Item]:
        place = _place(outer, leaf.path, leaf.media_type, leaf.name)
        error = _fault(parts, leaf.path)
        if leaf.media_type in _FRAGMENTS:
            yield _closed(place, faults.MIME_FAULTS[Ambiguity.FRAGMENT])
        declared = is_declared_xml(leaf)
        try:
            content = leaf.content()
        except InvalidError:
            content = leaf.undamaged()
        yield from self.file(content, place, error, declared=declared)

    def _every_reading(self, parts: MessageParts, outer: PartPlace) -> Iterator[Item]:
        """
        Look through the bytes of a message whose parts are not sure (M01).

        What another program may take for a part is there, in one of the encodings.
        """
        error = _said(parts.faults[0])
        for text in dict.fromkeys((parts.body, quopri.decodestring(parts.body))):
            yield from self._in_text(text, outer, error, known=frozenset(self.seen))

    def file(
        self, content: bytes, place: PartPlace, error: str, *, declared: bool = False
    ) -> Iterator[Item]:
        """Yield what is in a file; ``error`` is why it cannot be filed anyway."""
        if self.notes_seen:
            self.seen.add(_digest(content))
        self.pieces += 1
        self.opened += len(content)
        kind = kind_of(content[:HEAD_BYTES], content[-TAIL_BYTES:])
        limits = self.limits
        if self.pieces > limits.pieces or self.opened > limits.total_bytes:
            yield _closed(place, faults.TOO_NESTED)
            return
        if place.depth >= limits.depth and _opens(kind, content, place):
            yield _closed(place, faults.TOO_NESTED)
            return
        match kind:
            case Kind.ARCHIVE:
                yield from self._archive(content, place, error)
            case Kind.TNEF:
                yield from self._tnef(content, place, error)
            case Kind.CMS:
                yield from self._signed(content, place, error)
            case Kind.CLOSED if is_packed_picture(place.name):
                yield from self._picture(content, place, error)
            case Kind.CLOSED:
                yield _closed(place, faults.CLOSED)
            case Kind.OLE if holds_cda(content):
                yield _document(content, place, error or place.say(faults.NOT_CDA))
            case Kind.OLE if hides_in_ole(content):
                yield _closed(place, faults.CLOSED)
            case Kind.OLE | Kind.SHOWN if not declared:
                yield from self._for_people(content, place, error)
            case _:
                yield from self._other(content, place, error, declared=declared)

    def _for_people(
        self, content: bytes, place: PartPlace, error: str
    ) -> Iterator[Item]:
        """Yield the document that is written in a PDF, an image or the like, if any."""
        yield from self._attached(content, place, error)
        if cda_in_text(without_files(content)) is not None:
            yield _document(content, place, error or place.say(faults.NOT_CDA))

    def _attached(self, content: bytes, place: PartPlace, error: str) -> Iterator[Item]:
        """Yield what is in the files attached to a PDF."""
        if not has_files(content):
            return
        try:
            files = files_in_pdf(content, self.limits.archive.entry_bytes)
            for number, file in enumerate(files, 1):
                yield from self.file(file, place.within(f"fichier {number}"), error)
                if self.opened > self.limits.total_bytes:
                    return
        except InvalidError as wrong:
            yield _closed(place, _closed_for(str(wrong)))

    def _other(
        self, content: bytes, place: PartPlace, error: str, *, declared: bool
    ) -> Iterator[Item]:
        if is_saved_message(content, place.media_type):
            yield from self._forwarded(content, place, error)
            return
        yield from self._attached(content, place, error)
        if holds_cda(content) and (declared or is_only_cda(content)):
            yield _document(content, place, error)
            return
        if holds_metadata(content):
            words = place.say(faults.METADATA_ALONE)
            yield Item(
                kind=ItemKind.METADATA,
                content=content,
                place=place,
                error=error or words,
            )
            return
        if declared:
            yield _document(content, place, error)
        if place.media_type in _CLOSED_TYPES or is_closed_by_name(
            place.name, place.media_type
        ):
            yield _closed(place, faults.CLOSED)
        else:
            yield from self._in_text(content, place, error)

    def _in_text(
        self,
        text: bytes,
        place: PartPlace,
        error: str,
        known: frozenset[str] = frozenset(),
    ) -> Iterator[Item]:
        found = cda_in_text(text)
        if found is not None:
            yield _document(found, place, error or place.say(faults.IN_A_TEXT))
        if closed_in(text) or is_spelled_in_codes(text):
            yield _closed(place, faults.CLOSED)
        wrong = error or place.say(faults.IN_A_TEXT)
        try:
            for file in find_pasted(text):
                if not known or _digest(file) not in known:
                    yield from self.file(file, place.within("texte"), wrong)
        except InvalidError:
            yield _closed(place, faults.CLOSED)

    def _archive(self, content: bytes, place: PartPlace, error: str) -> Iterator[Item]:
        named = place.name.lower() == _PACKAGE_NAME
        limits = self.limits.archive
        looked = evolve(limits, entries=max(limits.entries, self.limits.pieces))
        try:
            archive = open_archive(content, looked)
        except InvalidError as wrong:
            yield from self._remains(content, place, error or str(wrong), looked, named)
            return
        if named or any(_is_in_folder(name) for name in archive.names):
            yield Item(
                kind=ItemKind.PACKAGE,
                place=place,
                error=error,
                archive=archive,
                beside=lambda known: self.files(archive, place, error, known),
            )
        else:
            yield from self.files(archive, place, error)

    def files(
        self,
        archive: Archive,
        place: PartPlace,
        error: str,
        known: frozenset[str] = frozenset(),
    ) -> Iterator[Item]:
        """Yield what is in the files of an archive, but for those that are known."""
        for number, name in enumerate(archive.names, 1):
            if name in known:
                continue
            last = name.rpartition("/")[2]
            inside = place.within(f"fichier {number}", name=last)
            try:
                file = archive.read(name)
            except InvalidError as wrong:
                yield _closed(inside, _closed_for(str(wrong)))
                continue
            yield from self.file(file, inside, error)

    def _remains(
        self,
        content: bytes,
        place: PartPlace,
        error: str,
        limits: ArchiveLimits,
        named: bool,
    ) -> Iterator[Item]:
        remains = read_remains(content, limits)
        before = content.partition(b"PK")[0]
        items = list(self._in_text(before, place, error))
        for number, file in enumerate(remains.files, 1):
            inside = place.within(f"fichier {number}")
            items += self.file(file, inside, error)
        yield from items
        if not remains.whole:
            yield _closed(place, _closed_for(error))
        elif (named or _names_folder(content)) and not _documents_of(items):
            yield Item(kind=ItemKind.PACKAGE, place=place, error=error)

    def _picture(self, content: bytes, place: PartPlace, error: str) -> Iterator[Item]:
        try:
            picture = read_packed_picture(content, self.limits.archive.entry_bytes)
        except InvalidError:
            yield _closed(place, faults.CLOSED)
        else:
            yield from self.file(picture, place.within("1"), error)

    def _tnef(self, content: bytes, place: PartPlace, error: str) -> Iterator[Item]:
        try:
            for number, file in enumerate(read_tnef(content), 1):
                inside = place.within(f"fichier {number}")
                yield from self.file(file.content, inside, error)
        except InvalidError:
            yield _closed(place, faults.CLOSED)

    def _signed(self, content: bytes, place: PartPlace, error: str) -> Iterator[Item]:
        try:
            inside = signed_content(content)
        except InvalidError:
            yield _closed(place, faults.CLOSED)
            return
        if inside is not None:
            entity = evolve(place.within("1"), depth=place.depth)
            yield from self.file(inside, entity, error)

    def _forwarded(
        self, content: bytes, place: PartPlace, error: str
    ) -> Iterator[Item]:
        message = as_sent(content)
        try:
            parts = read_parts(message, self.limits.message)
        except InvalidError:
            yield from self._in_text(message, place, error)
            return
        inner = evolve(place, depth=place.depth + 1)
        for item in self.message(parts, inner):
            yield evolve(item, error=error or item.error)


def _opens(kind: Kind, content: bytes, place: PartPlace) -> bool:
    """Tell whether a file holds others, so that one more level would be opened."""
    if kind in {Kind.ARCHIVE, Kind.TNEF, Kind.CMS} or has_files(content):
        return True
    return kind is Kind.OTHER and is_saved_message(content, place.media_type)


def _place(outer: PartPlace, path: str, media_type: str, name: str = "") -> PartPlace:
    whole = f"{outer.path}/{path}" if outer.path else path
    return PartPlace(path=whole, media_type=media_type, name=name, depth=outer.depth)


def _fault(parts: MessageParts, path: str) -> str:
    """Return what is wrong with the part at a path, for its sender, or nothing."""
    fault = parts.fault_of(path)
    return "" if fault is None else _said(fault)


def _said(fault: Fault) -> str:
    return say(
        faults.MIME_FAULTS[fault.kind],
        path=fault.path,
        media_type=fault.media_type,
        field=fault.field,
    )


def _document(content: bytes, place: PartPlace, error: str) -> Item:
    return Item(kind=ItemKind.DOCUMENT, content=content, place=place, error=error)


def _closed(place: PartPlace, words: faults.Words) -> Item:
    return Item(kind=ItemKind.CLOSED, place=place, error=place.say(words))


def _documents_of(items: Iterable[Item]) -> list[Item]:
    return [one for one in items if one.kind is not ItemKind.METADATA]


def _closed_for(why: str) -> faults.Words:
    """Say why an archive stays closed, once, beside what to do."""
    french, english = in_both(why)
    return f"{faults.CLOSED[0]} ({french})", f"{faults.CLOSED[1]} ({english})"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _is_in_folder(name: str) -> bool:
    """Tell whether a file is in IHE_XDM, which may be in another folder."""
    folders = name.split("/")[:-1]
    return any(key_of(one) == key_of(FOLDER) for one in folders)


def _names_folder(content: bytes) -> bool:
    return _FOLDER.search(content) is not None
