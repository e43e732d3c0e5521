"""Greeting, capabilities and sign-in; the IMAP commands before it, and of any state."""

from __future__ import annotations

import base64
import binascii
from typing import NoReturn

from twisted.logger import Logger

from gateway.errors import InvalidError
from gateway.evidence.arguments import Circumstances
from gateway.message.encoded_words import clean_line
from gateway.mssante.imap.noting import (
    NotedRefusal,
    by_certificate,
    by_token,
    refused_opening,
)
from gateway.mssante.imap.refusals import CommandRefusedError, Refusal
from gateway.mssante.imap.session import ImapSession, Opened
from gateway.mssante.imap.syntax import Reader
from gateway.mssante.oauth_messages import TokenMechanism
from gateway.mssante.token_sign_in import MECHANISMS, TokenRefusal, TokenSignIn
from gateway.rights.opening_rules import (
    HeldMailbox,
    HoldingFacts,
    mailbox_to_open,
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
    b"ENABLE",
    b"CONDSTORE",
    b"QRESYNC",
    b"ESEARCH",
    b"LIST-EXTENDED",
    b"LIST-STATUS",
    b"STATUS=SIZE",
    b"QUOTA",
    b"QUOTA=RES-STORAGE",
)
"""Capabilities that are offered to whoever may sign in."""

_HOLDERS = (
    CertificateKind.PERSON,
    CertificateKind.EMPLOYEE,  # of what is theirs: their structure's is not
    CertificateKind.ORGANISATION,
)
_EXTERNAL = "EXTERNAL"
_NOT_HELD = Refusal("AUTHORIZATIONFAILED", "you hold no mailbox of that name")
_TOKEN_REFUSED = Refusal("AUTHENTICATIONFAILED", "this token signs nobody in here")


def capabilities(session: ImapSession) -> bytes:
    """
    Return what is offered: before TLS only STARTTLS, and a password never.

    The greeting and the answer of AUTHENTICATE tell them already, so that clients
    need not ask (RFC 3501 §6.1.1).
    """
    found = [b"IMAP4rev1", b"ID"]
    if session.opened is None:
        found.append(b"LOGINDISABLED")
    if not session.secured:
        return b" ".join([*found, b"STARTTLS"])
    if session.opened is None:
        found.append(b"SASL-IR")
        found += [b"AUTH=" + one.encode("ascii") for one in _mechanisms(session)]
    append_limit = b"APPENDLIMIT=%d" % session.settings.max_append_bytes
    return b" ".join([*found, *_INSIDE_TLS, append_limit])


def _mechanisms(session: ImapSession) -> tuple[str, ...]:
    """Return how somebody may sign in, once TLS is on."""
    by_certificate = (_EXTERNAL,) if session.connection.certificate() else ()
    return (*by_certificate, *(MECHANISMS if session.store.tokens else ()))


def greeting(session: ImapSession) -> bytes:
    """Return the first response of a connection (RFC 3501 §7.1.1)."""
    return b"OK [CAPABILITY " + capabilities(session) + b"] " + _GREETING


async def capability(session: ImapSession, reader: Reader) -> bytes:
    """CAPABILITY (RFC 3501 §6.1.1)."""
    reader.end()
    session.connection.untagged(b"CAPABILITY " + capabilities(session))
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
    raise CommandRefusedError(Refusal("CANNOT", "no passwords here, use AUTHENTICATE"))


async def authenticate(session: ImapSession, reader: Reader) -> bytes:
    """
    AUTHENTICATE (RFC 4422, RFC 4959): by the TLS certificate, or by a token.

    The identity asked for is the address of a mailbox that is held. None means the
    only one, or the first personal one.
    """
    reader.space()
    mechanism = reader.atom().decode("ascii")
    if not session.secured:
        raise CommandRefusedError(Refusal("PRIVACYREQUIRED", "STARTTLS comes first"))
    if mechanism not in _mechanisms(session):
        session.connection.count_error()
        raise CommandRefusedError(Refusal("CANNOT", "mechanism not offered"))
    tokens = session.store.tokens
    if tokens is None or mechanism == _EXTERNAL:
        await _by_certificate(session, reader)
    else:
        await _by_token(session, tokens, TokenMechanism(mechanism), reader)
    if session.connection.closed:
        return b""
    return b"[CAPABILITY " + capabilities(session) + b"] mailbox opened"


