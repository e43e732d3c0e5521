"""A folder with settings, a key and an empty database; and one way to run a noun."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from gateway.cli import operators
from gateway.settings.file import read_settings
from gateway.store.base.open_database import create_database
from tests.builders_settings import write_settings

Run = Callable[..., int]


@pytest.fixture(autouse=True)
def nobody_acts() -> Iterator[None]:
    """Who a command was given by ends with the process, and here with the test."""
    yield
    operators._ACTING.clear()
    operators._BY_THE_KEY.clear()


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with settings and a database that went through every migration."""
    folder = tmp_path_factory.mktemp("model")
    create_database(read_settings(write_settings(folder))).close()
    return folder


@pytest.fixture
def config(tmp_path: Path, model: Path) -> Path:
    """A settings file whose database has its tables."""
    shutil.copytree(model, tmp_path, dirs_exist_ok=True)
    return tmp_path / "gateway.toml"


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
