"""The fixtures everything shares: a clock, a database on each engine."""

from __future__ import annotations

import gc
import os
import shutil
import ssl
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING
from warnings import catch_warnings

import pytest
from argon2 import PasswordHasher
from hypothesis import settings

from gateway.store.base.engine import make_engine
from gateway.store.base.work import Database
from gateway.store.patients import accounts
from gateway.store.tables import metadata
from gateway.trust.tls import Identity, load_identity, smtp_server_context
from tests.builders_database import database_at, empty_sqlite
from tests.fakes import SetClock
from tests.pki import pki, pki_folder
from tests.postgres import MEMORY, drop_database, name_of, new_database, postgres_server

if TYPE_CHECKING:
    from tests.mssante.post import Post

__all__ = ["gateway_identity", "pki", "pki_folder", "smtp_door"]


# How long a property takes is measured in bench/: on a busy machine it takes longer.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# Of a property that fails hypothesis writes a patch with libcst, which trips over what
# zope.interface adds to every class: that would end the run of all tests.
sys.modules["hypothesis.extra._patching"] = None  # type: ignore[assignment]

# Hundreds of tests sign in: theirs is cheap to try. What the program's own costs is
# looked at in tests/store/patients/test_accounts.py.
PROGRAMS_HASHER = accounts.HASHER
accounts.HASHER = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)

# Of what is collected, and the modules it loads, nothing is garbage: a quarter of the
# time it takes went into looking for some.
gc.disable()

_ROOM = 6 << 30
_MASK = os.umask(0o022)
os.umask(_MASK)


def pytest_configure() -> None:
    """
    Keep what the tests write in memory where there is room: it is synced all the time.

    What a disk may lose is tried without one: `tests/power_cuts.py` goes by what was
    synced.
    """
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > _ROOM:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def pytest_sessionstart(session: pytest.Session) -> None:
    """
    Of processes side by side each loads a part of the modules first, for all of them.

    Half of collecting is that pytest rewrites the assertions of each module, and every
    process collects all: they find what another rewrote in a folder they share.
    """
    worker = getattr(session.config, "workerinput", None)
    if worker is None or session.config.args != session.config.getini("testpaths"):
        return
    shared = _rewritten_by(os.getppid())
    shared.mkdir(mode=0o700, exist_ok=True)
    sys.dont_write_bytecode, sys.pycache_prefix = False, str(shared)
    first, every = int(worker["workerid"].removeprefix("gw")), worker["workercount"]
    for path in sorted(Path(__file__).parent.rglob("test_*.py"))[first::every]:
        words = path.relative_to(Path(__file__).parents[1]).with_suffix("").parts
        # What is wrong with one, a warning too, is told when it is collected.
        with catch_warnings(action="error"), suppress(Exception, pytest.skip.Exception):
            import_module(".".join(words))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove what the processes shared, once they have ended."""
    if not hasattr(config, "workerinput"):
        shutil.rmtree(_rewritten_by(os.getpid()), ignore_errors=True)


def _rewritten_by(pid: int) -> Path:
    return Path(gettempdir()) / f"gateway-rewritten-{os.getuid()}-{pid}"


def pytest_collection_finish() -> None:
    """Look for garbage from here on, and only among what the tests make."""
    gc.freeze()
    gc.enable()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Refuse parameters in no order: processes side by side must agree on one."""
    for mark in metafunc.definition.iter_markers("parametrize"):
        if len(mark.args) > 1 and isinstance(mark.args[1], set | frozenset):
            raise pytest.UsageError(
                f"{metafunc.definition.nodeid}: sort its parameters"
            )


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture(autouse=True)
def mask() -> Iterator[None]:
    """The mask of new files, which a command that runs here makes the service's."""
    os.umask(_MASK)
    yield
    os.umask(_MASK)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str | None]:
    with postgres_server() as url:
        yield url


@pytest.fixture(scope="session")
def postgres_model(postgres: str | None) -> str:
    """The name of a PostgreSQL database with our tables, to make copies of."""
    if postgres is None:
        pytest.skip("PostgreSQL's server is not installed")
    url = new_database(postgres)
    engine = make_engine(url)
    metadata.create_all(engine)
    engine.dispose()
    return name_of(url)


@pytest.fixture(scope="session")
def sqlite_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with our tables, to make copies of."""
    path = tmp_path_factory.mktemp("model") / "gateway.db"
    path.write_bytes(empty_sqlite())
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database(
    request: pytest.FixtureRequest, tmp_path: Path, clock: SetClock
) -> Iterator[Database]:
    """An empty database with its tables; the same tests run on both engines."""
    if request.param == "sqlite":
        path = tmp_path / "gateway.db"
        path.write_bytes(empty_sqlite())
        url = f"sqlite:///{path}"
    else:
        model = request.getfixturevalue("postgres_model")
        url = new_database(request.getfixturevalue("postgres"), like=model)
    opened = database_at(url, tmp_path, clock)
    yield opened
    opened.close()
    if request.param == "postgresql":
        drop_database(url)


@pytest.fixture
def post(database: Database, clock: SetClock) -> Post:
    """A post office: a patient, two mailboxes, and the steps that serve them."""
    from tests.mssante.post import Post

    return Post.open(database, clock)


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
