"""Signing in by a provider of identities, and out of it, from either side."""

from __future__ import annotations

import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import parse_qs

from attrs import evolve, field, frozen
from twisted.logger import Logger

from gateway.errors import GatewayError, InvalidError, NotFoundError
from gateway.store.base.work import UnitOfWork
from gateway.store.journal import Action
from gateway.store.professionals.ended_sign_ins import EndedSignIns
from gateway.store.professionals.sessions import ProvidedBy
from gateway.store.sealed.digest_keys import Label
from gateway.trust.provider import Provider
from gateway.trust.tokens import TokenRefusedError
from gateway.web.professional.desk import COOKIE, ProfessionalDesk
from gateway.web.professional.provided import sign_in_of
from gateway.web.professional.sign_in_pages import (
    ProfessionalSignInPages,
    step_to,
)
from gateway.web.professional.signing_in import ProfessionalSigningIn
from gateway.web.professional.visits import ProfessionalVisit
from gateway.web.site.answers import Answer, elsewhere, is_further, redirect
from gateway.web.site.visits import is_among

log = Logger()
BACK: Final = "sign-in/provider/back"
_STATE_COOKIE: Final = "provider"
_KEPT: Final = timedelta(minutes=10)
"""How long the way there and back may take."""
_KEPT_STATE = re.compile(r"(\d{10,11})\.([0-9a-f]{64})\.([A-Za-z0-9_=-]{0,700})")


@frozen
class _Begun:
    """
    What a browser keeps of a way to the provider that it began.

    State, nonce and verifier are keyed digests of it: nothing is stored for somebody
    who is nobody yet, and no other browser comes back by it.
    """

    kept: str = field(repr=False)
    at: int
    further: str

    @classmethod
    def now(cls, moment: datetime, further: str) -> _Begun:
        at = int(moment.timestamp())
        packed = urlsafe_b64encode(further.encode("ascii")).decode("ascii")
        return cls(f"{at}.{secrets.token_hex(32)}.{packed}", at, further)

    @classmethod
    def read(cls, kept: str, moment: datetime) -> _Begun | None:
        """Return what a cookie says, if it is not too old."""
        found = _KEPT_STATE.fullmatch(kept)
        if found is None:
            return None
        at = int(found[1])
        if not timedelta() <= timedelta(seconds=moment.timestamp() - at) < _KEPT:
            return None
        try:
            further = urlsafe_b64decode(found[3]).decode("ascii")
        except ValueError:
            return None
        return cls(kept, at, further if is_further(further) else "")


