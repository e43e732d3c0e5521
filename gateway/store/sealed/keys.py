"""Keys: a source's key wraps data keys, a data key wraps blob keys and seals texts."""

from __future__ import annotations

import threading
from contextlib import suppress
from datetime import datetime
from typing import Any, Final, TypeVar
from uuid import uuid4

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import (
    Connection,
    Engine,
    insert,
    select,
)
from sqlalchemy.exc import IntegrityError

from gateway.errors import (
    DamagedError,
    DestroyedError,
    MisuseError,
    UnavailableError,
)
from gateway.store.sealed.digest_keys import (
    DigestKey,
    DigestKeys,
    Label,
    digest_key,
    keyed,
)
from gateway.store.sealed.digest_turn import have_none_begin
from gateway.store.sealed.generation import HeldKeys, KeyMemory, next_generation
from gateway.store.sealed.key_rows import ADD, CURRENT, EARLIER, KEPT_OF, WRAPPED
from gateway.store.sealed.seal_counts import MOST_SEALS, SealCounts
from gateway.store.sealed.sources import KeySource, SecretKey
from gateway.store.sealed.wrapping import (
    KeyEncryptionKey,
    KeyPlace,
    decrypt,
    encrypt,
    unwrap,
    wrap,
)
from gateway.store.sealed.wrapping_keys import WrappingKeys
from gateway.store.tables import data_keys, key_encryption_keys, key_generation

_MOST = 20_000
"""Keys in memory at once."""

KEPT_SECONDS: Final = 300.0
"""How long an unwrapped key stays in memory, whatever happens to it."""

T = TypeVar("T")


