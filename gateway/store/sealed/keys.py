"""Keys: a source's key wraps data keys, a data key wraps blob keys and seals texts."""

from __future__ import annotations

import hmac
import threading
import time
from contextlib import suppress
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, TypeVar
from uuid import uuid4

from attrs import define, field
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import (
    Connection,
    Engine,
    bindparam,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from gateway.errors import DamagedError, MisuseError, UnavailableError
from gateway.store.base.prepared import Prepared
from gateway.store.sealed.sources import FileSource, KeySource, SecretKey, SecretSource
from gateway.store.sealed.wrapping import (
    KeyEncryptionKey,
    KeyPlace,
    decrypt,
    encrypt,
    unwrap,
    wrap,
)
from gateway.store.tables import data_keys, key_encryption_keys, key_generation

_MOST = 20_000
"""Keys in memory at once."""

KEPT_SECONDS: Final = 300.0
"""How long an unwrapped key stays in memory, whatever happens to it."""

MOST_SEALS: Final = 2**31
"""
Values sealed under one key before another takes over: with random nonces of 96 bits,
2^32 are the most (NIST SP 800-38D §8.3), and what a process counted and did not write
down before it was killed is not counted.
"""

_COUNTED_EACH: Final = 2**16
"""Seals that a process counts before it writes them down."""

_FEW: Final = 2**8
"""Counts below are forgotten first, when there are too many."""

_KEYS = data_keys.c
_CURRENT = Prepared(
    select(_KEYS.id, _KEYS.epoch, _KEYS.destroyed_at)
    .where(_KEYS.scope == bindparam("scope"))
    .order_by(_KEYS.epoch.desc())
    .limit(1)
)
_WRAPPED = Prepared(
    select(_KEYS.wrapped, _KEYS.kek_id, _KEYS.scope, _KEYS.epoch).where(
        _KEYS.id == bindparam("key")
    )
)
_LATER = data_keys.alias("later")
_EARLIER = Prepared(
    select(_KEYS.id)
    .join(
        _LATER,
        (_LATER.c.scope == _KEYS.scope) & (_LATER.c.epoch > _KEYS.epoch),
    )
    .where(_LATER.c.id == bindparam("key"))
    .order_by(_KEYS.epoch.desc())
)
_GENERATION = Prepared(select(key_generation.c.number))

T = TypeVar("T")


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

    @property
    def scope(self) -> str:
        """The scope of its key, among those of data keys."""
        return f"label:{self.value}"


@define(eq=False)
class HeldKeys:
    """Keys unwrapped while the keys are of one generation, for some minutes at most."""

    generation: int
    until: float
    """By the monotonic clock."""
    ciphers: dict[str, AESGCM] = field(factory=dict, repr=False)
    by_scope: dict[str, str] = field(factory=dict, repr=False)
    wrapping: KeyEncryptionKey | None = field(default=None, repr=False)


class KeyRing:
    """
    The source of the keys that wrap, and the data keys unwrapped so far.

    What is in memory are keys, never texts. Each transaction that needs one reads the
    generation of the keys first: when it grew (`next_generation`), every process drops
    what it has. The keys of digests are read once (`load`).
    """

    def __init__(
        self,
        source: KeySource,
        *,
        most_seals: int = MOST_SEALS,
        kept_seconds: float = KEPT_SECONDS,
    ) -> None:
        self.source = source
        self._most_seals = most_seals
        self._counted_each = max(1, min(_COUNTED_EACH, most_seals // 16))
        self._kept_seconds = kept_seconds
        self._held = HeldKeys(-1, 0.0)
        self._keks: dict[str, KeyEncryptionKey] = {}
        self._digests: dict[Label, hmac.HMAC] = {}
        self._engine: Engine | None = None
        self._counts: dict[str, int] = {}
        self._to_write: set[str] = set()
        self._loading = threading.Lock()

    @classmethod
    def from_file(cls, file: Path) -> KeyRing:
        """
        Read the master key.

        Raises:
            MisuseError: absent, readable by others, or not 32 bytes in hex.
        """
        source = FileSource(file)
        source.open(1)
        return cls(source)

    @classmethod
    def from_secret(cls, secret: bytes) -> KeyRing:
        """Return keys wrapped by 32 secret bytes, without a database of their own."""
        return cls(SecretSource(secret))

    def bind(self, engine: Engine) -> None:
        """Say which database the keys of digests are in, where nobody loaded them."""
        self._engine = engine

    # Digests

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
        known = self._digests.get(label)
        if known is None:
            known = self._load_late(label)
        keyed = known.copy()  # a quarter of what it costs to begin anew
        keyed.update(content)
        return keyed.digest()

    def load(self, connection: Connection) -> None:
        """
        Read the keys of digests; one that is not kept yet is the source's first key's.

        Raises:
            UnavailableError: one cannot be unwrapped, or there is none.
        """
        for label in Label:
            secret = self._label_secret(connection, label)
            self._digests[label] = hmac.new(secret, digestmod="sha256")

    def establish(
        self, connection: Connection, now: datetime, *, new: bool = False
    ) -> None:
        """
        Write down the first key that wraps, and a key for each label; done is fine.

        In a ``new`` database the labels' keys are random. In one that was made while
        they followed from the master key they go on as they are.
        """
        if _first(connection, select(key_encryption_keys.c.id)) is None:
            values = {"id": self.source.open(1).id, "version": 1, "created_at": now}
            connection.execute(insert(key_encryption_keys).values(values))
        if not connection.execute(select(key_generation.c.number)).first():
            connection.execute(insert(key_generation).values(id=1, number=1))
        for label in Label:
            if _CURRENT.first(connection, scope=label.scope) is None:
                derived = None if new else self._first_secret(label)
                self._add(connection, label.scope, 1, now, derived)
        self.load(connection)

    def is_established(self, connection: Connection) -> bool:
        """Tell whether every label has a key of its own in the database."""
        kept = select(_KEYS.scope).where(
            _KEYS.scope.in_([label.scope for label in Label])
        )
        return set(connection.execute(kept).scalars()) == {one.scope for one in Label}

    def _load_late(self, label: Label) -> hmac.HMAC:
        """Load without having been told to: as a tool or a test does, never `serve`."""
        with self._loading:
            if label not in self._digests:
                if self._engine is None:
                    for each in Label:
                        secret = self._first_secret(each)
                        if secret is None:
                            raise MisuseError("the keys of digests are not loaded")
                        self._digests[each] = hmac.new(secret, digestmod="sha256")
                else:
                    reader = self._engine.connect()
                    with reader.execution_options(read_only=True) as connection:
                        self.load(connection)
        return self._digests[label]

    def _label_secret(self, connection: Connection, label: Label) -> bytes:
        row = _CURRENT.first(connection, scope=label.scope)
        if row is not None:
            return self._unwrapped(connection, row.id)
        secret = self._first_secret(label)
        if secret is None:
            raise UnavailableError("try again later", detail="a digest has no key")
        return secret

    def _first_secret(self, label: Label) -> bytes | None:
        """Return what a label's key was while all followed from the master key."""
        try:
            first = self.source.open(1)
        except MisuseError:
            return None
        return first.derive(label.value) if isinstance(first, SecretKey) else None

    # Data keys

    def held(self, connection: Connection) -> HeldKeys:
        """
        Return what is in memory and still true for this transaction.

        Reads the generation once in each transaction.
        """
        transaction, info = connection.get_transaction(), connection.info
        seen = info.get(self)
        if seen is not None and seen[0] is transaction and transaction is not None:
            found: HeldKeys = seen[1]
            return found
        row = _GENERATION.first(connection)
        number = row.number if row else 0
        held = self._held
        if number > held.generation or time.monotonic() > held.until:
            held = HeldKeys(number, time.monotonic() + self._kept_seconds)
            self._held = held
        elif number < held.generation:  # a snapshot of before: nothing of it is kept
            held = HeldKeys(number, held.until)
        info[self] = (transaction, held)
        return held

    def key_for(self, connection: Connection, scope: str, now: datetime) -> str:
        """
        Return the id of the key that new values of ``scope`` are sealed with.

        Made if there is none.

        Raises:
            UnavailableError: it was destroyed.
        """
        if known := self.held(connection).by_scope.get(scope):
            return known
        row = _CURRENT.first(connection, scope=scope)
        if row is None:
            return self._add(connection, scope, 1, now)
        if row.destroyed_at is not None:
            raise UnavailableError("not readable any more", detail="data key destroyed")
        return str(row.id)

    def remember(self, held: HeldKeys, scope: str, key_id: str) -> None:
        """
        Keep in memory which key a scope has, once that is committed.

        ``held`` is what was true in that transaction.
        """
        _keep(held.by_scope, scope, key_id)

    def next_epoch(self, connection: Connection, scope: str, now: datetime) -> str:
        """
        Make another key for what is sealed from now on; return its id.

        What was sealed before is read as before.

        Raises:
            UnavailableError: the scope has no key, or it was destroyed.
        """
        row = _CURRENT.first(connection, scope=scope)
        if row is None or row.destroyed_at is not None:
            raise UnavailableError("not readable any more", detail="no key to follow")
        key_id = self._add(connection, scope, row.epoch + 1, now)
        next_generation(connection)
        return key_id

    def data_key(self, connection: Connection, key_id: str) -> AESGCM:
        """
        Return an unwrapped data key.

        Raises:
            UnavailableError: destroyed, or what wraps it is not at hand.
        """
        held = self.held(connection)
        if known := held.ciphers.get(key_id):
            return known
        key = AESGCM(self._unwrapped(connection, key_id))
        _keep(held.ciphers, key_id, key)
        return key

    def seal(
        self, connection: Connection, key_id: str, text: bytes, context: str
    ) -> bytes:
        """Encrypt a small value, bound to its place: ``table.column:row``."""
        key = self.data_key(connection, key_id)
        count = self._counts[key_id] = self._counts.get(key_id, 0) + 1
        if count >= self._counted_each:
            self._to_write.add(key_id)
        return encrypt(key, text, context.encode())

    def unseal(
        self, connection: Connection, key_id: str, sealed: bytes, context: str
    ) -> bytes:
        """
        Decrypt what `seal` made for the same context.

        Where the key of now is named, and one of its scope before sealed it, that one
        opens it: not every row says which of its owner's keys it was.

        Raises:
            DamagedError: altered or moved.
            UnavailableError: as `data_key`.
        """
        bound = context.encode()
        try:
            return decrypt(self.data_key(connection, key_id), sealed, bound)
        except DamagedError:
            for row in _EARLIER.rows(connection, key=key_id):
                with suppress(DamagedError):
                    return decrypt(self.data_key(connection, row.id), sealed, bound)
            raise

    def write_counts(self, connection: Connection, now: datetime) -> None:
        """
        Write down how often keys sealed, where it is worth it; at the end of a
        transaction. A key that sealed too often is followed by another.
        """
        while self._to_write:
            key_id = self._to_write.pop()
            count = self._counts.pop(key_id, 0)
            mine = _KEYS.id == key_id
            counted = update(data_keys).where(mine)
            connection.execute(counted.values(seals=_KEYS.seals + count))
            row = connection.execute(
                select(_KEYS.scope, _KEYS.seals, _KEYS.epoch).where(mine)
            ).one()
            newest = _CURRENT.first(connection, scope=row.scope)
            goes_on = newest.id == key_id and newest.destroyed_at is None
            if goes_on and row.seals >= self._most_seals:
                self.next_epoch(connection, row.scope, now)
        if len(self._counts) > _MOST:
            self._counts = {key: n for key, n in self._counts.items() if n >= _FEW}

    # What wraps

    def wrapping(self, connection: Connection) -> KeyEncryptionKey:
        """
        Return the key that wraps what is made now.

        Raises:
            UnavailableError: it is not at hand.
        """
        held = self.held(connection)
        if held.wrapping is None:
            row = _first(
                connection,
                select(key_encryption_keys.c.id)
                .where(key_encryption_keys.c.retired_at.is_(None))
                .order_by(key_encryption_keys.c.version.desc())
                .limit(1),
            )
            held.wrapping = (
                self._first_kek() if row is None else self.kek(connection, row.id)
            )
        return held.wrapping

    def is_at_hand(self, connection: Connection, kek_id: str) -> bool:
        """Tell whether a key that wraps is there, by its id."""
        try:
            self.kek(connection, kek_id)
        except UnavailableError:
            return False
        return True

    def forget(self, kek_id: str) -> None:
        """Drop a key that wraps from memory."""
        self._keks.pop(kek_id, None)
        self._held = HeldKeys(self._held.generation, 0.0)

    def _add(
        self,
        connection: Connection,
        scope: str,
        epoch: int,
        now: datetime,
        secret: bytes | None = None,
    ) -> str:
        key_id, kek = uuid4().hex, self.wrapping(connection)
        secret = AESGCM.generate_key(256) if secret is None else secret
        try:
            with connection.begin_nested():
                connection.execute(
                    insert(data_keys).values(
                        id=key_id,
                        scope=scope,
                        epoch=epoch,
                        wrapped=wrap(kek, secret, KeyPlace(scope, key_id, epoch)),
                        kek_id=kek.id,
                        created_at=now,
                    )
                )
        except IntegrityError:
            # Another node made it at this very moment, as at midnight all do.
            return str(_CURRENT.first(connection, scope=scope).id)
        return key_id

    def _unwrapped(self, connection: Connection, key_id: str) -> bytes:
        row = _WRAPPED.first(connection, key=key_id)
        if row is None or row.wrapped is None:
            raise UnavailableError("not readable any more", detail="data key destroyed")
        kek = self.kek(connection, row.kek_id)
        return unwrap(kek, row.wrapped, KeyPlace(row.scope, key_id, row.epoch))

    def _first_kek(self) -> KeyEncryptionKey:
        try:
            kek = self.source.open(1)
        except MisuseError as error:
            raise UnavailableError("try again later", detail=str(error)) from error
        return self._keks.setdefault(kek.id, kek)

    def kek(self, connection: Connection, kek_id: str) -> KeyEncryptionKey:
        """
        Return a key that wraps; one that is not in memory is asked of the source.

        Raises:
            UnavailableError: it is not at hand.
        """
        if known := self._keks.get(kek_id):
            return known
        columns = key_encryption_keys.c
        row = _first(connection, select(columns.version).where(columns.id == kek_id))
        try:
            kek = self.source.open(row.version if row else 1)
        except MisuseError as error:
            raise UnavailableError("try again later", detail=str(error)) from error
        if kek.id != kek_id:
            raise UnavailableError(
                "try again later", detail=f"another key than {kek_id} is at its place"
            )
        self._keks[kek_id] = kek
        return kek


def next_generation(connection: Connection) -> None:
    """Have every process drop the keys it has in memory, once this is committed."""
    number = key_generation.c.number
    done = connection.execute(update(key_generation).values(number=number + 1))
    if not done.rowcount:
        connection.execute(insert(key_generation).values(id=1, number=1))


def keks_in_use(connection: Connection) -> list[str]:
    """Return the ids of the keys that wrap any, by the index: one look for each."""
    found: list[str] = []
    last = ""
    while True:
        least = select(func.min(_KEYS.kek_id)).where(_KEYS.kek_id > last)
        one = connection.execute(least).scalar_one()
        if one is None:
            return found
        found.append(str(one))
        last = one


def _first(connection: Connection, query: Any) -> Any:
    return connection.execute(query).first()


def _keep(cache: dict[str, T], name: str, value: T) -> None:
    """Remember, but not every patient there ever was; a full cache starts anew."""
    if len(cache) >= _MOST:
        cache.clear()
    cache[name] = value
