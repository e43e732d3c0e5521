"""
The administrator of a profile: who may be one, and what they may do there.

A professional whom the patient names, usually the treating doctor (CSP R. 1111-43,
R. 1111-54): they read what is masked as well, and may mask any document and block
others at the patient's request. The matrix binds them as everybody of their profession.
There may be several. A minor's representatives name one as the patient would (CSP
R. 1111-40).
"""

from __future__ import annotations

from enum import StrEnum

from attrs import field, frozen

from gateway.rights.author_rules import is_professional_id
from gateway.rights.profile import ProfileState, may_sign_in


class NamingFault(StrEnum):
    """Why somebody cannot be named administrator."""

    NO_PERSON = "no person"
    """Not known by a national number: a place, or an address alone."""
    BLOCKED = "blocked"
    ENOUGH = "enough"


@frozen(kw_only=True)
class NamingFacts:
    """
    What is known when a patient names somebody, by what identifies them.

    ``blocked`` are the names of whom the patient blocked, in lower case,
    ``administrators`` those who stand, ``most`` how many there may be.
    """

    identity: str = field(repr=False)
    blocked: frozenset[str] = field(repr=False)
    administrators: frozenset[str] = field(repr=False)
    most: int


def judge_naming(facts: NamingFacts) -> NamingFault | None:
    """
    Return why somebody cannot be named, or None; naming one who stands is no fault.

    A person alone is named: what somebody may is not given to whoever works in a place.
    Who is blocked is unblocked first.
    """
    if not is_professional_id(facts.identity):
        return NamingFault.NO_PERSON
    if facts.identity.lower() in facts.blocked:
        return NamingFault.BLOCKED
    is_new = facts.identity not in facts.administrators
    return (
        NamingFault.ENOUGH
        if is_new and len(facts.administrators) >= facts.most
        else None
    )


class AdministratorFault(StrEnum):
    """Why an administrator cannot block somebody in a patient's place."""

    NOT_NAMED = "not named"
    BLOCKED = "blocked"
    CLOSED = "closed"
    ONESELF = "oneself"
    ENOUGH = "enough"
    NOT_ASKED = "not asked"
    """They did not say that the patient asked for it."""


@frozen(kw_only=True)
class AdministeringFacts:
    """
    What is known when a professional blocks somebody in a patient's place.

    ``names`` are those by which the patient could block the professional, ``blocks``
    whom they would block, ``most`` how many may be blocked. ``asked`` is what they
    tick: the patient asks for it (à la demande du patient).
    """

    identity: str = field(repr=False)
    names: frozenset[str] = field(repr=False)
    blocked: frozenset[str] = field(repr=False)
    administrators: frozenset[str] = field(repr=False)
    profile: ProfileState
    asked: bool
    blocks: str = field(repr=False)
    most: int


def judge_administering(facts: AdministeringFacts) -> AdministratorFault | None:
    """Return why an administrator cannot block, or None; again is no fault."""
    if facts.identity not in facts.administrators:
        return AdministratorFault.NOT_NAMED
    if not facts.blocked.isdisjoint(facts.names):
        return AdministratorFault.BLOCKED
    if not may_sign_in(facts.profile):
        return AdministratorFault.CLOSED
    if facts.blocks in facts.names:
        return AdministratorFault.ONESELF
    if facts.blocks not in facts.blocked and len(facts.blocked) >= facts.most:
        return AdministratorFault.ENOUGH
    return None if facts.asked else AdministratorFault.NOT_ASKED
