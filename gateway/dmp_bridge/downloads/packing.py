"""
The step that packs everything a patient has, some documents or messages at a time.

A task packs a batch, keeps it sealed with the patient's key, and asks for the next; the
last one adds history, list and digests. So no step takes long, none holds more than a
batch in memory, and what was begun goes on wherever it was.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo

from attrs import field, frozen

from gateway.checkpoints.notes import VerificationKey
from gateway.core.rendered import Shown
from gateway.core.texts.downloads import (
    DAMAGED,
    INDEX_TEXTS,
    PROVEN,
    README,
    UNPROVEN,
)
from gateway.core.texts.notices import NoticeKind
from gateway.core.vault import FiledDocument
from gateway.dmp_bridge.downloads.listing import (
    TakenDocument,
    TakenMessage,
    document_page,
    index_pages,
)
from gateway.dmp_bridge.downloads.messages import TakenMessages
from gateway.dmp_bridge.downloads.naming import file_stem
from gateway.dmp_bridge.downloads.telling import HistoryTold
from gateway.dmp_bridge.downloads.zipping import PackedFile, ZipPiece
from gateway.dmp_bridge.vaults.access import VaultAccess
from gateway.dmp_bridge.vaults.vault import Vault
from gateway.documents.media import ENDINGS
from gateway.documents.showing.rendering import CdaPages
from gateway.documents.xds.forms import unescape
from gateway.errors import DamagedError, NotFoundError
from gateway.rights.own_document_rules import is_own
from gateway.rights.visibility_rules import PatientReader, patient_sees
from gateway.settings.file import Settings
from gateway.store.base.work import Database, Job, UnitOfWork
from gateway.store.checkpoints.exporting import JournalProofs
from gateway.store.downloads.downloads import Download, DownloadEnd, Downloads
from gateway.store.journal import chain_of
from gateway.store.patients.notices import Notices
from gateway.store.patients.profiles import Profile, Profiles
from gateway.store.sealed.blobs import Parcel
from gateway.store.tasks.steps import HeavyJob
from gateway.store.tasks.tasks import Task, TaskKind

BATCH: Final = 50
"""Documents and messages of one task; fewer where they are large."""

BATCH_BYTES: Final = 8 * 1024 * 1024
PIECE_BYTES: Final = 4 * 1024 * 1024
"""Of one sealed piece: what fetching holds in memory at a time."""

MANIFEST: Final = "manifest-sha256.txt"


@frozen
class _Made:
    """What a task made: sealed pieces, what is in them, and how far it came."""

    parcels: Sequence[Parcel] = field(repr=False)
    listed: Sequence[Any] = field(repr=False)
    place: str
    is_walked: bool
    documents: int
    messages: int | None
    message_place: str


@frozen
class _Packed:
    """How many messages are in it, after which the next stand, those of a task."""

    count: int | None
    place: str
    listed: Sequence[Any] = field(default=(), repr=False)
    is_all: bool = field(default=False, kw_only=True)


@frozen
class Packing:
    """`TaskKind.PACK`: the subject is a download."""

    database: Database = field(repr=False)
    settings: Settings = field(repr=False)
    vaults: VaultAccess = field(repr=False)
    pages: CdaPages = CdaPages()

    def __call__(self, task: Task) -> Job:
        """Return the job that keeps what was packed, or does away with what is old."""
        with self.database.read() as work:
            download = Downloads(work).get(task.subject)
            profile = Profiles(work).get(download.profile_id) if download else None
        if download is None or profile is None or download.ended_at is not None:
            return _nothing
        if download.ready_at is not None:
            return partial(_expire, download.id)
        made = self._last(download, profile) if download.is_walked else None
        if made is None:
            made = self._batch(download, profile)
        size = sum(one.size for one in made.parcels)
        return HeavyJob(partial(self._keep, download, made), size)

    def _batch(self, download: Download, profile: Profile) -> _Made:
        piece, listed = ZipPiece(download.size), []
        language = _language(profile)
        with self.database.read() as work:
            vault = self.vaults.within(work)
            walked = vault.walk(profile.id, download.place, BATCH)
            place, count = download.place, 0
            packed = _Packed(download.messages, download.message_place)
            for document in walked.documents:
                if piece.size > BATCH_BYTES:
                    break
                place = document.id
                if patient_sees(
                    document.visibility(work.now),
                    document.status,
                    PatientReader.HOLDER,
                    on_request=True,
                ):
                    count += 1
                    number = download.documents + count
                    listed.append(
                        self._pack(piece, vault, document, number, language).as_json()
                    )
            is_walked = not walked.place and (
                not walked.documents or place == walked.documents[-1].id
            )
            if is_walked:
                packed = self._messages(
                    work, piece, download, profile, most=BATCH - count
                )
                is_walked = packed.is_all
        said = [["file", *one.as_json()] for one in piece.files]
        said += [["document", one] for one in listed]
        said += [["message", one] for one in packed.listed]
        parcels = self._sealed(piece.content())
        if said and not parcels:  # nothing could be read: what is said of it is kept
            parcels = [self.database.prepare(b"")]
        return _Made(parcels, said, place, is_walked, count, packed.count, packed.place)

    def _messages(
        self,
        work: UnitOfWork,
        piece: ZipPiece,
        download: Download,
        profile: Profile,
        most: int,
    ) -> _Packed:
        """Pack the next messages, and say where they go on."""
        done: set[str] = set()
        if download.messages is None:  # an earlier version may have packed some
            done = {
                values[0]["id"]
                for kind, *values in Downloads(work).listed(download)
                if kind == "message"
            }
        taken = TakenMessages(
            work, profile, self.settings.domains.patient, self._zone, _language(profile)
        )
        place, listed = download.message_place, list[Any]()
        before = download.messages or len(done)
        found = taken.after(place, most + len(done) + 1)
        left = [one for one in found if one.id not in done]
        for one in left[:most]:
            if piece.size > BATCH_BYTES:
                break
            number = before + len(listed) + 1
            listed.append(taken.take(piece, one.id, one.at, number).as_json())
            place = one.place
        is_all = len(listed) == len(left)
        return _Packed(before + len(listed), place, listed, is_all=is_all)

    def _pack(
        self,
        piece: ZipPiece,
        vault: Vault,
        document: FiledDocument,
        number: int,
        language: str,
    ) -> TakenDocument:
        entry = vault.entry(document)
        own = is_own(document, entry)
        moment = entry.creation_time
        if own and entry.service_start_time is not None:
            moment = entry.service_start_time
        day = moment.astimezone(self._zone).date().isoformat()
        title = entry.title or entry.type_code.label
        stem = file_stem(number, day, title)
        filed = document.filed_at.astimezone(self._zone)
        original = readable = ""
        try:
            content = vault.content(document)
        except (DamagedError, NotFoundError):  # said in the list; the others go on
            content = None
        if content is not None:
            original = f"documents/{stem}.xml"
            piece.add(original, [content], filed)
            ending, parts = self._readable(content, title, language)
            readable = f"lisible/{stem}.{ending}" if ending else ""
            if readable:
                piece.add(readable, parts, filed)
        return TakenDocument(
            id=document.id,
            day=day,
            title=title,
            type=entry.type_code.label,
            by=_authors(entry.authors),
            original=original,
            readable=readable,
            is_own=own,
            is_replaced=bool(document.replaced_by),
            is_damaged=content is None,
        )

    def _readable(
        self, content: bytes, title: str, language: str
    ) -> tuple[str, Iterator[bytes]]:
        """Return a document as people can open it; without an ending there is none."""
        body = self.pages.body(content)
        if body is not None:
            return ENDINGS.get(body.media_type, "bin"), iter([body.content])

        def picture(media_id: str) -> str:
            medium = self.pages.medium(content, media_id)
            if medium is None:
                return ""
            data = b64encode(medium.content).decode("ascii")
            return f"data:{medium.media_type};base64,{data}"

        shown = self.pages.render(content, media_url=picture, language=language)
        if shown.how is not Shown.NARRATIVE:
            return "", iter(())
        return "html", document_page(title, language, shown.html)

    def _last(self, download: Download, profile: Profile) -> _Made:
        language, piece = _language(profile), ZipPiece(download.size)
        with self.database.read() as work:
            now = work.now.astimezone(self._zone)
            files: list[PackedFile] = []
            documents: list[TakenDocument] = []
            messages: list[TakenMessage] = []
            for kind, *values in Downloads(work).listed(download):
                if kind == "file":
                    files.append(PackedFile.from_json(values))
                elif kind == "message":
                    messages.append(TakenMessage(**values[0]))
                else:
                    documents.append(TakenDocument(**values[0]))
            history = self._history(work, piece, profile, now)
            day = now.date().isoformat()
            for name, parts in index_pages(
                documents,
                messages,
                language=language,
                day=day,
                proven=history is not None,
            ):
                piece.add(name, parts, now)
        readme = README[language].format(
            day=day,
            service=self.settings.domains.operator_name,
            documents=len(documents),
            messages=sum(bool(one.path) for one in messages),
            damaged=_damaged(messages, language),
            history=UNPROVEN[language]
            if history is None
            else PROVEN[language].format(more=history),
        )
        piece.add("LISEZMOI.txt", [b"\xef\xbb\xbf", readme.encode()], now)
        every = [*files, *piece.files]
        lines = (f"{one.sha256}  {one.name}\n".encode() for one in every)
        piece.add(MANIFEST, lines, now)
        parcels = self._sealed(piece.last(files))
        count, place = download.messages, download.message_place
        return _Made(parcels, [], "", True, 0, count, place)

    def _history(
        self, work: UnitOfWork, piece: ZipPiece, profile: Profile, now: datetime
    ) -> int | None:
        """
        Add the history with its proofs; return how many lines came since.

        None where no signed checkpoint has a line of this patient: nothing is added.
        """
        told = HistoryTold(work, self.vaults.within(work), profile.id)
        keys = [VerificationKey.parse(one) for one in self.settings.journal.keys]
        proofs, chain = JournalProofs(work), chain_of(profile.id)
        if not proofs.has(chain):
            return None

        def put(name: str, parts: Any) -> None:
            piece.add(name, (part.encode() for part in parts), now)

        _, more = proofs.export(chain, keys, put, told)
        return more

    def _sealed(self, content: bytes) -> list[Parcel]:
        return [
            self.database.prepare(content[start : start + PIECE_BYTES])
            for start in range(0, len(content), PIECE_BYTES)
        ]

    def _keep(self, download: Download, made: _Made, work: UnitOfWork) -> None:
        downloads = Downloads(work)
        profile = Profiles(work).hold(download.profile_id)
        now = downloads.get(download.id)
        is_same = now is not None and now.pieces == download.pieces
        if profile is None or now is None or now.ended_at is not None or not is_same:
            folder = work.folder
            for parcel in made.parcels:
                work.after_commit(partial(folder.discard, parcel.id))
            return
        downloads.add(
            now,
            made.parcels,
            made.listed,
            place=made.place,
            is_walked=made.is_walked,
            documents=made.documents,
            messages=made.messages,
            message_place=made.message_place,
        )
        if not download.is_walked:
            work.tasks.add(TaskKind.PACK, download.id)
            return
        downloads.make_ready(now, self.settings.downloads.days)
        Notices.of(work, self.settings).make(profile, NoticeKind.PACKED)

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.settings.web.time_zone)


def _nothing(_work: UnitOfWork) -> None:
    """Nothing is left to do: it ended, or its patient is gone."""


def _expire(download_id: str, work: UnitOfWork) -> None:
    downloads = Downloads(work)
    download = downloads.get(download_id)
    if download is None or download.ended_at or download.expires_at is None:
        return
    if work.now >= download.expires_at:
        downloads.end(download, DownloadEnd.EXPIRED)
    else:  # a clock that was set back: it waits for its day
        delay = download.expires_at - work.now
        work.tasks.add(TaskKind.PACK, download_id, delay=delay)


def _damaged(messages: Sequence[TakenMessage], language: str) -> str:
    """Return the lines on messages that could not be read, or nothing."""
    said = INDEX_TEXTS[language]
    lines = [
        ", ".join(
            " ".join(part.split())
            for part in (one.day, one.party, one.subject or said["no_subject"])
            if part
        )
        for one in messages
        if not one.path
    ]
    return DAMAGED[language] + "".join(f"- {one}\n" for one in lines) if lines else ""


def _language(profile: Profile) -> str:
    return "en" if profile.language == "en" else "fr"


def _authors(authors: Sequence[Any]) -> str:
    """Return who wrote a document: names as XCN has them, and their structures."""
    names = []
    for author in authors:
        parts = [unescape(one) for one in f"{author.person}^^^^^^".split("^")]
        person = " ".join(one for one in (parts[5], parts[2], parts[1]) if one)
        names += [person, author.institution.split("^", 1)[0].strip()]
    return ", ".join(dict.fromkeys(one for one in names if one))
