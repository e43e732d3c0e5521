"""`gateway rights`: what would be decided otherwise; the matrix of who reads what."""

from __future__ import annotations

import argparse
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any, TypeVar, cast

from attrs import asdict, define, field

from gateway.cli.options import (
    Subparsers,
    add_command,
    add_noun,
    add_reason,
    note_reading,
    opened,
    print_json,
    print_table,
)
from gateway.cli.rights_matrix import PERMITTED, add_import, what_if_matrix
from gateway.errors import MisuseError
from gateway.evidence.arguments import Answered, EvidenceKind, TakenDecision
from gateway.evidence.policies import (
    files_policy_of,
    hash_of,
    policy_of,
    reading_policy_of,
    text_of,
)
from gateway.evidence.replaying import decide_again, same
from gateway.evidence.resetting import OtherSettings, under
from gateway.settings.file import FilingSettings, ImapSettings
from gateway.settings.table import Table
from gateway.store.base.work import Database
from gateway.store.evidence.keeping import EvidenceReader, KeptDecisions

_T = TypeVar("_T", bound=Table)

_DEPEND = frozenset(
    {
        EvidenceKind.FILING,
        EvidenceKind.RECIPIENT,
        EvidenceKind.MAILBOX,
        EvidenceKind.READING,
        EvidenceKind.SEARCH,
        EvidenceKind.VIEWING,
        EvidenceKind.WRITING,
        EvidenceKind.BLOCK,
        EvidenceKind.NAMING,
    }
)
"""
The decisions that depend on ``[filing]`` or ``[reading]``, on what a mailbox may hold,
on the files that a patient may attach, or on how many they may block or name.
"""

QUOTA = "mailbox_quota_bytes"
"""The setting of ``[imap]`` that refusals of full mailboxes depend on."""

READING, WEB = "reading.", "web."
"""How settings of other tables begin in ``--set``; all else is of ``[filing]``."""

OF_WEB = frozenset(
    {
        "max_files",
        "max_upload_bytes",
        "max_message_bytes",
        "max_blocks",
        "max_administrators",
    }
)
"""
The settings of ``[web]`` that messages of patients depend on, whom an administrator
blocks in their place, and whom they name.
"""


def add_parser(commands: Subparsers) -> None:
    """Add the noun and its verbs."""
    verbs = add_noun(
        commands, "rights", "past decisions under other settings, and the matrix"
    )
    asked = add_command(
        verbs,
        "what-if",
        what_if,
        "replay the decisions kept, and say which would have been others",
        json_too=True,
    )
    asked.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="a setting of [filing] other than in the file, as blocked_may_file=true, "
        "of [reading], as reading.initial_team_consent=false, or of [web] for files, "
        "blocks and administrators, as web.max_files=5",
    )
    asked.add_argument(
        "--matrix",
        metavar="VERSION",
        default="",
        help="what this version of the habilitation matrix would open or close",
    )
    add_reason(asked)
    add_import(verbs)


@define
class _Count:
    """What was found so far."""

    replayed: int = 0
    unreadable: list[str] = field(factory=list)
    changes: list[dict[str, Any]] = field(factory=list)


