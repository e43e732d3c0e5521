"""``python -m bench``: every number, with Postfix beside; ``… profile``: the costs."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from bench import machine, page, postfix
from bench.comparison import compare
from bench.profile import profile
from gateway.cli.options import print_json, print_table
from gateway.measuring.figures import HEAD, rows_of
from gateway.measuring.session import Scale, Session

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
        if args.what == "profile":
            tables = profile(session)
            for title, sentence, rows in tables:
                print(f"{title}: {sentence}")
                print_table(("where", "ms each"), rows)
            if not args.no_page:
                page.write_profile(tables)
            return 0
        before = machine.load_of_others()
        figures = [*compare(session, args.rounds), *session.accept_alone(1)]
        figures += session.all_filing()
        facts = machine.facts(folder)
    facts.append(("load before", f"{before:.1f} processes"))
    facts.append(("Postfix", postfix.why_not() or postfix.version()))
    if args.json:
        print_json([one.to_json() for one in figures])
    else:
        print_table(HEAD, rows_of(figures))
    if not args.no_page:
        page.write(figures, facts, f"python -m bench {' '.join(sys.argv[1:])}".strip())
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("what", nargs="?", choices=("numbers", "profile"))
    parser.add_argument("--folder", type=Path, metavar="DIR", help="where to work")
    parser.add_argument(
        "--rounds", type=int, default=3, metavar="N", help="turns with Postfix"
    )
    parser.add_argument("--documents", type=int, default=Scale().documents, metavar="N")
    parser.add_argument("--schema", type=Path, default=_SCHEMA, metavar="DIR")
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
