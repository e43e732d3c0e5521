"""What is only its owner's: looked for by the doctor, made so by `gateway init`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gateway.cli.doctor_files import permissions
from gateway.errors import MisuseError
from gateway.node.folder import make_folder
from gateway.node.private_paths import make_private, private_paths
from gateway.settings.file import Settings
from tests.builders_settings import make_settings

FILES = ("gateway.toml", "gateway.db", "gateway.db-wal", "gateway.db-shm")
FOLDERS = ("blobs", "outbox")


@pytest.fixture
def installed(tmp_path: Path) -> Settings:
    """An installation whose files are there, private."""
    for name in (*FILES, "pages.key", "relay-password", "pages.pem"):
        (tmp_path / name).touch(mode=0o600)
    for name in FOLDERS:
        (tmp_path / name).mkdir(mode=0o700)
    tmp_path.chmod(0o700)
    return make_settings(
        tmp_path,
        web={"certificate": "pages.pem", "private_key": "pages.key"},
        outgoing={
            "smart_host_user": "gateway",
            "smart_host_password_file": "relay-password",
        },
    )


def complaints(settings: Settings) -> list[str]:
    return [
        one.state for one in permissions(settings) if "others can read" in one.state
    ]


@pytest.mark.parametrize("name", [*FILES, *FOLDERS, "pages.key", "relay-password", "."])
@pytest.mark.parametrize("bit", [0o040, 0o020, 0o004, 0o002])
def test_the_doctor_is_not_content_with_what_others_can_read(
    installed: Settings, name: str, bit: int
) -> None:
    assert complaints(installed) == []
    path = installed.folder / name
    mode = path.stat().st_mode & 0o777
    path.chmod(mode | bit)

    (said,) = complaints(installed)
    assert str(path) in said
    assert f"{mode | bit:o}" in said
    make_private(installed)
    assert path.stat().st_mode & 0o777 == mode
    assert complaints(installed) == []


def test_a_server_has_no_file_to_look_at(tmp_path: Path) -> None:
    url = "postgresql+psycopg://gateway@/gateway?host=/run/postgresql"
    settings = make_settings(tmp_path, database={"url": url})

    assert "database" not in {name for name, _ in private_paths(settings)}


def test_a_new_folder_is_private_whatever_the_umask(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    folder.mkdir(mode=0o755)
    before = os.umask(0)
    try:
        settings = make_folder(folder, free=True)
    finally:
        os.umask(before)

    assert complaints(settings) == []
    known = {name for name, path in private_paths(settings) if path.exists()}
    assert known >= {"settings", "data folder", "database", "blob folder", "outbox"}


def test_a_server_that_proves_nothing_is_not_even_asked(tmp_path: Path) -> None:
    with pytest.raises(MisuseError, match="verify-full"):
        make_folder(tmp_path / "new", url="postgresql+psycopg://g@192.0.2.1/gateway")
    assert not (tmp_path / "new").exists()
