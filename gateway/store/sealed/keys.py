"""Keys: the master wraps data keys, a data key wraps blob keys and seals texts."""

from __future__ import annotations

import hmac
import os
import secrets
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

from attrs import field, frozen
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Connection, bindparam, insert, select
from sqlalchemy.exc import IntegrityError

from gateway.errors import DamagedError, MisuseError, UnavailableError
from gateway.store.base.prepared import Prepared
from gateway.store.tables import data_keys

_NONCE = 12
_MOST = 20_000
"""Keys in memory at once."""

_BY_SCOPE = Prepared(
    select(data_keys.c.id).where(data_keys.c.scope == bindparam("scope"))
)
_WRAPPED = Prepared(
    select(data_keys.c.wrapped).where(data_keys.c.id == bindparam("key"))
)

T = TypeVar("T")

_MODE = 0o600


class Label(StrEnum):
    """What a keyed digest is for: each has a key of its own."""

    INS = "lookup"
    """The INS and the addresses by which a row is found; the first there was."""
    LOGIN = "login"
    CODE = "code"
    SESSION = "session"
    FORM = "form"
    UPLOAD = "upload"
    ROW = "row"
    VAULT = "vault"
    """Of a document, in the sum that a checkpoint vouches for."""


def make_master_key(file: Path) -> None:
    """Write a new master key, readable by its owner alone; never over another one."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE)
    with os.fdopen(descriptor, "w", encoding="ascii") as out:
        out.write(secrets.token_hex(32) + "\n")
        out.flush()
        os.fsync(out.fileno())


@frozen
class KeyRing:
    """
    The master key in memory, and the data keys unwrapped so far.

    The cache holds keys, never texts; an entry is dropped with `forget`.
    """

    _master: AESGCM = field(repr=False)
    _digests: Mapping[Label, hmac.HMAC] = field(repr=False)
    master_id: str
    _cache: dict[str, AESGCM] = field(factory=dict, repr=False)
    _by_scope: dict[str, str] = field(factory=dict, repr=False)

    @classmethod
    def from_file(cls, file: Path) -> KeyRing:
        """
        Read the master key.

        Raises:
            MisuseError: absent, readable by others, or not 32 bytes in hex.
        """
        try:
            mode = file.stat().st_mode & 0o777
            text = file.read_text("ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise MisuseError(f"master key: {error}") from error
        if mode & 0o077:
            raise MisuseError(f"master key: {file} must be of mode 0600, is {mode:o}")
        try:
            secret = bytes.fromhex(text)
        except ValueError:
            secret = b""
        if len(secret) != 32:
            raise MisuseError(f"master key: {file} must hold 32 bytes in hex")
        return cls.from_secret(secret)

    @classmethod
    def from_secret(cls, secret: bytes) -> KeyRing:
        """Derive the wrapping key and the key of each label from 32 secret bytes."""
        wrap = _derive(secret, b"gateway wrap")
        identifier = _derive(secret, b"gateway master id")[:8].hex()
        digests = {
            label: hmac.new(
                _derive(secret, f"gateway {label}".encode()), digestmod="sha256"
            )
            for label in Label
        }
        return cls(AESGCM(wrap), digests, identifier)

    def digest(self, label: Label, text: str) -> str:
        """
        Return a keyed digest, 64 hex digits: of an identifier that is looked up, whose
        upper and lower case are one, or of a secret that is compared.

        Keyed, because the space of INS is small enough to try them all, and so that
        no row that opens something can be written without the key.
        """
        return self.mac(label, text.upper().encode("utf-8", "replace")).hex()

    def mac(self, label: Label, content: bytes) -> bytes:
        """Return the HMAC-SHA-256 of some bytes under the key of a label."""
        keyed = self._digests[label].copy()  # a quarter of what it costs to begin anew
        keyed.update(content)
        return keyed.digest()

    def key_for(self, connection: Connection, scope: str, now: datetime) -> str:
        """Return the id of the data key of ``scope``, making it if there is none."""
        if known := self._by_scope.get(scope):
            return known
        if found := _key_of(connection, scope):
            return found
        key_id, secret = uuid4().hex, AESGCM.generate_key(256)
        try:
            with connection.begin_nested():
                connection.execute(
                    insert(data_keys).values(
                        id=key_id,
                        scope=scope,
                        wrapped=_encrypt(self._master, secret, key_id.encode()),
                        master_id=self.master_id,
                        created_at=now,
                    )
                )
        except IntegrityError:
            # Another node made it at this very moment, as at midnight all do.
            return _key_of(connection, scope)
        return key_id

    def remember(self, scope: str, key_id: str) -> None:
        """Keep in memory which key a scope has, once that is committed."""
        _keep(self._by_scope, scope, key_id)

    def data_key(self, connection: Connection, key_id: str) -> AESGCM:
        """
        Return an unwrapped data key.

        Raises:
            UnavailableError: destroyed, or wrapped by another master key.
        """
        if known := self._cache.get(key_id):
            return known
        row = _WRAPPED.first(connection, key=key_id)
        if row is None:
            raise UnavailableError("not readable any more", detail="data key destroyed")
        try:
            secret = _decrypt(self._master, row.wrapped, key_id.encode())
        except DamagedError as error:  # another master key, more likely than damage
            raise UnavailableError(error.public, detail=str(error)) from None
        key = AESGCM(secret)
        _keep(self._cache, key_id, key)
        return key

    def seal(
        self, connection: Connection, key_id: str, text: bytes, context: str
    ) -> bytes:
        """Encrypt a small value, bound to its place: ``table.column:row``."""
        return _encrypt(self.data_key(connection, key_id), text, context.encode())

    def unseal(
        self, connection: Connection, key_id: str, sealed: bytes, context: str
    ) -> bytes:
        """
        Decrypt what `seal` made for the same context.

        Raises:
            DamagedError: altered or moved.
            UnavailableError: as `data_key`.
        """
        return _decrypt(self.data_key(connection, key_id), sealed, context.encode())


def _keep(cache: dict[str, T], name: str, value: T) -> None:
    """Remember, but not every patient there ever was; a full cache starts anew."""
    if len(cache) >= _MOST:
        cache.clear()
    cache[name] = value


def _key_of(connection: Connection, scope: str) -> str:
    found = _BY_SCOPE.first(connection, scope=scope)
    return str(found.id) if found else ""


def _derive(secret: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(secret)


def _encrypt(key: AESGCM, text: bytes, context: bytes) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + key.encrypt(nonce, text, context)


def _decrypt(key: AESGCM, sealed: bytes, context: bytes) -> bytes:
    try:
        return key.decrypt(sealed[:_NONCE], sealed[_NONCE:], context)
    except InvalidTag:
        raise DamagedError(
            "not readable", detail="ciphertext altered, moved, or under another key"
        ) from None
