"""The fixtures everything shares: a clock, a database on each engine."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.mssante.tls import Identity, load_identity, smtp_server_context
from gateway.store.blobs import BlobFolder
from gateway.store.engine import make_engine
from gateway.store.keys import KeyRing
from gateway.store.tables import metadata
from gateway.store.work import Database
from tests.fakes import SetClock
from tests.pki import pki, pki_folder
from tests.postgres import new_database, postgres_server

__all__ = ["gateway_identity", "pki", "pki_folder", "smtp_door"]

SECRET = bytes(range(32))


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str | None]:
    with postgres_server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database(
    request: pytest.FixtureRequest, tmp_path: Path, clock: SetClock
) -> Iterator[Database]:
    """An empty database with its tables; the same tests run on both engines."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'gateway.db'}"
    else:
        server = request.getfixturevalue("postgres")
        if server is None:
            pytest.skip("PostgreSQL's server is not installed")
        url = new_database(server)
    opened = Database(
        make_engine(url),
        KeyRing.from_secret(SECRET),
        BlobFolder(tmp_path / "blobs", 64 * 1024),
        clock,
    )
    metadata.create_all(opened.engine)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def gateway_identity(pki_folder: Path) -> Identity:
    """Our own certificate of the session's PKI, and the authorities it pins."""
    return load_identity(
        pki_folder / "gateway.pem", pki_folder / "gateway.key", pki_folder / "ca.pem"
    )


@pytest.fixture(scope="session")
def smtp_door(gateway_identity: Identity) -> ssl.SSLContext:
    """The TLS context of the SMTP doors."""
    return smtp_server_context(gateway_identity, refused=lambda _: None)
