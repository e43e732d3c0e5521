"""Where the third-party samples are, when they are there; they are never committed."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


def shared(name: str) -> Path:
    """Return ``../shared/data/<name>``, or skip the test saying that it is absent."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"third-party samples are not here: ../shared/data/{name}")
    return path


def shared_files(folder: str, pattern: str) -> list[Path]:
    """Return the sorted samples of a folder, empty when the folder is absent."""
    return sorted((SHARED / folder).glob(pattern))
