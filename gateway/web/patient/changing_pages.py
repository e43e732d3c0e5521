"""The pages that change an account, each behind the password and a code once more."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from attrs import frozen

from gateway.rights.login_rules import LONGEST
from gateway.store.patients.account_steps import StepKind
from gateway.store.patients.accounts import Accounts
from gateway.web.patient.changing_account import (
    LOGIN_TRIES,
    ChangeRefused,
    ChangingAccount,
)
from gateway.web.patient.code_forms import CodeForm
from gateway.web.patient.desk import PatientDesk
from gateway.web.patient.proving import Proving
from gateway.web.site.answers import Answer, redirect, with_query
from gateway.web.site.code_digits import digits_of
from gateway.web.site.visits import Visit

_ACCOUNT, _PEOPLE = "/account", "/people"
_PROVED_FOR: Final = re.compile(
    r"/account/(password|login|email|telephone|passkeys/new|close|download)"
    r"|/people/(new|child|[0-9a-f]{32}/(others|close))"
)
"""What proving may lead to; of any other address it leads to the account."""


@frozen
class ChangingPages:
    """Proving who it is, then the change."""

    desk: PatientDesk

    @property
    def _proving(self) -> Proving:
        return Proving(self.desk)

    @property
    def _changing(self) -> ChangingAccount:
        return ChangingAccount(self.desk)

    # The password, then the code.

    def _wanted(self, visit: Visit) -> str:
        """Return the change that proving leads to."""
        named = visit.form.line("for") or visit.query.get("for", "")
        return named if _PROVED_FOR.fullmatch(named) else _ACCOUNT

    def _back(self, visit: Visit) -> str:
        """Return where one comes from who was asked to prove it."""
        return _PEOPLE if self._wanted(visit).startswith(_PEOPLE) else _ACCOUNT

    def to_prove(self, visit: Visit) -> Answer | None:
        """Lead to the proof where there is none, or return None."""
        if self._proving.is_proved(visit.profile, visit.held_session):
            return None
        return redirect(with_query("/account/prove", {"for": visit.path}))

    def prove(self, visit: Visit) -> Answer:
        """Ask for the password."""
        if self._proving.is_proved(visit.profile, visit.held_session):
            return redirect(self._wanted(visit))
        return self._prove(visit)

    def _prove(
        self,
        visit: Visit,
        *,
        problem: str = "",
        until: datetime | None = None,
        status: int = 200,
    ) -> Answer:
        return self.desk.page(
            visit,
            "prove.html",
            status=status,
            problem=problem,
            until=until,
            wanted=self._wanted(visit),
            back=self._back(visit),
            requests=self.desk.settings.web.code_requests,
            shown_email=hidden_address(visit.profile.email),
        )

    def give_password(self, visit: Visit) -> Answer:
        """Take the password; lead to the code."""
        password = visit.form.text("password")
        if not password.strip():
            return self._prove(visit, problem="missing", status=422)
        session = visit.held_session
        tried = self._proving.give_password(visit.profile, session, password)
        if tried.problem is not None:
            status = 429 if tried.until is not None else 422
            return self._prove(
                visit, problem=tried.problem.value, until=tried.until, status=status
            )
        return redirect(with_query("/account/prove/code", {"for": self._wanted(visit)}))

    def code_form(self, visit: Visit) -> Answer:
        """Ask for the code."""
        if not visit.held_session.code_id:
            return redirect(with_query("/account/prove", {"for": self._wanted(visit)}))
        return self._code_form(visit).page(self.desk, visit)

    def _code_form(self, visit: Visit) -> CodeForm:
        return CodeForm(
            action="/account/prove/code",
            again="/account/prove/again",
            back=self._back(visit),
            wanted=self._wanted(visit),
            shown_email=hidden_address(visit.profile.email),
        )

    def give_code(self, visit: Visit) -> Answer:
        """Take the code; lead to the change."""
        form, digits = self._code_form(visit), digits_of(visit.form)
        if not digits:
            return form.page(self.desk, visit, problem="form", status=422)
        left = self._proving.give_code(visit.profile, visit.held_session, digits)
        if left is None:
            return redirect(self._wanted(visit))
        return form.refused(self.desk, visit, left)

    def code_again(self, visit: Visit) -> Answer:
        """Send another code, or say from when one may be sent."""
        until = self._proving.ask_again(visit.profile, visit.held_session)
        if until is not None:
            form = self._code_form(visit)
            return form.page(
                self.desk, visit, problem="enough", until=until, status=429
            )
        further = {"for": self._wanted(visit), "again": "1"}
        return redirect(with_query("/account/prove/code", further))

    # The changes.

    def password_form(self, visit: Visit) -> Answer:
        """Ask for another password."""
        return self.to_prove(visit) or self._password_form(visit)

    def _password_form(
        self, visit: Visit, problem: str = "", status: int = 200
    ) -> Answer:
        return self.desk.page(
            visit,
            "change_password.html",
            status=status,
            problem=problem,
            action="/account/password",
            is_lost=False,
            login="",
        )

    def set_password(self, visit: Visit) -> Answer:
        """Change the password."""
        if (proof := self.to_prove(visit)) is not None:
            return proof
        password = visit.form.text("password")
        if problem := written_twice(visit):
            return self._password_form(visit, problem, 422)
        session = visit.held_session
        refused = self._changing.set_password(visit.profile, session, password)
        if refused is not None:
            return self._password_form(visit, refused.why, 422)
        return redirect("/account?done=password")

    def login_form(self, visit: Visit) -> Answer:
        """Ask for another login."""
        return self.to_prove(visit) or self._login_form(visit, None)

    def _login_form(
        self, visit: Visit, refused: ChangeRefused | None, status: int = 200
    ) -> Answer:
        with self.desk.database.read() as work:
            login = Accounts(work).login_of(visit.profile)
        return self.desk.page(
            visit,
            "change_login.html",
            status=status,
            login=login,
            written=visit.form.line("login")[:LONGEST],
            problem=refused.why if refused else "",
            until=refused.until if refused else None,
            tries=LOGIN_TRIES,
        )

    def set_login(self, visit: Visit) -> Answer:
        """Change the login."""
        if (proof := self.to_prove(visit)) is not None:
            return proof
        login, session = visit.form.line("login"), visit.held_session
        refused = self._changing.set_login(visit.profile, session, login)
        if refused is not None:
            status = 429 if refused.until is not None else 422
            return self._login_form(visit, refused, status)
        return redirect("/account?done=login")

    def telephone_form(self, visit: Visit) -> Answer:
        """Ask for another telephone number."""
        return self.to_prove(visit) or self._telephone_form(visit)

    def _telephone_form(
        self,
        visit: Visit,
        problem: str = "",
        status: int = 200,
        until: datetime | None = None,
    ) -> Answer:
        written = visit.form.line("telephone")[:30] if problem else ""
        return self.desk.page(
            visit,
            "change_telephone.html",
            status=status,
            until=until,
            requests=self.desk.settings.web.code_requests,
            texts=self.desk.settings.sms.is_on,
            problem=problem,
            written=written or visit.profile.telephone,
        )

    def set_telephone(self, visit: Visit) -> Answer:
        """Change the telephone number."""
        if (proof := self.to_prove(visit)) is not None:
            return proof
        telephone, session = visit.form.line("telephone"), visit.held_session
        refused = self._changing.set_telephone(visit.profile, session, telephone)
        if refused is not None:
            status = 422 if refused.why == "form" else 429
            return self._telephone_form(visit, refused.why, status, refused.until)
        if self._changing.proposed(visit.profile, session, StepKind.TELEPHONE):
            return redirect("/account/telephone/code")
        return redirect("/account?done=telephone")

    def telephone_code_form(self, visit: Visit) -> Answer:
        """Ask for the code that was sent to the number."""
        return self._ask_for_code(visit, StepKind.TELEPHONE)

    def confirm_telephone(self, visit: Visit) -> Answer:
        """Take the code; the number is the patient's, and proved."""
        return self._confirm(visit, StepKind.TELEPHONE)

    def email_form(self, visit: Visit) -> Answer:
        """Ask for another address."""
        return self.to_prove(visit) or self._email_form(visit, None)

    def _email_form(
        self, visit: Visit, refused: ChangeRefused | None, status: int = 200
    ) -> Answer:
        return self.desk.page(
            visit,
            "change_email.html",
            status=status,
            problem=refused.why if refused else "",
            until=refused.until if refused else None,
            written=visit.form.line("email")[:254],
            requests=self.desk.settings.web.code_requests,
        )

    def propose_email(self, visit: Visit) -> Answer:
        """Send a code to the address that was written."""
        if (proof := self.to_prove(visit)) is not None:
            return proof
        address, session = visit.form.line("email"), visit.held_session
        refused = self._changing.propose_email(visit.profile, session, address)
        if refused is not None:
            status = 429 if refused.until is not None else 422
            return self._email_form(visit, refused, status)
        return redirect("/account/email/code")

    def email_code_form(self, visit: Visit) -> Answer:
        """Ask for the code that was sent to the other address."""
        return self._ask_for_code(visit, StepKind.EMAIL)

    def confirm_email(self, visit: Visit) -> Answer:
        """Take the code; the other address is the patient's."""
        return self._confirm(visit, StepKind.EMAIL)

    # What is done with the code of a number, and with that of an address.

    def _ask_for_code(self, visit: Visit, kind: StepKind) -> Answer:
        form = self._proof_form(visit, kind)
        return form.page(self.desk, visit) if form else redirect(f"/account/{kind}")

    def _proof_form(self, visit: Visit, kind: StepKind) -> CodeForm | None:
        said = self._changing.proposed(visit.profile, visit.held_session, kind)
        if not said:
            return None
        return CodeForm(
            action=f"/account/{kind}/code",
            back=f"/account/{kind}",
            shown_email=said if kind is StepKind.EMAIL else "",
            shown_number=said if kind is StepKind.TELEPHONE else "",
        )

    def _confirm(self, visit: Visit, kind: StepKind) -> Answer:
        form, digits = self._proof_form(visit, kind), digits_of(visit.form)
        if form is None:
            return redirect(f"/account/{kind}")
        if not digits:
            return form.page(self.desk, visit, problem="form", status=422)
        session = visit.held_session
        left = self._changing.confirm(visit.profile, session, kind, digits)
        if left is None:
            return redirect(f"/account?done={kind}")
        return form.refused(self.desk, visit, left)


def written_twice(visit: Visit) -> str:
    """Return what is wrong with a password written twice, or an empty text."""
    password = visit.form.text("password")
    if not password:
        return "missing"
    return "" if visit.form.text("again") == password else "apart"


def hidden_address(email: str) -> str:
    """
    Return an address that its owner knows again and nobody learns.

    >>> hidden_address("jeanne.morel@exemple.fr"), hidden_address("a@b.fr")
    ('j•••••l@exemple.fr', '•••••@b.fr')
    """
    local, _, domain = email.rpartition("@")
    shown = f"{local[0]}•••••{local[-1]}" if len(local) > 3 else "•••••"
    return f"{shown}@{domain}" if local else ""
