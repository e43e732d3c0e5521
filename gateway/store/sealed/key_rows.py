"""What is asked of the rows of data keys: statements that are compiled once."""

from __future__ import annotations

from sqlalchemy import bindparam, insert, select

from gateway.store.base.prepared import Prepared
from gateway.store.tables import data_keys

_KEYS = data_keys.c
ADD = Prepared(
    insert(data_keys), ("id", "scope", "epoch", "wrapped", "kek_id", "created_at")
)
CURRENT = Prepared(
    select(_KEYS.id, _KEYS.epoch, _KEYS.destroyed_at)
    .where(_KEYS.scope == bindparam("scope"))
    .order_by(_KEYS.epoch.desc())
    .limit(1)
)
WRAPPED = Prepared(
    select(_KEYS.wrapped, _KEYS.kek_id, _KEYS.scope, _KEYS.epoch).where(
        _KEYS.id == bindparam("key")
    )
)
KEPT_OF = Prepared(
    select(_KEYS.id)
    .where(_KEYS.scope == bindparam("scope"), _KEYS.wrapped.is_not(None))
    .order_by(_KEYS.epoch.desc())
)
_LATER = data_keys.alias("later")
EARLIER = Prepared(
    select(_KEYS.id)
    .join(
        _LATER,
        (_LATER.c.scope == _KEYS.scope) & (_LATER.c.epoch > _KEYS.epoch),
    )
    .where(_LATER.c.id == bindparam("key"), _KEYS.wrapped.is_not(None))
    .order_by(_KEYS.epoch.desc())
)
