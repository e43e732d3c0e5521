"""`gateway init DIR`: a new folder to run from."""

from __future__ import annotations

import argparse
from pathlib import Path

from gateway.cli.options import Subparsers
from gateway.node.folder import DEMO_LOGIN, SIGN_IN_FILE, make_folder


def add_parser(commands: Subparsers) -> None:
    """Add the command."""
    summary = "make a folder to run from, with a throwaway PKI and demo people"
    parser = commands.add_parser("init", help=summary, description=summary)
    parser.add_argument("folder", type=Path, metavar="DIR", help="a new folder")
    parser.add_argument(
        "--ports",
        choices=("fixed", "free"),
        default="fixed",
        help="free: ask the system for ports nobody uses",
    )
    parser.add_argument(
        "--database",
        default="",
        metavar="URL",
        help="an empty PostgreSQL database instead of SQLite: "
        "postgresql+psycopg://user@host/name",
    )
    parser.set_defaults(run=init)


def init(args: argparse.Namespace) -> int:
    """
    Make the folder.

    Raises:
        MisuseError: there is a gateway.toml in it already.
    """
    settings = make_folder(args.folder, free=args.ports == "free", url=args.database)
    print(f"{args.folder}: ready")
    print(f"  settings      {args.folder / 'gateway.toml'}")
    print(f"  certificates  {args.folder / 'certs'} (throwaway: for tests only)")
    print(f"  patients' web https://localhost:{settings.listen.patient_https}/")
    print(f"  professionals https://localhost:{settings.listen.professional_https}/")
    print(f"  demo patient  {DEMO_LOGIN}, password in {args.folder / SIGN_IN_FILE}")
    print(f"next: gateway serve -c {args.folder / 'gateway.toml'}")
    return 0
