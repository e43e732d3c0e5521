"""The `gateway` command: reads the words, runs one noun, gives an exit status."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module

from gateway.errors import GatewayError, MisuseError
from gateway.node.secret_memory import keep_memory_secret
from gateway.rights.operator_rules import command_of

NOUNS = {
    "init": "make a folder to run from, with a throwaway PKI and demo people",
    "database": "make it, join it to its blob folder, look for strays",
    "serve": "run the service",
    "work": "run more workers, on this or another node",
    "receive": "receive mail with one more process, on this node",
    "demo": "run everything on loopback with a synthetic patient",
    "send": "send a message as a client would",
    "trace": "what happened to a message or a document",
    "explain": "on what a decision rested, rule by rule",
    "rights": "past decisions under other settings",
    "vault": "the documents of a patient",
    "access": "opening documents that were named, for minutes",
    "patient": "profiles: add, set, show",
    "mailbox": "professionals' mailboxes",
    "professional": "professionals who sign in",
    "texts": "what professionals tell patients of the filing, and a poster",
    "queue": "tasks that wait or failed",
    "quarantine": "messages held back",
    "inquiries": "persons whom patients do not know",
    "message": "one that went to the wrong patient is taken back",
    "keys": "which there are, turning them over, destroying them",
    "requests": "what waits for a second operator",
    "roles": "which roles hold, and which wait for two persons",
    "journal": "the record of what was done",
    "bench": "measure this machine",
    "trust": "the lists of the space of trust, and a word on one that shrank",
    "directory": "the national directory: import it, look somebody up",
    "doctor": "look for what is wrong, and say how to mend it",
}


def main(argv: Sequence[str] | None = None) -> int:
    """
    Return the exit status: 0 done, 1 refused or failed, 2 misused, 3 not done yet,
    because a second operator has to confirm it.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    os.umask(0o077)  # whatever is written is for the service's own user
    keep_memory_secret()

    def run() -> int:
        args = make_parser(words[0] if words else "").parse_args(words)
        if command_of(words):
            from gateway.cli.asking import asked_of_the_service

            status = asked_of_the_service(args, words)
            if status is not None:
                return status
        return int(args.run(args))

    return with_status(run)


def with_status(run: Callable[[], int]) -> int:
    """Run a command; say what is wrong, and return the exit status."""
    try:
        return run()
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
    except OSError as error:
        print(f"gateway: {_place(error)}{error.strerror or error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _place(error: OSError) -> str:
    return f"{error.filename}: " if error.filename else ""


def make_parser(noun: str) -> argparse.ArgumentParser:
    """
    Return the parser of all commands; only the one asked for is loaded.

    Loading them all would make each command wait for every library there is.
    """
    parser = argparse.ArgumentParser(
        prog="gateway",
        description="Secure health messaging gateway.",
        epilog="Exit status: 0 done, 1 refused or failed, 2 misused, 3 waits for a "
        "second operator. "
        "More about a command: gateway COMMAND --help",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, summary in NOUNS.items():
        if name == noun:
            import_module(f"gateway.cli.{name}").add_parser(commands)
        else:
            commands.add_parser(name, help=summary)
    return parser


if __name__ == "__main__":
    sys.exit(main())
