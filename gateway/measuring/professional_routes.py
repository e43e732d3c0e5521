"""The professionals' pages by their table of routes, as a doctor in one open record."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from types import MappingProxyType
from typing import Any, Final

from attrs import field, frozen

from gateway.core.practice import Professional
from gateway.errors import UnavailableError
from gateway.loop import Threads
from gateway.measuring.readings import MeasuredReading
from gateway.node.professional_pages import make_professional_desk
from gateway.reception.keeping import Reception
from gateway.rights.reading_rules import SignedInBy
from gateway.settings.file import Settings
from gateway.store.base.work import Database
from gateway.store.base.writer import Writer
from gateway.store.patients.web_sessions import Stage
from gateway.store.professionals.accounts import ProfessionalAccounts
from gateway.store.professionals.sessions import ProStage, SignIn, SignInWay
from gateway.trust.space import TrustSpace
from gateway.web.professional.desk import COOKIE
from gateway.web.professional.record_act_pages import ACTS
from gateway.web.professional.routes import make_professional_routes
from gateway.web.professional.serving import ProfessionalServing
from gateway.web.site.routes import Route
from gateway.web.site.visits import RawRequest

_PARAMETER = re.compile(r":(\w+)>")
_DOCUMENT: Final = (
    "/records/<string(length=32):record_id>/documents/<string(length=32):document_id>"
)
_EXCHANGE: Final = (
    "/messages/<string(length=32):mailbox_id>/<string(length=32):thread_id>"
)
_LETTER: Final = f"{_EXCHANGE}/<string(maxlength=60):letter_id>/<int(max=999):place>"
_OF_FILES: Final = "the document that is measured carries no file of its own"
_OF_MAIL: Final = "the letters here are of mailboxes elsewhere"
_PROVIDER: Final = "there is no provider of identities here"

APART: Final[Mapping[str, str]] = MappingProxyType(
    {
        f"{_DOCUMENT}/body": _OF_FILES,
        f"{_DOCUMENT}/picture/<int(max=999):number>": _OF_FILES,
        f"{_DOCUMENT}/media/<string(maxlength=64):media_id>": _OF_FILES,
        f"{_DOCUMENT}/<any({', '.join(ACTS)}):act>": "asks of one document",
        "/records/<string(length=32):record_id>/block": "for who administers alone",
        "/records/<string(length=32):record_id>/mask": "asks of documents it is given",
        "/proof/<string(length=32):entry_id>": "nothing was filed by a page here",
        _EXCHANGE: _OF_MAIL,
        _LETTER: _OF_MAIL,
        f"{_LETTER}/view": _OF_MAIL,
        "/sign-in/provider": _PROVIDER,
        "/sign-in/provider/back": _PROVIDER,
    }
)
"""What is not measured, and why."""


@frozen
class ProfessionalSpace:
    """One doctor's open session, with a record that is open in it."""

    writer: Writer
    serving: ProfessionalServing
    routes: Mapping[str, Route]
    ids: Mapping[str, str]
    cookie: str = field(repr=False)
    threads: ThreadPoolExecutor = field(repr=False)
    loop: asyncio.AbstractEventLoop = field(repr=False)

    @classmethod
    def begin(
        cls, settings: Settings, database: Database, reading: MeasuredReading
    ) -> ProfessionalSpace:
        """Sign in as who reads; the record they opened is the one of the pages."""
        writer, threads = Writer(database), ThreadPoolExecutor(1)
        writer.start()
        loop = asyncio.new_event_loop()
        desk = make_professional_desk(
            settings,
            database,
            writer,
            Reception(database, writer, Threads(loop, threads)),
            trust=TrustSpace(settings.trust, database.clock),
            provider=None,
        )
        who = reading.who
        sign_in = SignIn(
            person=Professional(
                national_id=who.national_id,
                family="MESURE",
                given="CAMILLE",
                practices=(who.practice,),
            ),
            way=SignInWay.PROVIDER,
            signed_in_by=SignedInBy.CARD,
            chosen=0,
        )
        with database.write() as work:
            account = ProfessionalAccounts(work).open(who.national_id)
            cookie = desk.sessions(work).start(ProStage.OPEN, account, sign_in)
        return cls(
            writer,
            ProfessionalServing(database.keys, desk),
            {
                one.path: one
                for one in make_professional_routes(desk)
                if one.method == "GET"
            },
            {"record_id": reading.consultation_id, "document_id": reading.document_id},
            cookie,
            threads,
            loop,
        )

    def close(self) -> None:
        """Stop the writer; the database is for its owner to close."""
        self.writer.stop()
        self.threads.shutdown()
        self.loop.close()

    def times(self) -> Iterator[tuple[str, float]]:
        """
        Ask for each page once; yield its name, and the seconds it took.

        Raises:
            UnavailableError: one was not shown.
        """
        for path, route in self.routes.items():
            if path not in APART:
                name = re.sub(r"<[^>]*:(\w+)>", r"<\1>", path)
                yield f"professionals: {name}", self._time(route)

    def _time(self, route: Route) -> float:
        parts: dict[str, Any] = {
            name: self.ids[name] for name in _PARAMETER.findall(route.path)
        }
        is_signed_in = route.needs is not Stage.ANONYMOUS
        asked = RawRequest(
            method="GET",
            path=route.path.partition("<")[0],
            query={},
            cookies={f"__Host-{COOKIE}": self.cookie} if is_signed_in else {},
            headers={"host": "localhost"},
            body=b"",
        )
        began = time.perf_counter()
        answer = self.serving.serve(route, asked, parts)
        taken = time.perf_counter() - began
        is_shown = answer.status == 200 or (answer.status == 303 and not is_signed_in)
        if not is_shown:
            raise UnavailableError(f"{route.path} answered {answer.status}")
        return taken
