"""The import contract of setup.cfg: planted imports that break it are refused."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from configparser import ConfigParser
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LINTER = Path(sys.executable).with_name("lint-imports")

LAYERS = "Imports point inward"
SERVERS = "The two servers of mssante share nothing"
HEALTH = "Mail and trust know nothing of health"
SETTINGS = "Formats and rules are given numbers, never the settings"
PURE = "core, rights and message do no I/O"
SITE = "What all pages share knows the pages of nobody"
AUDIENCES = "The pages of one audience know none of another's"
VAULT = "The vault is a port of plain values"
ROWS = "Nobody reads the rows of the vault past it"
SQL = "SQL is written in the store alone"
VOUCHED = "What is vouched for knows nothing of what is kept"
FORMATS = "Formats of documents reach neither a network nor a database"

PLANTED = [
    # upward
    ("core/ins.py", "import gateway.rights.profile", LAYERS),
    ("rights/profile.py", "import gateway.store.journal", LAYERS),
    ("store/journal.py", "import gateway.mssante.receipts.dsn", LAYERS),
    ("node/steps.py", "import gateway.cli.options", LAYERS),
    ("errors.py", "import gateway.clock", LAYERS),
    # sideways
    ("mssante/receipts/dsn.py", "import gateway.dmp_bridge.filing.cases", LAYERS),
    ("dmp_bridge/filing/cases.py", "import gateway.mssante.receipts.dsn", LAYERS),
    ("web/site/forms.py", "import gateway.dmp_bridge.filing.cases", LAYERS),
    ("web/site/forms.py", "import gateway.mssante.receipts.dsn", LAYERS),
    ("mssante/sending/retry.py", "import gateway.web.forms", LAYERS),
    ("mssante/smtp/body.py", "import gateway.mssante.imap.syntax", SERVERS),
    ("trust/names.py", "import gateway.message.address", LAYERS),
    ("web/site/forms.py", "import gateway.web.patient.attachments", SITE),
    ("web/site/forms.py", "import gateway.web.professional.desk", SITE),
    ("web/patient/keeping.py", "import gateway.web.professional.desk", AUDIENCES),
    # past the vault
    ("dmp_bridge/vaults/vault.py", "import gateway.store.base.work", VAULT),
    ("web/patient/keeping.py", "import gateway.store.vault.documents", ROWS),
    ("dmp_bridge/reading/seeing.py", "import gateway.store.vault.documents", ROWS),
    ("dmp_bridge/masking.py", "import gateway.store.vault.documents", ROWS),
    ("node/relay_line.py", "import sqlalchemy", SQL),
    ("web/site/forms.py", "import sqlalchemy", SQL),
    # formats that would know health, or the settings
    ("message/subjects.py", "import gateway.core.ins", HEALTH),
    ("trust/names.py", "import gateway.core.ins", HEALTH),
    ("documents/times.py", "import gateway.settings.file", SETTINGS),
    # from a pure room to input or output
    ("core/ins.py", "import socket", PURE),
    ("rights/profile.py", "import sqlalchemy", PURE),
    ("message/subjects.py", "import os", PURE),
    ("rights/life_rules.py", "import gateway.clock", PURE),
    ("core/texts/notices.py", "import psycopg", PURE),
    ("message/building.py", "from smtplib import SMTP", PURE),
    ("documents/times.py", "import twisted", FORMATS),
    ("checkpoints/tree.py", "import gateway.settings.file", VOUCHED),
    # a room or a module that stands nowhere
    ("hospital/__init__.py", "", LAYERS),
    ("anything.py", "", LAYERS),
]


TAKEN = {
    *(
        "__future__",
        "abc",
        "array",
        "attrs",
        "attrs.validators",
        "base64",
        "binascii",
        "bisect",
        "calendar",
        "collections",
    ),
    *("collections.abc", "csv", "datetime", "email.utils", "enum", "functools"),
    *("hashlib", "hmac", "html", "importlib.resources", "io", "itertools", "json"),
    *("operator", "plistlib", "quopri", "re", "struct", "types", "typing"),
    *("unicodedata", "urllib.parse", "uuid", "zoneinfo"),
}
"""What the pure rooms take from outside: it computes, or reads what comes with us."""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the program and of its contract, as it is."""
    folder = tmp_path_factory.mktemp("contract")
    shutil.copy(ROOT / "setup.cfg", folder)
    only_code = shutil.ignore_patterns("__pycache__", "*.mo", "*.po", "*.html", "*.csv")
    shutil.copytree(ROOT / "gateway", folder / "gateway", ignore=only_code)
    return folder


