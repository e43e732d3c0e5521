"""Fixtures of the mail half."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted
from twisted.internet.defer import Deferred

from tests.mssante.imap.server import Mailroom


@pytest.fixture
def mailroom(
    request: pytest.FixtureRequest, tmp_path: Path, pki_folder: Path
) -> Iterator[Mailroom]:
    """A running IMAP door; ``[imap]`` settings by an indirect parameter."""
    from twisted.internet import reactor

    limits: dict[str, Any] = getattr(request, "param", {})
    room = Mailroom(tmp_path, pki_folder, **limits)
    room.start(reactor)
    yield room
    pytest_twisted.blockon(Deferred.fromCoroutine(room.stop()))
    room.database.close()
