"""Bytes of messages and documents: encrypted each under its own key, then granted."""

from __future__ import annotations

import errno
import hashlib
import io
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from attrs import field, frozen
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, bindparam, delete, func, or_, select

from gateway.errors import DamagedError, NotFoundError, UnavailableError
from gateway.store.base.prepared import Prepared
from gateway.store.sealed.keys import KeyRing
from gateway.store.sealed.spare_files import SpareFile, SpareFiles, sync_folder
from gateway.store.tables import blob_grants, blobs

_GET = Prepared(
    select(blob_grants.c.wrapped, blobs.c.content)
    .join(blobs, blobs.c.id == blob_grants.c.blob_id)
    .where(
        blob_grants.c.blob_id == bindparam("blob"),
        blob_grants.c.key_id == bindparam("key"),
    )
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

# The key of a blob encrypts once, so a constant nonce never repeats under a key.
_ONCE = bytes(12)
_TAG = 16
_CHUNK = 1024 * 1024

ASIDE = "aside"
"""The folder, within that of the blobs, of files that no row names."""


@frozen
class Parcel:
    """
    Bytes already encrypted, and safe on disk if large, but not yet in the database.

    Made outside of the transaction, where the work is; `Blobs.put` then records it.
    """

    id: str
    key: bytes = field(repr=False)
    size: int
    inline: bytes | None = field(repr=False)
    digest: str = ""
    """SHA-256 of the bytes in clear, in hex, without what was put before them."""


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
        return size + _TAG <= self.inline_bytes

    def prepare(self, content: bytes, before: bytes = b"") -> Parcel:
        """
        Encrypt, and write a large blob durably: into a file whose name is, and fsync.

        ``before`` is kept in front of the content, and not part of the digest.

        Raises:
            UnavailableError: the disk refused; nothing was kept.
        """
        key = AESGCM.generate_key(256)
        digest = hashlib.sha256(content).hexdigest()
        size = len(before) + len(content)
        if self.keeps_in_row(size):
            blob_id = uuid4().hex
            sealed = AESGCM(key).encrypt(_ONCE, before + content, blob_id.encode())
            return Parcel(blob_id, key, size, sealed, digest)
        try:
            file = self._spares.take()
            blob_id = file.path.name
            _write(file, _sealed(key, blob_id, before, content))
        except OSError as error:
            raise UnavailableError(
                "storage is not available", detail=f"blob not written: {error.strerror}"
            ) from error
        return Parcel(blob_id, key, size, None, digest)

    def close(self) -> None:
        """Leave no empty file behind."""
        self._spares.clear()

    def path(self, blob_id: str) -> Path:
        """Return where a large blob lies: 256 folders, so that none grows huge."""
        return self.folder / blob_id[:2] / blob_id

    def read(self, blob_id: str, key: bytes) -> bytes:
        """
        Return the bytes of a large blob, in clear.

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
                return _opened(file, key, blob_id)
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


def _sealed(key: bytes, blob_id: str, *pieces: bytes) -> Iterator[bytes]:
    """Yield what AESGCM would return whole; nothing is in memory twice."""
    cipher = Cipher(algorithms.AES(key), modes.GCM(_ONCE)).encryptor()
    cipher.authenticate_additional_data(blob_id.encode())
    for piece in pieces:
        view = memoryview(piece)
        for at in range(0, len(piece), _CHUNK):
            yield cipher.update(view[at : at + _CHUNK])
    cipher.finalize()
    yield cipher.tag


def _opened(file: BinaryIO, key: bytes, blob_id: str) -> bytes:
    cipher = Cipher(algorithms.AES(key), modes.GCM(_ONCE)).decryptor()
    cipher.authenticate_additional_data(blob_id.encode())
    left = os.fstat(file.fileno()).st_size - _TAG
    clear = io.BytesIO()
    while left > 0 and (chunk := file.read(min(_CHUNK, left))):
        clear.write(cipher.update(chunk))
        left -= len(chunk)
    tag = file.read(_TAG)
    if len(tag) != _TAG:
        raise InvalidTag
    cipher.finalize_with_tag(tag)
    return clear.getvalue()


def _write(file: SpareFile, sealed: Iterable[bytes]) -> None:
    try:
        with os.fdopen(file.descriptor, "wb") as out:
            out.writelines(sealed)
            out.flush()
            os.fsync(out.fileno())
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
        key = self._unwrap(blob_id, key_id, row.wrapped)
        try:
            if row.content is None:
                return self.folder.read(blob_id, key)
            return AESGCM(key).decrypt(_ONCE, row.content, blob_id.encode())
        except InvalidTag as error:
            raise DamagedError("not readable", detail="blob altered") from error

    def release(self, blob_id: str, key_id: str) -> bool:
        """
        Take back one owner's grant; return True when it was the last.

        With the last grant the row goes too; the caller discards the file once the
        transaction is committed (`BlobFolder.discard`).
        """
        grants = blob_grants.c
        self.connection.execute(
            delete(blob_grants).where(
                grants.blob_id == blob_id, grants.key_id == key_id
            )
        )
        left = self.connection.execute(
            select(func.count()).where(grants.blob_id == blob_id)
        ).scalar_one()
        if left == 0:
            self.connection.execute(delete(blobs).where(blobs.c.id == blob_id))
        return bool(left == 0)

    def _grant(self, blob_id: str, key_id: str, key: bytes) -> None:
        wrapped = self.keys.seal(self.connection, key_id, key, f"blob:{blob_id}")
        self.add(blob_grants, blob_id=blob_id, key_id=key_id, wrapped=wrapped)

    def _unwrap(self, blob_id: str, key_id: str, wrapped: bytes) -> bytes:
        return self.keys.unseal(self.connection, key_id, wrapped, f"blob:{blob_id}")
