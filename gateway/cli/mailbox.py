"""`gateway mailbox`: professionals' mailboxes, and who holds them."""

from __future__ import annotations

import argparse
from typing import Any

from gateway.cli.mailbox_client import add_verb
from gateway.cli.options import (
    Subparsers,
    add_command,
    add_noun,
    add_reason,
    opened,
    print_json,
    print_table,
    who_and_why,
)
from gateway.errors import MisuseError, NotFoundError
from gateway.message.address import read_address
from gateway.store.base.work import UnitOfWork
from gateway.store.mailbox.mail import Mail
from gateway.store.mailbox.mailboxes import Mailbox, Mailboxes

KINDS = ("PER", "ORG", "APP", "CAB")


def add_parser(commands: Subparsers) -> None:
    """Add the noun and its verbs."""
    verbs = add_noun(commands, "mailbox", "professionals' mailboxes")
    add = add_command(verbs, "add", add_mailbox, "open a mailbox")
    add.add_argument("address", metavar="ADDRESS", help="of the mailbox")
    add.add_argument(
        "--kind",
        required=True,
        choices=KINDS,
        help="PER personal, ORG organisation, APP software, CAB practice",
    )
    add.add_argument(
        "--holder",
        required=True,
        nargs="+",
        action="extend",
        metavar="IDENTITY",
        help="IDNPS of a person, or 1+FINESS or 3+SIRET of a structure",
    )
    add.add_argument("--name", default="", metavar="TEXT", help="as people read it")
    add.add_argument(
        "--reply-to",
        default="",
        metavar="ADDRESS",
        help="where answers go instead of to it",
    )
    add_reason(add)
    add_command(verbs, "list", list_mailboxes, "list the mailboxes", json_too=True)
    for verb, state, summary in (
        ("close", "closed", "take no more mail in, let nobody in; keep the messages"),
        ("open", "open", "open a closed mailbox again"),
    ):
        change = add_command(verbs, verb, set_state, summary)
        change.add_argument("address", metavar="ADDRESS", help="of the mailbox")
        change.set_defaults(state=state)
        add_reason(change)
    add_verb(verbs)
    holder = add_command(verbs, "holder", set_holder, "let a certificate in, or out")
    holder.add_argument("address", metavar="ADDRESS", help="of the mailbox")
    add_reason(holder)
    which = holder.add_mutually_exclusive_group(required=True)
    which.add_argument("--add", metavar="IDENTITY", help="let it in")
    which.add_argument("--remove", metavar="IDENTITY", help="keep it out")


def add_mailbox(args: argparse.Namespace) -> int:
    """
    Open a mailbox with its standard folders.

    Raises:
        MisuseError: the address is not of the professionals' domain.
        InvalidError: an address is malformed.
        ConflictError: the mailbox exists.
    """
    address = read_address(args.address)
    reply_to = str(read_address(args.reply_to)) if args.reply_to else ""
    with opened(args) as (settings, database), database.write() as work:
        domain = settings.domains.professional.lower()
        if address.domain != domain:
            raise MisuseError(f"mailboxes are of the domain {domain}")
        mailbox_id = Mailboxes(work, who_and_why(args)).add(
            str(address),
            kind=args.kind,
            holders=[_identity(holder) for holder in args.holder],
            display_name=args.name,
            reply_to=reply_to,
        )
        Mail(work).folders.ensure(mailbox_id)
    print(f"mailbox {address.key}: open")
    return 0


def list_mailboxes(args: argparse.Namespace) -> int:
    """Print every mailbox: address, kind, state, holders, bytes used."""
    with opened(args) as (_, database), database.read() as work:
        found = [_known(mailbox) for mailbox in Mailboxes(work).listed()]
    if args.json:
        print_json(found)
    else:
        head = ("ADDRESS", "KIND", "STATE", "HOLDERS", "BYTES")
        print_table(
            head,
            [
                (
                    one["address"],
                    one["kind"],
                    one["state"],
                    " ".join(one["holders"]),
                    one["usedBytes"],
                )
                for one in found
            ],
        )
    return 0


def set_state(args: argparse.Namespace) -> int:
    """
    Close a mailbox or open it again.

    Raises:
        NotFoundError: there is none of that address.
    """
    with opened(args) as (_, database), database.write() as work:
        mailbox = _find(work, args.address)
        Mailboxes(work, who_and_why(args)).set_state(mailbox.id, args.state)
    print(f"mailbox {mailbox.address}: {args.state}")
    return 0


def set_holder(args: argparse.Namespace) -> int:
    """
    Add or remove a holder.

    Raises:
        NotFoundError: there is no such mailbox, or who is to be removed does not hold
            it.
    """
    with opened(args) as (_, database), database.write() as work:
        mailbox, boxes = _find(work, args.address), Mailboxes(work, who_and_why(args))
        if args.add:
            boxes.add_holder(mailbox.id, _identity(args.add))
        else:
            holder = _identity(args.remove)
            if holder not in mailbox.holders:
                raise NotFoundError("it does not hold this mailbox")
            boxes.remove_holder(mailbox.id, holder)
        holders = _find(work, args.address).holders
    print(
        f"mailbox {mailbox.address}: held by {', '.join(sorted(holders)) or 'nobody'}"
    )
    return 0


def _find(work: UnitOfWork, address: str) -> Mailbox:
    found = Mailboxes(work).find(address)
    if found is None:
        raise NotFoundError("no mailbox has this address")
    return found


def _identity(text: str) -> str:
    identity = text.strip().upper()
    if not identity or len(identity) > 128 or not identity.isprintable():
        raise MisuseError("a holder is an IDNPS, or the identifier of a structure")
    return identity


def _known(mailbox: Mailbox) -> dict[str, Any]:
    return {
        "address": mailbox.address,
        "kind": mailbox.kind,
        "state": mailbox.state,
        "name": mailbox.display_name,
        "replyTo": mailbox.reply_to,
        "holders": sorted(mailbox.holders),
        "usedBytes": mailbox.used_bytes,
        "created": mailbox.created_at.isoformat(),
    }
