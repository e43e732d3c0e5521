"""The professionals' pages, running on the reactor of the tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders_people import open_profile
from tests.web.professional.browsing import ProSite, running_pages


@pytest.fixture
def pages(
    tmp_path: Path, pki_folder: Path, request: pytest.FixtureRequest
) -> Iterator[ProSite]:
    """The pages on a real port; a parameter changes their settings."""
    with running_pages(tmp_path, pki_folder, **getattr(request, "param", {})) as site:
        yield site


@pytest.fixture
def patient(pages: ProSite) -> str:
    """A patient whose space is open; the id of their profile."""
    return open_profile(pages.database)
