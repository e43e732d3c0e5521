"""Text messages: no code is shown to a network, and what they cost has an end."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.errors import MisuseError
from gateway.settings.sms import SmsSettings


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"gateway": "http://sms.example/"}, "https address"),
        ({"gateway": "sms.example"}, "https address"),
        ({"gateway": "file:///etc/passwd"}, "https address"),
        ({"per_patient": 0}, "1 or more"),
        ({"per_day": 0}, "1 or more"),
        ({"seconds": 0.5}, "between 1 and 30"),
        ({"seconds": 31.0}, "between 1 and 30"),
    ],
)
def test_what_would_not_do_is_refused(values: dict[str, Any], why: str) -> None:
    with pytest.raises(MisuseError, match=why):
        SmsSettings(**values)


def test_the_limits_themselves_are_taken_and_none_is_sent_unless_asked() -> None:
    assert not SmsSettings(per_patient=1, per_day=1, seconds=30.0).is_on
    assert SmsSettings(gateway="http://localhost:8080/sms", seconds=1.0).is_on
    assert SmsSettings(gateway="https://sms.example/").is_on
