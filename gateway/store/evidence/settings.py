"""The settings decisions were taken under: of the service, and of each patient."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import define, field
from sqlalchemy import and_, bindparam, insert, select
from sqlalchemy.exc import IntegrityError

from gateway.evidence.policies import hash_of
from gateway.store.base.prepared import Prepared
from gateway.store.base.work import UnitOfWork
from gateway.store.tables import (
    patient_settings,
    profiles,
    settings_texts,
)

_AT = Prepared(
    select(patient_settings.c.key_id, patient_settings.c.sealed).where(
        patient_settings.c.profile_id == bindparam("profile"),
        patient_settings.c.version == bindparam("number"),
    )
)


@define
class SettingsText:
    """``[filing]`` as this process has it, kept once by whoever decides first."""

    text: str
    hash: str = field(init=False)
    _is_kept: bool = field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        """Its hash is its name."""
        self.hash = hash_of(self.text)

    def keep(self, work: UnitOfWork) -> None:
        """Keep the text if nobody did; known in this process, it asks nothing."""
        if self._is_kept:
            return
        if settings_text(work, self.hash) is None:
            try:
                with work.connection.begin_nested():
                    work.connection.execute(
                        insert(settings_texts).values(
                            hash=self.hash, json=self.text, since=work.now
                        )
                    )
            except IntegrityError:
                pass  # another process kept the same at this very moment
        work.after_commit(self._kept)

    def _kept(self) -> None:
        self._is_kept = True


def settings_text(work: UnitOfWork, text_hash: str) -> str | None:
    """Return the settings of the service by their hash, or None."""
    found = work.connection.execute(
        select(settings_texts.c.json).where(settings_texts.c.hash == text_hash)
    ).scalar()
    return None if found is None else str(found)


def keep_patient_settings(
    work: UnitOfWork,
    profile_id: str,
    version: int,
    said: Mapping[str, Any],
    actor: str = "",
    *,
    later: bool = False,
) -> None:
    """
    Keep all that a patient has set now, as a version of it.

    Args:
        work: The transaction of the change.
        profile_id: Whose it is.
        version: That which the profile is at; 1 of one made in this transaction.
        said: What they decided; who they are stands elsewhere.
        actor: Who changed it, empty for the patient.
        later: Write it with the rows that are set aside.
    """
    key_id = work.key_for(f"patient:{profile_id}")
    row = {
        "profile_id": profile_id,
        "version": version,
        "key_id": key_id,
        "sealed": work.seal(key_id, said, _place_of(profile_id, version)),
        "actor": actor,
        "at": work.now,
    }
    (work.add if later else work.add_now)(patient_settings, **row)
    work.held.pop(_place_of(profile_id, version), None)


def patient_settings_at(work: UnitOfWork, profile_id: str, version: int) -> Any:
    """
    Return what a patient had set at a version, or None where it was not kept.

    A version never changes: in one transaction it is read and opened once.
    """
    place = _place_of(profile_id, version)
    if place not in work.held:
        row = _AT.first(work.connection, profile=profile_id, number=version)
        if row is None:
            return None
        work.held[place] = work.unseal(row.key_id, row.sealed, place)
    return work.held[place]


def settings_not_kept(work: UnitOfWork, after: str, most: int) -> list[str]:
    """
    Return patients whose version of settings was not kept yet, in order of their ids.

    It is so of every profile of a database from before there were versions. ``after``
    is the id of the last one looked at, and ``most`` so many are returned at most.
    """
    columns = patient_settings.c
    found = work.connection.execute(
        select(profiles.c.id)
        .outerjoin(
            patient_settings,
            and_(
                columns.profile_id == profiles.c.id,
                columns.version == profiles.c.settings_version,
            ),
        )
        .where(columns.profile_id.is_(None), profiles.c.id > after)
        .order_by(profiles.c.id)
        .limit(most)
    )
    return list(found.scalars())


def _place_of(profile_id: str, version: int) -> str:
    return f"patient_settings.sealed:{profile_id}:{version}"
