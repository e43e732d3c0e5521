"""
``python -m bench``: every number, with Postfix beside; ``… profile``: only costs;
``… pages``: only the patients' pages; ``… imports``: only what is imported.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench import machine, page, postfix, postgresql
from bench.before import compare_stages
from bench.comparison import compare
from bench.postgresql import PostgreSql
from bench.profile import profile
from gateway.cli.options import print_json, print_table
from gateway.measuring.figures import HEAD, Figure, rows_of
from gateway.measuring.session import Scale, Session, filing_figures
from gateway.node.nursery import PROGRAM

_SCHEMA = Path("../shared/data/cda-schema")


def main() -> int:
    """Measure, print, and write docs/performance.md."""
    args = _parser().parse_args()
    scale = Scale.tiny() if args.tiny else Scale(documents=args.documents)
    with tempfile.TemporaryDirectory(dir=args.folder, prefix="bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # Postfix runs as a user of its own
        schema = args.schema if args.schema and args.schema.is_dir() else None
        session = Session(folder, scale, _say, schema=schema)
        before = machine.load_of_others()
        if args.what == "imports":
            figures = [*_imports(folder, tiny=args.tiny)]
            _show(figures, as_json=args.json)
            if not args.no_page:
                page.write_imports(figures, before)
            return 0
        pages = [*_pages(session)] if args.what in (None, "pages") else []
        if args.what == "pages":
            _show(pages, as_json=args.json)
            if not args.no_page:
                page.write_pages(pages, before)
            return 0
        if args.what != "profile":
            figures = [*_numbers(session, args.rounds)]
        stages = compare_stages(session, args.before, args.rounds)
        tables = profile(session)
        facts = machine.facts(folder)
    stage_head = ("stage", f"at {args.before}" if args.before else "before", "now", "")
    if args.what == "profile":
        print_table(stage_head, stages)
        for title, sentence, rows in tables:
            print(f"{title}: {sentence}")
            print_table(("where", "ms each"), rows)
        if not args.no_page:
            page.write_profile(tables, (stage_head, stages))
        return 0
    facts.append(("load before", f"{before:.1f} processes"))
    facts.append(("Postfix", postfix.why_not() or postfix.version()))
    facts.append(("PostgreSQL", postgresql.why_not() or postgresql.version()))
    _show([*figures, *pages], as_json=args.json)
    if not args.no_page:
        page.write(figures, facts, f"python -m bench {' '.join(sys.argv[1:])}".strip())
        if pages:
            page.write_pages(pages, before)
        page.write_profile(tables, (stage_head, stages))
    return 0


def _show(figures: list[Figure], *, as_json: bool) -> None:
    if as_json:
        print_json([one.to_json() for one in figures])
    else:
        print_table(HEAD, rows_of(figures))


def _imports(folder: Path, *, tiny: bool) -> Iterator[Figure]:
    """Yield what each import takes, in a process of its own: its memory is its own."""
    for what in ("directory", "patients"):
        _say(f"import: {what}")
        command = [*PROGRAM, "bench", what, "--json"]
        done = subprocess.run(
            [*command, "--folder", str(folder), *(["--tiny"] if tiny else [])],
            stdout=subprocess.PIPE,
            check=True,
        )
        yield from (Figure(**one) for one in json.loads(done.stdout))


def _pages(session: Session) -> Iterator[Figure]:
    yield from session.pages()
    if postgresql.why_not():
        return
    with tempfile.TemporaryDirectory(prefix="bench-pg-") as name:
        Path(name).chmod(0o755)
        with PostgreSql(Path(name) / "server") as server:
            yield from session.pages(
                database=(server.new_database("few"), server.new_database("many"))
            )


def _numbers(session: Session, rounds: int) -> Iterator[Figure]:
    yield from compare(session, rounds)
    yield from session.accept_alone(1)
    yield from session.all_filing()
    if why := postgresql.why_not():
        session.say(f"without PostgreSQL: {why}")
        return
    # A folder of its own: the path of a socket is short.
    with tempfile.TemporaryDirectory(prefix="bench-pg-") as name:
        Path(name).chmod(0o755)
        with PostgreSql(Path(name) / "server") as server:
            filed = session.filing(
                database=server.new_database("bench"), beside=server.pids
            )
    yield from filing_figures(filed.speed, session.scale, ", PostgreSQL")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "what",
        nargs="?",
        choices=("numbers", "profile", "pages", "imports"),
        help="one of them alone; without it numbers, pages and profile",
    )
    parser.add_argument("--folder", type=Path, metavar="DIR", help="where to work")
    parser.add_argument(
        "--rounds", type=int, default=3, metavar="N", help="turns with Postfix"
    )
    parser.add_argument("--documents", type=int, default=Scale().documents, metavar="N")
    parser.add_argument("--schema", type=Path, default=_SCHEMA, metavar="DIR")
    parser.add_argument(
        "--before",
        default="",
        metavar="COMMIT",
        help="measure the stages of a letter there too",
    )
    parser.add_argument(
        "--tiny", action="store_true", help="a try; its figures say nothing"
    )
    parser.add_argument(
        "--no-page", action="store_true", help="leave docs/performance.md alone"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


def _say(what: str) -> None:
    print(f"bench: {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
