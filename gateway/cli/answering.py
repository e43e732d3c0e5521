"""
Gives a command in an operator's place: `AdminDoor` starts it, once for each one.

On standard input come the words, and what the kernel says of who gave them. The
service's own settings count, whatever file the words name.
"""

from __future__ import annotations

import argparse
import grp
import json
import os
import pwd
import sys
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from gateway.cli.main import make_parser, with_status
from gateway.cli.operators import account_name, act_for
from gateway.errors import MisuseError
from gateway.node.secret_memory import keep_memory_secret
from gateway.rights.operator_rules import (
    OF_MESSAGE,
    TELLS_LATER,
    OperatorRole,
    command_of,
    is_told_to_the_patient,
    role_for,
)
from gateway.settings.admin import AdminSettings
from gateway.settings.file import read_settings


def roles_of(login_uid: int, admin: AdminSettings) -> frozenset[OperatorRole]:
    """Return the roles that the settings give an account, by its name or a group."""
    try:
        account = pwd.getpwuid(login_uid)
    except KeyError:
        return frozenset()
    groups = set()
    for number in os.getgrouplist(account.pw_name, account.pw_gid):
        try:
            groups.add(f"@{grp.getgrgid(number).gr_name}")
        except KeyError:
            continue
    names = {account.pw_name, *groups}
    return frozenset(
        role for role in OperatorRole if names & set(getattr(admin, role.value))
    )


def answer(asked: dict[str, Any], file: Path) -> int:
    """
    Give the command, if a role of who asks allows it.

    Raises:
        MisuseError: no command that is given here, it names a file, a reason is
            missing, or no role allows it; nothing was read then.
    """
    words: Sequence[str] = asked["words"]
    command = command_of(words)
    if not command:
        raise MisuseError("this command is not given by the service")
    args = make_parser(words[0]).parse_args(words)
    args.config = file
    roles = roles_of(asked["login"], read_settings(file).admin)
    role = role_for(command, roles, _facts(args))
    name = account_name(asked["login"])
    if role is None:
        raise MisuseError(f"{name} has no role for {command}: see [admin]")
    if is_told_to_the_patient(command) and not args.reason:
        raise MisuseError(f"{command} needs a --reason; the patient is told")
    behind = (
        "" if asked["uid"] == asked["login"] else f", as {account_name(asked['uid'])}"
    )
    if named := _files_named(args):
        raise MisuseError(f"{named} is not for the service to read or write")
    act_for(
        f"{name} ({role.value}{behind})",
        tells=is_told_to_the_patient(command),
        account=name,
    )
    _take_files(args, asked["files"])
    return int(args.run(args))


def _files_named(args: argparse.Namespace) -> str:
    """
    Return the options that name files, of which the service would open its own.

    Its settings are its own; a password's file or a checkpoint was read by who asks.
    """
    return ", ".join(
        f"--{name.replace('_', '-')}"
        for name, value in vars(args).items()
        if isinstance(value, Path) and name not in {"config", "password_file"}
    )


def _facts(args: argparse.Namespace) -> Collection[str]:
    """Return what of a command decides which role is enough; see `role_for`."""
    named = {OF_MESSAGE: "message", TELLS_LATER: "tell_on"}
    asked = [fact for fact, option in named.items() if getattr(args, option, None)]
    return [*asked, *(one.partition("=")[0] for one in getattr(args, "facts", ()))]


def _take_files(args: argparse.Namespace, files: dict[str, str]) -> None:
    """Put what was in a file where the command reads it: none of ours is read."""
    if getattr(args, "password_file", None) is not None:
        args.password_file = _handed_over(files.get("password_file", ""))
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
