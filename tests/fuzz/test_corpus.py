"""Every input the fuzz targets have learnt from is played again."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import fuzz

CORPUS = Path(__file__).parent / "corpus"

TARGETS = {
    module.name: target
    for module in pkgutil.iter_modules(fuzz.__path__)
    if not module.name.startswith(("test_", "_"))
    and (
        target := getattr(
            importlib.import_module(f"{fuzz.__name__}.{module.name}"), "one", None
        )
    )
}

INPUTS = [
    pytest.param(target, path, id=f"{name}/{path.name}")
    for name, target in TARGETS.items()
    for path in sorted((CORPUS / name).iterdir())
]


@pytest.mark.parametrize(("target", "path"), INPUTS)
def test_a_known_input_is_read_or_refused(
    target: Callable[[bytes], None], path: Path
) -> None:
    target(path.read_bytes())


def test_each_target_has_a_corpus_and_each_corpus_a_target() -> None:
    assert {path.name for path in CORPUS.iterdir()} == set(TARGETS)