async def _by_certificate(session: ImapSession, reader: Reader) -> None:
    """Open a mailbox for the certificate (RFC 4422 appendix A)."""
    address = _address_in(await _response(session, reader))
    verdict = await session.judged()
    if not verdict.trusted:
        session.not_trusted(verdict)
        return
    identity = verdict.identity if verdict.kind in _HOLDERS else ""
    held, facts = await _held(session, identity, address)
    around = by_certificate(verdict)
    if (chosen := mailbox_to_open(facts)) is None:
        session.connection.count_error()
        session.note_refusal(refused_opening(facts, around, identity=verdict.identity))
        raise CommandRefusedError(_NOT_HELD)
    opened = Opened(
        mailbox_id=held[chosen.address],
        address=chosen.address,
        identity=identity,
        certificate=session.connection.certificate(),
    )
    await _open(session, opened, facts, around, certificate=around.certificate)


async def _by_token(
    session: ImapSession, tokens: TokenSignIn, mechanism: TokenMechanism, reader: Reader
) -> None:
    """
    Open the mailbox of whom a token names (RFC 7628).

    The session is theirs for as long as one lasts, though the token lives two minutes,
    and ends with the sign-in it came of; a certificate beside it has to stay good.
    """
    if not tokens.may_try(session.connection.transport.getPeer().host):
        raise CommandRefusedError(Refusal("LIMIT", "too many sign-ins, try later"))
    response = (await _response(session, reader)).decode("ascii", "replace")
    shown = tokens.read(mechanism, response)
    if isinstance(shown, TokenRefusal):
        await _refuse_token(session, shown, _noted(shown), _TOKEN_REFUSED)
    certificate = session.connection.certificate()
    bearer = await session.store.call(lambda: tokens.bearer(shown, certificate))
    if isinstance(bearer, TokenRefusal):
        await _refuse_token(session, bearer, _noted(bearer), _TOKEN_REFUSED)
    held, facts = await _held(session, bearer.identity, shown.address)
    around = by_token(bearer)
    if (chosen := mailbox_to_open(facts)) is None:
        noted = refused_opening(facts, around, identity=bearer.identity)
        refused = tokens.not_held(noted.code, bearer)
        await _refuse_token(session, refused, noted, _NOT_HELD)
    if session.connection.closed or not session.prove(bearer.key):
        return
    opened = Opened(
        mailbox_id=held[chosen.address],
        address=chosen.address,
        identity=bearer.identity,
        certificate=certificate,
        lasts=tokens.session,
        sign_in=bearer.sign_in,
    )
    by = {"issuer": bearer.issuer, "program": bearer.program}
    await _open(session, opened, facts, around, **by)


def _noted(refused: TokenRefusal) -> NotedRefusal:
    """Return what is noted of a token that is not good: no rule was asked."""
    return NotedRefusal(code=refused.code, identity=refused.identity)


async def _refuse_token(
    session: ImapSession, refused: TokenRefusal, noted: NotedRefusal, refusal: Refusal
) -> NoReturn:
    """Say why, which the client answers; then the command fails (RFC 7628 §3.2.3)."""
    session.connection.count_error()
    session.note_refusal(noted)
    if not session.connection.closed:
        session.connection.go_on(refused.challenge.encode("ascii"))
        await session.connection.next_line()
    raise CommandRefusedError(refusal)


async def _response(session: ImapSession, reader: Reader) -> bytes:
    """Return what a client answers, with the command or when it is asked to."""
    if reader.take(b" "):
        given = reader.take_rest()
    else:
        reader.end()
        session.connection.go_on(b"")
        given = await session.connection.next_line()
    if given == b"*":
        raise InvalidError("cancelled")
    return given


def _address_in(given: bytes) -> str:
    if given in {b"", b"="}:
        return ""
    try:
        return base64.b64decode(given[:1000], validate=True).decode("utf-8").lower()
    except (binascii.Error, UnicodeDecodeError):
        raise InvalidError("malformed base64") from None


async def _held(
    session: ImapSession, identity: str, address: str
) -> tuple[dict[str, str], HoldingFacts]:
    """Return the mailboxes that somebody holds, by address, and what is asked."""
    held = await session.store.read(
        lambda work: Mailboxes(work).held_by(identity) if identity else []
    )
    facts = HoldingFacts(
        may_hold=bool(identity),
        asked=address,
        held=tuple(HeldMailbox(one.address, one.kind) for one in held),
    )
    return {one.address: one.id for one in held}, facts


async def _open(
    session: ImapSession,
    opened: Opened,
    facts: HoldingFacts,
    around: Circumstances,
    **by: str,
) -> None:
    note = session.store.notes.opening(
        opened.mailbox_id, facts, around, identity=opened.identity, **by
    )

    def open_it(work: UnitOfWork) -> None:
        Folders(work).ensure(opened.mailbox_id)
        note(work)

    await session.store.write(open_it)
    session.signed_in(opened)
