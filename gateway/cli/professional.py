"""`gateway professional`: where the codes of professionals go who sign in."""

from __future__ import annotations

import argparse

from gateway.cli.options import (
    Subparsers,
    add_command,
    add_noun,
    add_reason,
    opened,
    who_and_why,
)
from gateway.errors import MisuseError
from gateway.message.address import read_address
from gateway.store.professionals.accounts import ProfessionalAccounts
from gateway.trust.tokens import NATIONAL_ID


def add_parser(commands: Subparsers) -> None:
    """Add the noun and its verbs."""
    verbs = add_noun(commands, "professional", "professionals who sign in")
    summary = "write down where the sign-in codes of a professional go"
    address = add_command(verbs, "address", set_address, summary)
    address.add_argument("number", metavar="NUMBER", help="national number (IDNPS)")
    which = address.add_mutually_exclusive_group(required=True)
    which.add_argument("--email", default="", metavar="ADDRESS", help="their own")
    which.add_argument("--none", action="store_true", help="none any more")
    add_reason(address)


def set_address(args: argparse.Namespace) -> int:
    """
    Write an address down, or take it away; the journal says who did, and not which.

    Raises:
        MisuseError: it is no national number, or the address is of a mailbox here,
            which the same certificate opens.
        InvalidError: the address is malformed.
    """
    number = args.number.strip().upper()
    if not NATIONAL_ID.fullmatch(number):
        raise MisuseError("a national number is digits, as 8 and the RPPS")
    email = str(read_address(args.email)) if args.email else ""
    with opened(args) as (settings, database), database.write() as work:
        if email.rpartition("@")[2].lower() in settings.domains.hosted:
            raise MisuseError(
                "not a mailbox here: it opens by the certificate that the code is to "
                "second"
            )
        ProfessionalAccounts(work).set_email(number, email, **who_and_why(args))
    print(f"professional {number}: {'an address' if email else 'no address'} for codes")
    return 0
