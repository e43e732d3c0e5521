"""What a piece of work asks the database, statement by statement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from sqlalchemy import Dialect, Engine, event

from gateway.store.base.prepared import Prepared


@contextmanager
def statements(engine: Engine) -> Iterator[Counter[str]]:
    """Count the queries that run meanwhile by their texts, by SQLAlchemy or not."""
    seen: Counter[str] = Counter()
    compiled_for = Prepared._for

    def note(*_: Any, **given: Any) -> None:
        if given["statement"].startswith(("SELECT", "UPDATE", "DELETE")):
            seen[given["statement"]] += 1

    def noted(self: Prepared, dialect: Dialect) -> Any:
        compiled = compiled_for(self, dialect)
        note(statement=compiled.text)
        return compiled

    event.listen(engine, "before_cursor_execute", note, named=True)
    with patch.object(Prepared, "_for", noted):
        yield seen
    event.remove(engine, "before_cursor_execute", note)
