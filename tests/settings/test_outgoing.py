"""The limits on mail that leaves: numbers that would let nothing out are refused."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.errors import MisuseError
from gateway.settings.outgoing import OutgoingSettings


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"connections_per_domain": 0}, "connections_per_domain is 1 or more"),
        ({"connections": 1}, "connections_per_domain is 1 or more"),
        ({"messages_per_connection": 0}, "messages_per_connection is 1 or more"),
        (
            {"bounces": "b", "notice_from": "a" * 25 + "@sante.example"},
            "24 characters at most",
        ),
        ({"mx_host_check": "perhaps"}, "mx_host_check is off, warn or enforce"),
    ],
)
def test_limits_that_let_nothing_out_are_refused(
    values: dict[str, Any], why: str
) -> None:
    with pytest.raises(MisuseError, match=why):
        OutgoingSettings(**values)


def test_a_sender_of_notices_may_have_so_many_characters_with_bounces() -> None:
    longest = "a" * 24 + "@sante.example"

    assert OutgoingSettings(bounces="b", notice_from=longest).notice_from == longest
    assert OutgoingSettings(notice_from="a" + longest).bounces == ""


def test_the_least_of_each_limit_is_one() -> None:
    least = OutgoingSettings(
        connections=1, connections_per_domain=1, messages_per_connection=1
    )

    assert (least.connections, least.connections_per_domain) == (1, 1)
    assert least.messages_per_connection == 1
