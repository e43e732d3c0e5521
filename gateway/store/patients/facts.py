"""
Dated facts: what was changed of a patient's space, by whom, by what means, and why.

One is added for each change and none is overwritten. It lies sealed under the
patient's key, with its own time and version inside; a line of the patient's chain names
it. What stands of them is in the settings of each version (`patient_settings`), which
the decisions name that it touches.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import uuid4

from attrs import field, frozen
from sqlalchemy import select

from gateway.core.actors import Actor
from gateway.errors import AlteredError
from gateway.store.base.work import UnitOfWork
from gateway.store.evidence.settings import patient_settings_at
from gateway.store.patients.values import ProfileChange
from gateway.store.sealed.carried import is_carried
from gateway.store.tables import profile_changes

STEP: Final = "settings"
"""The step of carrying over that keeps what patients have set."""

_STANDING: Final = "standing"
"""Where the settings of a version say what stands."""


@frozen
class Fact:
    """What is changed: a word for it, and what was said before and after."""

    what: str
    before: Any = field(repr=False)
    after: Any = field(repr=False)
    about: str = field(default="", repr=False)
    stands: bool = False

    @property
    def place(self) -> str:
        """By what it is found among those that stand: what, and about what."""
        return f"{self.what}:{self.about}" if self.about else self.what


def keep_fact(
    work: UnitOfWork, profile_id: str, fact: Fact, by: Actor, *, why: str, version: int
) -> str:
    """Add a fact of a patient within the transaction of the change; return its id."""
    key_id = work.key_for(f"patient:{profile_id}")
    fact_id = uuid4().hex
    detail = {
        "before": fact.before,
        "after": fact.after,
        "by": by.name,
        "why": why,
        "about": fact.about,
        "who": by.who.value,
        "means": by.means.value,
        "version": version,
        "what": fact.what,
        "at": work.now.isoformat(),
    }
    work.add(
        profile_changes,
        id=fact_id,
        profile_id=profile_id,
        changed_at=work.now,
        what=fact.what,
        key_id=key_id,
        detail=work.seal(key_id, detail, _place_of(profile_id, fact_id)),
    )
    return fact_id


def said_of(by: Actor) -> dict[str, str]:
    """
    Return what a line of the journal says of who acts: what they are, by what means.

    An operator's account is named in clear, as in every line; a person sealed.
    """
    named = {("by" if by.is_operator else "person"): by.name} if by.name else {}
    return {"who": by.who.value, "means": by.means.value, **named}


def facts_of(work: UnitOfWork, profile_id: str) -> list[ProfileChange]:
    """
    Return the facts of a patient, the oldest first.

    Raises:
        AlteredError: one is not where or when it was written.
    """
    columns = profile_changes.c
    rows = work.connection.execute(
        select(profile_changes)
        .where(columns.profile_id == profile_id)
        .order_by(columns.changed_at, columns.id)
    )
    return [_opened(work, profile_id, row) for row in rows]


def fact_named(work: UnitOfWork, profile_id: str, fact_id: str) -> ProfileChange | None:
    """
    Return the fact of a patient that a line of the journal names, or None.

    Raises:
        AlteredError: it is not the one that was written.
    """
    columns = profile_changes.c
    row = work.connection.execute(
        select(profile_changes).where(
            columns.profile_id == profile_id, columns.id == fact_id
        )
    ).first()
    return None if row is None else _opened(work, profile_id, row)


def _opened(work: UnitOfWork, profile_id: str, row: Any) -> ProfileChange:
    said = work.unseal(row.key_id, row.detail, _place_of(profile_id, row.id))
    written = (said.pop("what", row.what), said.pop("at", row.changed_at.isoformat()))
    if written != (row.what, row.changed_at.isoformat()):
        raise AlteredError("a change is not the one that was written")
    return ProfileChange(id=row.id, at=row.changed_at, what=row.what, **said)


def standing_at(work: UnitOfWork, profile: Any) -> Mapping[str, Any]:
    """
    Return what stands at the version of a profile's row, by `Fact.place`.

    Where those of a database from before are not kept yet nothing stands: whatever was
    recorded since keeps them with it.

    Raises:
        AlteredError: its settings are gone.
    """
    said = patient_settings_at(work, profile.id, profile.settings_version)
    if said is None and not _is_kept(work):
        return {}
    if said is None:
        raise AlteredError("what a patient has set is gone")
    standing: Mapping[str, Any] = said.get(_STANDING, {})
    return standing


def standing_with(
    work: UnitOfWork, profile: Any, fact: Fact | None
) -> dict[str, dict[str, Any]]:
    """
    Return what stands at the version that a change begins, for its settings.

    Raises:
        AlteredError: what stood before is gone.
    """
    said = patient_settings_at(work, profile.id, profile.settings_version - 1)
    if said is None and profile.settings_version > 1 and _is_kept(work):
        raise AlteredError("what a patient has set is gone")
    standing = dict(said.get(_STANDING, {})) if said else {}
    if fact is not None and fact.stands:
        standing.pop(fact.place, None)
        if fact.after is not None:
            standing[fact.place] = fact.after
    return {_STANDING: standing} if standing else {}


def _is_kept(work: UnitOfWork) -> bool:
    """Tell whether the settings of every profile are kept, also those from before."""
    return is_carried(work.connection, work.keys, work.folder, STEP)


def _place_of(profile_id: str, fact_id: str) -> str:
    return f"profile_changes.detail:{profile_id}:{fact_id}"
