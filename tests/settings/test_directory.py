"""Settings of the national directory: what they refuse."""

from __future__ import annotations

import pytest

from gateway.errors import MisuseError
from gateway.settings.directory import DirectorySettings


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("max_bytes", 1, None),
        ("max_age_days", 1, None),
        ("most_gone_percent", 0, 100),
    ],
)
def test_a_number_out_of_its_range_is_refused(
    name: str, least: int, most: int | None
) -> None:
    assert getattr(DirectorySettings(**{name: least}), name) == least
    if least:
        with pytest.raises(MisuseError, match="directory"):
            DirectorySettings(**{name: least - 1})
    if most is not None:
        DirectorySettings(**{name: most})
        with pytest.raises(MisuseError, match="directory"):
            DirectorySettings(**{name: most + 1})
