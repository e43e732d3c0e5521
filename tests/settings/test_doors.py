"""Settings of the doors: what they refuse."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from gateway.errors import MisuseError
from gateway.node.descriptors import wanted_descriptors
from gateway.settings.file import DomainSettings, ListenSettings, SmtpSettings
from tests.builders_settings import make_settings


@pytest.mark.parametrize(
    "values",
    [
        {"processes": 0},
        {"processes": 3, "max_connections_per_peer": 2},
        {"processes": 3, "max_connections": 2},
        {"processes": 2, "max_memory_bytes": 10_000, "max_message_bytes": 5_001},
    ],
)
def test_processes_that_cannot_share_the_limits_are_refused(
    values: dict[str, Any],
) -> None:
    with pytest.raises(MisuseError, match="smtp"):
        SmtpSettings(**values)


def test_the_shares_of_a_limit_never_add_up_to_more_than_it() -> None:
    settings = SmtpSettings(processes=3, max_connections_per_peer=50)

    assert 3 * settings.share(settings.max_connections_per_peer) == 48


def test_one_process_has_the_whole_of_a_limit() -> None:
    settings = SmtpSettings(processes=1, max_connections=0, max_memory_bytes=0)

    assert settings.share(7) == 7


@pytest.mark.parametrize(
    ("cores", "values", "processes"),
    [
        (1, {}, 1),
        (None, {}, 1),
        (2, {}, 2),
        (64, {}, 2),
        (2, {"max_connections": 1}, 1),
        (2, {"max_connections_per_peer": 1}, 1),
        (2, {"max_connections": 2, "max_connections_per_peer": 2}, 2),
        (2, {"max_memory_bytes": 99, "max_message_bytes": 50}, 1),
        (2, {"max_memory_bytes": 100, "max_message_bytes": 50}, 2),
    ],
)
def test_two_processes_receive_by_default_where_cores_and_limits_allow(
    monkeypatch: pytest.MonkeyPatch,
    cores: int | None,
    values: dict[str, Any],
    processes: int,
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: cores)

    assert SmtpSettings(**values).processes == processes


@pytest.mark.parametrize("text", ["postmaster", "@hopital.test", "postmaster@"])
def test_a_postmaster_that_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(MisuseError, match="postmaster is an address"):
        DomainSettings(professional="a.test", patient="b.test", postmaster=text)


def test_the_postmaster_is_of_the_professionals_domain_unless_named() -> None:
    ours = DomainSettings(professional="A.test", patient="b.test")

    assert ours.postmaster_address == "postmaster@a.test"
    named = evolve(ours, postmaster="Admin@C.test")
    assert named.postmaster_address == "admin@c.test"


@pytest.mark.parametrize(
    ("doors", "most"), [({}, 0), ({"smtp": 1}, 7), ({"smtp": 1, "submissions": 2}, 14)]
)
def test_each_mail_door_may_have_all_its_connections_open(
    doors: dict[str, Any], most: int
) -> None:
    def wanted(**listen: int) -> int:
        smtp = {"max_connections": 7, "processes": 1}
        return wanted_descriptors(make_settings(listen=listen, smtp=smtp))

    assert wanted(**doors) - wanted() == most


def test_health_and_metrics_are_never_where_everybody_is_by_default() -> None:
    listen = ListenSettings(host="192.0.2.1", smtp=25, metrics=9464)

    assert listen.host_of("smtp") == "192.0.2.1"
    assert listen.host_of("metrics") == "127.0.0.1"
    own = ListenSettings(host="192.0.2.1", metrics_host="10.0.0.1")
    assert own.host_of("metrics") == "10.0.0.1"
