"""The settings decisions were taken under: of the service, and of each patient."""

from __future__ import annotations

from typing import Any

from attrs import define, field
from sqlalchemy import and_, insert, select
from sqlalchemy.exc import IntegrityError

from gateway.evidence.policies import hash_of
from gateway.store.base.work import UnitOfWork
from gateway.store.tables import (
    blocks,
    oppositions,
    patient_settings,
    profiles,
    secrecies,
    settings_texts,
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


def keep_patient_settings(work: UnitOfWork, profile_id: str, actor: str = "") -> None:
    """Keep all that a patient has set now, as the version the profile is at."""
    row = work.connection.execute(
        select(profiles).where(profiles.c.id == profile_id)
    ).first()
    if row is None:
        return
    version, key_id = row.settings_version, work.key_for(f"patient:{profile_id}")
    work.connection.execute(
        insert(patient_settings).values(
            profile_id=profile_id,
            version=version,
            key_id=key_id,
            sealed=work.seal(
                key_id, _set_by(work, row), _place_of(profile_id, version)
            ),
            actor=actor,
            at=work.now,
        )
    )


def patient_settings_at(work: UnitOfWork, profile_id: str, version: int) -> Any:
    """Return what a patient had set at a version, or None where it was not kept."""
    columns = patient_settings.c
    row = work.connection.execute(
        select(patient_settings).where(
            columns.profile_id == profile_id, columns.version == version
        )
    ).first()
    if row is None:
        return None
    return work.unseal(row.key_id, row.sealed, _place_of(profile_id, version))


def carry_patient_settings(work: UnitOfWork, most: int) -> int:
    """
    Keep what patients have set whose version was not kept yet; return how many.

    It is so of every profile of a database from before there were versions. At most
    ``most`` in one transaction, which other work goes beside.
    """
    columns = patient_settings.c
    rows = work.connection.execute(
        select(profiles.c.id)
        .outerjoin(
            patient_settings,
            and_(
                columns.profile_id == profiles.c.id,
                columns.version == profiles.c.settings_version,
            ),
        )
        .where(columns.profile_id.is_(None))
        .order_by(profiles.c.id)
        .limit(most)
    ).all()
    for row in rows:
        keep_patient_settings(work, row.id)
    return len(rows)


def _set_by(work: UnitOfWork, profile: Any) -> dict[str, Any]:
    """Return what a patient decided; who they are stands elsewhere."""
    connection = work.connection

    def listed(table: Any, *names: str) -> list[dict[str, Any]]:
        rows = connection.execute(
            select(table)
            .where(table.c.profile_id == profile.id)
            .order_by(*table.primary_key.columns)
        )
        return [
            {name: _plain(getattr(row, name)) for name in (*names, "since")}
            for row in rows
        ]

    return {
        "state": profile.state,
        "mask_by_default": profile.mask_by_default,
        "emergency": profile.emergency,
        "language": profile.language,
        "blocks": listed(blocks, "identity"),
        "secrecies": listed(secrecies, "identity"),
        "oppositions": listed(
            oppositions,
            "id",
            "kind",
            "structure",
            "type_code",
            "unique_id",
            "declared_by",
            "until",
        ),
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _place_of(profile_id: str, version: int) -> str:
    return f"patient_settings.sealed:{profile_id}:{version}"
