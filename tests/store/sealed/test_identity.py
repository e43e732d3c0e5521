"""A database and its blob folder know each other, and refuse a stranger."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from gateway.errors import MisuseError
from gateway.settings.file import Settings, read_settings
from gateway.store.base.open_database import create_database, open_database
from gateway.store.base.work import Database
from gateway.store.sealed.identity import FILE, folder_identity, identity_of, join
from gateway.store.tables import instance
from tests.builders_settings import write_settings
from tests.postgres import new_database

MORE = """
[blobs]
inline_bytes = 1000
[database]
url = "{url}"
"""


def settings_in(folder: Path, url: str = "sqlite:///gateway.db") -> Settings:
    """Return settings of a folder with a key and nothing else."""
    folder.mkdir(exist_ok=True)
    return read_settings(write_settings(folder, MORE.format(url=url)))


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings whose database was made as an operator makes it."""
    url = "sqlite:///gateway.db"
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres")
        if server is None:
            pytest.skip("PostgreSQL's server is not installed")
        url = new_database(server)
    made = settings_in(tmp_path / "node", url)
    create_database(made).close()
    return made


@pytest.fixture
def opened(settings: Settings) -> Iterator[Database]:
    database = open_database(settings)
    yield database
    database.close()


def forget_joining(settings: Settings) -> None:
    """Make the database one that an earlier version made."""
    database = open_database(settings)
    with database.write() as work:
        work.connection.execute(update(instance).values(joined_at=None))
    database.close()
    (settings.blobs.folder / FILE).unlink()


def with_large_blobs(settings: Settings) -> None:
    database = open_database(settings)
    for _ in range(3):
        parcel = database.prepare(b"x" * 2000)
        with database.write() as work:
            work.blobs.put(parcel, work.key_for("patient:a"), work.now)
    database.close()


def test_what_was_made_together_opens(opened: Database) -> None:
    with opened.read() as work:
        ours = identity_of(work.connection)

    assert ours.joined
    assert folder_identity(opened.folder.folder) == ours.id


def test_a_blob_folder_of_another_database_is_refused(
    settings: Settings, tmp_path: Path
) -> None:
    other = settings_in(tmp_path / "other")
    create_database(other).close()
    shutil.rmtree(settings.blobs.folder)
    shutil.copytree(other.blobs.folder, settings.blobs.folder)

    with pytest.raises(MisuseError, match="belongs to another database"):
        open_database(settings)


def test_a_folder_whose_disk_is_not_mounted_is_refused(settings: Settings) -> None:
    shutil.rmtree(settings.blobs.folder)
    with pytest.raises(MisuseError, match="is missing: is its disk mounted"):
        open_database(settings)

    settings.blobs.folder.mkdir()  # the empty mount point
    with pytest.raises(MisuseError, match="does not say whose it is"):
        open_database(settings)


def test_a_database_of_an_earlier_version_is_joined_to_its_folder(
    settings: Settings,
) -> None:
    with_large_blobs(settings)
    forget_joining(settings)

    open_database(settings).close()

    assert (settings.blobs.folder / FILE).exists()
    open_database(settings).close()


def test_an_earlier_database_whose_blobs_are_not_there_is_not_joined(
    settings: Settings,
) -> None:
    with_large_blobs(settings)
    forget_joining(settings)
    for file in settings.blobs.folder.glob("??/*"):
        file.unlink()

    with pytest.raises(MisuseError, match="3 of the 3 newest large blobs"):
        open_database(settings)
    assert not (settings.blobs.folder / FILE).exists()


def test_a_joining_that_was_cut_short_is_finished(settings: Settings) -> None:
    """The file was written, the row not yet."""
    database = open_database(settings)
    with database.write() as work:
        work.connection.execute(update(instance).values(joined_at=None))
    database.close()

    open_database(settings).close()

    (settings.blobs.folder / FILE).unlink()
    with pytest.raises(MisuseError, match="does not say whose it is"):
        open_database(settings)


def test_a_folder_is_taken_over_only_when_it_is_said(opened: Database) -> None:
    (opened.folder.folder / FILE).write_text("0" * 32 + "\n", "ascii")

    with pytest.raises(MisuseError, match="--replace"):
        join(opened)
    join(opened, replace=True)

    with opened.read() as work:
        assert folder_identity(opened.folder.folder) == identity_of(work.connection).id


def test_a_database_that_lost_its_identity_is_refused(settings: Settings) -> None:
    database = open_database(settings)
    with database.write() as work:
        work.connection.execute(delete(instance))
    database.close()

    with pytest.raises(MisuseError, match="does not say who it is"):
        open_database(settings)


def test_a_database_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    settings = settings_in(tmp_path / "node", "sqlite:///gatewya.db")

    with pytest.raises(MisuseError, match="there is no database at"):
        open_database(settings, upgraded=True)

    assert not list(tmp_path.rglob("*.db"))


def test_an_empty_database_is_not_filled_by_opening_it(
    postgres: str | None, tmp_path: Path
) -> None:
    if postgres is None:
        pytest.skip("PostgreSQL's server is not installed")
    settings = settings_in(tmp_path / "node", new_database(postgres))

    with pytest.raises(MisuseError, match="nothing of a gateway in this database"):
        open_database(settings, upgraded=True)


def test_tables_are_never_made_in_what_is_somebodys(settings: Settings) -> None:
    with pytest.raises(MisuseError, match="has tables already"):
        create_database(settings)


def test_a_new_database_never_takes_the_folder_of_another(
    settings: Settings, tmp_path: Path
) -> None:
    other = settings_in(tmp_path / "other")
    shutil.copytree(settings.blobs.folder, other.blobs.folder)

    with pytest.raises(MisuseError, match="belongs to another database"):
        create_database(other)
