"""One running gateway for all the journeys of a module that can share it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.journeys.running import Gateway, running


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway that runs as long as the module's tests."""
    with running(tmp_path_factory.mktemp("gateway") / "folder") as made:
        yield made
