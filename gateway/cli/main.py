"""The `gateway` command: reads the words, runs one noun, gives an exit status."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from gateway.errors import GatewayError, MisuseError

NOUNS = (
    "init",
    "serve",
    "work",
    "demo",
    "send",
    "trace",
    "vault",
    "patient",
    "mailbox",
    "queue",
    "quarantine",
    "journal",
    "doctor",
)


def main(argv: Sequence[str] | None = None) -> int:
    """Return the exit status: 0 done, 1 refused or failed, 2 misused."""
    args = make_parser().parse_args(argv)
    try:
        return int(args.run(args))
    except MisuseError as error:
        print(f"gateway: {error}", file=sys.stderr)
        return 2
    except GatewayError as error:
        print(f"gateway: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # The reader went away (`gateway trace … | head`); it has what it wanted.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return 130


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="gateway",
        description="Secure health messaging gateway.",
        epilog="Exit status: 0 done, 1 refused or failed, 2 misused.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for noun in NOUNS:
        import_module(f"gateway.cli.{noun}").add_parser(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
