"""The page that says where things are says what is so."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from docs.references import ROOT

_PAGE = (ROOT / "docs" / "where.md").read_text("utf-8")
_ROW = re.compile(r"^\| `(gateway[\w/]*)` \| (.+?) \| (.+?) \|$", re.MULTILINE)
_LINES = {package: line for package, line, _ in _ROW.findall(_PAGE)}


def _packages() -> list[str]:
    """Return every package with code of its own, and not the root that holds them."""
    found = (ROOT / "gateway").rglob("__init__.py")
    names = {path.parent.relative_to(ROOT).as_posix() for path in found}
    return sorted(names - {"gateway"})


def _own_line(package: str) -> str:
    """Return the first sentence of a package's docstring."""
    source = (ROOT / package / "__init__.py").read_text("utf-8")
    said = " ".join((ast.get_docstring(ast.parse(source)) or "").split())
    return re.split(r"(?<=[.?]) ", said, maxsplit=1)[0].removesuffix(".")


def test_every_package_stands_on_the_page_once() -> None:
    rows = [package for package, _, _ in _ROW.findall(_PAGE)]

    assert sorted(rows) == _packages()


@pytest.mark.parametrize("package", _packages())
def test_the_line_of_a_package_is_its_own(package: str) -> None:
    assert _LINES[package] == _own_line(package)


_NOT_OF_A_PACKAGE = {"dialogues", "fuzz", "journeys", "properties", "samples"}
"""Folders of tests named for how they test."""


def test_the_folders_of_tests_are_those_of_the_packages() -> None:
    folders = {
        path.parent.relative_to(ROOT / "tests").as_posix()
        for path in (ROOT / "tests").rglob("test_*.py")
    }
    packages = {package.partition("/")[2] for package in _packages()}

    assert folders - packages - _NOT_OF_A_PACKAGE - {"."} == set()


def test_what_the_page_names_exists() -> None:
    named = re.findall(r"`((?:gateway|tests|bench|certs|docs)/[\w./]*)`", _PAGE)

    assert len(named) > 60
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_names_beside_a_file_are_in_it() -> None:
    pairs = re.findall(r"`(\w+)` in `(gateway/[\w./]+\.py)`", _PAGE)

    missing = [
        f"{name} in {file}"
        for name, file in pairs
        if not re.search(rf"\b{name}\b", (ROOT / file).read_text("utf-8"))
    ]

    assert pairs
    assert missing == []


def test_the_order_of_imports_is_that_of_the_contract() -> None:
    contract = (ROOT / "setup.cfg").read_text("utf-8").partition("layers =\n")[2]
    layers = [
        {one.strip() for one in line.split("|")}
        for line in contract.partition("ignore_imports")[0]
        .partition("\n[")[0]
        .split("\n")
        if line.strip()
    ]
    said = _PAGE.partition("keeps it: ")[2].partition("`errors`.")[0] + "`errors`"

    assert [set(re.findall(r"`(\w+)`", step)) for step in said.split("·")] == layers


def test_the_names_of_the_glossary_are_in_the_code() -> None:
    page = (ROOT / "docs" / "glossary.md").read_text("utf-8")
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| (?:`([^`|]+)`|none) \|$", page, re.M)
    code = "\n".join(
        f"{path.relative_to(ROOT)}\n{path.read_text('utf-8')}"
        for path in (ROOT / "gateway").rglob("*.py")
    )

    unknown = [
        name
        for _, _, name in rows
        if name and not re.search(rf"\b{re.escape(name)}\b", code)
    ]

    assert len(rows) > 40
    assert unknown == []


def test_each_term_stands_once_in_the_glossary_with_a_sentence() -> None:
    page = (ROOT / "docs" / "glossary.md").read_text("utf-8")
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+\.) \|", page, re.MULTILINE)
    terms, heads = [term for term, _ in rows], page.count("\n| --- |")

    assert len(terms) == len(set(terms)) == page.count("\n| ") - 2 * heads


@pytest.mark.parametrize("page", ["where.md", "glossary.md", "coverage.md"])
def test_the_readme_leads_to_the_page(page: str) -> None:
    assert f"docs/{page}" in Path(ROOT / "README.md").read_text("utf-8")
