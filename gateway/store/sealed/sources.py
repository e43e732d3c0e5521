"""Where the keys that wrap the others come from: a file, a credential, a command."""

from __future__ import annotations

import os
import secrets
import select
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, Protocol

from attrs import field, frozen
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gateway.durable import sync_folder, write_new_file
from gateway.errors import DamagedError, MisuseError
from gateway.store.sealed.wrapping import AES_GCM, KeyEncryptionKey

_OTHERS: Final = 0o077
_NOT_OF_A_CREDENTIAL: Final = 0o337
_MOST_OUTPUT: Final = 4096
"""Bytes that a command may print: 64 hex digits and a line end, and room for more."""


class KeySource(Protocol):
    """Gives the keys that wrap the others, by version; the first is 1."""

    @property
    def name(self) -> str:
        """What it is, for an operator: ``file /etc/gateway/master.key``."""

    def open(self, version: int) -> KeyEncryptionKey:
        """
        Return the key of a version.

        Raises:
            MisuseError: it is not there, or not a key; the text says where it should
                be.
        """

    def make(self, version: int) -> KeyEncryptionKey:
        """
        Return the key of a new version, making it where that is possible.

        Raises:
            MisuseError: it has to be made elsewhere first; the text says how.
        """

    def destroy(self, version: int) -> bool:
        """Destroy a version; False where that has to be done elsewhere."""


@frozen
class SecretKey:
    """A key that wraps others, from 32 secret bytes in memory."""

    secret: bytes = field(repr=False)
    id: str = field(init=False)
    _cipher: AESGCM = field(init=False, repr=False, eq=False)

    @id.default
    def _named(self) -> str:
        return self.derive("master id")[:8].hex()

    @_cipher.default
    def _keyed(self) -> AESGCM:
        return AESGCM(self.derive("wrap"))

    @property
    def algorithm(self) -> int:
        """AES-256-GCM."""
        return AES_GCM

    def derive(self, purpose: str) -> bytes:
        """Return the 32 bytes this key has for one purpose (HKDF)."""
        info = f"gateway {purpose}".encode()
        derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=info)
        return derivation.derive(self.secret)

    def encrypt(self, nonce: bytes, text: bytes, bound: bytes) -> bytes:
        """Return a text encrypted, with its tag."""
        return self._cipher.encrypt(nonce, text, bound)

    def decrypt(self, nonce: bytes, sealed: bytes, bound: bytes) -> bytes:
        """
        Return what `encrypt` was given.

        Raises:
            DamagedError: altered, or bound to something else.
        """
        try:
            return self._cipher.decrypt(nonce, sealed, bound)
        except InvalidTag:
            raise DamagedError(
                "not readable", detail="key altered, moved, or under another key"
            ) from None


