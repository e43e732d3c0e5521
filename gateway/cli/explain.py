"""`gateway explain`: on what a decision rested, and whether it would be the same now"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import partial
from typing import Any

from attrs import frozen

from gateway.cli.access_showing import as_json as access_as_json
from gateway.cli.access_showing import lines_of, note_showing, story_of
from gateway.cli.explaining import Explanation, as_json, print_explanation
from gateway.cli.options import (
    Subparsers,
    add_command,
    add_reason,
    note_reading,
    opened,
    print_json,
)
from gateway.cli.vault import find_document
from gateway.core.texts.both import LANGUAGES
from gateway.errors import NotFoundError
from gateway.node.vaults import open_vaults
from gateway.store.accesses.reading import AccessReader
from gateway.store.accesses.values import Access
from gateway.store.arrivals.arrivals import Arrivals
from gateway.store.arrivals.story import Stories
from gateway.store.base.work import Database, UnitOfWork
from gateway.store.evidence.keeping import EvidenceReader, KeptDecisions
from gateway.store.evidence.settings import patient_settings_at, settings_text
from gateway.store.journal import OPERATOR, chain_of

_ACCESSES = 1000
"""Of a patient so many of the last are looked through."""


def add_parser(commands: Subparsers) -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "explain",
        explain,
        "on what a decision rested, rule by rule",
        json_too=True,
    )
    parser.add_argument(
        "name",
        metavar="ID",
        help="Message-ID, uniqueId or entryUUID, or the id of a decision, of a "
        "consultation or of an access",
    )
    parser.add_argument(
        "--replay",
        action="store_true",
        help="ask today's rules on the facts of then, and say same or other",
    )
    parser.add_argument(
        "--language", choices=LANGUAGES, default="fr", help="fr (default) or en"
    )
    add_reason(parser)


def explain(args: argparse.Namespace) -> int:
    """
    Print what was kept of each decision, and the accesses of operators to a document;
    the journal says that it was read.

    Raises:
        NotFoundError: nothing has that id here, or nothing was kept of it.
    """
    with opened(args) as (_, database), database.write() as work:
        wanted = _wanted(database, work, args.name)
        explanations = [
            one
            for each in wanted
            if (one := _explained(work, each)).decisions.parts or one.decisions.fault
        ]
        _note(work, args, explanations)
        found = _accesses(database, work, args.name)
        note_showing(work, args, "explain", found)
        accesses, now = [(one, story_of(work, one)) for one in found], work.now
    if not explanations and not accesses:
        raise NotFoundError("no decision was kept of this id")
    if args.json:
        decisions = [as_json(one, replay=args.replay) for one in explanations]
        opened_by = [access_as_json(one, story, now) for one, story in accesses]
        print_json({"decisions": decisions, "accesses": opened_by})
        return 0
    for one in explanations:
        print_explanation(one, args.language, replay=args.replay)
    for access, story in accesses:
        for line in lines_of(access, story, now, args.language):
            print(line)
    return 0


def _accesses(database: Database, work: UnitOfWork, name: str) -> list[Access]:
    """Return the access of that id, or those by which a document could be opened."""
    reader = AccessReader(work)
    if (access := reader.get(name)) is not None:
        return [access]
    document = find_document(open_vaults(database).within(work), name)
    if document is None:
        return []
    of_patient, _ = reader.listed(_ACCESSES, profile_id=document.profile_id)
    return [one for one in of_patient if one.names(document.id)]


@frozen
class _Wanted:
    """Decisions to explain; of those of a message only some documents, if any named."""

    decisions: KeptDecisions
    positions: frozenset[int] | None = None


def _wanted(database: Database, work: UnitOfWork, name: str) -> list[_Wanted]:
    reader = EvidenceReader(work)
    if found := reader.find(name):
        return [_Wanted(found)]
    vault = open_vaults(database).within(work)
    wanted: list[_Wanted] = []
    places = Stories(work, partial(find_document, vault)).places(name)
    for arrival_id, unique_id in places:
        only = None
        if unique_id:
            only = frozenset(
                one.position
                for one in Arrivals(work).documents(arrival_id)
                if one.unique_id == unique_id
            )
        wanted += [_Wanted(one, only) for one in reader.about(arrival_id)]
    document = find_document(vault, name)
    if document is not None:
        wanted += [_Wanted(one) for one in reader.about(document.id)]
    return wanted or [_Wanted(one) for one in reader.about(name)]


def _explained(work: UnitOfWork, wanted: _Wanted) -> Explanation:
    kept, only = wanted.decisions, wanted.positions
    parts = [
        part
        for part in kept.parts
        if only is None or (len(part.place) > 1 and part.place[1] in only)
    ]
    return Explanation(
        decisions=kept,
        shown=tuple(parts),
        in_journal=_in_journal(work, kept),
        settings=settings_text(work, kept.settings) or "",
        patient_settings=_patient_settings(work, kept),
    )


def _in_journal(work: UnitOfWork, kept: KeptDecisions) -> bool | None:
    """
    Tell whether the lines of a decision vouch for it; None where there is none.

    They are about what it is about, or were written with it in its patient's chain.
    """
    lines = work.journal.about([kept.subject]) if kept.subject else []
    if kept.profile_id:
        lines += work.journal.written_at(chain_of(kept.profile_id), kept.at)
    said = [
        line.detail["evidence"]
        for line in lines
        if line.detail.get("decision") == kept.id
    ]
    return all(one in kept.digests for one in said) if said else None


def _patient_settings(work: UnitOfWork, kept: KeptDecisions) -> dict[str, Any]:
    versions = {one.patient_settings for one in kept.parts} - {""}
    return {
        version: patient_settings_at(work, kept.profile_id, int(version))
        for version in sorted(versions)
        if kept.profile_id
    }


def _note(
    work: UnitOfWork, args: argparse.Namespace, explanations: Sequence[Explanation]
) -> None:
    """Say in the chain of each patient, before anything is shown, that it was read."""
    for one in explanations:
        kept = one.decisions
        chain = chain_of(kept.profile_id) if kept.profile_id else OPERATOR
        note_reading(work, args, "explain", kept.subject or kept.id, chain=chain)
