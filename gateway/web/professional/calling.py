"""
A call of a professional's program: read from its form, and carried by the browser.

The form comes from anywhere, so it does nothing: what it says is sealed into a cookie,
and a page of ours shows it in fields that somebody who signed in may send.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final

from attrs import field, frozen

from gateway.core.calls import CallFault, CallFor, ProgramCall
from gateway.core.folding import fold
from gateway.core.ins import has_valid_key
from gateway.core.person import IdentityTraits
from gateway.core.reading import Presented
from gateway.errors import InvalidError
from gateway.rights.reading_rules import Found
from gateway.store.sealed.cookies import opened_cookie, sealed_cookie
from gateway.store.sealed.keys import KeyRing
from gateway.web.site.forms import Form, read_form

CALL: Final = "call"
"""The name of the cookie."""

LONGEST: Final[Mapping[str, int]] = {
    "ins": 30,
    "qualified": 1,
    "presented": 4,
    "family": 100,
    "given": 100,
    "born": 10,
    "wants": 6,
}
"""The fields of a call, and the characters that each has at most."""

LONGEST_FORM: Final = 4096
"""Bytes of the whole form."""

_FORM: Final = "application/x-www-form-urlencoded"
_QUALIFIED: Final = {"": False, "0": False, "1": True}


@frozen(kw_only=True)
class CarriedCall:
    """A call that the browser brought back, as far as it still says something."""

    call: ProgramCall

    def is_of(self, number: str) -> bool:
        """Tell whether a number is the one that the program named."""
        return number == self.call.number

    @property
    def born(self) -> str:
        """The birth date as a field of a form takes it, empty where it is not said."""
        return self.call.born.isoformat() if self.call.born else ""

    @property
    def found(self) -> Found:
        """By what the patient is found, when its number is sent."""
        return Found.QUALIFIED if self.call.is_qualified else Found.UNQUALIFIED

    def differs(self, traits: IdentityTraits) -> bool:
        """Tell whether the program knows somebody else by this number."""
        call = self.call
        families = {fold(traits.family), fold(traits.used_family)}
        given = fold(f"{traits.given_names} {traits.first_given} {traits.used_given}")
        other_family = bool(call.family) and fold(call.family) not in families
        named = fold(call.given).split()[:1]
        other_given = bool(named) and named[0] not in given.split()
        known = traits.birth_date
        other_day = call.born is not None and not f"{call.born:%Y%m%d}".startswith(
            known
        )
        return other_family or other_given or other_day


@frozen
class Calls:
    """Calls in cookies; nothing of one is kept anywhere else."""

    keys: KeyRing = field(repr=False)
    life: timedelta

    def seal(self, call: ProgramCall, now: datetime) -> str:
        """Return what the browser carries of a call."""
        said = {
            "at": now.isoformat(),
            "number": call.number,
            "is_qualified": call.is_qualified,
            "presented": call.presented.value if call.presented else "",
            "family": call.family,
            "given": call.given,
            "born": call.born.isoformat() if call.born else "",
            "wants": call.wants.value,
        }
        return sealed_cookie(self.keys, CALL, json.dumps(said).encode())

    def open(self, text: str, now: datetime) -> CarriedCall | None:
        """Return the call that a cookie carries; None: there is none, or too old."""
        content = opened_cookie(self.keys, CALL, text) if text else None
        if content is None:
            return None
        said = json.loads(content)
        at = datetime.fromisoformat(said["at"])
        if not timedelta() <= now - at <= self.life:
            return None
        call = ProgramCall(
            number=said["number"],
            is_qualified=said["is_qualified"],
            presented=Presented(said["presented"]) if said["presented"] else None,
            family=said["family"],
            given=said["given"],
            born=date.fromisoformat(said["born"]) if said["born"] else None,
            wants=CallFor(said["wants"]),
        )
        return CarriedCall(call=call)


def read_call(body: bytes) -> ProgramCall | CallFault:
    """Return what a program's form says, or what is wrong with it."""
    if len(body) > LONGEST_FORM:
        return CallFault.LONG
    try:
        form = read_form(_FORM, body)
    except InvalidError:
        return CallFault.FORM
    if any(len(some) > 1 for some in form.lists.values()):
        return CallFault.FORM
    if set(form.fields) - set(LONGEST):
        return CallFault.UNKNOWN
    if any(len(one) > LONGEST[name] for name, one in form.fields.items()):
        return CallFault.LONG
    number = "".join(form.line("ins").split()).upper()
    if not has_valid_key(number):
        return CallFault.NUMBER
    try:
        return _call(form, number)
    except (KeyError, ValueError):
        return CallFault.VALUE


def _call(form: Form, number: str) -> ProgramCall:
    presented, born = form.line("presented"), form.line("born")
    names = form.line("family"), form.line("given")
    if not all(one.isprintable() for one in names):
        raise ValueError("a name with what cannot be shown")
    return ProgramCall(
        number=number,
        is_qualified=_QUALIFIED[form.line("qualified")],
        presented=Presented(presented) if presented else None,
        family=names[0],
        given=names[1],
        born=date.fromisoformat(born) if born else None,
        wants=CallFor(form.line("wants") or CallFor.RECORD),
    )
