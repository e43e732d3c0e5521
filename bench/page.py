"""docs/performance.md: the machine, the table, and what the profile shows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from gateway.measuring.figures import HEAD, Figure, rows_of

PAGE = Path("docs/performance.md")
_PROFILE = "## What the profile shows"
_NOT_YET = "Not measured yet: `python -m bench profile`.\n"

_INTRODUCTION = """\
# Performance

Written by `make bench` (`make bench BEFORE=COMMIT` sets the stages of a letter beside
those of another commit); only the first paragraphs on the profile are by people, and
`python -m bench profile` writes the tables below them alone. Everything is measured on
one machine in one run: the gateway (`gateway init`, `gateway serve`, mutual TLS, a
commit with fsync before each 250) and Postfix beside it (an instance of its own,
transport `discard:`) take turns under the same load. The load is a raw SMTP client in
two processes with sixteen connections; it sends commands ahead, as both servers allow.
Letters are synthetic: each has identifiers of its own, and they are for several hundred
patients. PostgreSQL is a server of its own with its settings as they come; its
processor time is counted with ours.
"""


def write(
    figures: Sequence[Figure], machine: Sequence[tuple[str, str]], command: str
) -> None:
    """Write the page; what it says of the profile stays."""
    before = PAGE.read_text("utf-8") if PAGE.exists() else ""
    pages, found, profile = before.partition(_PROFILE)
    pages = pages.partition(_PAGES)[2]
    parts = [
        _INTRODUCTION,
        "## Machine\n",
        _table(("", ""), [*machine, ("date", f"{datetime.now(UTC):%Y-%m-%d}")]),
        f"\nCommand: `{command}`\n",
        "## Numbers\n",
        _table(HEAD, rows_of(figures)),
        "",
        *((f"{_PAGES}{pages}".rstrip(), "") if pages else ()),
        _PROFILE + (profile if found else f"\n\n{_NOT_YET}"),
    ]
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text("\n".join(parts), "utf-8")


_PAGES = "## The patients' pages"
_PAGES_INTRODUCTION = """\
What a page takes of the server's time, without the network and TLS: the median of some
requests, by turns in a space with few things and in one with many. Written by
`make bench`, and alone by `python -m bench pages`; `gateway bench pages` prints it.
"""


def write_pages(figures: Sequence[Figure], load: float) -> None:
    """Put the figures of the pages before those of the profile."""
    text = PAGE.read_text("utf-8") if PAGE.exists() else f"{_PROFILE}\n"
    before, found, profile = text.partition(_PROFILE)
    parts = [
        before.partition(_PAGES)[0].rstrip() + "\n",
        f"{_PAGES}\n",
        _PAGES_INTRODUCTION,
        f"Measured on {datetime.now(UTC):%Y-%m-%d}, {load:.1f} processes before it.\n",
        _table(HEAD, rows_of(figures)),
        found + profile,
    ]
    PAGE.write_text("\n".join(parts), "utf-8")


_COSTS = "### Costs"
_IMPORTS = "### Imports"
_IMPORTS_INTRODUCTION = """\
The public extraction of the national directory and a feed of patients, of invented
people, each taken into a database of its own and then once more. Written by
`python -m bench imports`; `gateway bench directory` and `gateway bench patients` print
them. Where others work beside it, seconds of the processor tell more than those of the
clock.
"""


def write_imports(figures: Sequence[Figure], load: float) -> None:
    """Put the figures of the imports before the costs of a letter."""
    text = PAGE.read_text("utf-8") if PAGE.exists() else f"{_PROFILE}\n"
    before, found, rest = text.partition(f"{_IMPORTS}\n")
    if found:
        after = rest.partition("\n### ")[1:]
        tail = "".join(after).lstrip()
    else:
        before, costs, more = text.partition(_COSTS)
        tail = costs + more
    parts = [
        before.rstrip() + "\n",
        f"{_IMPORTS}\n",
        _IMPORTS_INTRODUCTION,
        f"Measured on {datetime.now(UTC):%Y-%m-%d}, {load:.1f} processes before it.\n",
        _table(HEAD, rows_of(figures)),
        tail,
    ]
    PAGE.write_text("\n".join(parts).rstrip() + "\n", "utf-8")


_STAGES = """\
By stage, in one process and one thread (`bench/stages.py`), the least of some rounds
taken by turns; a letter of the sort measured above, without the door and without TLS:
"""


def write_profile(
    tables: Sequence[tuple[str, str, list[tuple[str, ...]]]],
    stages: tuple[Sequence[str], Sequence[Sequence[str]]],
) -> None:
    """
    Put tables of costs at the end of the page.

    ``stages`` has a head and rows; each of ``tables`` a title, a sentence and rows.
    """
    text = PAGE.read_text("utf-8") if PAGE.exists() else f"{_PROFILE}\n"
    text = text.replace(_NOT_YET, "").partition(_COSTS)[0].rstrip() + "\n"
    parts = [text, _COSTS + "\n", _STAGES, _table(*stages), ""]
    for title, sentence, rows in tables:
        parts += [f"{title}: {sentence}\n", _table(("where", "ms each"), rows), ""]
    PAGE.write_text("\n".join(parts), "utf-8")


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [_row(head), _row(["---"] * len(head)), *map(_row, rows)]
    return "\n".join(lines) + "\n"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
