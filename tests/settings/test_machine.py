"""A database across the network proves who it is, or the settings are refused."""

from __future__ import annotations

import pytest

from gateway.errors import MisuseError
from gateway.settings.machine import far_database_host, is_this_machine
from tests.builders_settings import make_settings

P = "postgresql+psycopg://"


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:///gateway.db",
        f"{P}gateway@/gateway",
        f"{P}gateway@localhost/gateway",
        f"{P}gateway@127.0.0.1:5433/gateway",
        f"{P}gateway@[::1]/gateway",
        f"{P}/gateway?host=/run/postgresql",
        f"{P}/gateway?host=@abstract",
        f"{P}/gateway?host=localhost:5433&host=/run/postgresql",
        f"{P}db.example/gateway?sslmode=verify-full&sslrootcert=system",
        f"{P}/gateway?service=far&sslmode=verify-full",
        "not an address",
    ],
)
def test_this_machine_and_a_proven_one_are_well(url: str) -> None:
    assert far_database_host(url, {}) == ""


@pytest.mark.parametrize(
    ("url", "host"),
    [
        (f"{P}gateway:secret@db.example/gateway", "db.example"),
        (f"{P}db.example/gateway?sslmode=require", "db.example"),
        (f"{P}db.example/gateway?sslmode=verify-ca", "db.example"),
        (f"{P}db.example/gateway?sslmode=prefer&sslrootcert=ca.pem", "db.example"),
        (f"{P}192.0.2.7/gateway", "192.0.2.7"),
        (f"{P}[2001:db8::1]:5432/gateway", "2001:db8::1"),
        (f"{P}localhost.example/gateway", "localhost.example"),
        (f"{P}/gateway?host=localhost&host=db.example:5432", "db.example:5432"),
        (f"{P}/gateway?host=/run/postgresql,db.example", "db.example"),
        (f"{P}localhost/gateway?hostaddr=192.0.2.7", "192.0.2.7"),
        (f"{P}/gateway?service=far", "service far"),
        ("postgresql://db.example/gateway", "db.example"),
        ("postgresql+psycopg2://db.example/gateway", "db.example"),
    ],
)
def test_another_machine_has_to_prove_itself(url: str, host: str) -> None:
    assert far_database_host(url, {}) == host
    with pytest.raises(MisuseError, match="sslmode=verify-full") as caught:
        make_settings(database={"url": url})
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "host"),
    [
        ("PGHOST", "db.example", "db.example"),
        ("PGHOST", "/run/postgresql", ""),
        ("PGHOSTADDR", "192.0.2.7", "192.0.2.7"),
        ("PGSERVICE", "far", "service far"),
        ("PGSERVICE", "", ""),
    ],
)
def test_what_the_address_leaves_to_the_environment_counts(
    name: str, value: str, host: str
) -> None:
    assert far_database_host(f"{P}/gateway", {name: value}) == host
    proven = f"{P}/gateway?sslmode=verify-full"
    assert far_database_host(proven, {name: value}) == ""


def test_the_environment_does_not_say_where_a_named_host_is() -> None:
    assert far_database_host(f"{P}localhost/gateway", {"PGHOST": "db.example"}) == ""


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("localhost", True),
        ("LOCALHOST.", True),
        ("127.0.0.1", True),
        ("127.255.255.255", True),
        ("128.0.0.1", False),
        ("::1", True),
        ("::2", False),
        ("localhost.example", False),
        ("", False),
    ],
)
def test_a_machine_is_this_one_by_its_name_alone(host: str, here: bool) -> None:
    assert is_this_machine(host) is here
