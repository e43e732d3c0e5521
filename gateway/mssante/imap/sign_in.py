"""Greeting, capabilities and sign-in; the IMAP commands before it, and of any state."""

from __future__ import annotations

import base64
import binascii

from twisted.logger import Logger

from gateway.errors import InvalidError
from gateway.message.encoded_words import clean_line
from gateway.mssante.imap.noting import refused_opening
from gateway.mssante.imap.refusals import CommandRefusedError, Refusal
from gateway.mssante.imap.session import ImapSession, Opened
from gateway.mssante.imap.syntax import Reader
from gateway.rights.opening_rules import (
    HeldMailbox,
    HoldingFacts,
    mailbox_to_open,
    refuse_opening,
)
from gateway.store.base.work import UnitOfWork
from gateway.store.mailbox.folders import Folders
from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.trust.certificates import CertificateKind

log = Logger()

_GREETING = b"Messagerie securisee"
_INSIDE_TLS = (
    b"IDLE",
    b"NAMESPACE",
    b"UIDPLUS",
    b"SPECIAL-USE",
    b"CHILDREN",
    b"MOVE",
    b"UNSELECT",
    b"LITERAL-",
)
"""Capabilities that are offered to whoever may sign in."""

_HOLDERS = (
    CertificateKind.PERSON,
    CertificateKind.EMPLOYEE,  # of what is theirs: their structure's is not
    CertificateKind.ORGANISATION,
)
_NOT_HELD = "no mailbox of that name for this certificate"


def capabilities(*, secured: bool, opened: bool, append_limit: int) -> bytes:
    """
    Return what is offered: before TLS only STARTTLS, and a password never.

    The greeting and the answer of AUTHENTICATE tell them already, so that clients
    need not ask (RFC 3501 §6.1.1).
    """
    found = [b"IMAP4rev1", b"ID"]
    if not opened:
        found.append(b"LOGINDISABLED")
    if not secured:
        return b" ".join([*found, b"STARTTLS"])
    if not opened:
        found += [b"SASL-IR", b"AUTH=EXTERNAL"]
    return b" ".join([*found, *_INSIDE_TLS, b"APPENDLIMIT=%d" % append_limit])


def greeting(*, secured: bool, append_limit: int) -> bytes:
    """Return the first response of a connection (RFC 3501 §7.1.1)."""
    codes = capabilities(secured=secured, opened=False, append_limit=append_limit)
    return b"OK [CAPABILITY " + codes + b"] " + _GREETING


def _offered(session: ImapSession) -> bytes:
    return capabilities(
        secured=session.secured,
        opened=session.opened is not None,
        append_limit=session.settings.max_append_bytes,
    )


async def capability(session: ImapSession, reader: Reader) -> bytes:
    """CAPABILITY (RFC 3501 §6.1.1)."""
    reader.end()
    session.connection.untagged(b"CAPABILITY " + _offered(session))
    return b"CAPABILITY completed"


async def logout(session: ImapSession, reader: Reader) -> None:
    """LOGOUT (RFC 3501 §6.1.3)."""
    reader.end()
    session.connection.untagged(b"BYE at your service")
    session.connection.complete(session.tag, b"OK", b"LOGOUT completed")
    session.connection.drop()


async def identify(session: ImapSession, reader: Reader) -> bytes:
    """ID (RFC 2971): what the client says of itself is logged, on one line."""
    reader.space()
    if not _nil(reader):
        words = reader.listed(lambda: _nstring(reader), most=60)
        said = [clean_line(word.decode("utf-8", "replace"))[:80] for word in words]
        log.debug("imap: client {said}", said=said)
    reader.end()
    session.connection.untagged(b'ID ("name" "gateway")')
    return b"ID completed"


def _nil(reader: Reader) -> bool:
    return reader.take_word(b"NIL")


def _nstring(reader: Reader) -> bytes:
    return b"" if _nil(reader) else reader.string()


async def start_tls(session: ImapSession, reader: Reader) -> None:
    """
    STARTTLS (RFC 3501 §6.2.1).

    Whatever waits behind the command came in clear, from anybody: the connection is
    dropped, so that it is never run as if it had come inside TLS.
    """
    reader.end()
    if session.secured:
        raise InvalidError("already inside TLS")
    if session.connection.forget_unread():
        log.info("imap: bytes behind STARTTLS, connection dropped")
        session.connection.abort()
        return
    session.connection.complete(session.tag, b"OK", b"begin TLS")
    session.begin_tls()


async def login(session: ImapSession, reader: Reader) -> bytes:
    """LOGIN (RFC 3501 §6.2.3): there are no passwords here."""
    del reader
    session.connection.count_error()
    raise CommandRefusedError(
        Refusal("CANNOT", "no passwords here, use AUTHENTICATE EXTERNAL")
    )


async def authenticate(session: ImapSession, reader: Reader) -> bytes:
    """
    AUTHENTICATE EXTERNAL (RFC 4422 appendix A, RFC 4959): by the TLS certificate.

    The identity asked for is the address of a mailbox the certificate holds. None
    means the only one, or the first personal one.
    """
    reader.space()
    if reader.atom() != b"EXTERNAL":
        session.connection.count_error()
        raise CommandRefusedError(
            Refusal("CANNOT", "only EXTERNAL, by the client certificate")
        )
    if not session.secured:
        raise CommandRefusedError(Refusal("PRIVACYREQUIRED", "STARTTLS comes first"))
    address = await _asked(session, reader)
    verdict = await session.judged()
    if not verdict.trusted:
        session.not_trusted(verdict)
        return b""
    identity = verdict.identity if verdict.kind in _HOLDERS else ""
    held = await session.store.read(
        lambda work: Mailboxes(work).held_by(identity) if identity else []
    )
    facts = HoldingFacts(
        may_hold=bool(identity),
        asked=address,
        held=tuple(HeldMailbox(one.address, one.kind) for one in held),
    )
    if (refusal := refuse_opening(facts)) is not None:
        session.connection.count_error()
        session.note_refusal(verdict, refused_opening(verdict, facts, refusal))
        raise CommandRefusedError(Refusal("AUTHORIZATIONFAILED", _NOT_HELD))
    meant = mailbox_to_open(facts)
    chosen = next(one for one in held if meant and one.address == meant.address)
    note = session.store.notes.opening(chosen.id, verdict, facts)

    def open_it(work: UnitOfWork) -> None:
        Folders(work).ensure(chosen.id)
        note(work)

    await session.store.write(open_it)
    session.signed_in(
        Opened(
            mailbox_id=chosen.id,
            address=chosen.address,
            identity=identity,
            certificate=session.connection.certificate(),
        )
    )
    return b"[CAPABILITY " + _offered(session) + b"] mailbox opened"


async def _asked(session: ImapSession, reader: Reader) -> str:
    if reader.take(b" "):
        given = reader.take_rest()
    else:
        reader.end()
        session.connection.go_on(b"")
        given = await session.connection.next_line()
    if given == b"*":
        raise InvalidError("cancelled")
    if given in {b"", b"="}:
        return ""
    try:
        return base64.b64decode(given[:1000], validate=True).decode("utf-8").lower()
    except (binascii.Error, UnicodeDecodeError):
        raise InvalidError("malformed base64") from None
