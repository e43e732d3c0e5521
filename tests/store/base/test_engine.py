"""Connections: one of PostgreSQL is asked whether it lives when it lay idle."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from gateway.errors import UnavailableError
from gateway.store.base import engine
from gateway.store.base.availability import DatabaseHealth
from gateway.store.base.failures import translated
from gateway.store.base.work import Database


@pytest.fixture
def server(database: Database) -> Database:
    if database.engine.dialect.name == "sqlite":
        pytest.skip("SQLite is no server")
    return database


def ask(database: Database) -> int:
    """Return the number of the server's process that answered."""
    with database.read() as work:
        found: int = work.connection.execute(
            text("SELECT pg_backend_pid()")
        ).scalar_one()
        return found


def cut_off(database: Database) -> None:
    """End the server's side of the connection that lies in the pool."""
    pid = ask(database)
    other = engine.make_engine(database.engine.url.render_as_string())
    with other.begin() as connection:
        end = text("SELECT pg_terminate_backend(:pid, 5000)")
        assert connection.execute(end, {"pid": pid}).scalar_one()
    other.dispose()


def test_one_that_ended_while_it_lay_idle_is_replaced(
    server: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_off(server)
    monkeypatch.setattr(engine, "_TRUSTED_SECONDS", 0.0)

    assert ask(server)


def test_one_that_ended_in_use_fails_once_and_is_replaced(
    server: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_TRUSTED_SECONDS", 60.0)
    cut_off(server)

    with pytest.raises(UnavailableError):
        ask(server)
    assert ask(server)


def test_one_just_used_is_given_again_without_a_question(
    server: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    dialect = server.engine.dialect
    real = dialect.do_ping

    def ping(connection: Any) -> bool:
        asked.append(connection)
        return real(connection)

    monkeypatch.setattr(dialect, "do_ping", ping)
    monkeypatch.setattr(engine, "_TRUSTED_SECONDS", 60.0)

    assert ask(server) == ask(server)
    assert asked == []
    monkeypatch.setattr(engine, "_TRUSTED_SECONDS", 0.0)
    ask(server)
    assert len(asked) == 1


def test_a_writer_that_finds_another_one_on_sqlite_says_try_later(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL takes several writers")
    monkeypatch.setattr(engine, "_BUSY_MS", 10)
    other = engine.make_engine(database.engine.url.render_as_string())

    with (
        database.write(),
        pytest.raises(UnavailableError),
        translated(DatabaseHealth()),
        other.begin(),
    ):
        pytest.fail("two wrote at once")
    other.dispose()
