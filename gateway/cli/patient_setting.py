"""`gateway patient set`: an operator sets facts, or writes down at a counter."""

from __future__ import annotations

import argparse
from collections.abc import Iterable

from gateway.cli.operators import acting_operator, operator_account, operator_name
from gateway.cli.options import Subparsers, add_command, add_reason, opened
from gateway.cli.patient_facts import AT_COUNTER_KEYS, KEYS, set_facts
from gateway.core.actors import Actor, Means, Who
from gateway.core.notices import Happened
from gateway.core.texts.notices import NoticeKind
from gateway.errors import MisuseError, NotFoundError
from gateway.rights.activation_rules import may_decide_at_counter
from gateway.rights.profile import ProfileState
from gateway.settings.file import Settings
from gateway.store.base.work import UnitOfWork
from gateway.store.journal import Action
from gateway.store.patients.life import tell_life
from gateway.store.patients.notices import Notices
from gateway.store.patients.profiles import Profile, Profiles
from gateway.store.patients.provisional_codes import CodeUse, ProvisionalCodes


def add_set(verbs: Subparsers) -> None:
    """Add the verb."""
    change = add_command(verbs, "set", set_patient, "change the facts of a profile")
    change.add_argument("ins", metavar="INS", help="matricule, 15 characters")
    add_reason(change)
    change.add_argument(
        "--counter",
        metavar="CODE",
        help="the patient is there, with the code of `patient letter --counter`",
    )
    change.add_argument(
        "facts", nargs="+", metavar="KEY=VALUE", help=f"keys: {', '.join(KEYS)}"
    )


def find_profile(work: UnitOfWork, matricule: str) -> Profile:
    """Return the profile of a matricule; `NotFoundError` when there is none."""
    profile = Profiles(work).find(matricule.strip())
    if profile is None:
        raise NotFoundError("no profile has this INS")
    return profile


def hold_profile(work: UnitOfWork, matricule: str) -> Profile:
    """Return it as `find_profile` does, held until the commit."""
    held = Profiles(work).hold(find_profile(work, matricule).id)
    assert held is not None, "found just now"
    return held


def set_patient(args: argparse.Namespace) -> int:
    """
    Set facts, all or none.

    Raises:
        MisuseError: an unknown key or a value it does not take; the code that is
            shown at the counter is not good, which is noted; or whoever gives it
            printed the letter, where the service knows who that is.
        NotFoundError: the INS has no profile.
        ConflictError: a state that the profile cannot get to from where it is.
    """
    with opened(args) as (settings, database), database.write() as work:
        is_proven = _is_proven(work, args)
        if is_proven:
            _set(work, settings, args)
    if not is_proven:  # said once it stands in the journal
        raise MisuseError("this is not the code of the last letter, or too old")
    return 0


def _is_proven(work: UnitOfWork, args: argparse.Namespace) -> bool:
    """Tell whether a patient who is said to be there has shown the code of a letter."""
    if args.counter is None:
        return True
    if not AT_COUNTER_KEYS.issuperset(one.partition("=")[0] for one in args.facts):
        keys = ", ".join(sorted(AT_COUNTER_KEYS))
        raise MisuseError(f"at a counter are set: {keys}")
    profile, codes = find_profile(work, args.ins), ProvisionalCodes(work)
    # By the master key one person does alone whatever there is to do.
    if acting_operator() is not None and not may_decide_at_counter(
        codes.printed_by(profile), operator_account()
    ):
        raise MisuseError(
            "you printed this letter, and so have read its code: the patient shows it "
            "to another account with the role support"
        )
    if codes.matches(profile, args.counter, CodeUse.COUNTER):
        return True
    work.note_patient(Action.ACCOUNT_REFUSED, "counter", profile.id, by=operator_name())
    return False


def _actor(args: argparse.Namespace) -> Actor | str:
    if args.counter is None:
        return operator_name()
    return Actor(Who.OPERATOR, Means.COUNTER, operator_name())


def _set(work: UnitOfWork, settings: Settings, args: argparse.Namespace) -> None:
    profile = find_profile(work, args.ins)
    by = operator_name()
    set_facts(work, profile, args.facts, by=_actor(args), why=args.reason or "")
    if args.counter is not None:
        ProvisionalCodes(work).end(profile.id)  # once
    changed = Profiles(work).get(profile.id)
    if changed is not None and changed.state != profile.state:
        before, after = ProfileState(profile.state), ProfileState(changed.state)
        notices = Notices.of(work, settings)
        tell_life(work, notices, changed, before, after)
    if changed is not None and changed.email != profile.email:
        Notices.of(work, settings).tell_address_changed(profile, changed)
    elif changed is not None and changed.telephone != profile.telephone:
        Notices.of(work, settings).make(changed, NoticeKind.ACCOUNT)
    if changed is not None and any(_is_setting(fact) for fact in args.facts):
        happened = Happened(by=by, is_secret=_is_secret(args.facts))
        Notices.of(work, settings).make(changed, NoticeKind.SETTINGS, happened)
    print(f"profile {profile.id}: {', '.join(args.facts)}")


def _is_secret(facts: Iterable[str]) -> bool:
    """
    Tell whether nothing was set that representatives may know of: an opposition may be
    about what is kept from them (CSP R. 1111-50).
    """
    some = [one for one in facts if _is_setting(one)]
    return all(one.startswith(("oppose-", "withdraw-")) for one in some)


_TOLD_OTHERWISE = frozenset(
    {"state", "email", "telephone", "card", "oid", "language", "secret", "unsecret"}
)
"""
Facts with notices of their own, that are no setting, or that no page tells: a minor's
secret is one (CSP R. 1111-50).
"""


def _is_setting(fact: str) -> bool:
    """Tell whether a fact is one of those that the patient is told of as a setting."""
    return fact.partition("=")[0] not in _TOLD_OTHERWISE
