"""Mail addresses, read strictly: one text has one meaning, or it is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator

from attrs import field, frozen

from gateway.errors import InvalidError

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)*(?=[^.]*[A-Za-z]){_LABEL}")
_ROUTING = re.compile(r"[%!]")
"""Characters by which old mailers read another address inside the local part."""


@frozen
class MailAddress:
    """
    An address of RFC 5321 §4.1.2 in its plain form: ``Dot-string "@" Domain``.

    Quoted local parts, address literals, source routes, ``%`` and ``!`` routing,
    comments, blanks and non-ASCII text are all refused: each has been read in two
    ways by two programs. ``domain`` is in lower case.
    """

    local: str = field(repr=False)
    domain: str

    def __str__(self) -> str:
        """Return ``local@domain``."""
        return f"{self.local}@{self.domain}"

    @property
    def key(self) -> str:
        """The text by which two addresses are the same one here: all lower case."""
        return f"{self.local.lower()}@{self.domain}"


@frozen
class NamedAddress:
    """A mailbox of a header (RFC 5322 §3.4): an address and a name for people."""

    address: MailAddress
    name: str = field(default="", repr=False)


def read_address(text: str) -> MailAddress:
    """
    Read ``local@domain`` without anything around it.

    Raises:
        InvalidError: for everything else.

    >>> str(read_address("Dr.Martin@Hopital.MSSante.test"))
    'Dr.Martin@hopital.mssante.test'
    """
    local, _, domain = text.partition("@")
    if len(local) > 64 or len(domain) > 253:
        raise InvalidError("mail address too long")
    well_formed = _LOCAL.fullmatch(local) and _DOMAIN.fullmatch(domain)
    if not well_formed or _ROUTING.search(local):
        raise InvalidError("malformed mail address")
    return MailAddress(local, domain.lower())


_TOKEN = re.compile(
    r"""(?P<blank>[ \t]+)
      | (?P<quoted>"(?:[^"\\]|\\.)*")
      | (?P<angle><[^<>]*>)
      | (?P<comma>,)
      | (?P<comment>\()
      | (?P<word>[^\s"<>,:;()\\]+)""",
    re.X,
)
_IN_COMMENT = re.compile(r"[^()\\]+|\\.|[()]")


def read_mailboxes(text: str, *, most: int = 500) -> tuple[NamedAddress, ...]:
    """
    Read a list of mailboxes, a header's value once unfolded (RFC 5322 §3.4).

    Names keep their encoded words (RFC 2047). Comments may stand around a mailbox,
    as in the reports of older Postfix, never inside the address; groups are refused.

    Raises:
        InvalidError: malformed, empty, or more than ``most`` mailboxes.
    """
    found: list[NamedAddress] = []
    for tokens in _split_at_commas(text):
        if len(found) == most:
            raise InvalidError("too many addresses")
        found.append(_mailbox(tokens))
    return tuple(found)


def _split_at_commas(text: str) -> Iterator[list[tuple[str, str]]]:
    tokens: list[tuple[str, str]] = []
    for kind, token in _tokens(text):
        if kind == "comma":
            yield tokens
            tokens = []
        else:
            tokens.append((kind, token))
    yield tokens


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise InvalidError("malformed mailbox")
        at = match.end()
        if match.lastgroup == "comment":
            at = _end_of_comment(text, at)
        elif match.lastgroup != "blank":
            yield match.lastgroup, match.group()


def _end_of_comment(text: str, at: int) -> int:
    depth = 1
    while depth:
        match = _IN_COMMENT.match(text, at)
        if match is None or depth > 8:
            raise InvalidError("malformed comment")
        depth += {"(": 1, ")": -1}.get(match.group(), 0)
        at = match.end()
    return at


def _mailbox(tokens: list[tuple[str, str]]) -> NamedAddress:
    match tokens:
        case [("word", address)]:
            return NamedAddress(read_address(address))
        case [*words, ("angle", address)]:
            name = " ".join(_word(kind, token) for kind, token in words)
            return NamedAddress(read_address(address[1:-1]), name)
        case _:
            raise InvalidError("malformed mailbox")


def _word(kind: str, token: str) -> str:
    if kind == "quoted":
        return re.sub(r"\\(.)", r"\1", token[1:-1])
    if kind != "word" or "@" in token:  # an address posing as a name
        raise InvalidError("malformed mailbox")
    return token
