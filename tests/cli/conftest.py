"""A folder with settings, a key and an empty database; and one way to run a noun."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from gateway.settings.file import read_settings
from gateway.store.base.open_database import create_database
from tests.builders_settings import write_settings

Run = Callable[..., int]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A settings file whose database has its tables."""
    file = write_settings(tmp_path)
    create_database(read_settings(file)).close()
    return file


@pytest.fixture
def run(config: Path) -> Run:
    """Run a verb of a noun's module with that file: ``run(patient, "list")``."""

    def call(noun: ModuleType, *words: str) -> int:
        parser = argparse.ArgumentParser()
        noun.add_parser(parser.add_subparsers(required=True))
        name = noun.__name__.rpartition(".")[2]
        args = parser.parse_args([name, words[0], "-c", str(config), *words[1:]])
        return int(args.run(args))

    return call
