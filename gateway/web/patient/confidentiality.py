"""What a patient may set about who sees what: each choice, what it says, its change."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from attrs import frozen

from gateway.errors import NotFoundError
from gateway.store.base.work import UnitOfWork
from gateway.store.patients.decisions import Decisions, Opposition
from gateway.store.patients.mask_runs import MaskRun
from gateway.store.patients.profiles import Profile, Profiles
from gateway.web.patient.ports import Masks


class AccessChoice(StrEnum):
    """One thing that is open or closed to professionals."""

    REGULATOR = "samu"
    OTHERS = "other"
    MASKED = "masked"
    NEW = "new"
    EVERYTHING = "all"
    READING = "reading"
    MAIL_AMONG = "mail"
    MAIL_TO_ME = "mail-to-me"


EMERGENCY = (AccessChoice.REGULATOR, AccessChoice.OTHERS, AccessChoice.MASKED)
GRAVE: Mapping[AccessChoice, bool] = MappingProxyType(
    {
        AccessChoice.REGULATOR: False,
        AccessChoice.OTHERS: False,
        AccessChoice.MASKED: True,
        AccessChoice.READING: False,
        AccessChoice.EVERYTHING: False,
    }
)
"""Whether it is opening or closing it that must be understood before it is done."""

_OPPOSITIONS = MappingProxyType(
    {
        AccessChoice.READING: Opposition(kind="reading", declared_by="patient"),
        AccessChoice.MAIL_AMONG: Opposition(kind="mail", declared_by="patient"),
        AccessChoice.MAIL_TO_ME: Opposition(kind="mail-to-me", declared_by="patient"),
    }
)


@frozen
class ChoicesNow:
    """Which choices are open now, and how far masking everything came."""

    open: Mapping[AccessChoice, bool]
    run: MaskRun | None


def standing_of(work: UnitOfWork, profile: Profile, masks: Masks) -> ChoicesNow:
    """Return what holds now."""
    run = masks.last(work, profile.id)
    oppositions = Profiles(work).rights(profile.id).oppositions
    # One professional who is not to read is no objection to all.
    kinds = {one.kind for one in oppositions if not one.structure}
    opened = {one: profile.emergency.get(one.value) == "permit" for one in EMERGENCY}
    opened[AccessChoice.NEW] = not profile.mask_by_default
    opened[AccessChoice.EVERYTHING] = run is None or not run.masks
    opened |= {one: said.kind not in kinds for one, said in _OPPOSITIONS.items()}
    return ChoicesNow(MappingProxyType(opened), run)


def block(
    work: UnitOfWork, profile_id: str, named: Mapping[str, str], most: int
) -> bool:
    """
    Block senders, each by what identifies them with a name; those blocked stay so.

    Returns False where more than ``most`` would be blocked: none of these is then.
    """
    Profiles(work).hold(profile_id)
    blocked = Profiles(work).rights(profile_id).blocked
    added = {one: name for one, name in named.items() if one not in blocked}
    if added and len(blocked) + len(added) > most:
        return False
    for identity, name in added.items():
        Decisions(work).block(profile_id, identity, name)
    return True


def choice_of(text: str) -> AccessChoice:
    """Return a choice by its word; `NotFoundError` for any other."""
    try:
        return AccessChoice(text)
    except ValueError:
        raise NotFoundError("not found") from None


def change(
    work: UnitOfWork,
    profile_id: str,
    masks: Masks,
    choice: AccessChoice,
    *,
    opens: bool,
) -> None:
    """Open or close one; as it is already, nothing is done or written down."""
    profiles = Profiles(work)
    profile = profiles.hold(profile_id)
    if profile is None or standing_of(work, profile, masks).open[choice] is opens:
        return
    if choice in EMERGENCY:
        said = {choice.value: "permit" if opens else "deny"}
        emergency = {**profile.emergency, **said}
        what = f"emergency.{choice.value}"
        profiles.change(profile_id, what, emergency=emergency)
    elif choice is AccessChoice.NEW:
        profiles.change(profile_id, "mask-by-default", mask_by_default=not opens)
    elif choice is AccessChoice.EVERYTHING:
        masks.begin(work, profile_id, masks=not opens)
    elif opens:
        Decisions(work).withdraw(profile_id, _OPPOSITIONS[choice])
    else:
        Decisions(work).oppose(profile_id, _OPPOSITIONS[choice])
