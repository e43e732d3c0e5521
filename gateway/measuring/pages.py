"""The patients' pages: what each costs the server, with few things and with many."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Protocol
from uuid import uuid4

from attrs import field, frozen

from gateway.core.copies import Copy
from gateway.core.document import DocumentEntry
from gateway.core.envelope import Arrival, Door
from gateway.core.listing import MANY_READ
from gateway.core.texts.notices import NoticeKind
from gateway.errors import UnavailableError
from gateway.loop import Threads
from gateway.measuring.figures import Figure
from gateway.measuring.node import Node
from gateway.measuring.page_documents import (
    RESULTS,
    SEARCHED,
    IndexSize,
    SpaceDocuments,
    text_seconds,
)
from gateway.measuring.page_messages import (
    CONTENT,
    FILES,
    TEXT,
    is_own,
    message,
)
from gateway.measuring.page_routes import AskedPage, other_pages
from gateway.measuring.professional_routes import ProfessionalSpace
from gateway.measuring.readings import MeasuredReading
from gateway.node.pages import make_desk
from gateway.node.vaults import open_vaults
from gateway.reception.keeping import Reception
from gateway.rights.delegation_rules import Capacity, Term
from gateway.settings.file import Settings
from gateway.store.arrivals.arrivals import Arrivals, DocumentOutcome
from gateway.store.base.work import Database, UnitOfWork
from gateway.store.base.writer import Writer
from gateway.store.inbox.drafts import Begun, Drafts
from gateway.store.inbox.inbox import Inbox
from gateway.store.inbox.reading import InboxReader
from gateway.store.inbox.values import AttachedFile, Direction
from gateway.store.patients.account_steps import AccountSteps, StepKind
from gateway.store.patients.accounts import Accounts
from gateway.store.patients.delegations import Delegations
from gateway.store.patients.notice_centre import CentreReader, NoticeCentre
from gateway.store.patients.notices import Notices
from gateway.store.patients.profiles import Profiles
from gateway.store.patients.web_sessions import Stage
from gateway.web.patient.document_search import TypedSealing
from gateway.web.patient.routes import make_routes
from gateway.web.patient.signing_in import SigningIn
from gateway.web.site.paging import PER_PAGE
from gateway.web.site.routes import Route
from gateway.web.site.serving import Serving
from gateway.web.site.visits import RawRequest, Visit, form_token

WANTED = 100.0
"""Milliseconds of server time that no page may take."""

_BATCH = 250
_YEAR = timedelta(days=365)
_HOUR = timedelta(hours=1)
_FILES = tuple(
    AttachedFile(one.name, one.media_type, len(one.content)) for one in FILES
)


@frozen
class Holdings:
    """What a patient has: documents, and messages, half of them of one correspondent"""

    documents: int
    messages: int


FEW = Holdings(10, 10)
MANY = Holdings(10_000, 2_000)


@frozen
class PageTime:
    """Milliseconds of one page, the median of some requests."""

    page: str
    few: float
    many: float


@frozen
class MeasuredPages:
    """What pages take, how large their index is, and what a text of a PDF takes."""

    times: list[PageTime]
    size: IndexSize
    text_seconds: float


@frozen
class Space:
    """One patient's space in a database of its own, and the pages that show it."""

    settings: Settings
    database: Database
    writer: Writer
    serving: Serving
    routes: Mapping[str, Route]
    documents: SpaceDocuments
    cookie: str = field(repr=False)
    theirs: Mapping[str, str] = field(repr=False)
    """The cookies of who represents the patient, in this space."""
    threads: ThreadPoolExecutor = field(repr=False)
    loop: asyncio.AbstractEventLoop = field(repr=False)

    @classmethod
    def fill(
        cls,
        settings: Settings,
        database: Database,
        people: Sequence[str],
        holdings: Holdings,
    ) -> Space:
        """
        Put so much into the space of the first of some people, and sign in.

        So does the second, who represents them.
        """
        writer, threads = Writer(database), ThreadPoolExecutor(1)
        writer.start()
        loop = asyncio.new_event_loop()
        reception = Reception(database, writer, Threads(loop, threads))
        desk = make_desk(settings, database, writer, reception, lambda _: True)
        with database.write() as work:
            own, other = (Profiles(work).find(one) for one in people[:2])
            assert own is not None, "a patient of this database"
            assert other is not None, "another of them"
            profile_id, sessions = own.id, desk.sessions(work)
            today = work.now.date()
            theirs = {
                "__Host-acting": Delegations(work).represent(
                    own,
                    other,
                    Term(first=today, last=today + _YEAR),
                    capacity=Capacity.PROTECTOR,
                    by="bench",
                )
            }
            accounts = [
                Accounts(work).add(f"bench-pages-{number}", uuid4().hex, one.id)
                for number, one in enumerate((own, other))
            ]
            cookie, another = (sessions.start(Stage.OPEN, one) for one in accounts)
            theirs["__Host-session"] = another
        routes = {one.path: one for one in make_routes(desk) if one.method == "GET"}
        serving = Serving(database.keys, SigningIn(desk))
        space = cls(
            settings,
            database,
            writer,
            serving,
            routes,
            SpaceDocuments(database, profile_id),
            cookie,
            theirs,
            threads,
            loop,
        )
        brought = sum(not is_own(number) for number in range(holdings.messages))
        for first in range(brought, holdings.documents, _BATCH):
            with database.write() as work:
                for _ in range(first, min(first + _BATCH, holdings.documents)):
                    space._file(work, space.documents.letter)
        for first in range(0, holdings.messages, _BATCH):
            space._add_messages(range(first, min(first + _BATCH, holdings.messages)))
        space.documents.make_searchable()
        return space

    @property
    def profile_id(self) -> str:
        """Whose space it is."""
        return self.documents.profile_id

    def close(self) -> None:
        """Stop the writer; the database is for its owner to close."""
        self.writer.stop()
        self.threads.shutdown()
        self.loop.close()

    def addresses(self) -> Iterator[AskedPage]:
        """Return each page that is measured: those with much by name, then the rest."""
        named = list(self._named())
        yield from named
        yield from other_pages(self.routes.values(), named, self._ids())

    def _ids(self) -> dict[str, object]:
        """Return what stands in the addresses of pages about one thing."""
        with self.database.write() as work:
            reader = InboxReader(work)
            found = reader.conversations(self.profile_id, 1)[0]
            messages = reader.messages(self.profile_id, found.id)
            vault = open_vaults(self.database).within(work)
            document = vault.for_holder(self.profile_id, old=False, limit=1)[0]
            draft_id = Drafts(work).save_new(
                self.profile_id, Begun(subject="Question", text=TEXT), most=1
            )
            profile = Profiles(work).get(self.profile_id)
            session, _, _ = self.serving.visitors.find(self.cookie)
            assert profile is not None, "it was filled"
            assert session is not None, "it was signed in"
            AccountSteps(work, session, profile.key_id).begin(StepKind.PROOF, _HOUR)
            Notices.of(work, self.settings).make(profile, NoticeKind.UNDELIVERED)
        with self.database.read() as work:
            reading = CentreReader(
                profile_id=self.profile_id, account_id=session.account_id
            )
            notice = NoticeCentre(work).listed(reading, 1)[0]
        came = next(one for one in reversed(messages) if one.direction is Direction.IN)
        return {
            "conversation_id": found.id,
            "message_id": came.id,
            "arrival_id": came.arrival_id,
            "place": 0,
            "document_id": document.id,
            "draft_id": draft_id,
            "notice_id": notice.id,
        }

    def _named(self) -> Iterator[AskedPage]:
        with self.database.read() as work:
            reader = InboxReader(work)
            found = reader.conversations(self.profile_id, 1)[0]
            count = reader.count(self.profile_id)
            vault = open_vaults(self.database).within(work)
            total = vault.count_for_holder(self.profile_id, old=False)
            first = vault.for_holder(self.profile_id, old=False, limit=1)[0]
        thread = "/conversation/<string(length=32):conversation_id>"
        one = {"conversation_id": found.id}
        last = {
            "inbox": {"page": str(-(-count // PER_PAGE))},
            "thread": {"page": str(-(-found.messages // PER_PAGE))},
            "documents": {"page": str(-(-total // PER_PAGE))},
        }
        yield AskedPage("home", "/home")
        yield AskedPage("messages, the first page", "/inbox")
        yield AskedPage("messages, the last page", "/inbox", {}, last["inbox"])
        yield AskedPage("a conversation, the newest page", thread, one)
        yield AskedPage("a conversation, the oldest page", thread, one, last["thread"])
        for name, query in (
            ("messages, with files", {"show": "files"}),
            ("messages, sent", {"show": "sent"}),
            ("messages, of three months", {"when": "3m"}),
            ("messages, searched", {"q": self._sealed("traitement bien")}),
        ):
            yield AskedPage(name, "/inbox", {}, query)
        yield AskedPage("a new message", "/inbox/new")
        yield AskedPage("documents, the first page", "/documents")
        yield AskedPage("documents, the last page", "/documents", {}, last["documents"])
        yield AskedPage(
            "documents, replaced ones too", "/documents", {}, {"replaced": "1"}
        )
        yield AskedPage("documents, of a category", "/documents", {}, {"kind": "bio"})
        filters = {"when": "2026", "unread": "1", "order": "filed"}
        yield AskedPage("documents, of a year, not opened", "/documents", {}, filters)
        words = {"q": self._sealed(SEARCHED)}
        yield AskedPage("documents, searched", "/documents", {}, words)
        document = "/documents/<string(length=32):document_id>"
        yield AskedPage("a document", document, {"document_id": first.id})
        for name, path in (
            ("home", "/home"),
            ("documents, the first page", "/documents"),
            ("messages", "/inbox"),
            ("documents to hide", "/confidentiality/documents"),
            ("who is blocked", "/confidentiality"),
            ("history", "/history"),
        ):
            yield AskedPage(f"{name}, for who represents", path, represents=True)

    def _sealed(self, words: str) -> str:
        """Return what was typed as the address of this session has it."""
        _, profile, now = self.serving.visitors.find(self.cookie)
        visit = Visit(
            path="/documents",
            language="fr",
            now=now,
            cookie=self.cookie,
            own=profile,
            token=form_token(self.database.keys, self.cookie),
        )
        with self.database.read() as work:
            return TypedSealing(work, visit).seal(words)

    def time(self, page: AskedPage) -> float:
        """
        Ask for a page as a browser does; return the seconds it took.

        Raises:
            UnavailableError: it was not shown.
        """
        asked = RawRequest(
            method="GET",
            path=page.path.partition("<")[0],
            query=page.query,
            cookies=self._cookies(page),
            headers={"host": "localhost"},
            body=b"",
        )
        began = time.perf_counter()
        answer = self.serving.serve(self.routes[page.path], asked, dict(page.parts))
        taken = time.perf_counter() - began
        # Some lead on, as a step that comes before; never back to the sign-in.
        goes_on = not dict(answer.headers).get("Location", "").startswith("/sign-in")
        is_led = answer.status == 303 and (goes_on or not page.is_signed_in)
        if answer.status != 200 and not is_led:
            raise UnavailableError(f"{page.path} answered {answer.status}")
        return taken

    def file_more(self) -> None:
        """File so many documents as a page reads itself, and tell no worker."""
        with self.database.write() as work:
            for _ in range(MANY_READ - 1):
                self._file(work, self.documents.letter)

    def times(self) -> Iterator[tuple[str, float]]:
        """Yield the pages after a change that nothing was made ahead of."""
        for name, path in (("home", "/home"), ("documents", "/documents")):
            said = f"{name}, {MANY_READ - 1} documents new since the list was made"
            yield said, self.time(AskedPage(said, path))

    def _cookies(self, page: AskedPage) -> Mapping[str, str]:
        if not page.is_signed_in:
            return {}
        return self.theirs if page.represents else {"__Host-session": self.cookie}

    def _file(
        self, work: UnitOfWork, content: bytes, arrival_id: str = ""
    ) -> DocumentEntry:
        deposit = self.documents.deposit(content, arrival_id)
        open_vaults(self.database).within(work).file(deposit)
        return deposit.entry

    def _add_messages(self, numbers: range) -> None:
        """Receive messages, as the door and the worker do; some are the patient's."""
        made = [message(self.profile_id, number) for number in numbers]
        came = [one for one in made if one.door is not Door.WEB]
        own = [one for one in made if one.door is Door.WEB]
        parcels = [self.database.prepare(CONTENT) for _ in came]
        with self.database.write() as work:
            for arrival, parcel in zip(came, parcels, strict=True):
                Arrivals(work).keep(arrival, parcel)
        with self.database.write() as work:
            for arrival in came:
                self._receive(work, arrival)
        with self.database.write() as work:
            found = InboxReader(work).conversations(self.profile_id, _BATCH)
            thread = max(found, key=lambda one: one.messages)
            for arrival in own:
                self._send(work, thread.id, arrival)
        with self.database.write() as work:
            for arrival in own:
                Arrivals(work).decide_recipient(arrival.id, 0, Copy.BOUNCED, [])

    def _receive(self, work: UnitOfWork, arrival: Arrival) -> None:
        """Take in a message with a document, one that was there, and one unreadable."""
        kept = Arrivals(work).get(arrival.id)
        assert kept is not None, "just kept"
        filed = self._file(work, RESULTS, arrival.id)
        outcomes = [
            (filed.unique_id, "FILED", filed.entry_uuid),
            (self._file(work, RESULTS).unique_id, "DUPLICATE", ""),
            ("1.2.3", "DOC_INVALID", ""),
        ]
        Arrivals(work).record_documents(
            arrival.id,
            [
                DocumentOutcome(
                    recipient=0,
                    position=position,
                    unique_id=unique_id,
                    outcome=outcome,
                    entry_id=entry_id,
                )
                for position, (unique_id, outcome, entry_id) in enumerate(outcomes)
            ],
        )
        Inbox(work).receive(
            self.profile_id,
            arrival.id,
            correspondent=arrival.reverse_path,
            display_name="Dr_Claire_MARTIN",
            subject="Suite",
            text=TEXT,
            attachments=_FILES,
            blob_id=kept.blob_id,
            from_key=kept.key_id,
            message_id=kept.message_id,
            mailbox_kind="PER",
            received_at=kept.received_at,
            proven="CHU",
        )

    def _send(self, work: UnitOfWork, thread: str, arrival: Arrival) -> None:
        """Keep a message of the patient, as when it is written."""
        parcel = self.database.prepare(CONTENT)
        Arrivals(work).keep(arrival, parcel)
        Inbox(work).send(
            thread,
            self.profile_id,
            arrival.id,
            subject="Question",
            text=TEXT,
            attachments=_FILES,
            parcel=parcel,
            message_id=arrival.message_id,
        )


def measure_pages(
    few: Node, many: Node, holdings: Holdings = MANY, rounds: int = 15
) -> MeasuredPages:
    """
    Return what each page takes with `FEW` things and with ``holdings``.

    By turns, so that whatever else the machine does is the same for both; the medians
    are compared.
    """
    databases = [Database.open(node.settings) for node in (few, many)]
    spaces = [
        Space.fill(node.settings, database, node.patients, held)
        for node, database, held in zip(
            (few, many), databases, (FEW, holdings), strict=True
        )
    ]
    found: list[PageTime] = []
    doctors: list[ProfessionalSpace] = []
    try:
        for one, other in zip(*(space.addresses() for space in spaces), strict=True):
            taken: tuple[list[float], list[float]] = ([], [])
            for space, page in zip(spaces, (one, other), strict=True):
                space.time(page)  # templates and statements are made once
            for _ in range(rounds):
                for space, page, times in zip(spaces, (one, other), taken, strict=True):
                    times.append(1000 * space.time(page))
            found.append(PageTime(one.name, *(map(statistics.median, taken))))
        for space in spaces:
            space.file_more()
        found += _by_turns(spaces, rounds)
        readings = [
            MeasuredReading.begin(node.settings, database, node.patients[0])
            for node, database in zip((few, many), databases, strict=True)
        ]
        found += _by_turns(readings, rounds)
        for node, database, reading in zip(
            (few, many), databases, readings, strict=True
        ):
            doctors.append(ProfessionalSpace.begin(node.settings, database, reading))
        found += _by_turns(doctors, rounds)
        size = spaces[1].documents.index_size()
    finally:
        for doctor in doctors:
            doctor.close()
        for space, database in zip(spaces, databases, strict=True):
            space.close()
            database.close()
    return MeasuredPages(found, size, text_seconds())


class _Timed(Protocol):
    """What is asked over and over; where there is little, and where there is much."""

    def times(self) -> Iterator[tuple[str, float]]:
        """Yield what is done by its name, and the seconds it took."""


def _by_turns(both: Sequence[_Timed], rounds: int) -> Iterator[PageTime]:
    """Yield what each thing takes, with few things and with many."""
    taken: dict[str, tuple[list[float], list[float]]] = {}
    for number in range(rounds + 1):
        for place, timed in enumerate(both):
            for name, seconds in timed.times():
                if number:  # the first time makes statements that are kept
                    times = taken.setdefault(name, ([], []))
                    times[place].append(1000 * seconds)
    for name, times in taken.items():
        yield PageTime(name, *map(statistics.median, times))


def page_figures(found: MeasuredPages, holdings: Holdings, how: str) -> list[Figure]:
    """Return the figures: the time with many, and beside it that with few."""
    things = f"{holdings.documents:,} documents and {holdings.messages:,} messages"
    return [
        *(
            Figure(
                what=f"{one.page}{how}",
                value=one.many,
                unit="ms",
                target=f"< {WANTED:.0f} ms",
                reference=f"{things}; {one.few:.1f} ms with {FEW.documents} and "
                f"{FEW.messages}",
                met=max(one.many, one.few) < WANTED,
            )
            for one in found.times
        ),
        Figure(
            what=f"lists and words, sealed{how}",
            value=found.size.index / 1e6,
            unit="MB",
            reference=f"{things}; a letter is a PDF of two pages, 700 words",
        ),
        Figure(
            what=f"texts of PDFs, sealed{how}",
            value=found.size.texts / 1e6,
            unit="MB",
            reference=f"{things}; read where the place of a word is shown",
        ),
        Figure(
            what=f"the text of a letter taken, shut in{how}",
            value=1000 * found.text_seconds,
            unit="ms",
            reference=f"{things}; two pages, by a process that is there",
        ),
    ]
