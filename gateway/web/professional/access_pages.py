"""What a professional opened, and did there: their own traces (CSP R. 1111-43)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from attrs import field, frozen

from gateway.store.journal import Action
from gateway.store.patients.profiles import Profiles
from gateway.web.professional.desk import ProfessionalDesk
from gateway.web.professional.filing_answers import name_of_type
from gateway.web.professional.visits import ProfessionalVisit
from gateway.web.site.answers import Answer
from gateway.web.site.paging import ListPage
from gateway.web.site.visits import person_name

KEPT: Final = timedelta(days=365)
"""How far back the page goes; older lines are in the journal."""
MOST: Final = 2000
MOST_DEEDS: Final = 500
"""Of each patient on a page, the last of what was done."""


@frozen(kw_only=True)
class OwnDeed:
    """One thing that was done; ``kind`` is the type of a document, or empty."""

    at: datetime
    action: str
    kind: str


@frozen(kw_only=True)
class OwnReading:
    """One consultation of the professional who asks, and what they did in it."""

    id: str
    patient: str = field(repr=False)
    way: str
    begun_at: datetime
    ended_at: datetime | None
    is_open: bool
    reason: str = field(repr=False)
    deeds: tuple[OwnDeed, ...]

    @property
    def opened(self) -> int:
        """How often a document was opened."""
        return sum(one.action == Action.DOCUMENT_CONSULTED for one in self.deeds)


@frozen
class AccessPages:
    """Own readings, the last first."""

    desk: ProfessionalDesk

    def accesses(self, visit: ProfessionalVisit) -> Answer:
        """List what this professional opened within a year."""
        who = self.desk.reader(visit)
        with self.desk.database.read() as work:
            some = self.desk.reading.own(work, who, since=visit.now - KEPT, most=MOST)
            goes_on = {one.id for one in self.desk.reading.current(work, who)}
            page = ListPage.asked(visit.query, len(some))
            shown = page.of(some)
            deeds = self.desk.reading.deeds(work, who, shown, most=MOST_DEEDS)
            profiles = {one.profile_id: None for one in shown}
            names = {
                profile_id: person_name(profile)
                for profile_id in profiles
                if (profile := Profiles(work).get(profile_id)) is not None
            }
        lines = [
            OwnReading(
                id=one.id,
                patient=names.get(one.profile_id, "") if one.said else "",
                way=one.way.value,
                begun_at=one.begun_at,
                ended_at=one.ended_at,
                is_open=one.id in goes_on,
                reason=one.said.reason if one.said else "",
                deeds=tuple(
                    OwnDeed(
                        at=deed.at,
                        action=deed.action,
                        kind=name_of_type(deed.type_code, visit.language),
                    )
                    for deed in deeds.get(one.id, ())
                ),
            )
            for one in shown
        ]
        return self.desk.page(
            visit,
            "accesses.html",
            lines=lines,
            page=page,
            total=len(some),
            Action=Action,
        )