def what_if(args: argparse.Namespace) -> int:
    """
    Print which decisions would have been others under the settings of the file.

    ``--set`` changes these first. Nothing is changed; the operator's journal says that
    the evidence of all was read, and under which settings.

    Raises:
        MisuseError: ``--set`` names no setting that decides, or no value of one; or
            ``--matrix`` stands beside it.
        NotFoundError: there is no such version of the matrix.
    """
    if args.matrix:
        return what_if_matrix(args)
    with opened(args) as (settings, database):
        of_reading = [one for one in args.set if one.strip().startswith(READING)]
        of_web = [one for one in args.set if one.strip().startswith(WEB)]
        left = [one for one in args.set if one not in (*of_reading, *of_web)]
        asked, quota = settings_with(settings.filing, settings.imap, left)
        reading = table_with(settings.reading, READING, of_reading)
        web = table_with(settings.web, WEB, of_web, OF_WEB)
        with database.write() as work:
            note_reading(work, args, "rights what-if", hash_of(text_of(asked)))
        others = OtherSettings(
            filing=policy_of(asked),
            quota_bytes=quota,
            reading=reading_policy_of(reading),
            treating_sees_masked=reading.treating_sees_masked,
            files=files_policy_of(web),
            most_blocked=web.max_blocks,
            most_named=web.max_administrators,
        )
        found = _replay(database, others)
    counts = Counter((one["was"], one["is"]) for one in found.changes)
    if args.json:
        print_json(
            {
                "settings": asdict(asked),
                "reading": asdict(reading),
                "mailboxQuotaBytes": quota,
                "files": asdict(files_policy_of(web)),
                "mostBlocked": web.max_blocks,
                "mostNamed": web.max_administrators,
                "replayed": found.replayed,
                "unreadable": found.unreadable,
                "counts": [
                    {"was": was, "is": now, "count": count}
                    for (was, now), count in sorted(counts.items())
                ],
                "changes": found.changes,
            }
        )
        return 0
    print(
        f"{found.replayed} decisions replayed, {len(found.changes)} would be others,"
        f" {len(found.unreadable)} cannot be read"
    )
    if found.changes:
        print_table(
            ("WAS", "WOULD BE", "COUNT"),
            [(was, now, count) for (was, now), count in sorted(counts.items())],
        )
        print_table(
            ("DECISION", "ABOUT", "PLACE", "WAS", "WOULD BE"),
            [
                (
                    one["decision"],
                    one["subject"] or "-",
                    ",".join(map(str, one["place"])) or "-",
                    one["was"],
                    one["is"],
                )
                for one in found.changes
            ],
        )
    return 0


def settings_with(
    filing: FilingSettings, imap: ImapSettings, changes: list[str]
) -> tuple[FilingSettings, int]:
    """
    Return ``[filing]`` in which each ``KEY=VALUE`` is as it says, and what a mailbox
    may hold, in bytes.

    A value is as in the file; a word needs no quotes.

    Raises:
        MisuseError: there is no such key, or its values are others.
    """
    values, other = asdict(filing), {QUOTA: imap.mailbox_quota_bytes}
    for change in changes:
        name, equals, text = change.partition("=")
        key = name.strip().removeprefix("filing.")
        if equals and key.removeprefix("imap.") == QUOTA:
            other[QUOTA] = _value(text.strip())
        elif not equals or key not in values:
            raise MisuseError(f"--set takes a key of [filing] and its value: {name!r}")
        else:
            values[key] = _value(text.strip())
    quota = ImapSettings.from_table(other, Path()).mailbox_quota_bytes
    return FilingSettings.from_table(values, Path()), quota


def table_with(
    table: _T, before: str, changes: list[str], keys: frozenset[str] = frozenset()
) -> _T:
    """
    Return a table in which each ``TABLE.KEY=VALUE`` is as it says.

    ``before`` is ``TABLE.``; of some tables only certain ``keys`` are asked about.

    Raises:
        MisuseError: there is no such key, or its values are others.
    """
    values = asdict(cast("Any", table))
    for change in changes:
        name, equals, text = change.partition("=")
        key = name.strip().removeprefix(before)
        if not equals or key not in (keys or values):
            raise MisuseError(
                f"--set takes a key of [{table.table}] that decides: {name!r}"
            )
        values[key] = _value(text.strip())
    return type(table).from_table(values, Path())


def _value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _replay(database: Database, others: OtherSettings) -> _Count:
    found = _Count()
    with database.read() as work:
        for kept in EvidenceReader(work).listed():
            if kept.fault:
                found.unreadable.append(kept.id)
            else:
                _compare(kept, others, found)
    return found


def _compare(kept: KeptDecisions, others: OtherSettings, found: _Count) -> None:
    parts = [part for part in kept.parts if part.kind in _DEPEND]
    again = decide_again([under(part, others) for part in parts])
    found.replayed += len(parts)
    for part, decided in zip(parts, again, strict=True):
        if not same(part.decided, decided):
            found.changes.append(
                {
                    "decision": kept.id,
                    "subject": kept.subject,
                    "kind": part.kind.value,
                    "place": list(part.place),
                    "was": part.outcome or PERMITTED,
                    "is": _outcome(part, decided),
                }
            )


def _outcome(part: TakenDecision, decided: Any) -> str:
    if isinstance(decided, Answered):
        return next(iter(decided.reasons), PERMITTED)
    code = str(decided.code)
    return code if code != part.outcome else f"{code} (otherwise)"
