"""Sources of the master key: what each gives, and what it refuses."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gateway.errors import DamagedError, MisuseError
from gateway.settings.work import KeySettings
from gateway.store.sealed.key_sources import key_source
from gateway.store.sealed.sources import (
    CommandSource,
    CredentialSource,
    FileSource,
    SecretKey,
    SourceInTurn,
    make_master_key,
)
from tests.fakes import SecretSource

HEX = bytes(range(32)).hex()
FIRST = SecretKey(bytes(range(32)))


def test_the_id_and_the_wrapping_of_the_first_release_stay() -> None:
    """Else nothing of before would open; the values were computed by its program."""
    assert FIRST.id == "3f3f60eb557d5ca9"
    assert FIRST.derive("lookup").hex().startswith("d30d7445da2fc6a0")
    assert FIRST.decrypt(bytes(12), FIRST.encrypt(bytes(12), b"k", b"b"), b"b") == b"k"
    with pytest.raises(DamagedError):
        FIRST.decrypt(bytes(12), FIRST.encrypt(bytes(12), b"k", b"b"), b"c")


def test_a_file_gives_its_versions_each_beside_the_first(tmp_path: Path) -> None:
    source = FileSource(tmp_path / "master.key")
    make_master_key(tmp_path / "master.key")

    second = source.make(2)

    assert (tmp_path / "master.key.2").stat().st_mode & 0o777 == 0o600
    assert source.open(2).id == second.id != source.open(1).id
    assert source.make(2).id == second.id, "never over another key"
    with pytest.raises(MisuseError, match=r"master\.key\.3"):
        source.open(3)


def test_a_version_of_a_file_that_is_destroyed_is_gone(tmp_path: Path) -> None:
    source = FileSource(tmp_path / "master.key")
    make_master_key(tmp_path / "master.key")
    source.make(2)

    assert source.destroy(1)
    assert source.destroy(1), "again is no error"

    assert not (tmp_path / "master.key").exists()
    assert source.open(2)
    with pytest.raises(MisuseError):
        source.open(1)


@pytest.mark.parametrize(
    ("content", "mode", "words"),
    [
        (HEX, 0o640, "mode 0600"),
        (HEX, 0o604, "mode 0600"),
        (HEX[:-2], 0o600, "32 bytes in hex"),
        (HEX + "00", 0o600, "32 bytes in hex"),
        ("x" * 64, 0o600, "32 bytes in hex"),
        ("é" * 32, 0o600, "32 bytes in hex"),
    ],
)
def test_a_file_that_is_not_a_key_of_its_owner_alone_is_refused(
    tmp_path: Path, content: str, mode: int, words: str
) -> None:
    file = tmp_path / "master.key"
    file.write_text(content, "utf-8")
    file.chmod(mode)
    with pytest.raises(MisuseError, match=words):
        FileSource(file).open(1)


@pytest.mark.parametrize(
    ("mode", "is_taken"),
    [(0o400, True), (0o440, True), (0o600, False), (0o404, False), (0o444, False)],
)
def test_a_credential_has_the_modes_that_systemd_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int, is_taken: bool
) -> None:
    (tmp_path / "gateway-master").write_text(HEX + "\n", "ascii")
    (tmp_path / "gateway-master").chmod(mode)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    source = key_source(KeySettings(source="credential"))
    if is_taken:
        assert source.open(1).id == FIRST.id
    else:
        with pytest.raises(MisuseError, match="0400 or 0440"):
            source.open(1)


def test_a_credential_without_systemd_or_of_a_version_it_was_not_given_says_how(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    with pytest.raises(MisuseError, match="systemd-run"):
        key_source(KeySettings(source="credential"))
    source = CredentialSource(tmp_path, "gateway-master")
    with pytest.raises(MisuseError, match=r"--name=gateway-master\.2"):
        source.make(2)
    assert not source.destroy(1)


Script = Callable[[str], Path]


@pytest.fixture
def script(tmp_path: Path) -> Script:
    def write(text: str) -> Path:
        path = tmp_path / "give-key"
        path.write_text(f"#!{sys.executable}\nimport sys, time\n{text}\n", "utf-8")
        path.chmod(0o700)
        return path

    return write


def test_a_command_gives_what_it_prints_for_the_version_that_is_asked(
    script: Script,
) -> None:
    program = script("print(f'{int(sys.argv[1]):064x}')")
    source = CommandSource((str(program), "{version}"), 20.0)
    assert source.open(7).id == SecretKey((7).to_bytes(32, "big")).id
    assert not source.destroy(7)


def test_no_shell_sees_the_words_of_a_command(script: Script, tmp_path: Path) -> None:
    program = script("assert sys.argv[1].startswith(';'); print('00' * 32)")
    mark = tmp_path / "mark"
    CommandSource((str(program), f"; touch {mark} $(touch {mark})"), 20.0).open(1)
    assert not mark.exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sys.exit(3)", "failed with status 3"),
        ("print('no key')", "32 bytes in hex"),
        ("print('00' * 2049)", "printed too much"),
        ("while True: print('00' * 1000)", "printed too much"),
    ],
)
def test_a_command_that_gives_no_key_is_refused(
    script: Script, text: str, words: str
) -> None:
    with pytest.raises(MisuseError, match=words) as refused:
        CommandSource((str(script(text)),), 20.0).open(1)
    assert "no key" not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    ["time.sleep(60)", "import os; os.close(1); time.sleep(60)"],
)
def test_a_command_that_takes_too_long_is_ended(script: Script, text: str) -> None:
    started = time.monotonic()
    with pytest.raises(MisuseError, match="took too long"):
        CommandSource((str(script(text)),), 1.0).open(1)
    assert time.monotonic() - started < 20


def test_the_source_before_gives_the_versions_the_new_one_does_not_have(
    tmp_path: Path,
) -> None:
    make_master_key(tmp_path / "master.key.2")
    now = FileSource(tmp_path / "master.key")
    both = SourceInTurn(now, SecretSource(bytes(range(32))))
    assert both.open(1).id == FIRST.id
    assert both.open(2).id == now.open(2).id
    with pytest.raises(MisuseError, match="there is no version 3"):
        both.open(3)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"source": "vault"}, "source is one of"),
        ({"source": ""}, "source is one of"),
        ({"source": "command"}, "command is not set"),
        ({"source": "command", "command": ("give-key",)}, "the whole path"),
        ({"source": "pkcs11", "pkcs11_token": "t"}, "pkcs11_module"),
        ({"previous": "file"}, "previous is another"),
        ({"command_seconds": 121.0}, "command_seconds"),
        ({"command_seconds": 0.0}, "command_seconds"),
    ],
)
def test_settings_that_name_no_source_are_refused(
    given: dict[str, Any], words: str
) -> None:
    with pytest.raises(MisuseError, match=words):
        KeySettings(**given)


SOFTHSM = next(
    (
        path
        for path in (
            Path("/usr/lib/softhsm/libsofthsm2.so"),
            Path("/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so"),
            Path("/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so"),
        )
        if path.exists()
    ),
    None,
)


@pytest.fixture
def token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> KeySettings:
    """A new token of SoftHSM; the library reads its folder once for each process."""
    if SOFTHSM is None or shutil.which("softhsm2-util") is None:
        pytest.skip("SoftHSM is not installed")
    pytest.importorskip("pkcs11")
    (tmp_path / "tokens").mkdir()
    settings = tmp_path / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {tmp_path / 'tokens'}\n", "utf-8")
    monkeypatch.setenv("SOFTHSM2_CONF", str(settings))
    words = "--init-token --free --label gateway --so-pin 87654321 --pin 123456"
    subprocess.run(["softhsm2-util", *words.split()], check=True, capture_output=True)
    pin = tmp_path / "pkcs11.pin"
    pin.write_text("123456\n", "utf-8")
    pin.chmod(0o600)
    return KeySettings(
        source="pkcs11",
        pkcs11_module=str(SOFTHSM),
        pkcs11_token="gateway",
        pkcs11_pin=pin,
    )


def test_a_token_wraps_and_unwraps_and_its_key_does_not_leave_it(
    token: KeySettings,
) -> None:
    """One test for the whole: the library keeps its first folder in a process."""
    source = key_source(token)
    with pytest.raises(MisuseError, match="there is no gateway-master"):
        source.open(1)

    first, second = source.make(1), source.make(2)

    assert len({first.id, second.id, FIRST.id}) == 3
    assert source.open(1).id == first.id
    nonce = bytes(range(12))
    sealed = first.encrypt(nonce, b"a data key", b"its row")
    assert first.decrypt(nonce, sealed, b"its row") == b"a data key"
    for key, given, bound in (
        (first, sealed, b"another row"),
        (first, sealed[:-1] + bytes([sealed[-1] ^ 1]), b"its row"),
        (second, sealed, b"its row"),
    ):
        with pytest.raises(DamagedError):
            key.decrypt(nonce, given, bound)
    assert not hasattr(first, "derive")
    assert source.destroy(1)
    assert source.destroy(1), "again is no error"
    with pytest.raises(MisuseError):
        source.open(1)
    token.pkcs11_pin.chmod(0o640)
    with pytest.raises(MisuseError, match="mode 0600"):
        key_source(token).open(2)