@frozen
class ProviderPages:
    """The way by a provider of identities."""

    desk: ProfessionalDesk

    @property
    def _provider(self) -> Provider:
        if self.desk.provider is None:
            raise NotFoundError("there is no provider of identities")
        return self.desk.provider

    @property
    def _back(self) -> str:
        return f"{self.desk.settings.professional_url.rstrip('/')}/{BACK}"

    def _derived(self, begun: _Begun) -> tuple[tuple[str, ...], str, str]:
        """Return the states that are believed, the nonce and the verifier."""
        keys = self.desk.database.keys

        def derived(what: str) -> tuple[str, ...]:
            return keys.digests(Label.FORM, f"provider:{what}:{begun.kept}")

        return derived("state"), derived("nonce")[0], derived("verifier")[0]

    def begin(self, visit: ProfessionalVisit) -> Answer:
        """Send the browser to the provider."""
        provider = self._provider
        if visit.person is not None:
            return redirect(visit.further or "/home")
        begun = _Begun.now(visit.now, visit.further)
        states, nonce, verifier = self._derived(begun)
        there = provider.begin(
            state=states[0], nonce=nonce, verifier=verifier, back=self._back
        )
        answer = elsewhere(there).with_cookie(_STATE_COOKIE, begun.kept)
        return answer.with_cookie(COOKIE, visit.cookie) if visit.is_new else answer

    def come_back(self, visit: ProfessionalVisit) -> Answer:
        """Take who comes back from the provider; go on, or say why not."""
        provider, query = self._provider, visit.query
        begun = _Begun.read(visit.provider_state, visit.now)
        states, nonce, verifier = (
            self._derived(begun) if begun is not None else ((), "", "")
        )
        if begun is None or not is_among(query.get("state", ""), states):
            return self._refused(visit, "state")
        if query.get("error") or not query.get("code"):
            return self._refused(visit, "denied")
        try:
            identified = provider.finish(
                code=query["code"],
                issuer=query.get("iss", ""),
                nonce=nonce,
                verifier=verifier,
                back=self._back,
            )
            sign_in = sign_in_of(identified)
        except TokenRefusedError as error:
            log.warn("sign-in by the provider: {fault}", fault=error.fault.value)
            return self._refused(visit, error.fault.value)
        except InvalidError:
            return self._refused(visit, "nobody")
        steps = ProfessionalSigningIn(self.desk)
        tried = steps.give_identity(sign_in, visit.session)
        asked = evolve(visit, query={"next": begun.further} if begun.further else {})
        return step_to(asked, tried).without_cookie(_STATE_COOKIE)

    def _refused(self, visit: ProfessionalVisit, why: str) -> Answer:
        """Say that nobody came in; the journal has why, in a word of ours."""
        ProfessionalSigningIn(self.desk).refuse_identity(why)
        page = ProfessionalSignInPages(self.desk).failed(visit)
        return page.without_cookie(_STATE_COOKIE)

    def ended(self, visit: ProfessionalVisit) -> Answer:
        """
        End the sessions that the provider says are over.

        OpenID Connect Back-Channel Logout 1.0 §2.5: the token is the proof, and no
        cookie comes with it.
        """
        provider = self._provider
        tokens = parse_qs(visit.body.decode("ascii", "replace")).get("logout_token", [])
        try:
            claims = provider.ended(tokens[0] if len(tokens) == 1 else "")
        except TokenRefusedError as error:
            log.warn("logout by the provider: {fault}", fault=error.fault.value)
            return Answer(status=400, headers=_NO_STORE)
        over = ProvidedBy(
            session=str(claims.get("sid") or ""), subject=str(claims.get("sub") or "")
        )

        def job(work: UnitOfWork) -> None:
            for account_id in self.desk.sessions(work).end_by_provider(over):
                work.note(Action.SIGNED_OUT, "provider", account_id, who="professional")
            self._end_mail(work, over)

        self.desk.write(job)
        return Answer(headers=_NO_STORE)

    def _end_mail(self, work: UnitOfWork, over: ProvidedBy) -> None:
        """Have the mail doors end what stands on tokens of that sign-in."""
        lasting = timedelta(seconds=self._provider.settings.mail_session_seconds)
        EndedSignIns(work).note(over.session, over.subject, lasting + _KEPT)

    def leave(self, visit: ProfessionalVisit) -> Answer:
        """
        Sign out here, and there too where somebody came by the provider.

        The browser goes on from a page of ours: a form of ours may lead nowhere else.
        """
        session = visit.session
        provided = session.sign_in.provided if session is not None else ProvidedBy()
        left = ProfessionalSignInPages(self.desk).leave(visit)
        if not provided.id_token or self.desk.provider is None:
            return left
        if provided.session:
            over = evolve(provided, subject="")  # this sign-in, and no other of theirs
            self.desk.write(lambda work: self._end_mail(work, over))
        back = f"{self.desk.settings.professional_url.rstrip('/')}/sign-in"
        try:
            there = self.desk.provider.end(provided.id_token, back)
        except GatewayError as error:
            log.warn("no sign-out at the provider: {why}", why=str(error))
            return left
        if not there:
            return left
        gone = evolve(visit, session=None, is_new=False)
        page = self.desk.page(gone, "leaving.html", there=there)
        page = evolve(page, headers=(*page.headers, ("Refresh", f"0; url={there}")))
        return self.desk.without_call(visit, page.without_cookie(COOKIE))


_NO_STORE = (("Cache-Control", "no-store"),)
