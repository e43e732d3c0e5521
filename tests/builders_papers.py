"""A patient who writes papers of their own, as the tests of filing them need one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from gateway.core.papers import PaperKind, PaperToWrite, PaperVersion
from gateway.core.vault import FiledDocument
from gateway.dmp_bridge.filing.paper_filing import PaperFiling, StandingPaper
from gateway.node.vaults import open_vaults
from gateway.store.base.work import Database
from gateway.store.patients.profiles import Profile, Profiles
from tests.builders_people import open_profile
from tests.builders_settings import make_settings

REVIEW = timedelta(days=365)
SAID = {
    PaperKind.DIRECTIVES: {"birth-place": "Lyon", "more": "x"},
    PaperKind.ENTOURAGE: {"wishes": "x"},
}


class PaperAuthor:
    """A patient whose space is open, with the filing of papers."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.settings = make_settings()
        self.papers = PaperFiling.from_settings(
            open_vaults(database), self.settings, database.clock
        )
        self.id = open_profile(database)

    @property
    def profile(self) -> Profile:
        with self.database.read() as work:
            profile = Profiles(work).get(self.id)
        assert profile is not None
        return profile

    def version(
        self, number: int = 1, kind: PaperKind = PaperKind.DIRECTIVES
    ) -> PaperVersion:
        """Return a version of one of the patient's papers."""
        return PaperVersion(self.id, kind, number)

    def paper(
        self, number: int = 1, kind: PaperKind = PaperKind.DIRECTIVES, **changes: Any
    ) -> PaperToWrite:
        """Return a version to write, in the place of the one before it."""
        before = self.version(number - 1, kind).unique_id if number > 1 else ""
        said: dict[str, Any] = {"replaces": before, "said": SAID[kind]}
        return PaperToWrite(version=self.version(number, kind), **{**said, **changes})

    def write(
        self,
        number: int = 1,
        kind: PaperKind = PaperKind.DIRECTIVES,
        *,
        masks: bool = False,
        **changes: Any,
    ) -> str:
        """File a version; return the id of its document."""
        paper = self.paper(number, kind, **changes)
        job = self.papers.prepare(self.profile, paper, masks=masks)
        with self.database.write() as work:
            return job(work)

    def now(self, kind: PaperKind = PaperKind.DIRECTIVES) -> StandingPaper:
        """Return the paper as it stands."""
        with self.database.read() as work:
            return self.papers.now(work, self.id, kind)

    def filed(self, document_id: str) -> FiledDocument:
        """Return a document of the vault."""
        with self.database.read() as work:
            found = self.papers.vaults.within(work).get(document_id)
        assert found is not None
        return found
