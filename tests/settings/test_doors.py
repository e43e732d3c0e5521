"""Settings of the doors: what they refuse."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.errors import MisuseError
from gateway.settings.file import SmtpSettings


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
