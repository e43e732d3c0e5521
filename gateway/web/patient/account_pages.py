"""The account: what it is, with which browsers it is open, and ending these."""

from __future__ import annotations

from attrs import frozen

from gateway.errors import NotFoundError
from gateway.store.base.work import UnitOfWork
from gateway.store.journal import Action
from gateway.store.patients.accounts import Accounts
from gateway.store.patients.devices import Devices, sign_out_everywhere
from gateway.store.patients.passkeys import Passkeys
from gateway.store.patients.profiles import Profile, Profiles
from gateway.web.patient.desk import PatientDesk
from gateway.web.patient.webauthn import service_of
from gateway.web.site.answers import Answer, redirect
from gateway.web.site.visits import Visit, person_name


@frozen
class AccountPages:
    """ "My account" (Mon compte)."""

    desk: PatientDesk

    def account(self, visit: Visit) -> Answer:
        """Show what the account is, and lead to each change of it."""
        profile = visit.profile
        with self.desk.database.read() as work:
            login = Accounts(work).login_of(profile)
            devices = self._devices(work, visit).listed(visit.device)
            passkeys = Passkeys(work).listed(visit.held_session.account_id)
        return self.desk.page(
            visit,
            "account.html",
            login=login,
            person=person_name(profile),
            email=profile.email,
            telephone=profile.telephone,
            ins=profile.ins.matricule,
            open_devices=sum(one.is_open for one in devices),
            takes_passkeys=service_of(self.desk.settings) is not None,
            passkeys=len(passkeys),
            done=visit.query.get("done", ""),
        )

    def devices(self, visit: Visit) -> Answer:
        """List the browsers the account was opened with, and what is open now."""
        with self.desk.database.read() as work:
            devices = self._devices(work, visit).listed(visit.device)
        return self.desk.page(
            visit,
            "devices.html",
            devices=devices,
            others=any(one.is_open and not one.is_this for one in devices),
            done=visit.query.get("done", ""),
        )

    def end_device(self, visit: Visit, device_id: str) -> Answer:
        """End the session of one browser and forget it."""

        def job(work: UnitOfWork) -> bool:
            if not self._devices(work, visit).end(device_id):
                return False
            self._note(work, visit.profile, "one")
            return True

        if not self.desk.write(job):
            raise NotFoundError("no such browser")
        return redirect("/account/devices?done=one")

    def distrust_device(self, visit: Visit, device_id: str) -> Answer:
        """Ask for a code again in one browser."""

        def job(work: UnitOfWork) -> bool:
            devices = self._devices(work, visit)
            called = devices.called(device_id)
            if not devices.distrust(device_id):
                return False
            named = " ".join(filter(None, called.values()))
            Profiles(work).record(
                visit.profile.id, "untrusted", None, None, about=named
            )
            return True

        if not self.desk.write(job):
            raise NotFoundError("no such browser is trusted")
        return redirect("/account/devices?done=distrusted")

    def end_others(self, visit: Visit) -> Answer:
        """End every session but this one, and forget their browsers."""
        profile, session = visit.profile, visit.held_session

        def job(work: UnitOfWork) -> None:
            sign_out_everywhere(work, session.account_id, but=session.digest)
            self._note(work, profile, "others")

        self.desk.write(job)
        return redirect("/account/devices?done=others")

    def _note(self, work: UnitOfWork, profile: Profile, which: str) -> None:
        work.note_patient(Action.SIGNED_OUT, which, profile.id)

    def _devices(self, work: UnitOfWork, visit: Visit) -> Devices:
        account_id = visit.held_session.account_id
        return Devices(work, account_id, visit.profile.key_id)
