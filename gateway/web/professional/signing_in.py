"""
Signing in: a card or a provider of identities, a second factor, then a situation.

The certificate is judged again at each request: a session made by it ends with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from attrs import evolve, field, frozen

from gateway.core.practice import Practice, Professional
from gateway.core.texts.professional_codes import CODE_TEXTS
from gateway.errors import NotFoundError, UnavailableError
from gateway.rights.reading_rules import SignedInBy
from gateway.store.base.work import UnitOfWork
from gateway.store.journal import Action
from gateway.store.patients.one_time_codes import OneTimeCodes
from gateway.store.professionals.accounts import (
    ProfessionalAccount,
    ProfessionalAccounts,
)
from gateway.store.professionals.mails import ProfessionalMails
from gateway.store.professionals.sessions import (
    ProfessionalSession,
    ProStage,
    SignIn,
    SignInWay,
)
from gateway.trust.naming_rules import is_named
from gateway.web.professional.desk import ProfessionalDesk
from gateway.web.professional.identifying import Card, CardAnswer
from gateway.web.professional.visits import ProfessionalVisit
from gateway.web.site.visits import ShownCertificate

_HOUR = timedelta(hours=1)


class NoWay(StrEnum):
    """Why a certificate that is good leads no further."""

    NO_ADDRESS = "no-address"  # no address is known that a code could be sent to
    PROVIDER = "provider"  # what came back from the provider is not accepted
    ENOUGH = "enough"  # as many codes as are sent in an hour


@frozen
class CardTried:
    """The cookie of the next step, or why there is none, and until when."""

    stage: ProStage = ProStage.ANONYMOUS
    cookie: str = field(default="", repr=False)
    problem: NoWay | None = None
    until: datetime | None = None


@frozen
class ProCodeTried:
    """The new cookie and stage when the code was right, else the tries left."""

    cookie: str = field(repr=False)
    stage: ProStage
    tries_left: int


@frozen
class ProfessionalSigningIn:
    """The steps of signing in; each takes and gives sessions, and blocks."""

    desk: ProfessionalDesk

    def give_card(
        self, card: Card, old: ProfessionalSession | None, language: str
    ) -> CardTried:
        """
        Take a person's certificate; send a code, or go on where none is needed.

        A card with its PIN is two factors by itself, of the authorities that the
        settings name.
        """
        certificate = card.certificate
        assert card.answer is CardAnswer.PERSON, "a person's certificate"
        assert certificate is not None, "it was read"
        settings = self.desk.settings.professional
        is_card = is_named(card.issuer, settings.card_is_two_factors)
        asks = not is_card and settings.second_factor == "email"
        alone = not is_card and not asks
        by = SignedInBy.CERTIFICATE_ALONE if alone else SignedInBy.CARD

        def job(work: UnitOfWork) -> CardTried:
            said = Professional(
                national_id=certificate.identity, family=card.family, given=card.given
            )
            usual = (Practice(profession=certificate.profession),)
            sign_in = SignIn(
                person=self._known(work, said, usual),
                way=SignInWay.CERTIFICATE,
                signed_in_by=by,
                certificate=certificate.fingerprint,
            )
            account = ProfessionalAccounts(work).open(certificate.identity)
            if asks:
                return self._send_first(work, account, sign_in, old, language)
            return CardTried(*self._go_on(work, account, sign_in, old))

        return self.desk.write(job)

    def give_identity(
        self, sign_in: SignIn, old: ProfessionalSession | None
    ) -> CardTried:
        """Take who came from a provider of identities, which asked for two factors."""

        def job(work: UnitOfWork) -> CardTried:
            person = sign_in.person
            account = ProfessionalAccounts(work).open(person.national_id)
            known = self._known(work, person, person.practices or (_NOTHING,))
            return CardTried(
                *self._go_on(work, account, evolve(sign_in, person=known), old)
            )

        return self.desk.write(job)

    def _known(
        self, work: UnitOfWork, said: Professional, usual: Iterable[Practice]
    ) -> Professional:
        """Return a professional with the practices that are known of them."""
        if said.practices:
            return said
        found = self.desk.known(work, said.national_id)
        practices = found.practices if found is not None else ()
        return evolve(
            said,
            family=said.family or (found.family if found is not None else ""),
            given=said.given or (found.given if found is not None else ""),
            practices=practices or tuple(usual),
            may_regulate=found is not None and found.may_regulate,
        )

    def _send_first(
        self,
        work: UnitOfWork,
        account: ProfessionalAccount,
        sign_in: SignIn,
        old: ProfessionalSession | None,
        language: str,
    ) -> CardTried:
        if not account.email:
            self._refused(work, account, "no-address")
            return CardTried(problem=NoWay.NO_ADDRESS)
        code_id, until = self._send_code(work, account, language)
        if not code_id:
            return CardTried(problem=NoWay.ENOUGH, until=until)
        sessions = self.desk.sessions(work)
        if old is not None:
            sessions.end(old)
        cookie = sessions.start(ProStage.CODE, account, sign_in, code_id)
        return CardTried(ProStage.CODE, cookie)

    def _send_code(
        self, work: UnitOfWork, account: ProfessionalAccount, language: str
    ) -> tuple[str, datetime | None]:
        """Make a code and its e-mail; return its id, or from when one may be sent."""
        settings, codes = self.desk.settings.professional, OneTimeCodes(work)
        until = codes.next_for_professional(account.id, settings.code_requests, _HOUR)
        if until is not None:
            return "", until
        life = timedelta(seconds=settings.code_seconds)
        code = codes.make(None, life, settings.code_tries, professional_id=account.id)
        subject, text = CODE_TEXTS["en" if language == "en" else "fr"]
        words = {
            "service": self.desk.settings.domains.operator_name,
            "digits": code.digits,
            "minutes": settings.code_seconds // 60,
        }
        ProfessionalMails(work).add(account, subject, text.format_map(words), life)
        work.note(Action.SIGN_IN_STARTED, "code", account.id, who="professional")
        return code.id, None

    def ask_again(self, session: ProfessionalSession, language: str) -> datetime | None:
        """
        Void the session's code and send another.

        Return from when that may be done, where it may not yet: the code that was sent
        last stays good.
        """

        def job(work: UnitOfWork) -> datetime | None:
            account = ProfessionalAccounts(work).get(session.account.id)
            if account is None or not account.email:
                return None
            code_id, until = self._send_code(work, account, language)
            if code_id:
                OneTimeCodes(work).void(session.code_id)
                self.desk.sessions(work).set_code(session, code_id)
            return until

        return self.desk.write(job)

    def give_code(self, session: ProfessionalSession, digits: str) -> ProCodeTried:
        """Take a code; go on with a new session and cookie when it is right."""

        def job(work: UnitOfWork) -> ProCodeTried:
            codes = OneTimeCodes(work)
            if not codes.use(session.code_id, digits):
                self._refused(work, session.account, "code")
                left = codes.tries_left(session.code_id)
                return ProCodeTried("", ProStage.CODE, left)
            stage, cookie = self._go_on(
                work, session.account, session.sign_in, session, must_end=True
            )
            return ProCodeTried(cookie, stage, 0)

        return self.desk.write(job)

    def _go_on(
        self,
        work: UnitOfWork,
        account: ProfessionalAccount,
        sign_in: SignIn,
        old: ProfessionalSession | None,
        *,
        must_end: bool = False,
    ) -> tuple[ProStage, str]:
        """Open the session where there is nothing to choose; else ask for a choice."""
        sessions = self.desk.sessions(work)
        if old is not None and not sessions.end(old) and must_end:
            raise NotFoundError("the session ended meanwhile")
        if len(sign_in.person.practices) > 1:
            stage = ProStage.SITUATION
            return stage, sessions.start(stage, account, sign_in)
        return ProStage.OPEN, self._open(work, account, sign_in, 0)

    def choose(self, session: ProfessionalSession, number: int) -> str:
        """
        Open the session in one of the situations; return its cookie.

        Raises:
            NotFoundError: there is no such situation, or the session ended meanwhile.
        """
        if not 0 <= number < len(session.sign_in.person.practices):
            raise NotFoundError("no such situation")

        def job(work: UnitOfWork) -> str:
            if not self.desk.sessions(work).end(session):
                raise NotFoundError("the session ended meanwhile")
            return self._open(work, session.account, session.sign_in, number)

        return self.desk.write(job)

    def _open(
        self,
        work: UnitOfWork,
        account: ProfessionalAccount,
        sign_in: SignIn,
        number: int,
    ) -> str:
        practice = sign_in.person.practices[number]
        chosen = evolve(sign_in, chosen=number)
        cookie = self.desk.sessions(work).start(ProStage.OPEN, account, chosen)
        work.note(
            Action.SIGNED_IN,
            sign_in.way.value,
            account.id,
            who="professional",
            by=sign_in.signed_in_by.value,
            identity=sign_in.person.national_id,
            profession=practice.profession,
            activity=practice.activity,
            structure=practice.structure,
            column=self.desk.column(practice).value,
        )
        return cookie

    def _refused(
        self, work: UnitOfWork, account: ProfessionalAccount, why: str
    ) -> None:
        work.note(Action.SIGN_IN_REFUSED, why, account.id, who="professional")

    def refuse_card(self, card: Card) -> None:
        """Leave a trace of a certificate that lets nobody in."""
        subject = card.certificate.fingerprint[:32] if card.certificate else ""
        self.desk.write(
            lambda work: work.note(
                Action.SIGN_IN_REFUSED, card.answer.value, subject, who="professional"
            )
        )

    def refuse_identity(self, why: str) -> None:
        """Leave a trace of somebody who came back from a provider in vain."""
        self.desk.write(
            lambda work: work.note(
                Action.SIGN_IN_REFUSED, why, "provider", who="professional"
            )
        )

    def leave(self, session: ProfessionalSession, why: str = "asked") -> None:
        """End a session: its cookie opens nothing any more."""

        def job(work: UnitOfWork) -> None:
            if self.desk.sessions(work).end(session):
                account_id = session.account.id
                work.note(Action.SIGNED_OUT, why, account_id, who="professional")

        self.desk.write(job)

    def find(
        self, cookie: str, shown: ShownCertificate | None
    ) -> tuple[ProfessionalSession | None, datetime]:
        """
        Return the session of a cookie, and the time.

        A session by certificate ends where the connection shows another one or none,
        or where that one is not believed any more.

        Raises:
            UnavailableError: whether it is cannot be said, as our own lists are missing
        """
        with self.desk.database.read() as work:
            sessions = self.desk.sessions(work)
            session, now = sessions.find(cookie), work.now
            stale = session is not None and sessions.is_stale(session)
        if session is None:
            return None, now
        if session.sign_in.certificate and not self._shows(session, shown):
            self.leave(session, "certificate")
            return None, now
        if stale:
            known = session
            session = self.desk.write(lambda work: self.desk.sessions(work).seen(known))
        return session, now

    def _shows(
        self, session: ProfessionalSession, shown: ShownCertificate | None
    ) -> bool:
        card = self.desk.card(shown)
        if card.answer is CardAnswer.UNAVAILABLE:
            raise UnavailableError("try again later", detail="revocation lists")
        certificate = card.certificate
        return (
            card.answer is CardAnswer.PERSON
            and certificate is not None
            and certificate.fingerprint == session.sign_in.certificate
        )

    def note_refusal(self, visit: ProfessionalVisit, subject: str) -> None:
        """Leave a trace of somebody who asked for what is not theirs, or not there."""
        account_id = visit.held_session.account.id
        self.desk.write(
            lambda work: work.note(
                Action.PAGE_REFUSED, "not-found", subject, professional=account_id
            )
        )


_NOTHING = Practice(profession="")
"""Of whom a provider names no practice: nobody reads by it, and it is said why."""
