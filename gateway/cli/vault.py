"""`gateway vault`: the entries of a patient's vault, and the bytes of a document."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from gateway.cli.opening import VAULT_GET, VAULT_LIST, may_open
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
from gateway.cli.patient_setting import find_profile
from gateway.core.document import DocumentEntry
from gateway.core.texts.accesses import TO_OPEN
from gateway.core.vault import FiledDocument, to_entry_id
from gateway.dmp_bridge.vaults.checking import DamagedDocument, check_documents
from gateway.dmp_bridge.vaults.text_taking import ask_again
from gateway.dmp_bridge.vaults.vault import Vault
from gateway.documents.xds.entry_json import entry_to_json
from gateway.errors import MisuseError, NotFoundError
from gateway.node.vaults import open_vaults


def add_parser(commands: Subparsers) -> None:
    """Add the noun and its verbs."""
    verbs = add_noun(commands, "vault", "documents filed for patients")
    listing = add_command(
        verbs,
        "list",
        list_entries,
        "list a patient's documents, old versions too",
        json_too=True,
    )
    listing.add_argument("ins", metavar="INS", help="matricule, 15 characters")
    add_reason(listing)
    check = add_command(
        verbs,
        "check",
        check_all,
        "read every document and say which are damaged",
        json_too=True,
    )
    check.add_argument(
        "--after",
        default="",
        metavar="ID",
        help="go on after this entryUUID, where an earlier check ended",
    )
    check.add_argument(
        "--most",
        type=int,
        default=0,
        metavar="N",
        help="end after about so many documents (default: all)",
    )
    again = add_command(
        verbs,
        "read-again",
        read_again,
        "have texts taken that were given up, so that they are searched",
    )
    again.add_argument(
        "id", nargs="?", default="", metavar="ID", help="entryUUID (default: all)"
    )
    add_reason(again)
    get = add_command(verbs, "get", get_document, "write the exact bytes of a document")
    get.add_argument("id", metavar="ID", help="uniqueId or entryUUID")
    add_reason(get)


def list_entries(args: argparse.Namespace) -> int:
    """
    Print the DocumentEntries of a patient, last filed first.

    Raises:
        NotFoundError: the INS has no profile.
        MisuseError: the service gives the command, and no access names the list.
    """
    with opened(args) as (_, database), database.write() as work:
        profile = find_profile(work, args.ins)
        is_open = may_open(work, args, VAULT_LIST, profile.id, (profile.id,))
        vault = open_vaults(database).within(work)
        listed = vault.listed(profile.id) if is_open else ()
        found = [(one, vault.entry(one)) for one in listed]
    if not is_open:
        raise MisuseError(TO_OPEN)
    if args.json:
        print_json([_listed(document, entry) for document, entry in found])
        return 0
    print_table(
        ("UNIQUE ID", "CREATED", "STATUS", "TYPE", "VISIBILITY", "TITLE"),
        [_row(entry) for _, entry in found],
    )
    return 0


def check_all(args: argparse.Namespace) -> int:
    """
    Print every document that is not what was filed; 1 when there is one.

    Raises:
        MisuseError: ``--most`` or ``--after`` is not what it should be.
        UnavailableError: the database or the blob folder does not answer.
    """
    if args.most < 0:
        raise MisuseError("--most is a number of documents")
    after = to_entry_id(args.after) if args.after else ""
    damaged: list[DamagedDocument] = []
    count = 0
    with opened(args) as (_, database):
        for checked in check_documents(database, after):
            count += checked.count
            after = checked.last
            damaged += checked.damaged
            if not args.json:
                for one in checked.damaged:
                    print(f"{one.id}: {one.why} (blob {one.blob})", flush=True)
            if args.most and count >= args.most:
                break
        else:
            after = ""
    if args.json:
        rows = [{"id": one.id, "blob": one.blob, "why": one.why} for one in damaged]
        print_json({"checked": count, "damaged": rows, "goOnAfter": after})
    else:
        rest = f"; go on with --after {after}" if after else ""
        print(f"{count} documents, {len(damaged)} damaged{rest}")
    return 1 if damaged else 0


def read_again(args: argparse.Namespace) -> int:
    """
    Ask for texts once more that were given up, each with its line in the journal.

    Raises:
        NotFoundError: none was given up.
    """
    told = who_and_why(args)
    name = to_entry_id(args.id) if args.id else ""
    with opened(args) as (_, database):
        count = ask_again(database, name, told)
    if not count:
        raise NotFoundError("no text was given up" + (" of this id" if name else ""))
    print(f"{count} asked for again")
    return 0


def get_document(args: argparse.Namespace) -> int:
    """
    Write a document on standard output; the patient's history says that it was read.

    Raises:
        NotFoundError: nothing is filed under this uniqueId or entryUUID.
        MisuseError: the service gives the command, and no access names it.
    """
    with opened(args) as (_, database), database.write() as work:
        vault = open_vaults(database).within(work)
        stored = find_document(vault, args.id)
        if stored is None:
            raise NotFoundError("no document has this id")
        whose = (stored.profile_id,)
        is_open = may_open(work, args, VAULT_GET, stored.id, whose)
        content = vault.content(stored) if is_open else b""
    if not is_open:
        raise MisuseError(TO_OPEN)
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()
    return 0


def find_document(vault: Vault, name: str) -> FiledDocument | None:
    """Return what is filed under a uniqueId, or an entryUUID in any form, or None."""
    return vault.find(name) or vault.get(name)


def _listed(document: FiledDocument, entry: DocumentEntry) -> dict[str, Any]:
    """Return the entry, with what the document says of its set; ``null`` is unsaid."""
    return {
        **entry_to_json(entry),
        "setId": document.set_id,
        "version": document.version,
    }


def _row(entry: DocumentEntry) -> tuple[str, ...]:
    return (
        entry.unique_id,
        f"{entry.creation_time:%Y-%m-%d %H:%M}",
        entry.availability_status.value,
        entry.type_code.code,
        ",".join(sorted(entry.visibility)) or "N",
        entry.title,
    )
