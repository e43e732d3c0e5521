"""The table of IMAP's commands: in which states each is allowed, and what runs it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from types import MappingProxyType

from gateway.errors import InvalidError
from gateway.mssante.imap import (
    changes,
    folders,
    lists,
    quotas,
    resync,
    sign_in,
    statuses,
)
from gateway.mssante.imap import idle as listening
from gateway.mssante.imap.fetch import fetch
from gateway.mssante.imap.search import search
from gateway.mssante.imap.session import AUTH, SELECTED, UNAUTH, Command, ImapSession
from gateway.mssante.imap.syntax import Reader

_BY_UID: Mapping[bytes, Callable[[ImapSession, Reader], Awaitable[bytes]]] = {
    b"FETCH": partial(fetch, by_uid=True),
    b"STORE": partial(changes.store, by_uid=True),
    b"COPY": partial(changes.copy, by_uid=True),
    b"MOVE": partial(changes.move, by_uid=True),
    b"SEARCH": partial(search, by_uid=True),
    b"EXPUNGE": changes.uid_expunge,
}


async def uid(session: ImapSession, reader: Reader) -> bytes:
    """UID (RFC 3501 §6.4.8): another command, its messages named by uid."""
    reader.space()
    command = _BY_UID.get(reader.atom())
    if command is None:
        raise InvalidError("unknown UID command")
    return await command(session, reader)


_ANY = frozenset({UNAUTH, AUTH, SELECTED})
_BEFORE = frozenset({UNAUTH})
_AFTER = frozenset({AUTH, SELECTED})
_IN_FOLDER = frozenset({SELECTED})

COMMANDS: Mapping[bytes, Command] = MappingProxyType(
    {
        b"CAPABILITY": Command(_ANY, sign_in.capability),
        b"NOOP": Command(_ANY, listening.noop),
        b"LOGOUT": Command(_ANY, sign_in.logout),
        b"ID": Command(_ANY, sign_in.identify),
        b"STARTTLS": Command(_BEFORE, sign_in.start_tls),
        b"LOGIN": Command(_BEFORE, sign_in.login),
        b"AUTHENTICATE": Command(_BEFORE, sign_in.authenticate),
        b"SELECT": Command(_AFTER, folders.select),
        b"EXAMINE": Command(_AFTER, folders.examine),
        b"CREATE": Command(_AFTER, folders.create),
        b"DELETE": Command(_AFTER, folders.delete),
        b"RENAME": Command(_AFTER, folders.rename),
        b"SUBSCRIBE": Command(_AFTER, folders.subscribe),
        b"UNSUBSCRIBE": Command(_AFTER, folders.unsubscribe),
        b"LIST": Command(_AFTER, lists.list_all),
        b"LSUB": Command(_AFTER, lists.list_subscribed),
        b"ENABLE": Command(frozenset({AUTH}), resync.enable),
        b"STATUS": Command(_AFTER, statuses.status),
        b"GETQUOTA": Command(_AFTER, quotas.get_quota),
        b"GETQUOTAROOT": Command(_AFTER, quotas.get_quota_root),
        b"NAMESPACE": Command(_AFTER, folders.namespace),
        b"APPEND": Command(_AFTER, changes.append),
        b"IDLE": Command(_AFTER, listening.idle),
        b"CHECK": Command(_IN_FOLDER, listening.check),
        b"CLOSE": Command(_IN_FOLDER, changes.close),
        b"UNSELECT": Command(_IN_FOLDER, folders.unselect),
        b"EXPUNGE": Command(_IN_FOLDER, changes.expunge),
        b"SEARCH": Command(_IN_FOLDER, search, syncs=False),
        b"FETCH": Command(_IN_FOLDER, fetch, syncs=False),
        b"STORE": Command(_IN_FOLDER, changes.store, syncs=False),
        b"COPY": Command(_IN_FOLDER, changes.copy),
        b"MOVE": Command(_IN_FOLDER, changes.move),
        b"UID": Command(_IN_FOLDER, uid),
    }
)
"""Everything else is answered BAD, and so is a command in a state it is not for."""