@frozen
class FileSource:
    """A file of mode 0600 with 32 bytes in hex; later versions beside it: ``.2``."""

    first: Path

    @property
    def name(self) -> str:
        """The file."""
        return f"file {self.first}"

    def path(self, version: int) -> Path:
        """Return where a version lies."""
        return _versioned(self.first, version)

    def open(self, version: int) -> SecretKey:
        """
        Read a version.

        Raises:
            MisuseError: absent, readable by others, or not 32 bytes in hex.
        """
        return _read_key(self.path(version), _OTHERS, "0600")

    def make(self, version: int) -> SecretKey:
        """Write a new version, unless it is there; never over another key."""
        if not self.path(version).exists():
            make_master_key(self.path(version))
        return self.open(version)

    def destroy(self, version: int) -> bool:
        """Overwrite the file, then remove it; gone already is fine."""
        path = self.path(version)
        with suppress(FileNotFoundError), path.open("r+b") as file:
            file.write(bytes(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink(missing_ok=True)
        sync_folder(path.parent)
        return True


@frozen
class CredentialSource:
    """Files that systemd gave the service (LoadCredentialEncrypted=)."""

    folder: Path
    credential: str

    @classmethod
    def from_environment(cls, credential: str) -> CredentialSource:
        """
        Take the folder from ``$CREDENTIALS_DIRECTORY``.

        Raises:
            MisuseError: systemd gave none, as to a command typed by hand.
        """
        folder = os.environ.get("CREDENTIALS_DIRECTORY", "")
        if not folder:
            raise MisuseError(
                "[keys] source is credential, and $CREDENTIALS_DIRECTORY is not set: "
                "start this by systemd, or by systemd-run -p LoadCredentialEncrypted="
            )
        return cls(Path(folder), credential)

    @property
    def name(self) -> str:
        """The credential."""
        return f"credential {self.credential}"

    def open(self, version: int) -> SecretKey:
        """
        Read a version; systemd makes it 0400, or 0440 for a user of its own.

        Raises:
            MisuseError: absent, of another mode, or not 32 bytes in hex.
        """
        path = _versioned(self.folder / self.credential, version)
        return _read_key(path, _NOT_OF_A_CREDENTIAL, "0400 or 0440")

    def make(self, version: int) -> SecretKey:
        """
        Return a version that systemd was given.

        Raises:
            MisuseError: it was not; the text says how.
        """
        try:
            return self.open(version)
        except MisuseError as error:
            wanted = _versioned(Path(self.credential), version)
            raise MisuseError(
                f"{error}. Make it with systemd-creds encrypt --name={wanted}, name it "
                "in the unit file, and restart the service first"
            ) from error

    def destroy(self, version: int) -> bool:
        """Leave it to who made the credential."""
        return False


@frozen
class CommandSource:
    """What a command prints, 64 hex digits; ``{version}`` in a word is the version."""

    words: Sequence[str]
    seconds: float = 10.0

    @property
    def name(self) -> str:
        """The program; its other words may be nobody's business."""
        return f"command {self.words[0]}"

    def open(self, version: int) -> SecretKey:
        """
        Run the command; no shell sees its words.

        Raises:
            MisuseError: it failed, took too long, or printed something else.
        """
        words = [word.replace("{version}", str(version)) for word in self.words]
        return _key_in(self._output(words), self.name)

    def make(self, version: int) -> SecretKey:
        """
        Return a version that the command knows.

        Raises:
            MisuseError: it does not.
        """
        return self.open(version)

    def destroy(self, version: int) -> bool:
        """Leave it to whoever keeps the keys for the command."""
        return False

    def _output(self, words: Sequence[str]) -> bytes:
        end = time.monotonic() + self.seconds
        try:
            process = subprocess.Popen(  # noqa: S603 - the operator's own words
                words,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError as error:
            raise MisuseError(f"{self.name}: {error.strerror}") from error
        assert process.stdout is not None
        with process.stdout:
            said = _read_until(process.stdout.fileno(), end)
        if said is None or len(said) > _MOST_OUTPUT:
            _end(process)
            fault = "took too long" if said is None else "printed too much"
            raise MisuseError(f"{self.name} {fault}")
        try:
            status = process.wait(max(end - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            _end(process)
            raise MisuseError(f"{self.name} took too long") from None
        if status:
            raise MisuseError(f"{self.name} failed with status {status}")
        return said


@frozen
class SourceInTurn:
    """A source, and the one before it, whose versions it does not have yet."""

    now: KeySource
    before: KeySource

    @property
    def name(self) -> str:
        """Both."""
        return f"{self.now.name}, before: {self.before.name}"

    def open(self, version: int) -> KeyEncryptionKey:
        """
        Return a version from the first that has it.

        Raises:
            MisuseError: neither has.
        """
        try:
            return self.now.open(version)
        except MisuseError as error:
            try:
                return self.before.open(version)
            except MisuseError as other:
                raise MisuseError(f"{error}; {other}") from other

    def make(self, version: int) -> KeyEncryptionKey:
        """Make a version in the source that is in use now."""
        return self.now.make(version)

    def destroy(self, version: int) -> bool:
        """Destroy a version in both."""
        return all([self.now.destroy(version), self.before.destroy(version)])


def make_master_key(file: Path) -> None:
    """Write a new master key, readable by its owner alone; never over another one."""
    write_new_file(file, f"{secrets.token_hex(32)}\n".encode("ascii"))


def _versioned(first: Path, version: int) -> Path:
    return first if version == 1 else first.with_name(f"{first.name}.{version}")


def _read_key(file: Path, too_much: int, modes: str) -> SecretKey:
    try:
        mode = file.stat().st_mode & 0o777
        text = file.read_bytes()[: _MOST_OUTPUT + 1]
    except OSError as error:
        raise MisuseError(f"master key: {error}") from error
    if mode & too_much:
        raise MisuseError(f"master key: {file} must be of mode {modes}, is {mode:o}")
    return _key_in(text, str(file))


def _key_in(text: bytes, place: str) -> SecretKey:
    try:
        secret = bytes.fromhex(text.decode("ascii").strip())
    except ValueError:
        secret = b""
    if len(secret) != 32:
        raise MisuseError(f"master key: {place} must hold 32 bytes in hex")
    return SecretKey(secret)


def _read_until(descriptor: int, end: float) -> bytes | None:
    """Return what is written until its end, or a byte too many; None: no time left."""
    said = b""
    while len(said) <= _MOST_OUTPUT:
        left = end - time.monotonic()
        if left <= 0 or not select.select([descriptor], [], [], left)[0]:
            return None
        more = os.read(descriptor, _MOST_OUTPUT + 1 - len(said))
        if not more:
            break
        said += more
    return said


def _end(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
