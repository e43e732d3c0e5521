"""
The extensions that EHLO offers, and what MAIL and RCPT may then say.

Arguments have one strict reading, or a reply that says why not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from attrs import field, frozen

from gateway.errors import InvalidError
from gateway.message.address import MailAddress, read_address
from gateway.mssante.smtp import replies
from gateway.mssante.smtp.replies import Reply

PARAMETER_OCTETS = 600
"""What the extensions add to a line of MAIL or RCPT (RFC 3461 §5 asks 500)."""


def keywords(
    *, max_message_bytes: int, secured: bool, mechanisms: Sequence[str] = ()
) -> list[str]:
    """
    Return the lines of EHLO's reply that follow our name (RFC 5321 §4.1.1.1).

    ``mechanisms`` are those of AUTH, none where it is not offered.
    """
    return [
        "PIPELINING",  # RFC 2920
        f"SIZE {max_message_bytes}",  # RFC 1870
        *(() if secured else ("STARTTLS",)),  # RFC 3207
        *([f"AUTH {' '.join(mechanisms)}"] if mechanisms else ()),  # RFC 4954
        "8BITMIME",  # RFC 6152
        "ENHANCEDSTATUSCODES",  # RFC 2034
        "DSN",  # RFC 3461
        "HELP",
    ]


class CommandError(Exception):
    """The command is refused with this reply; nothing changed."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(str(reply))
        self.reply = reply


@frozen(kw_only=True)
class MailCommand:
    """
    MAIL FROM with what we understand of its parameters.

    ``sender`` is None for the null path ``<>``. ``size`` is 0 when not declared (RFC
    1870). ``ret`` is ``FULL``, ``HDRS`` or empty and ``envid`` xtext as given (RFC
    3461 §4.3, §4.4).
    """

    sender: MailAddress | None = field(repr=False)
    size: int = 0
    eight_bit: bool = False
    ret: str = ""
    envid: str = ""


@frozen(kw_only=True)
class RcptCommand:
    """
    RCPT TO; ``local`` alone names the postmaster (RFC 5321 §4.5.1).

    ``notify`` and ``orcpt`` are as given (RFC 3461 §4.1, §4.2), in capitals for the
    words of ``notify``.
    """

    address: MailAddress | None = field(repr=False)
    notify: str = ""
    orcpt: str = field(default="", repr=False)


_PATH = re.compile(r"<([^<>\s]*)>(?:[ ]+(\S.*))?")
_PARAMETER = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]*)(?:=([!-<>-~]+))?")
_XTEXT = re.compile(r"(?:[!-*,-<>-~]|\+[0-9A-F]{2})+")
_NOTIFY = re.compile(r"NEVER|(?:SUCCESS|FAILURE|DELAY)(?:,(?:SUCCESS|FAILURE|DELAY))*")
_SIZE = re.compile(r"[0-9]{1,20}")
_ORCPT = re.compile(r"[A-Za-z0-9-]{1,20};(?P<xtext>.+)")


def read_mail(argument: str, *, with_auth: bool = False) -> MailCommand:
    """
    Read what follows ``MAIL ``; `CommandError` for anything not understood.

    ``with_auth``: AUTH was offered, so that its parameter may be there; it is another
    server's word of who wrote, and is not believed (RFC 4954 §5).
    """
    known = {"SIZE", "BODY", "RET", "ENVID", *({"AUTH"} if with_auth else ())}
    path, parameters = _read(argument, "FROM:", known, replies.BAD_SENDER_ADDRESS)
    size = parameters.get("SIZE", "0")
    body = parameters.get("BODY", "7BIT").upper()
    ret = parameters.get("RET", "").upper()
    envid = parameters.get("ENVID", "")
    author = parameters.get("AUTH", "<>")
    well_formed = (
        _SIZE.fullmatch(size)
        and (author == "<>" or _XTEXT.fullmatch(author))
        and body in {"7BIT", "8BITMIME"}
        and ret in {"", "FULL", "HDRS"}
        and (not envid or (_XTEXT.fullmatch(envid) and len(envid) <= 100))
    )
    if not well_formed:
        raise CommandError(replies.BAD_SYNTAX)
    return MailCommand(
        sender=_address(path, replies.BAD_SENDER_ADDRESS) if path else None,
        size=int(size),
        eight_bit=body == "8BITMIME",
        ret=ret,
        envid=envid,
    )


def read_rcpt(argument: str) -> RcptCommand:
    """Read what follows ``RCPT ``; `CommandError` for anything not understood."""
    known = {"NOTIFY", "ORCPT"}
    path, parameters = _read(argument, "TO:", known, replies.BAD_ADDRESS)
    notify = parameters.get("NOTIFY", "").upper()
    orcpt = parameters.get("ORCPT", "")
    if notify and not _NOTIFY.fullmatch(notify):
        raise CommandError(replies.BAD_SYNTAX)
    if orcpt:
        match = _ORCPT.fullmatch(orcpt)
        if match is None or not _XTEXT.fullmatch(match["xtext"]) or len(orcpt) > 500:
            raise CommandError(replies.BAD_SYNTAX)
    if path.lower() == "postmaster":
        return RcptCommand(address=None, notify=notify, orcpt=orcpt)
    return RcptCommand(
        address=_address(path, replies.BAD_ADDRESS), notify=notify, orcpt=orcpt
    )


def _read(
    argument: str, keyword: str, known: set[str], malformed: Reply
) -> tuple[str, Mapping[str, str]]:
    """Return the path without its brackets, and the parameters."""
    head, rest = argument[: len(keyword)], argument[len(keyword) :].strip(" ")
    if head.upper() != keyword or not rest.startswith("<"):
        raise CommandError(replies.BAD_SYNTAX)
    match = _PATH.fullmatch(rest)
    if match is None:
        raise CommandError(malformed)
    parameters: dict[str, str] = {}
    for text in (match[2] or "").split():
        found = _PARAMETER.fullmatch(text)
        name = found[1].upper() if found else ""
        if found is None or name in parameters:
            raise CommandError(replies.BAD_SYNTAX)
        if name not in known:
            raise CommandError(replies.UNKNOWN_PARAMETER)
        if not found[2]:
            raise CommandError(replies.BAD_SYNTAX)
        parameters[name] = found[2]
    return match[1], parameters


def _address(path: str, malformed: Reply) -> MailAddress:
    try:
        return read_address(path)
    except InvalidError:
        raise CommandError(malformed) from None
