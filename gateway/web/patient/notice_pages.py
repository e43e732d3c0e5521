"""The pages of the notices: what happened in a space, and how its patient is told."""

from __future__ import annotations

from datetime import date

from attrs import frozen

from gateway.core.notices import (
    NoticeFamily,
    NoticeRow,
    NoticeWay,
    NoticeWhen,
    families_to_choose,
    notice_table,
)
from gateway.core.texts.notice_centre import FAMILY_TEXTS, WHEN_TEXTS
from gateway.errors import NotFoundError
from gateway.rights.notice_rules import email_when
from gateway.store.base.work import UnitOfWork
from gateway.store.patients.notice_centre import NoticeCentre
from gateway.store.patients.notice_choices import NoticeChoices
from gateway.store.patients.ways import WayOf, Ways
from gateway.web.patient.desk import PatientDesk, notice_reader
from gateway.web.patient.notice_lines import NoticeLines, ShownNotice
from gateway.web.site.answers import Answer, redirect
from gateway.web.site.paging import PER_PAGE
from gateway.web.site.visits import Visit


@frozen
class NoticePages:
    """ "My notices" (Mes avis), and the choices of how one is told."""

    desk: PatientDesk

    def notices(self, visit: Visit) -> Answer:
        """List what happened, the newest first."""
        reader, before = notice_reader(visit), visit.query.get("before", "")
        with self.desk.database.read() as work:
            centre = NoticeCentre(work)
            found = centre.listed(reader, PER_PAGE + 1, before[:32])
            seen = self.desk.seen(work, visit.profile.id)
            lines = NoticeLines(work, seen).of(found[:PER_PAGE])
        days: dict[date, list[ShownNotice]] = {}
        for line in lines:
            days.setdefault(self.desk.day(line.at), []).append(line)
        return self.desk.page(
            visit,
            "notices.html",
            days=days,
            Family=NoticeFamily,
            any_read=any(not line.is_new for line in lines),
            is_first=not before,
            older=found[PER_PAGE - 1].id if len(found) > PER_PAGE else "",
            done=visit.query.get("done", ""),
        )

    def open(self, visit: Visit, notice_id: str) -> Answer:
        """Lead to what a notice is about; with that it is read."""
        reader = notice_reader(visit)
        with self.desk.database.read() as work:
            found = NoticeCentre(work).find(reader, notice_id)
            if found is None:
                raise NotFoundError("no such notice")
            seen = self.desk.seen(work, visit.profile.id)
            lines = NoticeLines(work, seen).of([found])
        if not lines:
            raise NotFoundError("no such notice")
        if found.is_new:
            self.desk.write(lambda work: NoticeCentre(work).read(reader, notice_id))
        return redirect(lines[0].path or "/notices")

    def read_all(self, visit: Visit) -> Answer:
        """Note that all were read."""
        reader = notice_reader(visit)
        self.desk.write(lambda work: NoticeCentre(work).read(reader))
        return redirect("/notices?done=read")

    def clear(self, visit: Visit) -> Answer:
        """Take what was read out of the list of this account."""
        reader = notice_reader(visit)
        self.desk.write(lambda work: NoticeCentre(work).take_read(reader))
        return redirect("/notices?done=clear")

    def remove(self, visit: Visit, notice_id: str) -> Answer:
        """Take one out of the list of this account; what it is about stays."""
        reader = notice_reader(visit)

        def job(work: UnitOfWork) -> bool:
            centre = NoticeCentre(work)
            if centre.find(reader, notice_id) is None:
                return False
            centre.take_away(reader, notice_id)
            return True

        if not self.desk.write(job):
            raise NotFoundError("no such notice")
        return redirect("/notices?done=remove")

    def choices(self, visit: Visit) -> Answer:
        """Show how the patient is told of each kind of event."""
        with self.desk.database.read() as work:
            chosen = NoticeChoices(work, visit.profile.id).chosen()
            ways = Ways(work)
            is_proved = ways.is_proved(visit.profile)
            way = {one: ways.chosen(visit.profile.id, one) for one in WayOf}
        standing = {
            family: chosen.get(family, _usual(family))
            for family in families_to_choose()
        }
        return self.desk.page(
            visit,
            "notice_choices.html",
            standing=standing,
            fixed=[family for family in FAMILY_TEXTS if family not in standing],
            families=FAMILY_TEXTS,
            whens=WHEN_TEXTS,
            email=visit.profile.email,
            texts=self.desk.settings.sms.is_on,
            is_proved=is_proved,
            telephone=visit.profile.telephone,
            way=way,
            WayOf=WayOf,
            hour=self.desk.settings.notices.digest_hour,
            done=visit.query.get("done", ""),
        )

    def choose(self, visit: Visit) -> Answer:
        """Keep what was chosen of each family; what is no choice chooses nothing."""
        words = [one.value for one in NoticeWhen]
        said = {
            family: NoticeWhen(word)
            for family in families_to_choose()
            if (word := visit.form.line(family.value)) in words
        }

        ways = {
            what: NoticeWay(word)
            for what in WayOf
            if (word := visit.form.line(what.value)) in [one.value for one in NoticeWay]
        }

        def job(work: UnitOfWork) -> None:
            choices = NoticeChoices(work, visit.profile.id)
            chosen = choices.chosen()
            for family, when in said.items():
                if chosen.get(family, _usual(family)) is not when:
                    choices.choose(family, when)
            for what, one in ways.items():
                Ways(work).choose(visit.profile, what, one)

        self.desk.write(job)
        return redirect("/account/notices?done=1")


def _usual(family: NoticeFamily) -> NoticeWhen:
    """Return when the first event of a family is told, where nothing was chosen."""
    rows: list[NoticeRow] = [
        row for row in notice_table().values() if row.family is family and row.optional
    ]
    return email_when(rows[0], None)
