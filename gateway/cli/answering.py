"""
Gives a command in an operator's place: `AdminDoor` starts it, once for each one.

On standard input come the words, and what the kernel says of who gave them. The
service's own settings count, whatever file the words name.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gateway.cli.asking import HANDED_OVER
from gateway.cli.main import make_parser, with_status
from gateway.cli.operators import Operator, act_for
from gateway.cli.requests import ask_a_second, facts_of, needs_another
from gateway.errors import MisuseError
from gateway.node.secret_memory import keep_memory_secret
from gateway.rights.operator_rules import command_of, role_for
from gateway.rights.role_rules import GrantState, NamedRole
from gateway.settings.file import Settings, read_settings
from gateway.store.base.open_database import open_database
from gateway.store.operators.roles import named_roles, see_roles


def answer(asked: dict[str, Any], file: Path) -> int:
    """
    Give the command, if a role of who asks allows it; or have it wait for a second one.

    Raises:
        MisuseError: no command that is given here, it names a file, or no role allows
            it; nothing was read then.
    """
    words: Sequence[str] = asked["words"]
    command = command_of(words)
    if not command:
        raise MisuseError("this command is not given by the service")
    args = make_parser(words[0]).parse_args(words)
    args.config = file
    settings = read_settings(file)
    seen = _roles_seen(settings)
    operator = Operator.of(asked["login"], asked["uid"], settings.admin, seen)
    role = role_for(command, operator.roles, facts_of(args))
    if role is None and role_for(command, operator.in_settings, facts_of(args)):
        raise MisuseError(
            f"the role of {operator.account} for {command} waits: one administrator "
            "asks for it and another confirms, by gateway roles grant"
        )
    if role is None:
        raise MisuseError(f"{operator.account} has no role for {command}: see [admin]")
    if named := _files_named(args):
        raise MisuseError(f"{named} is not for the service to read or write")
    act_for(operator.named(role), operator)
    if needs_another(command, args):
        return ask_a_second(command, words, args)
    _take_files(args, asked["files"])
    return int(args.run(args))


def _roles_seen(settings: Settings) -> Mapping[NamedRole, GrantState]:
    database = open_database(settings)
    try:
        return see_roles(database, named_roles(settings.admin))
    finally:
        database.close()


def _files_named(args: argparse.Namespace) -> str:
    """
    Return the options that name files, of which the service would open its own.

    Its settings are its own; a password, a feed or a checkpoint was read by who asks.
    """
    return ", ".join(
        f"--{name.replace('_', '-')}"
        for name, value in vars(args).items()
        if isinstance(value, Path) and name not in {"config", *HANDED_OVER}
    )


def _take_files(args: argparse.Namespace, files: dict[str, str]) -> None:
    """Put what was in a file where the command reads it: none of ours is read."""
    for name in HANDED_OVER:
        if getattr(args, name, None) is not None:
            setattr(args, name, _handed_over(files.get(name, "")))
    if getattr(args, "checkpoint", None):
        args.checkpoint = [
            _handed_over(files.get(f"checkpoint {number}", ""))
            for number in range(len(args.checkpoint))
        ]


def _handed_over(content: str) -> Path:
    """Return where a command of this process reads a text, on no disk."""
    descriptor = os.memfd_create("handed-over")
    os.write(descriptor, content.encode())
    return Path(f"/proc/self/fd/{descriptor}")


def main() -> int:
    """Read what is asked from standard input, and answer it."""
    asked = json.load(sys.stdin)
    file = Path(sys.argv[1])
    return with_status(lambda: answer(asked, file))


if __name__ == "__main__":
    os.umask(0o077)
    keep_memory_secret()
    sys.exit(main())
