"""The French of every text that people read is set with the apostrophe of print."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.core import texts
from gateway.core.texts import outcomes

ELIDED = re.compile(
    r"\b(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quelqu|presqu|quoiqu|aujourd)'(?=\W|\w|$)",
    re.IGNORECASE,
)
"""What French elides; English has nothing that looks like it."""

_FOLDER = Path(texts.__file__).parent
_WRITTEN = sorted(one for one in _FOLDER.glob("*.py") if one.name != "sms.py")
_CITED = re.compile(r"CI-SIS [^,;]*")
"""A document by its title, as its publisher wrote it."""

_LABELS = frozenset(outcomes.ERROR_LABELS.values())  # with their codes, in ASCII


def said_in(file: Path) -> Iterator[str]:
    """Return the texts of a module, without what is said of the module itself."""
    tree = ast.parse(file.read_text("utf-8"))
    about = {
        id(one.value)
        for one in ast.walk(tree)
        if isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant)
    }
    for one in ast.walk(tree):
        if not isinstance(one, ast.Constant) or not isinstance(one.value, str):
            continue
        if id(one) not in about and one.value not in _LABELS:
            yield _CITED.sub("", one.value)


@pytest.mark.parametrize("file", _WRITTEN, ids=[one.stem for one in _WRITTEN])
def test_texts_have_the_apostrophe_of_print(file: Path) -> None:
    assert [text for text in said_in(file) if ELIDED.search(text)] == []


def test_a_straight_one_would_be_seen() -> None:
    assert ELIDED.search("aujourd'hui")
    assert ELIDED.search("D'après l'auteur")
    assert not ELIDED.search("the patient's, who doesn't: aujourd’hui")
