"""The project as a whole: pages current, sources named, words ours."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, Any, cast, get_args, get_origin, get_type_hints

import pytest
from attrs import fields

from docs.references import ROOT, attacks_named, citations, joined, load, sources
from gateway.cli.main import NOUNS
from gateway.core.decision import Caution
from gateway.core.reasons import Reason
from gateway.core.texts.outcomes import CAUTION_TEXTS, REASON_TEXTS
from gateway.settings.file import TABLES

_LONG = 400
_REASONS = {
    "gateway/store/journal.py": "the lines, their chains, and both ways to read them",
    "gateway/store/arrivals/arrivals.py": "a message and all its recipients",
    "gateway/node/service.py": "one process put together, and its rounds",
    "gateway/store/inbox/reading.py": "every question to an inbox, seen by one reader",
    "gateway/store/base/work.py": "the unit of work and the database that opens it",
    "gateway/store/patients/accounts.py": "a login and a password, and what they end",
    "gateway/web/patient/history.py": "every line of a history, and who is told it",
    "gateway/web/patient/signing_in.py": "each way in ends in the one session it opens",
    "gateway/store/patients/notices.py": "the one place that decides who is told",
    "gateway/store/patients/profiles.py": "all that changes a profile, in one place",
    "gateway/core/texts/details.py": "one table of sentences, and its order counts",
    "gateway/core/texts/rules.py": "one table of words, a rule each",
    "gateway/core/texts/history.py": "one table of words for the lines of a history",
    "gateway/core/texts/outcomes.py": "one table of sentences, and its order counts",
    "gateway/core/texts/notices.py": "one table of sentences, a kind of notice each",
    "gateway/dmp_bridge/reading/reading.py": "the one way by which professionals read",
    "gateway/mssante/sending/delivery.py": "every copy of a message, at once",
    "gateway/store/sealed/row_versions.py": "one list of columns, and how it is read",
    "gateway/store/tasks/tasks.py": "the queue: each claim, end and question of it",
}
"""Why a module of more than `_LONG` lines is one subject all the same."""

_NEWS = re.compile(r"[a-z0-9-]+\.(feature|fix|security|removal|doc)\.md")
_PAGES = sorted(
    path
    for folder in (ROOT, ROOT / "docs", ROOT / "certs", ROOT / "news")
    for path in folder.glob("*.md")
) + sorted((ROOT / "docs" / "decisions").glob("*.md"))
_DECISIONS = [path for path in _PAGES if path.parent.name == "decisions"]


def _tracked() -> list[Path]:
    """Return the files of the project: those git knows, or all in a plain copy."""
    git = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if git.returncode == 0:
        found = [ROOT / name for name in git.stdout.split("\0") if name]
        return [path for path in found if path.is_file()]
    kept = ("gateway", "tests", "docs", "news", "bench", "certs")
    return [path for name in kept for path in (ROOT / name).rglob("*.*")]


# ------------------------------------------------------------ generated pages


def test_generated_pages_are_what_the_code_makes() -> None:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}

    done = subprocess.run(
        [sys.executable, "docs/generate.py", "--check"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")


def _keys() -> Iterator[tuple[str, str, str]]:
    for table, cls in TABLES.items():
        hints = get_type_hints(cls, include_extras=True)
        for one in fields(cast("Any", cls)):
            hint = hints[one.name]
            said = get_args(hint)[1] if get_origin(hint) is Annotated else ""
            yield table, one.name, said


def test_every_setting_says_what_it_is() -> None:
    page = (ROOT / "docs" / "settings.md").read_text("utf-8")

    silent = [
        f"[{table}] {key}"
        for table, key, said in _keys()
        if len(said) < 10 or f"| `{key}` |" not in _section(page, f"[{table}]")
    ]

    assert silent == [], "give them an Annotated text, then make docs"


def _section(page: str, title: str) -> str:
    return page.partition(f"## {title}\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_its_texts_and_its_place_in_the_page(reason: Reason) -> None:
    text = REASON_TEXTS[reason]
    page = (ROOT / "docs" / "outcomes.md").read_text("utf-8")

    section = _section(page, reason.value)

    assert text.fr != text.en
    assert all(said in section for said in (text.fr, text.en, text.source))


@pytest.mark.parametrize("caution", list(Caution))
def test_every_caution_has_its_texts(caution: Caution) -> None:
    french, english = CAUTION_TEXTS[caution]

    assert french != english


# ----------------------------------------------------------------- references

_DOCUMENTS = [
    one for group in load("specs.toml").values() for one in group["documents"]
]
_FAMILIES = (
    r"\bRFC(?!822)[ -]?\d{3,5}",
    r"\bITI TF-?\d\w?",
    r"\bCI-SIS [A-ZÉÈ][\w'’-]+(?: [\w'’-]+){0,2}",
    r"\bCSP\b[^;)\"]{0,12}",
    r"\bSEL-MP-\d+",
    r"Référentiel (?:socle )?(?:MSSanté )?(?:#|n° )\d",
    r"\bNIST SP [\w-]+",
    r"\bISO/IEC [\d-]+",
    r"\bgematik \w+",
)
"""How the citation of any document begins, of one that is not listed too."""

_STRAY = (
    r"§ \d",  # RFC 5321 §4.5.5, without a blank
    r"RFC \d+,? (?:section|sec\.|art)",
    r"CSP (?![LR]\. \d{4}-\d+)",
    r"(?<!SEL-MP-037 )(?<!, )(?<!and )\b(?:EX|REC)_[A-Z0-9.]+-\d{3,4}\b",
    r"(?<!#[12], )(?<!n° [12], )(?<!, )\bECO\.\d",
)
"""Citations that a reader could not follow."""

_INTERNAL = (
    r"\b(?:mssante|documents|rules|attacks|peers|test-tools|style|design)(?:\.md)?"
    r" (?:[A-F]?\d+(?:\.\d+)+|[A-F]\d+)\b",
    r"\b[A-F]\d{1,2}\.\d{1,2}\b(?!\.)",
    r"\b[DE]-\d{2}\b",
)
"""Citations of working notes that are no part of the project."""


@cache  # once, and not by each process that only collects the tests
def _cited() -> dict[str, str]:
    """Return what may cite, by path: not this file, for it holds what is unwanted."""
    found = sources("gateway", "tests", "bench")
    del found["tests/test_project.py"]
    return found


def test_cited_documents_are_listed() -> None:
    listed = [one["cite"] for one in _DOCUMENTS]
    begins = re.compile("|".join(_FAMILIES))

    unlisted = {
        f"{path}: {found}"
        for path, text in _cited().items()
        for found in begins.findall(joined(text))
        if not any(_begins(found, cite) for cite in listed)
    }

    assert unlisted == set(), "add them to docs/specs.toml, or cite another way"


def _begins(found: str, cite: str) -> bool:
    found = found.replace("n° ", "#")
    return bool(re.match(rf"{re.escape(cite)}(?!\d)", found)) or cite.startswith(found)


def test_citations_can_be_followed() -> None:
    stray = [
        f"{path}: {found}"
        for path, text in _cited().items()
        for form in _STRAY + _INTERNAL
        for found in re.findall(form, joined(text))
    ]

    assert stray == []


def test_named_attacks_are_listed() -> None:
    listed = {name for group in load("attacks.toml").values() for name in group}

    unlisted = {
        f"{path}: {name}"
        for path, text in _cited().items()
        for name in attacks_named(text) - listed
    }

    assert unlisted == set(), "add them to docs/attacks.toml"


@pytest.mark.parametrize("document", _DOCUMENTS, ids=lambda one: one["cite"])
def test_listed_documents_say_how_far_they_are_followed(
    document: dict[str, str],
) -> None:
    assert document["status"] in {"yes", "partial", "planned"}
    assert document.keys() <= {"cite", "title", "version", "status", "known", "note"}


def test_sections_are_found_in_citations_broken_over_lines() -> None:
    text = '"""See RFC 5321 §4.5.5, RFC\n    8098 §2.1 and RFC 53210."""'

    assert citations(text, "RFC 5321") == {"§4.5.5"}
    assert citations(text, "RFC 8098") == {"§2.1"}


# ----------------------------------------------------------- sizes and words


def test_a_module_that_is_long_has_a_reason() -> None:
    long = {
        path
        for path, text in sources("gateway", "bench", "docs").items()
        # A migration is a record of the tables as they were, not code to work on.
        if text.count("\n") > _LONG and "/versions/" not in path
    }

    assert long == set(_REASONS), "one subject a module: say here why it is one"


_FOREIGN = re.compile(
    r"/(?:wor[k]|far[m])/|\.librar[y]|\bfar[m]-\w|before-sto[p]|\bworktre[e]"
    r"|(?<!\.\./)\bshare[d]/(?!\w*[.(])|\.\./share[d]/(?!data)"
)
"""Paths and words of the place where this was written."""


def test_no_file_speaks_of_the_place_where_it_was_written() -> None:
    found = {
        path.relative_to(ROOT).as_posix(): match.group()
        for path in _tracked()
        if (match := _FOREIGN.search(path.read_text("utf-8", "ignore")))
    }

    assert found == {}


# ------------------------------------------------------------------- the pages


def test_nothing_is_installed_that_a_lock_file_does_not_name() -> None:
    """Hashes, or no network and no build tool of its own choice."""
    makefile = (ROOT / "Makefile").read_text("utf-8").replace("\\\n", " ")
    installs = [line for line in makefile.splitlines() if "pip install" in line]

    assert len(installs) > 3
    for line in installs:
        locked = re.search(r"--require-hashes -r (requirements\S*\.lock)\s*$", line)
        of_ours = "--no-index --no-deps --no-build-isolation --editable ." in line
        assert bool(locked) != of_ours, line
        if locked:
            text = (ROOT / locked[1]).read_text("utf-8")
            pinned = re.findall(r"^[\w.-]+==.*(?:\n    --hash=.*)+", text, re.MULTILINE)
            assert len(pinned) == len(re.findall(r"^[\w.-]+==", text, re.MULTILINE))


def test_readme_commands_exist() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    readme = (ROOT / "README.md").read_text("utf-8")

    named = set(re.findall(r"\bmake ([a-z]+)\b", _commands(readme)))

    assert named <= targets
    assert re.search(r"^make test\b", readme, re.MULTILINE)


@pytest.mark.parametrize("page", _PAGES, ids=lambda path: path.name)
def test_pages_name_commands_that_exist(page: Path) -> None:
    named = set(re.findall(r"\bgateway ([a-z]+)\b", _commands(page.read_text("utf-8"))))

    assert named <= set(NOUNS)


@pytest.mark.parametrize("page", _PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8"))

    assert [link for link in links if not (page.parent / link).exists()] == []


def _commands(text: str) -> str:
    """Return what stands in code: between backticks, or in fenced blocks."""
    fenced = re.findall(r"^```.*?\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return "\n".join(fenced + re.findall(r"`([^`\n]+)`", text))


def test_readme_is_one_screen() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")

    assert readme.count("\n") <= 75


def test_each_decision_has_a_number_of_its_own() -> None:
    numbers = [path.name[:4] for path in _DECISIONS]

    assert len(set(numbers)) == len(numbers)


@pytest.mark.parametrize("page", _DECISIONS, ids=lambda path: path.name)
def test_decisions_are_one_page_with_four_parts(page: Path) -> None:
    text = page.read_text("utf-8")

    parts = re.findall(r"^## (\w+)", text, re.MULTILINE)

    assert parts == ["Status", "Context", "Decision", "Consequences"]
    assert text.count("\n") <= 60


_BOTH_WAYS = {
    "Amends": "Amended by",
    "Amended by": "Amends",
    "Supersedes": "Superseded by",
    "Superseded by": "Supersedes",
}


def _named_in_status(page: Path, verb: str) -> set[int]:
    """Return the records that the status of a page names after a verb."""
    status = _section(page.read_text("utf-8"), "Status")
    plain = re.sub(r"\([^)]*\)", "", " ".join(status.split()))
    sentences = [one for one in plain.split(". ") if one.startswith(f"{verb} ")]
    return {int(number) for one in sentences for number in re.findall(r"\d+", one)}


@pytest.mark.parametrize("page", _DECISIONS, ids=lambda path: path.name)
def test_records_that_change_each_other_say_so_both_ways(page: Path) -> None:
    number = int(page.name[:4])
    others = {int(path.name[:4]): path for path in _DECISIONS}

    silent = [
        f"{other} does not say: {back} {number}"
        for verb, back in _BOTH_WAYS.items()
        for other in _named_in_status(page, verb)
        if other not in others or number not in _named_in_status(others[other], back)
    ]

    assert silent == []


@pytest.mark.parametrize("page", _DECISIONS, ids=lambda path: path.name)
def test_the_status_of_a_record_is_of_a_known_form(page: Path) -> None:
    status = " ".join(_section(page.read_text("utf-8"), "Status").split())
    plain = re.sub(r" \([^)]*\)", "", status)
    numbers = r"\d+(?:, \d+)*(?: and \d+)?"

    form = rf"Accepted(?:, 20\d\d-\d\d)?\.(?: (?:{'|'.join(_BOTH_WAYS)}) {numbers}\.)*"
    assert re.fullmatch(form, plain)


def test_news_fragments_have_a_kind() -> None:
    settings = tomllib.loads((ROOT / "towncrier.toml").read_text("utf-8"))
    kinds = {one["directory"] for one in settings["tool"]["towncrier"]["type"]}
    names = [path.name for path in (ROOT / "news").glob("*.md")]

    odd = [name for name in names if name != "README.md" and not _NEWS.fullmatch(name)]

    assert odd == []
    assert kinds == {"security", "feature", "fix", "removal", "doc"}


def test_what_the_security_page_says_is_shown_by_tests_that_are_there() -> None:
    page = (ROOT / "docs" / "security.md").read_text("utf-8")
    parts = {part.split("\n", 1)[0]: part for part in page.split("\n## ")}
    letter, patient = parts["One letter, every check"], parts["The patient's page"]
    professional = _first_cells(parts["The professionals' page"])
    kept, shown = parts["What is kept, and how"], parts["What shows it"]
    said = [
        *(f"letter {number}" for number in _first_cells(letter) if number.isdigit()),
        *(f"page {number}" for number in _first_cells(patient) if number[0].isdigit()),
        *(f"professional {number}" for number in professional if number.isdigit()),
        *(f"kept: {thing}" for thing in _first_cells(kept) if thing != "thing"),
        *re.findall(r"^\*\*([^*]+?)\.?\*\*", letter + kept, re.MULTILINE),
    ]
    named = re.findall(r"`(tests/[^`]+)`", page)

    missing = [one for one in said if one not in _first_cells(shown)]
    gone = [one for one in named if not _is_a_test(*one.partition("::")[::2])]

    assert len(said) > 45
    assert missing == []
    assert len(named) > 100
    assert gone == []


def _first_cells(text: str) -> list[str]:
    cells = re.findall(r"^\| ([^|]+?) \|", text, re.MULTILINE)
    return [one for one in cells if one.strip("- `")]


def _is_a_test(name: str, function: str) -> bool:
    path = ROOT / name
    if not function:
        return path.is_dir() or (path.is_file() and "def test_" in path.read_text())
    pattern = rf"^(?:async )?def {function}\("
    return re.search(pattern, path.read_text("utf-8"), re.MULTILINE) is not None


def test_symbols_of_the_security_page_are_where_it_says() -> None:
    page = (ROOT / "docs" / "security.md").read_text("utf-8")
    rows = re.findall(r"^\| (`[^|]+`) \| `(gateway/[^`]+)` \|$", page, re.MULTILINE)

    missing = [
        f"{symbol} in {file}"
        for symbols, file in rows
        for symbol in re.findall(r"`(\w+)`", symbols)
        if not re.search(
            rf"^(?:class|def|async def) {symbol}\b",
            (ROOT / file).read_text("utf-8"),
            re.MULTILINE,
        )
    ]

    assert len(rows) > 10
    assert missing == []
