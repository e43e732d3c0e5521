"""Keys that wrap the others within a token (PKCS#11): they never leave it."""

from __future__ import annotations

import threading
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from attrs import field, frozen

from gateway.errors import DamagedError, MisuseError, UnavailableError
from gateway.store.sealed.wrapping import AES_GCM

_TAG_BITS: Final = 128
_NAMING: Final = b"gateway key id 1"
"""One block of AES, encrypted to tell keys apart: the key's check value."""


class TokenKey:
    """A key within the token; it encrypts and decrypts there, one at a time."""

    algorithm: Final = AES_GCM

    def __init__(self, key: Any, lock: threading.Lock) -> None:
        self._key = key
        self._lock = lock

    @cached_property
    def id(self) -> str:
        """The first half of one block that it encrypted, in hex."""
        from pkcs11 import Mechanism

        with self._lock:
            made: bytes = self._key.encrypt(_NAMING, mechanism=Mechanism.AES_ECB)
        return made[:8].hex()

    def encrypt(self, nonce: bytes, text: bytes, bound: bytes) -> bytes:
        """
        Return a text encrypted, with its tag.

        Raises:
            UnavailableError: the token does not do it.
        """
        made: bytes = self._ask("encrypt", nonce, text, bound)
        return made

    def decrypt(self, nonce: bytes, sealed: bytes, bound: bytes) -> bytes:
        """
        Return what `encrypt` was given.

        Raises:
            DamagedError: altered, or bound to something else.
            UnavailableError: the token does not answer.
        """
        made: bytes = self._ask("decrypt", nonce, sealed, bound)
        return made

    def _ask(self, what: str, nonce: bytes, content: bytes, bound: bytes) -> Any:
        from pkcs11 import GCMParams, Mechanism, exceptions

        parameters = GCMParams(nonce, bound, _TAG_BITS)
        try:
            with self._lock:
                return getattr(self._key, what)(
                    content, mechanism=Mechanism.AES_GCM, mechanism_param=parameters
                )
        except (
            exceptions.EncryptedDataInvalid,
            exceptions.EncryptedDataLenRange,
            exceptions.GeneralError,  # SoftHSM's word for a wrong tag
        ) as error:
            if what == "decrypt":
                raise DamagedError(
                    "not readable", detail="key altered, moved, or under another key"
                ) from error
            raise _unavailable(error) from error
        except exceptions.PKCS11Error as error:
            raise _unavailable(error) from error


@frozen
class TokenSource:
    """A token, opened at the first key that is asked of it, and kept open."""

    module: str
    token: str
    label: str
    pin: Path
    _lock: threading.Lock = field(
        init=False, repr=False, eq=False, factory=threading.Lock
    )
    _sessions: list[Any] = field(init=False, repr=False, eq=False, factory=list)

    @property
    def name(self) -> str:
        """The token and its key."""
        return f"token {self.token}, key {self.label}"

    def open(self, version: int) -> TokenKey:
        """
        Return the key of a version.

        Raises:
            MisuseError: the token, its PIN or the key is not there.
        """
        key = self._found(version)
        if key is None:
            raise MisuseError(f"master key: there is no {self._label(version)} in it")
        return TokenKey(key, self._lock)

    def make(self, version: int) -> TokenKey:
        """
        Return a version, generated within the token if it is not there.

        Raises:
            MisuseError: the token makes none.
        """
        from pkcs11 import Attribute, KeyType, exceptions

        key = self._found(version)
        if key is None:
            try:
                with self._lock:
                    key = self._session().generate_key(
                        KeyType.AES,
                        256,
                        label=self._label(version),
                        store=True,
                        template={
                            Attribute.SENSITIVE: True,
                            Attribute.EXTRACTABLE: False,
                        },
                    )
            except exceptions.PKCS11Error as error:
                raise MisuseError(
                    f"{self.name} makes no key ({type(error).__name__}); make an AES "
                    f"key of 256 bits there, labelled {self._label(version)}"
                ) from error
        return TokenKey(key, self._lock)

    def destroy(self, version: int) -> bool:
        """Destroy a version within the token; gone already is fine."""
        key = self._found(version)
        if key is not None:
            with self._lock:
                key.destroy()
        return True

    def _label(self, version: int) -> str:
        return self.label if version == 1 else f"{self.label}.{version}"

    def _found(self, version: int) -> Any:
        from pkcs11 import KeyType, ObjectClass, exceptions

        try:
            with self._lock:
                return self._session().get_key(
                    object_class=ObjectClass.SECRET_KEY,
                    key_type=KeyType.AES,
                    label=self._label(version),
                )
        except exceptions.NoSuchKey:
            return None
        except exceptions.PKCS11Error as error:
            raise MisuseError(f"{self.name}: {type(error).__name__}") from error

    def _session(self) -> Any:
        """Return the open session; called with the lock held."""
        if not self._sessions:
            from pkcs11 import exceptions, lib

            try:
                token = lib(self.module).get_token(token_label=self.token)
                self._sessions.append(token.open(rw=True, user_pin=self._pin()))
            except (RuntimeError, exceptions.PKCS11Error) as error:
                raise MisuseError(
                    f"{self.name}: cannot be opened ({type(error).__name__})"
                ) from error
        return self._sessions[0]

    def _pin(self) -> str:
        try:
            mode = self.pin.stat().st_mode & 0o777
            text = self.pin.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise MisuseError(f"[keys] pkcs11_pin: {error}") from error
        if mode & 0o077:
            raise MisuseError(
                f"[keys] pkcs11_pin: {self.pin} must be of mode 0600, is {mode:o}"
            )
        return text


def _unavailable(error: Exception) -> UnavailableError:
    detail = f"the token does not answer: {type(error).__name__}"
    return UnavailableError("try again later", detail=detail)
