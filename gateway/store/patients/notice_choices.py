"""What a patient chose of how they are told: dated facts that stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attrs import frozen

from gateway.core.notices import NoticeFamily, NoticeWhen, families_to_choose
from gateway.store.base.work import UnitOfWork
from gateway.store.patients.profiles import Profiles

FACT: Final = "notices"


@frozen
class NoticeChoices:
    """The choices of one patient, within one transaction."""

    work: UnitOfWork
    profile_id: str

    def chosen(self) -> Mapping[NoticeFamily, NoticeWhen]:
        """Return what was chosen of each family; nothing where nothing was."""
        standing = Profiles(self.work).standing(self.profile_id)
        found = {}
        for family in families_to_choose():
            said = standing.get(f"{FACT}:{family.value}")
            if said is not None:
                found[family] = NoticeWhen(said)
        return found

    def choose(self, family: NoticeFamily, when: NoticeWhen) -> bool:
        """Keep a choice; False where it changes nothing, or nothing may be chosen."""
        if family not in families_to_choose():
            return False
        before = self.chosen().get(family)
        if before is when:
            return False
        Profiles(self.work).record(
            self.profile_id,
            FACT,
            before.value if before else None,
            when.value,
            about=family.value,
            stands=True,
        )
        return True
