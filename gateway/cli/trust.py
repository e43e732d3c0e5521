"""`gateway trust`: the lists of the space of trust, and a word on one that shrank."""

from __future__ import annotations

import argparse
import hashlib

from gateway.cli.options import Subparsers, add_command, print_json
from gateway.clock import utc_now
from gateway.errors import MisuseError
from gateway.settings.file import read_settings
from gateway.trust.allowlist import read_allowlist
from gateway.trust.names import DnMatch
from gateway.trust.space import WORD, TrustSpace


def add_parser(commands: Subparsers) -> None:
    """Add the command and its verbs."""
    summary = "the allow-list in use, and whether the one that is there may be"
    parser = commands.add_parser("trust", help=summary, description=summary)
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    add_command(verbs, "show", show, "what is in use, and what is not", json_too=True)
    add_command(
        verbs, "accept", accept, "use the allow-list that is there, though it shrank"
    )


def show(args: argparse.Namespace) -> int:
    """Print what is in use; 1 when something is not as it should be."""
    settings = read_settings(args.config).trust
    space = TrustSpace(settings, utc_now, kept=settings.kept, keeps=False)
    signs = sorted(sign.value for sign in space.degraded)
    found = {
        "allowlist": str(settings.allowlist),
        "generated_at": space.allowlist.generated_at.isoformat(),
        "domains": len(space.allowlist.domains),
        "not_taken": space.allowlist_fault,
        "signs": signs,
        "authorities": {
            name: sorted(kind.value for kind in kinds)
            for name, kinds in space.names.items()
        },
    }
    if args.json:
        print_json(found)
    else:
        print(f"in use: {found['domains']} domains, made {found['generated_at']}")
        if found["not_taken"]:
            print(f"not taken: {found['not_taken']}")
        for name, kinds in space.names.items():
            named = ", ".join(sorted(kind.value for kind in kinds)) or "nobody"
            print(f"{name}: may name {named}")
        print(f"signs: {', '.join(signs) or 'none'}")
    return 1 if signs else 0


def accept(args: argparse.Namespace) -> int:
    """
    Say that the allow-list that is there is right, whatever it lost.

    The word is for this very file: another one that shrinks needs its own.

    Raises:
        InvalidError: the file is no allow-list.
        MisuseError: it cannot be read, or the word cannot be written.
    """
    settings = read_settings(args.config).trust
    path = settings.kept / WORD
    try:
        content = settings.allowlist.read_bytes()
        fresh = read_allowlist(
            content,
            match=DnMatch(settings.dn_match),
            max_bytes=settings.allowlist_max_bytes,
        )
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside = path.with_name(f"{path.name}.new")
        beside.write_text(hashlib.sha256(content).hexdigest() + "\n", "ascii")
        beside.chmod(0o644)  # no secret, and the service may be another user
        beside.replace(path)
    except OSError as error:
        raise MisuseError(f"{error.filename}: {error.strerror}") from error
    made = fresh.generated_at
    print(f"accepted: {len(fresh.domains)} domains, made {made.isoformat()}")
    space = TrustSpace(settings, utc_now, kept=settings.kept, keeps=False)
    if space.allowlist_fault:
        print(f"still not taken: {space.allowlist_fault}")
        return 1
    return 0
