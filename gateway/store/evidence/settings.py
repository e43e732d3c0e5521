"""The settings decisions were taken under: of the service, and of each patient."""

from __future__ import annotations

from typing import Any

from attrs import define, field
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from gateway.evidence.policies import hash_of
from gateway.store.base.work import UnitOfWork
from gateway.store.tables import patient_settings, settings_texts


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
    work: UnitOfWork, profile_id: str, version: int, said: Any, actor: str = ""
) -> None:
    """Keep all that a patient has set, as a version of it; one kept before stays."""
    if _settings_row(work, profile_id, version, exactly=True) is not None:
        return
    key_id = work.key_for(f"patient:{profile_id}")
    work.connection.execute(
        insert(patient_settings).values(
            profile_id=profile_id,
            version=version,
            key_id=key_id,
            sealed=work.seal(key_id, said, _place_of(profile_id, version)),
            actor=actor,
            at=work.now,
        )
    )


def patient_settings_at(work: UnitOfWork, profile_id: str, version: int) -> Any:
    """
    Return what a patient had set at a version, or None where it was not kept.

    A version by which nothing of it changed (a change of keys) is the one before.
    """
    row = _settings_row(work, profile_id, version)
    if row is None:
        return None
    return work.unseal(row.key_id, row.sealed, _place_of(profile_id, row.version))


def _settings_row(
    work: UnitOfWork, profile_id: str, version: int, *, exactly: bool = False
) -> Any:
    columns = patient_settings.c
    asked = columns.version == version if exactly else columns.version <= version
    return work.connection.execute(
        select(patient_settings)
        .where(columns.profile_id == profile_id, asked)
        .order_by(columns.version.desc())
        .limit(1)
    ).first()


def _place_of(profile_id: str, version: int) -> str:
    return f"patient_settings.sealed:{profile_id}:{version}"
