"""Our own lines: one field each, whatever the client says."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.message.headers import read_headers
from gateway.message.received import (
    received_line,
    return_path,
    without_return_path,
)

AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def line(**changes: Any) -> bytes:
    values = {
        "client": "mx.peer.mssante.test",
        "address": "192.0.2.7",
        "by": "smtp.hopital.mssante.test",
        "protocol": "ESMTPS",
        "identifier": "a" * 32,
        "at": AT,
    }
    return received_line(**{**values, **changes})


def test_it_says_from_whom_by_whom_how_and_when() -> None:
    value = message_from_bytes(line() + b"\r\n")["Received"]

    assert " ".join(value.split()) == (
        "from mx.peer.mssante.test ([192.0.2.7]) by smtp.hopital.mssante.test "
        f"with ESMTPS id {'a' * 32}; Sat, 21 Nov 2026 09:00:00 +0000"
    )


@pytest.mark.parametrize(
    ("address", "shown"), [("2001:db8::1", "([IPv6:2001:db8::1])"), ("", "by")]
)
def test_an_address_is_a_literal_or_left_out(address: str, shown: str) -> None:
    assert shown in line(address=address).decode()


@given(st.text(), st.text())
def test_s08_nothing_the_client_says_makes_another_field(
    client: str, address: str
) -> None:
    headers = read_headers(line(client=client, address=address) + b"\r\n")

    assert [name for name, _ in headers.fields] == ["received"]


@pytest.mark.parametrize("path", ["", "dr.voisin@peer.mssante.test"])
def test_a_return_path_is_one_field_and_goes_away_as_it_came(path: str) -> None:
    content = b"Received: x\r\nReturn-Path: <other@b.test>\r\n\r\nbody"
    traced = return_path(path) + content

    assert read_headers(traced).get("return-path") == f"<{path}>"
    assert without_return_path(traced) == content
    assert without_return_path(content) == content
