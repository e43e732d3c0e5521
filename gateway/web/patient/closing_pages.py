"""The end of a space by its patient's wish, and the way back (CSP R. 1111-36)."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from gateway.rights.life_rules import SECOND_THOUGHTS, due_next
from gateway.rights.own_access_rules import OwnAct, may_oneself
from gateway.rights.profile import ProfileState
from gateway.store.base.work import UnitOfWork
from gateway.store.patients.accounts import Accounts
from gateway.store.patients.deadlines import deadline_of
from gateway.store.patients.devices import Devices
from gateway.store.patients.life import go_on
from gateway.store.patients.profiles import Profile, Profiles
from gateway.store.patients.web_sessions import Stage, new_cookie
from gateway.web.patient.changing_pages import ChangingPages
from gateway.web.patient.desk import PatientDesk
from gateway.web.site.answers import Answer, redirect
from gateway.web.site.browsers import browser_of
from gateway.web.site.visits import Visit


@frozen
class ClosingPages:
    """Closing, deleting, opening again."""

    desk: PatientDesk

    def ask(self, visit: Visit) -> Answer:
        """Say what closing means, and ask; a minor is told who may."""
        return ChangingPages(self.desk).to_prove(visit) or self._ask(visit)

    def _ask(self, visit: Visit, problem: str = "", status: int = 200) -> Answer:
        due = due_next(ProfileState.CLOSED, visit.now)
        may_close = self._may(visit.profile, visit.now)
        assert due is not None, "a closed space is kept for so long"
        return self.desk.page(
            visit,
            "close.html",
            status=status if may_close else 403,
            may_close=may_close,
            problem=problem,
            kept_until=due.at,
            days=SECOND_THOUGHTS.days,
            deletes=visit.form.line("end") == "delete",
        )

    def _may(self, profile: Profile, now: datetime) -> bool:
        born, today = profile.traits.birth_date, self.desk.day(now)
        return may_oneself(OwnAct.CLOSE, born, today)

    def close(self, visit: Visit) -> Answer:
        """Close the space, or ask for its deletion; nobody is signed in then."""
        if (proof := ChangingPages(self.desk).to_prove(visit)) is not None:
            return proof
        if not self._may(visit.profile, visit.now):
            return self._ask(visit)
        if not visit.form.line("understood"):
            return self._ask(visit, "understood", 422)
        deletes = visit.form.line("end") == "delete"
        state = ProfileState.DELETION_REQUESTED if deletes else ProfileState.CLOSED

        def job(work: UnitOfWork) -> None:
            go_on(work, self.desk.notices(work), visit.profile, state)

        self.desk.write(job)
        ended = redirect(f"/sign-in?ended={'deleting' if deletes else 'closed'}")
        return ended.without_cookie("session")

    def way_back(self, visit: Visit) -> Answer:
        """Offer to open a closed space again."""
        session = visit.session
        if visit.stage is not Stage.RETURN or session is None:
            return redirect("/sign-in")
        with self.desk.database.read() as work:
            profile_id = Accounts(work).profile_of(session.account_id)
            found = Profiles(work).get(profile_id)
            due = deadline_of(work, profile_id, found.state) if found else None
        return self.desk.page(
            visit,
            "reopen.html",
            deletes=found is not None and found.state != ProfileState.CLOSED,
            until=due.at if due is not None else None,
        )

    def reopen(self, visit: Visit) -> Answer:
        """Open it again, with what was kept."""
        session, device = visit.session, visit.device or new_cookie()
        if visit.stage is not Stage.RETURN or session is None:
            return redirect("/sign-in")

        def job(work: UnitOfWork) -> str:
            profile_id = Accounts(work).profile_of(session.account_id)
            profile = Profiles(work).hold(profile_id)
            sessions = self.desk.sessions(work)
            if profile is None or not sessions.end(session):
                return ""
            if not self._may(profile, work.now):
                return ""
            go_on(work, self.desk.notices(work), profile, ProfileState.ACTIVATED)
            cookie = sessions.start(Stage.OPEN, session.account_id)
            Devices(work, session.account_id, profile.key_id).signed_in(
                device, sessions.digest_of(cookie), *browser_of(visit.agent)
            )
            return cookie

        cookie = self.desk.write(job)
        if not cookie:
            return redirect("/sign-in")
        opened = redirect("/account?done=reopened").with_cookie("session", cookie)
        return opened.with_cookie("device", device, lasting=True)
