"""Having everything a patient has packed, as a worker does, and reading it."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

from gateway.dmp_bridge.downloads.packing import Packing
from gateway.node.vaults import open_vaults
from gateway.settings.file import Settings
from gateway.store.base.work import Database
from gateway.store.downloads.downloads import Download, Downloads
from gateway.store.patients.profiles import Profile, Profiles
from gateway.store.tasks.tasks import TaskKind, new_owner

_LEASE = timedelta(hours=1)


def profile_of(database: Database, patient: str) -> Profile:
    with database.read() as work:
        found = Profiles(work).get(patient)
    assert found is not None
    return found


def work_off(database: Database, settings: Settings, most: int = 99) -> int:
    """Do the tasks of packing that are due, so many; return how many they were."""
    step = Packing(database, settings, open_vaults(database))
    owner, done = new_owner(), 0
    while done < most:
        with database.write() as work:
            claimed = work.tasks.claim(owner, [TaskKind.PACK], 1, _LEASE)
        if not claimed:
            return done
        job = step(claimed[0])
        with database.write() as work:
            assert work.tasks.finish(claimed[0], owner)
            job(work)
        done += 1
    return done


def ask(database: Database, patient: str, most: int = 3) -> None:
    with database.write() as work:
        assert Downloads(work).ask(profile_of(database, patient), most) is None


def last(database: Database, patient: str) -> Download:
    with database.read() as work:
        found = Downloads(work).last(patient)
    assert found is not None
    return found


def content(database: Database, download: Download) -> bytes:
    with database.read() as work:
        downloads = Downloads(work)
        return b"".join(
            downloads.piece(download, number) for number in range(download.pieces)
        )


def opened(packed: bytes) -> ZipFile:
    """Return a ZIP that is whole."""
    archive = ZipFile(BytesIO(packed))
    assert archive.testzip() is None
    return archive
