"""A patient's space that is filled and signed in to, and the pages that show it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

from attrs import field, frozen

from gateway.core.listing import MANY_READ
from gateway.core.texts.notices import NoticeKind
from gateway.errors import UnavailableError
from gateway.loop import Threads
from gateway.measuring.page_documents import SEARCHED, SpaceDocuments
from gateway.measuring.page_filling import Holdings, SpaceFilling
from gateway.measuring.page_messages import TEXT
from gateway.measuring.page_routes import AskedPage, other_pages
from gateway.node.pages import make_desk
from gateway.node.vaults import open_vaults
from gateway.reception.keeping import Reception
from gateway.rights.delegation_rules import Capacity, Term
from gateway.settings.file import Settings
from gateway.store.base.work import Database
from gateway.store.base.writer import Writer
from gateway.store.inbox.drafts import Begun, Drafts
from gateway.store.inbox.reading import InboxReader
from gateway.store.inbox.values import Direction
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

_YEAR = timedelta(days=365)
_HOUR = timedelta(hours=1)


@frozen
class Space:
    """One patient's space in a database of its own, and the pages that show it."""

    settings: Settings
    database: Database
    writer: Writer
    serving: Serving
    routes: Mapping[str, Route]
    filling: SpaceFilling
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
            SpaceFilling(database, SpaceDocuments(database, profile_id)),
            cookie,
            theirs,
            threads,
            loop,
        )
        space.filling.fill(holdings)
        return space

    @property
    def profile_id(self) -> str:
        """Whose space it is."""
        return self.filling.profile_id

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
        # By itself: that it was seen is written, where filling took long.
        session, _, _ = self.serving.visitors.find(self.cookie)
        assert session is not None, "it was signed in"
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
            assert profile is not None, "it was filled"
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
        self.filling.file_letters(MANY_READ - 1)

    def times(self) -> Iterator[tuple[str, float]]:
        """Yield the pages after a change that nothing was made ahead of."""
        for name, path in (("home", "/home"), ("documents", "/documents")):
            said = f"{name}, {MANY_READ - 1} documents new since the list was made"
            yield said, self.time(AskedPage(said, path))

    def _cookies(self, page: AskedPage) -> Mapping[str, str]:
        if not page.is_signed_in:
            return {}
        return self.theirs if page.represents else {"__Host-session": self.cookie}
