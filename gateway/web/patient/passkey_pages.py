"""
The pages of passkeys. Two of them have a script, ours, without which a browser makes
and uses none; whoever has none there is told so, and of the other ways.
"""

from __future__ import annotations

from attrs import frozen

from gateway.errors import InvalidError, NotFoundError
from gateway.web.patient.changing_pages import ChangingPages
from gateway.web.patient.desk import PatientDesk
from gateway.web.patient.sign_in_pages import SignInPages
from gateway.web.patient.using_passkeys import (
    LONGEST_NAME,
    AskedBrowser,
    NoPasskey,
    UsingPasskeys,
)
from gateway.web.patient.webauthn import BrowserAnswer, of_text, service_of
from gateway.web.site.answers import Answer, redirect
from gateway.web.site.browsers import browser_of
from gateway.web.site.visits import Visit

_ANSWERS = ("client_data", "attestation", "credential", "data", "signature", "handle")


@frozen
class PasskeyPages:
    """Making, listing, removing and using passkeys."""

    desk: PatientDesk

    @property
    def _steps(self) -> UsingPasskeys:
        return UsingPasskeys(self.desk)

    def _asking(self, visit: Visit) -> AskedBrowser:
        service = service_of(self.desk.settings)
        if service is None:
            raise NotFoundError("no passkeys are offered")
        return AskedBrowser(service=service, cookie=visit.cookie, now=visit.now)

    # In the account.

    def passkeys(self, visit: Visit) -> Answer:
        """List the passkeys of the account."""
        self._asking(visit)
        listed = self._steps.listed(visit.held_session)
        most = self.desk.settings.web.max_passkeys
        return self.desk.page(
            visit,
            "passkeys.html",
            passkeys=listed,
            most=most,
            is_full=len(listed) >= most,
            done=visit.query.get("done", ""),
        )

    def new_form(self, visit: Visit) -> Answer:
        """Ask for a name, and have the browser make a passkey."""
        self._asking(visit)
        return ChangingPages(self.desk).to_prove(visit) or self._new_form(visit)

    def _new_form(
        self, visit: Visit, problem: NoPasskey | None = None, status: int = 200
    ) -> Answer:
        asked, handle = self._steps.ask_to_make(
            self._asking(visit), visit.profile, visit.held_session
        )
        page = self.desk.page(
            visit,
            "passkey_new.html",
            status=status,
            asked=asked,
            handle=handle,
            called=self._name(visit),
            longest=LONGEST_NAME,
            problem=problem.value if problem else "",
            most=self.desk.settings.web.max_passkeys,
            minutes=max(1, self.desk.settings.web.passkey_seconds // 60),
        )
        return page.with_script()

    def _name(self, visit: Visit) -> str:
        """Return the name that was written, or what the browser calls itself."""
        written = visit.form.line("name")[:LONGEST_NAME]
        return written or " ".join(filter(None, browser_of(visit.agent)))

    def make(self, visit: Visit) -> Answer:
        """Keep the passkey that was made."""
        asking = self._asking(visit)
        if (proof := ChangingPages(self.desk).to_prove(visit)) is not None:
            return proof
        refused = self._made(asking, visit)
        if refused is not None:
            return self._new_form(visit, refused, 422)
        return redirect("/account/passkeys?done=added")

    def _made(self, asking: AskedBrowser, visit: Visit) -> NoPasskey | None:
        try:
            answer = _answer(visit)
        except InvalidError:
            return NoPasskey.WRONG
        return self._steps.make(
            asking, visit.profile, visit.held_session, answer, self._name(visit)
        )

    def remove(self, visit: Visit, passkey_id: str) -> Answer:
        """Take a passkey away."""
        if not self._steps.remove(visit.profile, visit.held_session, passkey_id):
            raise NotFoundError("no such passkey")
        return redirect("/account/passkeys?done=removed")

    # Signing in.

    def form(self, visit: Visit) -> Answer:
        """Have the browser use a passkey."""
        asking = self._asking(visit)
        if visit.own is not None:
            return redirect(visit.further or "/home")
        return self._form(asking, visit)

    def _form(
        self, asking: AskedBrowser, visit: Visit, problem: str = "", status: int = 200
    ) -> Answer:
        page = self.desk.page(
            visit,
            "sign_in_passkey.html",
            status=status,
            asked=self._steps.ask_to_use(asking),
            further=visit.further,
            problem=problem,
            minutes=max(1, self.desk.settings.web.passkey_seconds // 60),
        )
        return page.with_script()

    def sign_in(self, visit: Visit) -> Answer:
        """Open the space with the passkey that was used."""
        asking, pages = self._asking(visit), SignInPages(self.desk)
        if visit.own is not None:
            return redirect(visit.further or "/home")
        try:
            answer = _answer(visit)
        except InvalidError:
            return self._form(asking, visit, NoPasskey.WRONG.value, 422)
        used = pages.browser(visit)
        tried = self._steps.sign_in(asking, answer, used, visit.session)
        if tried.opened is None:
            problem = tried.problem.value if tried.problem else ""
            return self._form(asking, visit, problem, 422)
        return pages.opened(visit, tried.opened, used)


def _answer(visit: Visit) -> BrowserAnswer:
    """
    Return what the script put into the form.

    Raises:
        InvalidError: it is not what a browser gives.
    """
    said = {name: of_text(visit.form.line(name)) for name in _ANSWERS}
    return BrowserAnswer(**said)
