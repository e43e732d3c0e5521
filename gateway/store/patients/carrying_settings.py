"""What patients of an earlier version have set, kept as a version in batches."""

from __future__ import annotations

from sqlalchemy import and_, select

from gateway.store.base.work import UnitOfWork
from gateway.store.patients.profiles import Profiles
from gateway.store.tables import data_keys, patient_settings, profiles


def carry_patient_settings(work: UnitOfWork, most: int) -> int:
    """
    Keep what patients have set whose version was not kept yet; return how many.

    It is so of every profile of a database from before there were versions. At most
    ``most`` in one transaction, which other work goes beside.
    """
    columns = patient_settings.c
    rows = work.connection.execute(
        select(profiles.c.id)
        .join(data_keys, data_keys.c.id == profiles.c.key_id)
        .outerjoin(
            patient_settings,
            and_(
                columns.profile_id == profiles.c.id,
                columns.version == profiles.c.settings_version,
            ),
        )
        .where(columns.profile_id.is_(None), data_keys.c.destroyed_at.is_(None))
        .order_by(profiles.c.id)
        .limit(most)
    ).all()
    for row in rows:
        Profiles(work).keep_settings(row.id)
    return len(rows)
