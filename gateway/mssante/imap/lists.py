"""LIST and LSUB: what they ask for, and what they tell (RFC 3501 §6.3.8, RFC 5258)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from attrs import evolve, frozen

from gateway.errors import InvalidError
from gateway.mssante.imap.folder_names import decode_name
from gateway.mssante.imap.format import folder_name
from gateway.mssante.imap.listing import (
    Listed,
    Selection,
    list_folders,
    list_selected,
    list_subscriptions,
)
from gateway.mssante.imap.session import ImapSession
from gateway.mssante.imap.statuses import counted, counts_changes, read_items
from gateway.mssante.imap.syntax import Reader
from gateway.store.base.work import UnitOfWork
from gateway.store.mailbox.folders import Folder, Folders, FolderStatus

_MOST_PATTERNS: Final = 50
_BASE: Final = frozenset({b"SUBSCRIBED", b"SPECIAL-USE"})
_SELECT: Final = _BASE | {b"REMOTE", b"RECURSIVEMATCH"}
"""REMOTE adds nothing: every folder is here."""
_RETURN: Final = frozenset({b"SUBSCRIBED", b"CHILDREN", b"SPECIAL-USE", b"STATUS"})


@frozen(kw_only=True)
class ListCommand:
    """
    A LIST as it was written; ``selection`` is None for that of RFC 3501.

    ``counts`` are the items of STATUS that are told of each folder (RFC 5819).
    """

    patterns: tuple[bytes, ...]
    selection: Selection | None = None
    counts: tuple[str, ...] = ()


def read_list(reader: Reader) -> ListCommand:
    """
    Read what follows LIST (RFC 5258 §6), an option or several patterns or none.

    Raises:
        InvalidError: malformed, or with an option we do not know.
    """
    reader.space()
    chosen: frozenset[bytes] | None = None
    if reader.peek(b"("):
        chosen = frozenset(reader.listed(reader.atom, most=20))
        _check_selection(chosen)
        reader.space()
    reference = reader.astring()
    reader.space()
    several = reader.peek(b"(")
    if several:
        patterns = reader.listed(reader.list_pattern, most=_MOST_PATTERNS)
        if not patterns:
            raise InvalidError("no pattern")
    else:
        patterns = [reader.list_pattern()]
    told: dict[bytes, tuple[str, ...]] | None = None
    if reader.take(b" "):
        if not reader.take_word(b"RETURN"):
            raise InvalidError("malformed LIST")
        reader.space()
        told = dict(reader.listed(lambda: _return_option(reader), most=20))
    reader.end()
    whole = tuple(reference + pattern if pattern else b"" for pattern in patterns)
    if chosen is None and told is None and not several:
        return ListCommand(patterns=whole)
    chosen, told = chosen or frozenset(), told or {}
    return ListCommand(
        patterns=whole,
        selection=Selection(
            subscribed=b"SUBSCRIBED" in chosen,
            special=b"SPECIAL-USE" in chosen,
            recursive=b"RECURSIVEMATCH" in chosen,
            tells_subscribed=b"SUBSCRIBED" in chosen or b"SUBSCRIBED" in told,
        ),
        counts=told.get(b"STATUS", ()),
    )


def _check_selection(chosen: frozenset[bytes]) -> None:
    if chosen - _SELECT:
        raise InvalidError("unknown selection option")
    if b"RECURSIVEMATCH" in chosen and not chosen & _BASE:
        raise InvalidError("RECURSIVEMATCH stands beside another option")


def _return_option(reader: Reader) -> tuple[bytes, tuple[str, ...]]:
    option = reader.atom()
    if option not in _RETURN:
        raise InvalidError("unknown return option")
    if option != b"STATUS":
        return option, ()
    reader.space()
    return option, read_items(reader)


async def list_all(session: ImapSession, reader: Reader) -> bytes:
    """LIST (RFC 3501 §6.3.8, RFC 5258), with special uses (RFC 6154 §2)."""
    command = read_list(reader)
    if command.selection is None and command.patterns == (b"",):
        _tell_delimiter(session, b"LIST")
        return b"LIST completed"
    counts_changes(session, command.counts)
    wanted = _names(command.patterns)
    mailbox_id, selection = session.mailbox_id, command.selection

    def match(work: UnitOfWork) -> tuple[list[Listed], Mapping[str, FolderStatus]]:
        folders = Folders(work)
        known = folders.listed(mailbox_id)
        if selection is None:
            return [one for name in wanted for one in list_folders(known, name)], {}
        lasting = folders.lasting_subscriptions(mailbox_id)
        shown = list_selected(known, lasting, evolve(selection, patterns=wanted))
        return shown, _counted(folders, known, shown) if command.counts else {}

    shown, counts = await session.store.read(match)
    for one in shown:
        _tell(session, b"LIST", one)
        if one.name in counts:
            session.connection.untagged(counted(counts[one.name], command.counts))
    return b"LIST completed"


def _counted(
    folders: Folders, known: Sequence[Folder], shown: Sequence[Listed]
) -> dict[str, FolderStatus]:
    """Return the counts of the folders that are shown for themselves."""
    names = {one.name for one in shown if one.is_selected}
    return {one.name: folders.status(one) for one in known if one.name in names}


async def list_subscribed(session: ImapSession, reader: Reader) -> bytes:
    """LSUB (RFC 3501 §6.3.9)."""
    reader.space()
    reference = reader.astring()
    reader.space()
    pattern = reader.list_pattern()
    reader.end()
    if not pattern:
        _tell_delimiter(session, b"LSUB")
        return b"LSUB completed"
    wanted, mailbox_id = _names((reference + pattern,)), session.mailbox_id

    def match(work: UnitOfWork) -> list[Listed]:
        folders = Folders(work)
        known = folders.listed(mailbox_id)
        lasting = folders.lasting_subscriptions(mailbox_id)
        return [
            one for name in wanted for one in list_subscriptions(known, lasting, name)
        ]

    for one in await session.store.read(match):
        _tell(session, b"LSUB", one)
    return b"LSUB completed"


def _names(patterns: Sequence[bytes]) -> tuple[str, ...]:
    """Return the patterns as names are compared with; no folder has the others."""
    found: list[str] = []
    for pattern in patterns:
        try:
            found.append(decode_name(pattern))
        except InvalidError:
            continue
    return tuple(found)


def _tell_delimiter(session: ImapSession, command: bytes) -> None:
    session.connection.untagged(command + b' (\\Noselect) "/" ""')


def _tell(session: ImapSession, command: bytes, one: Listed) -> None:
    attributes = " ".join(one.attributes).encode("ascii")
    name = folder_name(one.name)
    more = b""
    if one.below:
        criteria = b" ".join(b'"' + each.encode("ascii") + b'"' for each in one.below)
        more = b' ("CHILDINFO" (' + criteria + b"))"
    session.connection.untagged(command + b" (" + attributes + b') "/" ' + name + more)
