"""Bytes of messages and documents: encrypted each under its own key, then granted."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from enum import IntEnum
from pathlib import Path
from typing import Any
from uuid import uuid4

from attrs import field, frozen
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, bindparam, delete, or_, select

from gateway.durable import fsync, sync_folder
from gateway.errors import DamagedError, NotFoundError, UnavailableError
from gateway.store.base.prepared import Prepared
from gateway.store.sealed.deflating import inflate
from gateway.store.sealed.keys import KeyRing
from gateway.store.sealed.places import CellSealing
from gateway.store.sealed.sealing import ONCE, TAG, read_sealed, write_sealed
from gateway.store.sealed.spare_files import SpareFile, SpareFiles
from gateway.store.tables import blob_grants, blobs

_GET_EACH = select(
    blob_grants.c.blob_id,
    blob_grants.c.wrapped,
    blobs.c.content,
    blobs.c.form,
    blobs.c.size,
).join(blobs, blobs.c.id == blob_grants.c.blob_id)
_GET = Prepared(
    _GET_EACH.where(
        blob_grants.c.blob_id == bindparam("blob"),
        blob_grants.c.key_id == bindparam("key"),
    ),
    much=True,
)
_GET_TWO = Prepared(
    select(blob_grants.c.key_id, blob_grants.c.wrapped).where(
        blob_grants.c.blob_id == bindparam("blob"),
        or_(
            blob_grants.c.key_id == bindparam("key"),
            blob_grants.c.key_id == bindparam("other"),
        ),
    )
)


class BlobForm(IntEnum):
    """How bytes are before they are encrypted; kept with them, so never renumbered."""

    PLAIN = 0
    DEFLATED = 1


RELEASED_AT_ONCE = 1000
"""Grants taken back by one statement: far fewer than values that one may have."""

ASIDE = "aside"
"""The folder, within that of the blobs, of files that no row names."""


@frozen
class Parcel:
    """
    Bytes already encrypted, and safe on disk if large, but not yet in the database.

    Made outside of the transaction, where the work is; `Blobs.put` then records it.
    ``size`` is that of the bytes in clear, whatever their form.
    """

    id: str
    key: bytes = field(repr=False)
    size: int
    inline: bytes | None = field(repr=False)
    digest: str = ""
    """SHA-256 of the bytes in clear, in hex, without what was put before them."""
    form: BlobForm = BlobForm.PLAIN


@frozen
class BlobFolder:
    """The folder of the blobs that are too large for a row."""

    folder: Path
    inline_bytes: int
    _spares: SpareFiles = field(init=False, repr=False, eq=False)

    @_spares.default
    def _in_folder(self) -> SpareFiles:
        return SpareFiles(self.folder)

    def keeps_in_row(self, size: int) -> bool:
        """Tell whether bytes are few enough for a row: no file, no waiting."""
        return size + TAG <= self.inline_bytes

    def prepare(
        self,
        content: bytes,
        before: bytes = b"",
        *,
        deflated: bytes = b"",
        sha256: str = "",
    ) -> Parcel:
        """
        Encrypt, and write a large blob durably: into a file whose name is, and fsync.

        Args:
            content: The bytes to keep.
            before: What is kept in front of them, and is not part of the digest.
            deflated: The content as a raw deflate stream, to be kept instead if it is
                the smaller; only where nothing secret shares it with a stranger's text.
            sha256: The digest of the content in hex, where it is known.

        Raises:
            UnavailableError: the disk refused; nothing was kept.
        """
        key = AESGCM.generate_key(256)
        digest = sha256 or hashlib.sha256(content).hexdigest()
        size = len(before) + len(content)
        form = BlobForm.PLAIN
        pieces: tuple[bytes, ...] = (before, content)
        if deflated and not before and len(deflated) < size:
            form, pieces = BlobForm.DEFLATED, (deflated,)
        if self.keeps_in_row(sum(map(len, pieces))):
            blob_id = uuid4().hex
            bound = _bound(blob_id, form, size)
            sealed = AESGCM(key).encrypt(ONCE, b"".join(pieces), bound)
            return Parcel(blob_id, key, size, sealed, digest, form)
        try:
            file = self._spares.take()
            blob_id = file.path.name
            _write(file, key, _bound(blob_id, form, size), *pieces)
        except OSError as error:
            raise UnavailableError(
                "storage is not available", detail=f"blob not written: {error.strerror}"
            ) from error
        return Parcel(blob_id, key, size, None, digest, form)

    def close(self) -> None:
        """Leave no empty file behind."""
        self._spares.clear()

    def path(self, blob_id: str) -> Path:
        """Return where a large blob lies: 256 folders, so that none grows huge."""
        return self.folder / blob_id[:2] / blob_id

    def read(self, blob_id: str, key: bytes, bound: bytes) -> bytes:
        """
        Return the bytes of a large blob, in clear; ``bound`` as they were encrypted.

        Raises:
            InvalidTag: they were altered, or that is not their key.
            DamagedError: the file is gone, or the disk cannot read it.
            UnavailableError: the disk does not answer.
        """
        try:
            try:
                file = self.path(blob_id).open("rb")
            except FileNotFoundError:
                if not self.bring_back(blob_id):
                    raise
                file = self.path(blob_id).open("rb")
            with file:
                return read_sealed(file, key, bound)
        except OSError as error:
            kind = DamagedError if self._is_lost(error) else UnavailableError
            raise kind(
                "storage is not available", detail=f"blob not read: {error.strerror}"
            ) from error

    def _is_lost(self, error: OSError) -> bool:
        """Tell one file that is lost from a whole folder that is not there."""
        if isinstance(error, FileNotFoundError):
            return self.folder.is_dir() and any(self.folder.iterdir())
        return error.errno == errno.EIO

    def written_before(self, moment: datetime) -> Iterator[Path]:
        """Yield the files written before a moment."""
        for path in self.folder.glob("??/*"):
            try:
                written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            except FileNotFoundError:
                continue  # removed meanwhile: not a stray
            if written < moment:
                yield path

    def is_empty(self, blob_id: str) -> bool:
        """Tell whether a file has no bytes, or is gone: nothing was ever kept in it."""
        try:
            return self.path(blob_id).stat().st_size == 0
        except FileNotFoundError:
            return True

    def aside(self) -> Iterator[Path]:
        """Yield the files that were set aside; the time of each is when it was."""
        yield from (self.folder / ASIDE).glob("*")

    def set_aside(self, blob_id: str, at: datetime) -> None:
        """Take the file of a blob that no row names out of the way; nothing is lost."""
        (self.folder / ASIDE).mkdir(mode=0o700, exist_ok=True)
        with suppress(FileNotFoundError):  # another node was there first
            self.path(blob_id).rename(self.folder / ASIDE / blob_id)
            os.utime(self.folder / ASIDE / blob_id, (at.timestamp(),) * 2)

    def bring_back(self, blob_id: str) -> bool:
        """Put a file back that was set aside; False when there is none."""
        place = self.path(blob_id)
        try:
            (self.folder / ASIDE / blob_id).rename(place)
        except FileNotFoundError:
            return False
        sync_folder(place.parent)
        return True

    def discard(self, blob_id: str) -> None:
        """Remove the file of a large blob whose row is gone; absent is fine."""
        self.path(blob_id).unlink(missing_ok=True)


def _bound(blob_id: str, form: BlobForm, size: int) -> bytes:
    """
    Return what a blob is bound to: its row, and how to read it.

    A plain one is bound to its id alone, as all were once.
    """
    if form is BlobForm.PLAIN:
        return blob_id.encode()
    return f"{blob_id} {form.value} {size}".encode()


def _write(file: SpareFile, key: bytes, bound: bytes, *pieces: bytes) -> None:
    try:
        try:
            write_sealed(file.descriptor, key, bound, *pieces)
            fsync(file.descriptor)
        finally:
            os.close(file.descriptor)
    except OSError:
        file.path.unlink(missing_ok=True)
        raise


@frozen
class Blobs:
    """Blobs within one transaction."""

    connection: Connection
    keys: KeyRing
    folder: BlobFolder
    add: Callable[..., None]

    def put(self, parcel: Parcel, key_id: str, now: datetime) -> str:
        """Record a parcel, readable by the owner of ``key_id``; return its id."""
        self.add(
            blobs,
            id=parcel.id,
            size=parcel.size,
            content=parcel.inline,
            created_at=now,
            form=parcel.form.value,
        )
        self._grant(parcel.id, key_id, parcel.key)
        return parcel.id

    def grant(self, parcel: Parcel, key_id: str) -> None:
        """Let a second owner read a parcel put in this same transaction."""
        self._grant(parcel.id, key_id, parcel.key)

    def share(self, blob_id: str, from_key: str, to_key: str) -> None:
        """Let a second owner read the blob: its key is wrapped again, no byte moves."""
        if from_key == to_key:
            return
        rows = _GET_TWO.rows(self.connection, blob=blob_id, key=from_key, other=to_key)
        wrapped = {row.key_id: row.wrapped for row in rows}
        if to_key in wrapped:
            return
        if from_key not in wrapped:
            raise NotFoundError("not found")
        key = self._unwrap(blob_id, from_key, wrapped[from_key])
        self._grant(blob_id, to_key, key)

    def get(self, blob_id: str, key_id: str) -> bytes:
        """
        Return the bytes, as the owner of ``key_id``.

        Raises:
            NotFoundError: there is no such blob, or it is not granted to that owner.
            DamagedError: the bytes were altered, or are gone.
            UnavailableError: the disk does not answer.
        """
        row = _GET.first(self.connection, blob=blob_id, key=key_id)
        if row is None:
            raise NotFoundError("not found")
        return self._opened(blob_id, key_id, row)

    def get_each(self, blob_ids: Collection[str], key_id: str) -> dict[str, bytes]:
        """
        Return the bytes of some, by their ids, asked for at once.

        Those that `get` finds altered, or does not find, are left out.

        Raises:
            UnavailableError: the disk does not answer.
        """
        rows = self.connection.execute(
            _GET_EACH.where(
                blob_grants.c.blob_id.in_(blob_ids), blob_grants.c.key_id == key_id
            )
        )
        found: dict[str, bytes] = {}
        for row in rows:
            with suppress(DamagedError):
                found[row.blob_id] = self._opened(row.blob_id, key_id, row)
        return found

    def _opened(self, blob_id: str, key_id: str, row: Any) -> bytes:
        key = self._unwrap(blob_id, key_id, row.wrapped)
        form = BlobForm(row.form)
        bound = _bound(blob_id, form, row.size)
        try:
            if row.content is None:
                clear = self.folder.read(blob_id, key, bound)
            else:
                clear = AESGCM(key).decrypt(ONCE, row.content, bound)
        except InvalidTag as error:
            raise DamagedError("not readable", detail="blob altered") from error
        return inflate(clear, row.size) if form is BlobForm.DEFLATED else clear

    def release(self, blob_id: str, key_id: str) -> bool:
        """
        Take back one owner's grant; return True when it was the last.

        With the last grant the row goes too; the caller discards the file once the
        transaction is committed (`BlobFolder.discard`).
        """
        return bool(self.release_all([blob_id], key_id))

    def release_all(self, blob_ids: Collection[str], key_id: str) -> list[str]:
        """Take back one owner's grants; return the blobs of which each was the last."""
        asked = list(dict.fromkeys(blob_ids))
        gone: list[str] = []
        for start in range(0, len(asked), RELEASED_AT_ONCE):
            gone += self._release(asked[start : start + RELEASED_AT_ONCE], key_id)
        return gone

    def _release(self, blob_ids: list[str], key_id: str) -> list[str]:
        grants = blob_grants.c
        self.connection.execute(
            delete(blob_grants).where(
                grants.blob_id.in_(blob_ids), grants.key_id == key_id
            )
        )
        kept = set(
            self.connection.execute(
                select(grants.blob_id).where(grants.blob_id.in_(blob_ids))
            ).scalars()
        )
        gone = [one for one in blob_ids if one not in kept]
        if gone:
            self.connection.execute(delete(blobs).where(blobs.c.id.in_(gone)))
        return gone

    def _grant(self, blob_id: str, key_id: str, key: bytes) -> None:
        wrapped = self._places.seal(key_id, key, grant_place(blob_id, key_id))
        self.add(blob_grants, blob_id=blob_id, key_id=key_id, wrapped=wrapped)

    def _unwrap(self, blob_id: str, key_id: str, wrapped: bytes) -> bytes:
        place = grant_place(blob_id, key_id)
        return self._places.unseal(key_id, wrapped, place)

    @property
    def _places(self) -> CellSealing:
        return CellSealing(self.keys, self.folder, self.connection)


def grant_place(blob_id: str, key_id: str) -> str:
    """Return where the key of a blob is wrapped for one owner, who is named by it."""
    return f"blob_grants.wrapped:{blob_id}:{key_id}"
