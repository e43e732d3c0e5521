"""The site, running on the reactor of the tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.browsing import Site, running_site


@pytest.fixture
def site(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Site]:
    """The patients' pages on a real port; ``web`` marks change the settings."""
    changed = getattr(request, "param", {})
    with running_site(tmp_path, **changed) as running:
        yield running
