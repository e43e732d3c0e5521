"""The SubmissionSets that documents came in, sealed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen
from sqlalchemy import select

from gateway.store.base.work import UnitOfWork
from gateway.store.tables import submissions


@frozen
class Submissions:
    """SubmissionSets within one transaction."""

    work: UnitOfWork

    def add(
        self,
        submission_id: str,
        profile_id: str,
        key_id: str,
        unique_id: str,
        facts: Mapping[str, Any],
    ) -> None:
        """Keep the SubmissionSet that documents came in, as sealed JSON."""
        sealed = self.work.seal(key_id, facts, f"submissions.facts:{submission_id}")
        self.work.add(
            submissions,
            id=submission_id,
            profile_id=profile_id,
            unique_id=unique_id,
            submitted_at=self.work.now,
            facts=sealed,
        )

    def get(self, submission_id: str, key_id: str) -> dict[str, Any] | None:
        """Return the JSON of a SubmissionSet, or None."""
        row = self.work.connection.execute(
            select(submissions.c.facts).where(submissions.c.id == submission_id)
        ).first()
        if row is None:
            return None
        facts: dict[str, Any] = self.work.unseal(
            key_id, row.facts, f"submissions.facts:{submission_id}"
        )
        return facts
