"""A patient who takes everything away, and the settings of the service."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.settings.file import Settings
from gateway.store.base.work import Database
from tests.builders_people import open_profile
from tests.builders_settings import make_settings


@pytest.fixture
def patient(database: Database) -> str:
    return open_profile(database, email="dominique@courriel.example")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return make_settings(tmp_path)