@contextmanager
def planted(file: Path, line: str) -> Iterator[None]:
    """Add a line to a file, or make one that holds it; take it back after."""
    before = file.read_text("utf-8") if file.exists() else None
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"{before or ''}\n{line}\n", "utf-8")
    try:
        yield
    finally:
        if before is None:
            file.unlink()
            if not any(file.parent.iterdir()):
                file.parent.rmdir()
        else:
            file.write_text(before, "utf-8")


def lint(folder: Path) -> tuple[int, str]:
    """Check the contract as `make check` does, on the copy; return status and words."""
    ran = subprocess.run(
        [LINTER], cwd=folder, capture_output=True, text=True, check=False, timeout=120
    )
    return ran.returncode, ran.stdout


def test_the_contract_holds(copy: Path) -> None:
    status, said = lint(copy)

    assert status == 0, said


@pytest.mark.parametrize(("file", "line", "contract"), PLANTED)
def test_a_planted_import_breaks_the_contract(
    copy: Path, file: str, line: str, contract: str
) -> None:
    with planted(copy / "gateway" / file, line):
        status, said = lint(copy)

    assert status != 0
    # A module that stands nowhere ends the check before the contracts are listed.
    assert f"{contract} BROKEN" in said or (not line and Path(file).parts[0] in said)


@pytest.mark.skipif(not shutil.which("make"), reason="make is not installed")
def test_make_check_fails_for_a_planted_import(copy: Path) -> None:
    """The other tools of `make check` are taken for content here."""
    tools = copy / "venv" / "bin"
    tools.mkdir(parents=True)
    for name in ("ruff", "mypy", "python"):
        (tools / name).symlink_to("/bin/true")
    (tools / LINTER.name).symlink_to(LINTER)
    shutil.copy(ROOT / "Makefile", copy)
    locks = ("requirements.lock", "requirements-build.lock", "requirements-dev.lock")
    for name in (*locks, "pyproject.toml"):
        (copy / name).touch()
    for name in ("run.ready", "dev.ready"):
        (copy / "venv" / name).touch()
    command = ["make", "check", "VENV=venv"]

    good = subprocess.run(command, cwd=copy, capture_output=True, check=False)
    with planted(copy / "gateway/core/ins.py", "import gateway.rights.profile"):
        bad = subprocess.run(command, cwd=copy, capture_output=True, check=False)

    assert (good.returncode, bad.returncode) == (0, 2)


def test_pure_rooms_take_from_outside_only_what_computes() -> None:
    """The contract forbids by name; here is named what may be, so no door is missed."""
    taken = {
        name
        for room in ("core", "rights", "message")
        for path in (ROOT / "gateway" / room).rglob("*.py")
        for one in ast.walk(ast.parse(path.read_text("utf-8")))
        for name in imported(one)
        if not name.startswith("gateway.")
    }

    assert taken - TAKEN == set()
    assert TAKEN - taken == set()


ASKING = {"input", "now", "open", "print", "today", "utcnow", "uuid1", "uuid4"}
"""What needs no import, or one of those above, and is no pure function."""


def test_pure_rooms_ask_neither_a_clock_nor_chance_nor_a_file() -> None:
    asked = [
        f"{path.relative_to(ROOT)}:{one.lineno}"
        for room in ("core", "rights", "message")
        for path in (ROOT / "gateway" / room).rglob("*.py")
        for one in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(one, ast.Call) and called(one.func) in ASKING
    ]

    assert asked == []


def called(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [one.name for one in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module else []


def test_no_two_contracts_have_one_name() -> None:
    parser = ConfigParser()
    parser.read(ROOT / "setup.cfg")
    names = [
        parser[section]["name"]
        for section in parser.sections()
        if section.startswith("importlinter:contract:")
    ]

    assert sorted(set(names)) == sorted(names)
    assert set(names) >= {contract for _, _, contract in PLANTED}


def test_whoever_stands_beside_the_vaults_is_kept_from_their_rows() -> None:
    parser = ConfigParser()
    parser.read(ROOT / "setup.cfg")
    kept = set(parser["importlinter:contract:rows"]["source_modules"].split())

    beside = {
        f"gateway.dmp_bridge.{path.stem}"
        for path in (ROOT / "gateway" / "dmp_bridge").iterdir()
        if path.stem not in {"__init__", "__pycache__", "vaults"}
    }

    assert beside <= kept