class KeyRing:
    """
    The source of the keys that wrap, and the data keys unwrapped so far.

    What is in memory are keys, never texts. Each transaction that needs one reads the
    generation of the keys first: when it grew (`next_generation`), every process drops
    what it has. The keys of digests are read at first (`load`), and again when the
    generation grew: while they turn over there are two, of which the newer one is
    written by and both are read by.
    """

    def __init__(
        self,
        source: KeySource,
        *,
        most_seals: int = MOST_SEALS,
        kept_seconds: float = KEPT_SECONDS,
    ) -> None:
        self.source = source
        self._memory = KeyMemory(kept_seconds)
        self.keks = WrappingKeys(source)
        self._digests = DigestKeys()
        self._engine: Engine | None = None
        self._counts = SealCounts(most_seals)
        self._loading = threading.Lock()

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
        return self.digests(label, text)[0]

    def digests(self, label: Label, text: str) -> tuple[str, ...]:
        """
        Return every digest by which something is found now, the one to write first.

        There are two while the keys of digests turn over; see `UnitOfWork.digests`.
        """
        content = text.upper().encode("utf-8", "replace")
        return tuple(keyed(one, content).hex() for one in self._keys_of(label))

    def mac(self, label: Label, content: bytes) -> bytes:
        """Return the HMAC-SHA-256 of some bytes under the key of a label."""
        return keyed(self._keys_of(label)[0], content)

    def _keys_of(self, label: Label) -> tuple[DigestKey, ...]:
        return self._digests.of(label) or self._load_late(label)

    def load(self, connection: Connection) -> None:
        """
        Read the keys of digests; one that is not kept yet is the source's first key's.

        Raises:
            UnavailableError: one cannot be unwrapped, or there is none.
        """
        generation = self._memory.held(connection).generation
        found = {label: self._label_keys(connection, label) for label in Label}
        self._digests.keep(found, generation)

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
            if CURRENT.first(connection, scope=label.scope) is None:
                derived = None if new else self._first_secret(label)
                self._add(connection, label.scope, 1, now, derived)
        self.load(connection)

    def is_established(self, connection: Connection) -> bool:
        """Tell whether every label has a key of its own in the database."""
        kept = select(data_keys.c.scope).where(
            data_keys.c.scope.in_([label.scope for label in Label])
        )
        return set(connection.execute(kept).scalars()) == {one.scope for one in Label}

    def _load_late(self, label: Label) -> tuple[DigestKey, ...]:
        """Load without having been told to: as a tool or a test does, never `serve`."""
        with self._loading:
            if not self._digests.of(label) and self._engine is None:
                firsts = {each: self._first_secret(each) for each in Label}
                if None in firsts.values():
                    raise MisuseError("the keys of digests are not loaded")
                found = {
                    each: [("", digest_key(secret))]
                    for each, secret in firsts.items()
                    if secret is not None
                }
                self._digests.keep(found, -1)
            elif not self._digests.of(label):
                assert self._engine is not None
                reader = self._engine.connect()
                with reader.execution_options(read_only=True) as connection:
                    self.load(connection)
        return self._digests.of(label)

    def _label_keys(
        self, connection: Connection, label: Label
    ) -> list[tuple[str, DigestKey]]:
        """Return the keys of a label with their ids, the newest first."""
        ids = [row.id for row in KEPT_OF.rows(connection, scope=label.scope)]
        if ids:
            return [(one, self._label_key(connection, one)) for one in ids]
        secret = self._first_secret(label)
        if secret is None:
            raise UnavailableError("try again later", detail="a digest has no key")
        return [("", digest_key(secret))]

    def _label_key(self, connection: Connection, key_id: str) -> DigestKey:
        if known := self._digests.known(key_id):
            return known
        return digest_key(self._unwrapped(connection, key_id))

    def _first_secret(self, label: Label) -> bytes | None:
        """Return what a label's key was while all followed from the master key."""
        try:
            first = self.source.open(1)
        except MisuseError:
            return None
        return first.derive(label.value) if isinstance(first, SecretKey) else None

    def hold_digests(self, connection: Connection) -> None:
        """
        Have no turn of the keys of digests begin until the commit, and know those of
        now: for who looks whether somebody has an INS or a login, and then takes it.
        """
        have_none_begin(connection)
        self._memory.look_again(connection)
        self.held(connection)

    # Data keys

    def held(self, connection: Connection) -> HeldKeys:
        """
        Return what is in memory and still true for this transaction.

        The keys of digests are read again where others may be there since.
        """
        held = self._memory.held(connection)
        if self._digests.are_before(held.generation):
            with self._loading:
                self.load(connection)
        return held

    def key_for(self, connection: Connection, scope: str, now: datetime) -> str:
        """
        Return the id of the key that new values of ``scope`` are sealed with.

        Made if there is none.

        Raises:
            DestroyedError: it was destroyed.
        """
        if known := self.held(connection).by_scope.get(scope):
            return known
        row = CURRENT.first(connection, scope=scope)
        if row is None:
            return self._add(connection, scope, 1, now)
        if row.destroyed_at is not None:
            raise DestroyedError("not readable any more", detail="data key destroyed")
        return str(row.id)

    def find(self, connection: Connection, scope: str) -> str | None:
        """Return the id of the key of a scope that has one and keeps it, or None."""
        row = CURRENT.first(connection, scope=scope)
        return None if row is None or row.destroyed_at is not None else str(row.id)

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
            DestroyedError: the scope has no key, or it was destroyed.
        """
        row = CURRENT.first(connection, scope=scope)
        if row is None or row.destroyed_at is not None:
            raise DestroyedError("not readable any more", detail="no key to follow")
        key_id = self._add(connection, scope, row.epoch + 1, now)
        self.held(connection).by_scope.pop(scope, None)
        next_generation(connection)
        return key_id

    def data_key(self, connection: Connection, key_id: str) -> AESGCM:
        """
        Return an unwrapped data key.

        Raises:
            DestroyedError: it was destroyed.
            UnavailableError: what wraps it is not at hand.
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
        self._counts.add(key_id)
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
            for row in EARLIER.rows(connection, key=key_id):
                with suppress(DamagedError):
                    return decrypt(self.data_key(connection, row.id), sealed, bound)
            raise

    def write_counts(self, connection: Connection, now: datetime) -> None:
        """
        Write down how often keys sealed, where it is worth it; at the end of a
        transaction. A key that sealed too often is followed by another.
        """
        for key_id in self._counts.write(connection):
            scope = WRAPPED.first(connection, key=key_id).scope
            newest = CURRENT.first(connection, scope=scope)
            if newest.id == key_id and newest.destroyed_at is None:
                self.next_epoch(connection, scope, now)

    # What wraps

    def wrapping(self, connection: Connection) -> KeyEncryptionKey:
        """
        Return the key that wraps what is made now.

        Raises:
            UnavailableError: it is not at hand.
        """
        held = self.held(connection)
        if held.wrapping is None:
            held.wrapping = self.keks.now(connection)
        return held.wrapping

    def forget(self, kek_id: str) -> None:
        """Drop a key that wraps from memory, and all there is for now."""
        self.keks.forget(kek_id)
        self._memory.drop()

    def new_key(
        self, connection: Connection, scope: str, now: datetime
    ) -> dict[str, Any]:
        """Return the row, to be written, of the first key of a scope; it seals now."""
        place, secret = KeyPlace(scope, uuid4().hex, 1), AESGCM.generate_key(256)
        row = self._row(connection, place, now, secret)
        _keep(self.held(connection).ciphers, place.key_id, AESGCM(secret))
        return row

    def _row(
        self, connection: Connection, place: KeyPlace, now: datetime, secret: bytes
    ) -> dict[str, Any]:
        kek = self.wrapping(connection)
        return {
            **{"id": place.key_id, "scope": place.scope, "epoch": place.epoch},
            "wrapped": wrap(kek, secret, place),
            "kek_id": kek.id,
            "created_at": now,
        }

    def _add(
        self,
        connection: Connection,
        scope: str,
        epoch: int,
        now: datetime,
        secret: bytes | None = None,
    ) -> str:
        secret = AESGCM.generate_key(256) if secret is None else secret
        try:
            with connection.begin_nested():
                place = KeyPlace(scope, uuid4().hex, epoch)
                ADD.run(connection, [self._row(connection, place, now, secret)])
                return place.key_id
        except IntegrityError:
            # Another node made it at this very moment, as at midnight all do.
            return str(CURRENT.first(connection, scope=scope).id)

    def _unwrapped(self, connection: Connection, key_id: str) -> bytes:
        row = WRAPPED.first(connection, key=key_id)
        if row is None or row.wrapped is None:
            raise DestroyedError("not readable any more", detail="data key destroyed")
        kek = self.keks.named(connection, row.kek_id)
        return unwrap(kek, row.wrapped, KeyPlace(row.scope, key_id, row.epoch))


def _first(connection: Connection, query: Any) -> Any:
    return connection.execute(query).first()


def _keep(cache: dict[str, T], name: str, value: T) -> None:
    """Remember, but not every patient there ever was; a full cache starts anew."""
    if len(cache) >= _MOST:
        cache.clear()
    cache[name] = value
