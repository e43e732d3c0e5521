"""`gateway roles`: which roles of gateway.toml hold, and which wait for two persons"""

from __future__ import annotations

import argparse

from gateway.cli.options import (
    Subparsers,
    add_command,
    add_noun,
    add_reason,
    note_reading,
    opened,
    print_json,
    print_table,
    who_and_why,
)
from gateway.errors import MisuseError
from gateway.rights.operator_rules import OperatorRole
from gateway.rights.role_rules import NamedRole
from gateway.store.operators.roles import Roles, named_roles


def add_parser(commands: Subparsers) -> None:
    """Add the noun and its verbs."""
    verbs = add_noun(commands, "roles", "which roles hold, and which wait")
    summary = "each role that is named, and by whom it holds"
    listing = add_command(verbs, "list", list_roles, summary, json_too=True)
    add_reason(listing)
    for verb, run, summary in (
        ("grant", grant, "have a role hold that gateway.toml names; two persons"),
        ("end", end, "end a role at once"),
    ):
        one = add_command(verbs, verb, run, summary)
        one.add_argument(
            "role",
            metavar="ROLE",
            choices=[role.value for role in OperatorRole],
            help=f"one of {', '.join(role.value for role in OperatorRole)}",
        )
        one.add_argument("name", metavar="NAME", help="an account, or @GROUP")
        add_reason(one, required=True, said="why, for who confirms and the journal")


def list_roles(args: argparse.Namespace) -> int:
    """Print each role that was seen in the settings, and where it stands."""
    with opened(args) as (_, database), database.write() as work:
        found = Roles(work).listed()
        note_reading(work, args, "roles list", "")
    if args.json:
        print_json(
            [
                {
                    "role": one.named.role.value,
                    "name": one.named.name,
                    "state": one.state.value,
                    "since": one.since.isoformat(),
                    "by": one.by,
                }
                for one in found
            ]
        )
        return 0
    print_table(
        ("ROLE", "NAME", "STATE", "SINCE", "BY"),
        [
            (
                one.named.role.value,
                one.named.name,
                one.state.value,
                f"{one.since:%Y-%m-%d %H:%M}",
                one.by or "-",
            )
            for one in found
        ],
    )
    return 0


def grant(args: argparse.Namespace) -> int:
    """
    Have a role hold; by the service once a second administrator has confirmed it.

    Raises:
        MisuseError: the settings do not name it, or it holds already.
    """
    said = who_and_why(args)
    with opened(args) as (settings, database), database.write() as work:
        roles = Roles(work)
        roles.lock()
        named = named_roles(settings.admin)
        roles.grant(_asked(args), named, said["by"], said["reason"])
    print(f"{args.role} {args.name}: granted")
    return 0


def end(args: argparse.Namespace) -> int:
    """
    End a role at once; while the settings still name it, it waits.

    Raises:
        MisuseError: it does not hold.
    """
    said = who_and_why(args)
    with opened(args) as (_, database), database.write() as work:
        roles = Roles(work)
        roles.lock()
        roles.end(_asked(args), said["by"], said["reason"])
    print(f"{args.role} {args.name}: ended; take it out of gateway.toml too")
    return 0


def _asked(args: argparse.Namespace) -> NamedRole:
    if not args.name.isprintable() or not args.name:
        raise MisuseError("NAME is an account, or @GROUP")
    return NamedRole(OperatorRole(args.role), args.name)
