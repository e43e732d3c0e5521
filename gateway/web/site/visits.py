"""A request as the pages see it, once the protocol is out of the way."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from types import MappingProxyType

from attrs import field, frozen

from gateway.core.ins import Ins
from gateway.rights.delegation_rules import Act, Capacity, may
from gateway.store.patients.profiles import Profile
from gateway.store.patients.web_sessions import Stage, WebSession
from gateway.store.sealed.digest_keys import Label
from gateway.store.sealed.keys import KeyRing
from gateway.web.site.answers import is_further, with_query
from gateway.web.site.forms import EMPTY_FORM, Form


@frozen
class ShownCertificate:
    """
    What a client showed in the TLS handshake, in DER, and whether its chain is good.

    The key is proven by the handshake; whom it stands for is judged at each request.
    """

    der: bytes = field(repr=False)
    is_sound: bool


@frozen(kw_only=True)
class RawRequest:
    """What came over the wire; bodies are at most as large as the site lets in."""

    method: str
    path: str
    query: Mapping[str, str] = field(repr=False)
    cookies: Mapping[str, str] = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    cut: int = 0
    """The status that says why the body is not whole, or 0."""
    peer: str = ""
    shown: ShownCertificate | None = None
    """The client's certificate, of a port that asks for one."""


@frozen(kw_only=True)
class ActingFor:
    """For whom a visitor acts, as what, until which day: a delegation in force."""

    id: str
    holder: Profile = field(repr=False)
    capacity: Capacity
    last: date


@frozen(kw_only=True)
class Visit:
    """
    One request of one visitor.

    ``profile`` is there for a visitor who signed in: whose space is open, which is the
    own, or that of whom the visitor acts for (``acting``); ``own`` is who signed in.
    ``acts_as`` is what the browser says of it, whether that holds or not. ``token``
    goes into every form, ``ticket`` into the address of forms with files
    (`form_token`, `upload_ticket`).
    """

    path: str
    query: Mapping[str, str] = field(default=MappingProxyType({}), repr=False)
    form: Form = field(default=EMPTY_FORM, repr=False)
    language: str
    now: datetime
    cookie: str = field(repr=False)
    is_new: bool = False
    stage: Stage = Stage.ANONYMOUS
    session: WebSession | None = None
    own: Profile | None = field(default=None, repr=False)
    acting: ActingFor | None = None
    acts_as: str = ""
    device: str = field(default="", repr=False)
    """The cookie that a browser keeps from one signing in to the next, if it has it."""
    trusted: str = field(default="", repr=False)
    """The cookie of a browser in which its person asked for no code any more."""
    agent: str = field(default="", repr=False)
    """What the browser says of itself (User-Agent): nothing is decided by it."""
    token: str = field(repr=False)
    ticket: str = field(default="", repr=False)

    @property
    def person(self) -> Profile | None:
        """The patient whose space is open, None before signing in."""
        return self.own if self.acting is None else self.acting.holder

    def may(self, act: Act) -> bool:
        """Tell whether the visitor may do something in the space that is open."""
        capacity = Capacity.HOLDER if self.acting is None else self.acting.capacity
        return may(act, capacity)

    @property
    def address(self) -> str:
        """The path with its query: where a visitor wanted to go."""
        found = with_query(self.path, self.query)
        return found if is_further(found) else "/home"

    @property
    def further(self) -> str:
        """Where signing in leads to: what the form or the address says, if it may."""
        named = self.form.line("next") or self.query.get("next", "")
        return named if is_further(named) else ""

    @property
    def profile(self) -> Profile:
        """The patient; only routes that need an open session ask."""
        assert self.person is not None, "the route needs an open session"
        return self.person

    @property
    def held_session(self) -> WebSession:
        """The session; only pages of a stage that has one ask."""
        assert self.session is not None, "the stage has a session"
        return self.session

    @property
    def ins(self) -> Ins:
        """The patient's INS."""
        return self.profile.ins


def form_token(keys: KeyRing, cookie: str, acting: str = "") -> str:
    """
    Return the token of the forms of one visitor, against forged requests.

    Keyed and bound to the cookie: it changes whenever the session does, nothing has
    to be stored for it, and no other site can make one. It is bound to whom the
    visitor acts for as well: a form that was opened in one space does nothing in
    another, which a second window may have gone to meanwhile.
    """
    return form_tokens(keys, cookie, acting)[0]


def form_tokens(keys: KeyRing, cookie: str, acting: str = "") -> tuple[str, ...]:
    """Return the tokens that are believed: two while the keys of digests turn over."""
    return keys.digests(Label.FORM, f"{cookie}:{acting}" if acting else cookie)


def upload_ticket(keys: KeyRing, cookie: str) -> str:
    """
    Return what lets a signed-in visitor's form be large, known before its body.

    It says that a form of ours is sent; whether its session still lasts is looked up.
    """
    return upload_tickets(keys, cookie)[0]


def upload_tickets(keys: KeyRing, cookie: str) -> tuple[str, ...]:
    """Return the tickets that are believed: two while the keys of digests turn over."""
    return keys.digests(Label.UPLOAD, cookie)


def is_among(one: str, believed: Iterable[str]) -> bool:
    """Compare a secret with some, each in constant time."""
    given = one.encode()
    return any(hmac.compare_digest(given, other.encode()) for other in believed)


@frozen
class PrintedIdentity:
    """Whose a printed page is: the name, the birth date as it is known, the INS."""

    name: str = field(repr=False)
    born: str = field(repr=False)
    ins: str = field(repr=False)


def identity_of(profile: Profile) -> PrintedIdentity:
    """
    Return what stands on each printed page; a birth date may lack its day.

    As people in France write it: ``28/03/1979``, ``03/1979``, ``1979``.
    """
    digits = profile.traits.birth_date
    parts = (digits[6:8], digits[4:6], digits[:4])
    born = "/".join(part for part in parts if part)
    return PrintedIdentity(person_name(profile), born, profile.ins.matricule)


def person_name(profile: Profile) -> str:
    """
    Return a patient's name as in From: given name and family name in capitals.

    The names in use come first (RNIV), those of birth where there are none.
    """
    traits = profile.traits
    family = (traits.used_family or traits.family).upper()
    return f"{first_name(profile)} {family}".strip()


def first_name(profile: Profile) -> str:
    """Return the given name in use, as a patient is greeted."""
    traits = profile.traits
    given = traits.used_given or traits.first_given or traits.given_names
    first = (given.split(" ")[0] if not traits.used_given else given).strip()
    return _capitalised(first)


def _capitalised(name: str) -> str:
    return "-".join(part.capitalize() for part in name.split("-"))
