"""The documents followed and the attacks known: where code and tests name them."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent


def table(head: Sequence[str], rows: Iterator[Sequence[str]]) -> str:
    """Return a Markdown table; bars in cells are escaped."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n"
        for line in lines
    )


def load(name: str) -> dict[str, Any]:
    """Return a TOML file of docs/."""
    return tomllib.loads((DOCS / name).read_text("utf-8"))


def sources(*folders: str) -> dict[str, str]:
    """Return the text of every Python file and transcript of some folders, by path."""
    return {
        path.relative_to(ROOT).as_posix(): path.read_text("utf-8")
        for folder in folders
        for kind in ("*.py", "dialogues/*.txt")
        for path in sorted((ROOT / folder).rglob(kind))
    }


@cache
def joined(text: str) -> str:
    """Return a source text with its broken lines joined, as a citation may be."""
    return re.sub(r'["\s]*\n\s*(?:#+ )?["\s]*', " ", text)


_SECTION = r"(?: (?:§[\dA-Z][\w.]*\w|[LR]\. \d+-\d+(?:-\d+)?|(?:EX|REC)_[\w.-]+\w))?"


def citations(text: str, cite: str) -> set[str]:
    """Return the sections of a document that a text cites; "" for the whole of it."""
    whole = joined(text)
    if cite.partition(" #")[0] not in whole:  # as most: a search is dearer by far
        return set()
    pattern = re.escape(cite).replace(r"MSSanté\ \#", r"MSSanté\ (?:\#|n°\ )")
    found = re.finditer(rf"(?<!\w){pattern}(?!\d)(?P<at>{_SECTION})", whole)
    return {match["at"].strip() for match in found}


def specs_page() -> str:
    """Return the page of the documents followed: which, how far, and where."""
    parts = [
        "# Documents followed\n\n"
        "*yes*: what concerns the gateway is done. *partial*: the note says what is "
        "missing. *planned*: for what\nis to come. *Second hand* documents are not "
        "public, or were not at hand: they are known by others that\nquote them. "
        "Sections are those that the code names.\n"
    ]
    code = sources("gateway")
    for group in load("specs.toml").values():
        parts.append(f"\n## {group['title']}\n\n")
        head = ("document", "version", "followed", "sections", "where")
        parts.append(table(head, _spec_rows(group["documents"], code)))
    return "".join(parts)


def _spec_rows(
    documents: Sequence[Mapping[str, str]], code: Mapping[str, str]
) -> Iterator[Sequence[str]]:
    for one in documents:
        sections: set[str] = set()
        where: dict[str, None] = {}
        for path, text in code.items():
            if found := citations(text, one["cite"]):
                sections |= found
                where.setdefault(path.removeprefix("gateway/").removesuffix(".py"))
        followed = one["status"] + (f": {one['note']}" if "note" in one else "")
        version = one["version"] or "-"
        if "known" in one:
            version += f" ({one['known']})"
        yield (
            f"**{one['cite']}** {one['title']}",
            version,
            followed,
            ", ".join(sorted(sections - {""})),
            ", ".join(where) or "not cited yet",
        )


_ATTACK = re.compile(r"\b(?:TW-\d|B0\d|[STMZXIW]\d\d)\b")
_IN_A_NAME = re.compile(r"_(tw|b0|[stmzxiw]\d)(\d)(?=_)")  # test_t01_…, test_tw3_…


def attacks_named(text: str) -> set[str]:
    """Return the attacks a text names, spans ("Z01 to Z03") spelled out."""
    names = set(_ATTACK.findall(text))
    for start, digit in _IN_A_NAME.findall(text):
        names.add(f"{start.upper()}{'-' if start == 'tw' else ''}{digit}")
    for first, last in re.findall(r"\b([A-Z]\d\d)(?: to |-|–)([A-Z]\d\d)\b", text):  # noqa: RUF001
        if first[0] == last[0]:
            span = range(int(first[1:]), int(last[1:]) + 1)
            names |= {f"{first[0]}{number:02}" for number in span}
    return names


def attacks_page() -> str:
    """Return the page of the attacks: what is done, and the tests that name them."""
    tests: dict[str, list[str]] = defaultdict(list)
    for path, text in sources("tests").items():
        for name in attacks_named(text):
            tests[name].append(path.removeprefix("tests/"))
    parts = [
        "# Attacks\n\n"
        "What somebody may try, what the gateway does about it, and the tests that "
        "name it.\n`security.md` follows one request through the checks.\n"
    ]
    for group in load("attacks.toml").values():
        parts.append(f"\n## {group.pop('title')}\n\n")
        rows = (
            (name, attack, answer, ", ".join(tests[name]) or "-")
            for name, (attack, answer) in group.items()
        )
        parts.append(table(("", "attack", "answer", "tests"), rows))
    return "".join(parts)
