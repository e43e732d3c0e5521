"""What somebody writes with SQL alone opens nothing, and is found."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Any, NoReturn

import pytest
from attrs import define
from sqlalchemy import Boolean, Column, Table, delete, insert, select, update
from sqlalchemy.exc import DBAPIError

import gateway
from gateway.core.document import BodyLevel, Visibility
from gateway.core.habilitation import example_matrix
from gateway.core.practice import Practice, Professional
from gateway.core.reading import (
    AgreementKind,
    AgreementMeans,
    ConsultationEnd,
    ReadingWay,
)
from gateway.core.vault import MaskedBy
from gateway.errors import GatewayError, NotFoundError
from gateway.rights.correction_rules import CorrectionState, Wish
from gateway.rights.delegation_rules import Term
from gateway.rights.inquiry_rules import InquiryEvent
from gateway.rights.operator_rules import OperatorRole
from gateway.rights.reading_rules import SignedInBy
from gateway.rights.role_rules import NamedRole
from gateway.store.accesses.accesses import Accesses
from gateway.store.accesses.reading import AccessReader
from gateway.store.accesses.values import Named
from gateway.store.altered import AlteredRows
from gateway.store.arrivals.arrivals import Arrivals
from gateway.store.base.columns import UtcDateTime
from gateway.store.base.work import Database, UnitOfWork
from gateway.store.carrying.carrying import CarryingOver
from gateway.store.carrying.steps import STEPS
from gateway.store.consultations.agreements import Agreements, NewAgreement
from gateway.store.consultations.codes import ReadingCodes
from gateway.store.consultations.consultations import Consultations
from gateway.store.consultations.teams import CareTeams, Episodes
from gateway.store.consultations.values import ConsultationSaid, NamedProfessional
from gateway.store.downloads.downloads import Downloads
from gateway.store.habilitation.matrices import Matrices
from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.store.operators.requests import Requests
from gateway.store.operators.roles import Roles
from gateway.store.patients.accounts import Accounts
from gateway.store.patients.corrections import AskedOfAuthor, Corrections
from gateway.store.patients.decisions import Decisions, Opposition
from gateway.store.patients.delegations import Delegations, NamedPerson
from gateway.store.patients.devices import Devices
from gateway.store.patients.inquiries import Inquiries, ReportedPerson
from gateway.store.patients.mask_runs import MaskRuns
from gateway.store.patients.one_time_codes import OneTimeCodes
from gateway.store.patients.passkeys import HANDLE_BYTES, NewPasskey, Passkeys
from gateway.store.patients.profiles import Profiles
from gateway.store.patients.web_sessions import SessionLife, Stage, WebSessions
from gateway.store.professionals.accounts import ProfessionalAccounts
from gateway.store.professionals.sessions import (
    ProfessionalSessions,
    ProStage,
    ProvidedBy,
    SignIn,
    SignInWay,
)
from gateway.store.sealed.rows import BINDINGS, MAC, OWNED
from gateway.store.tables import (
    accesses,
    accounts,
    agreements,
    arrivals,
    blocks,
    consultations,
    corrections,
    delegations,
    directory_imports,
    directory_people,
    documents,
    download_pieces,
    downloads,
    episodes,
    hidden_documents,
    inquiries,
    mailbox_holders,
    mailboxes,
    mask_runs,
    matrices,
    metadata,
    one_time_codes,
    operator_requests,
    operator_roles,
    oppositions,
    passkeys,
    professional_accounts,
    professional_sessions,
    profiles,
    reading_codes,
    recipients,
    secrecies,
    team_members,
    trusted_devices,
    web_sessions,
)
from gateway.store.vault.documents import Documents
from gateway.store.vault.erasing import withdraw_document
from gateway.store.vault.values import NewDocument
from tests.builders_accesses import ANNE, TERMS, wanted
from tests.builders_directory import DAY, as_file, person, take, take_sample
from tests.builders_people import INS, TRAITS, matricule, open_profile
from tests.fakes import SetClock
from tests.mssante.post import DOCTOR, SERVICE, Post, mail

ROLES = (
    NamedRole(OperatorRole.KEYS, "anne"),
    NamedRole(OperatorRole.AUDITOR, "@audit"),
)
LIFE = SessionLife(idle=timedelta(minutes=15), whole=timedelta(hours=8))
OTHER = matricule(7)
READERS = (
    NamedProfessional(identity="899700000017", name="Dr A", structure="1750000011"),
    NamedProfessional(identity="899700000025", name="Dr B"),
)
BROWSER = "b" * 64
STRANGER = "somebody@hopital.mssante.test"


def _professional(work: UnitOfWork, number: int) -> None:
    national_id = f"89970000004{number}"
    known = ProfessionalAccounts(work)
    known.set_email(national_id, f"p{number}@courriel.example", by="test")
    person = Professional(
        national_id=national_id,
        family="MOREAU",
        given="CAMILLE",
        practices=(Practice(profession="10"),),
    )
    sign_in = SignIn(
        person=person,
        way=SignInWay.CERTIFICATE,
        signed_in_by=SignedInBy.CARD,
        chosen=0,
        certificate=f"{number}" * 64,
        provided=ProvidedBy(session=f"s{number}", subject=f"p{number}"),
    )
    sessions = ProfessionalSessions(work, LIFE)
    sessions.start(ProStage.OPEN, known.open(national_id), sign_in, f"{number}" * 32)


@define
class World:
    """A small real database: two patients, two mailboxes, and what they have."""

    post: Post
    database: Database
    patients: list[str]
    accounts: list[str]
    cookies: list[str]
    trusted: list[str]
    codes: list[str]
    documents: list[str]
    letters: list[str]
    requests: list[str]

    @classmethod
    def make(cls, database: Database, clock: SetClock) -> World:
        CarryingOver(database, STEPS).nothing_to_do()
        post = Post.open(database, clock)
        other = open_profile(
            database, ins=type(INS).of(OTHER, INS.authority.value), traits=TRAITS
        )
        made = cls(post, database, [post.profile_id, other], *([] for _ in range(7)))
        with database.write() as work:
            for number, profile_id in enumerate(made.patients):
                made._patient(work, number, profile_id)
            made._helpers(work)
            for number in range(2):
                _professional(work, number)
            Mailboxes(work).add_holder(post.mailboxes[DOCTOR], "899700000025")
            for year in (2026, 2027):
                rows = example_matrix().rows[year - 2026 :]
                Matrices(work).add(f"{year}", date(year, 1, 1), rows, by="test")
            Roles(work).see(ROLES, is_first=True)
            for number, command in enumerate(("keys rotate", "mailbox open")):
                made.requests.append(
                    Requests(work)
                    .ask(
                        command,
                        command.split(),
                        login=number,
                        by="anne (keys)",
                        reason="quarter",
                        lasts=timedelta(days=1),
                        most=9,
                    )
                    .id
                )
        for _ in range(2):
            take_sample(database)
        for number in range(2):
            to = (post.patient(), post.mailbox())
            name = f"{number}@hopital.mssante.test"
            made.letters.append(post.send(mail(message_id=name), *to, message_id=name))
        return made

    def _patient(self, work: UnitOfWork, number: int, profile_id: str) -> None:
        rights = Decisions(work)
        for sender in (SERVICE, DOCTOR):
            rights.block(profile_id, sender)
            rights.set_secret(profile_id, sender, secret=True)
        for structure in ("1750000011", "1750000029"):
            rights.oppose(profile_id, Opposition(kind="structure", structure=structure))
        account = Accounts(work).add(
            f"patient{number}", "une-longue-phrase", profile_id
        )
        self.accounts.append(account)
        sessions = WebSessions(work, LIFE)
        self.codes.append(OneTimeCodes(work).make(account, timedelta(minutes=10), 5).id)
        self.cookies.append(sessions.start(Stage.OPEN, account))
        self._ways_in(work, profile_id)
        for version in range(2):
            self._document(work, profile_id, version)
        MaskRuns(work).begin(profile_id, masks=True)
        self._correction(work, profile_id)
        self._readings(work, profile_id)
        self._download(work, profile_id)
        named = (Named(self.documents[-1]),)
        Accesses(work, *ANNE).take(wanted(profile_id, named=named), TERMS)

    def _ways_in(self, work: UnitOfWork, profile_id: str) -> None:
        """Each patient has a passkey, and a browser in which no code is asked."""
        profile = Profiles(work).get(profile_id)
        assert profile is not None
        account = self.accounts[-1]
        made = NewPasskey(credential=account.encode(), public_key=b"key", counter=1)
        handle = account.encode()[:HANDLE_BYTES]
        Passkeys(work).add(account, profile.key_id, made, name="X", handle=handle)
        browsers = Devices(work, account, profile.key_id)
        session = WebSessions(work, LIFE).digest_of(self.cookies[-1])
        browsers.signed_in(BROWSER, session, "Firefox", "Linux")
        self.trusted.append(browsers.trust(BROWSER, timedelta(days=30)))

    def _correction(self, work: UnitOfWork, profile_id: str) -> None:
        """Each patient asks the author of a document to correct it."""
        profile = Profiles(work).get(profile_id)
        assert profile is not None
        asked = AskedOfAuthor(wish=Wish.CORRECT, title="X", author="Y", reason="Z")
        days = timedelta(days=7)
        Corrections(work).ask(
            profile,
            self.documents[-1],
            asked,
            remind_at=work.now + days,
            due_at=work.now + 2 * days,
        )

    def _readings(self, work: UnitOfWork, profile_id: str) -> None:
        """Two of each patient's team read, each by an agreement of their own."""
        ReadingCodes(work).make(profile_id, timedelta(minutes=10), 5)
        for party in READERS:
            followed = Episodes(work).open(profile_id, party)
            agreed = Agreements(work).give(
                profile_id,
                NewAgreement(
                    kind=AgreementKind.TEAM,
                    party=party,
                    means=AgreementMeans.IN_PERSON,
                    until=None,
                    episode_id=followed.id,
                ),
            )
            CareTeams(work).join(profile_id, party)
            said = ConsultationSaid(
                party=party,
                practice=Practice(profession="10"),
                column="medecin",
                found="TYPED",
                relation="TEAM",
                signed_in_by="CARD",
            )
            one = Consultations(work).begin(
                profile_id,
                ReadingWay.TEAM,
                said,
                work.now + timedelta(hours=1),
                agreement_id=agreed.id,
                episode_id=followed.id,
            )
            Consultations(work).keep_hidden(one, ["0" * 32])

    def _download(self, work: UnitOfWork, profile_id: str) -> None:
        """Each patient takes everything away: the first piece of it is made."""
        downloads, profile = Downloads(work), Profiles(work).get(profile_id)
        assert profile is not None
        downloads.ask(profile, 9)
        asked = downloads.last(profile_id)
        assert asked is not None
        parcel = self.database.prepare(b"piece")
        downloads.add(
            asked,
            [parcel],
            [],
            place="",
            is_walked=False,
            documents=1,
            messages=None,
            message_place="",
        )

    def _helpers(self, work: UnitOfWork) -> None:
        """Each patient asks the other, who agrees."""
        term = Term(first=date(2026, 1, 1), last=date(2026, 12, 31))
        for holder_id, helper_id in (self.patients, self.patients[::-1]):
            holder, helper = (Profiles(work).get(one) for one in (holder_id, helper_id))
            assert holder is not None
            assert helper is not None
            named = NamedPerson(
                matricule=helper.ins.matricule, family="X", given="Y", birth_date=""
            )
            asked = Delegations(work).ask(holder, helper, named, term)
            found = Delegations(work).get(asked)
            assert found is not None
            Delegations(work).accept(found)
            said = ReportedPerson(
                identity=SERVICE, name="X", source="line", subject="1", text="",
                blocked=False,
            )  # fmt: skip
            Inquiries(work).open(holder, said)

    def _document(self, work: UnitOfWork, profile_id: str, version: int) -> None:
        profile = Profiles(work).get(profile_id)
        assert profile is not None
        name = f"{len(self.documents):032x}"
        parcel = self.database.prepare(f"<letter>{name}</letter>".encode())
        Documents(work).add(
            NewDocument(
                id=name,
                profile_id=profile_id,
                key_id=profile.key_id,
                unique_id=f"1.2.{len(self.documents)}",
                body_level=BodyLevel.N1,
                type_code="11490-0",
                creation_time=work.now,
                mime_type="text/xml",
                sha1="0" * 40,
                sha256=parcel.digest,
                masked_by=MaskedBy.PATIENT,
                entry={"title": name, "version": version},
                submission_id="e" * 32,
            ),
            parcel,
        )
        self.documents.append(name)

    def moves_on(self) -> None:
        """Change every table that is bound, as the program changes it."""
        take(self.database, as_file([person("899700000017")]), DAY, force=True)
        post = self.post
        with self.database.write() as work:
            sessions, codes = WebSessions(work, LIFE), OneTimeCodes(work)
            session = sessions.find(self.cookies[0])
            assert session is not None
            self._other_ways_in(work)
            sessions.end(session)
            known = ProfessionalAccounts(work)
            known.set_email("899700000040", "other@courriel.example", by="test")
            theirs = ProfessionalSessions(work, LIFE)
            assert theirs.end_by_provider(ProvidedBy(session="s0"))
            codes.use(self.codes[0], "000000")
            filed = Documents(work)
            withdraw_document(work, self.documents[0])
            filed.set_visibility(
                self.documents[1],
                [Visibility.HIDDEN_FROM_PATIENT],
                visible_at=None,
                flags_then=[],
                masked_by=MaskedBy.PATIENT,
            )
            (*_, taken), _ = AccessReader(work).listed(9)
            Accesses(work, *ANNE).end(taken.id)
            run = MaskRuns(work).last(self.patients[0])
            assert run is not None
            MaskRuns(work).move(run, "", 2, 1)
            download = Downloads(work).last(self.patients[0])
            assert download is not None
            Downloads(work).make_ready(download, 7)
            helped = Delegations(work).of_holder(self.patients[0])[0]
            Delegations(work).end(helped, by_holder=True)
            reported = Inquiries(work).of_patient(self.patients[0])[0]
            Inquiries(work).move(reported, InquiryEvent.LOOK, "")
            correction = Corrections(work).of_patient(self.patients[0])[0]
            Corrections(work).move(correction, CorrectionState.REMINDED)
            self._end_readings(work)
            Decisions(work).unblock(self.patients[0], SERVICE)
            Decisions(work).set_secret(self.patients[0], SERVICE, secret=False)
            Decisions(work).withdraw(
                self.patients[0], Opposition(kind="structure", structure="1750000011")
            )
            boxes = Mailboxes(work)
            boxes.remove_holder(post.mailboxes[DOCTOR], "899700000025")
            boxes.set_state(post.mailboxes[SERVICE], "closed")
            Arrivals(work).decide_recipient(self.letters[0], 0, "REJECTED", ["X"])
            for one in ROLES:
                Roles(work).end(one, "anne (administrator)", "left")
            asked = Requests(work)
            asked.confirm(asked.get(self.requests[0]), login=7, by="bob (keys)")
            asked.withdraw(asked.get(self.requests[1]), login=1, by="anne (keys)")
            profile = Profiles(work).get(self.patients[0])
            assert profile is not None
            Accounts(work).set_password(profile, "une-autre-longue-phrase")

    def _other_ways_in(self, work: UnitOfWork) -> None:
        profile = Profiles(work).get(self.patients[0])
        assert profile is not None
        passkey = Passkeys(work).find(self.accounts[0].encode())
        assert passkey is not None
        Passkeys(work).used(passkey, 2)
        browsers = Devices(work, self.accounts[0], profile.key_id)
        (browser,) = browsers.listed(BROWSER)
        assert browsers.distrust(browser.id)

    def _end_readings(self, work: UnitOfWork) -> None:
        profile_id, (first, second) = self.patients[0], READERS
        ReadingCodes(work).use(profile_id, "0")
        (one, *_) = Consultations(work).of_reader(first.identity)
        Consultations(work).keep_hidden(one, ["1" * 32])
        Consultations(work).end(one, ConsultationEnd.READER)
        Episodes(work).close(profile_id, first)
        Decisions(work).block(profile_id, second.identity)


@pytest.fixture
def world(database: Database, clock: SetClock) -> World:
    return World.make(database, clock)


class _UndoneError(Exception):
    """Undoes what a test wrote."""


def _undo() -> NoReturn:
    raise _UndoneError


def findings(database: Database, write: Callable[[UnitOfWork], Any]) -> list[str]:
    """Return what is found after something was written, which is then undone."""
    found: list[str] = []
    try:
        with database.write() as work:
            write(work)
            found += AlteredRows(work).find()
            _undo()
    except _UndoneError:
        return found
    except GatewayError:  # by a foreign key, or two of the same name
        return ["refused by the database itself"]


def rows_of(database: Database, table: Table) -> list[dict[str, Any]]:
    with database.read() as work:
        query = select(table).order_by(*table.primary_key)
        return [dict(row._mapping) for row in work.connection.execute(query)]


def here(table: Table, row: dict[str, Any]) -> Any:
    conditions = [column == row[column.name] for column in table.primary_key]
    return conditions[0] if len(conditions) == 1 else conditions[0] & conditions[1]


def run(statement: Any, work: UnitOfWork) -> None:
    work.connection.execute(statement)


BOUND = [*BINDINGS, *OWNED]
PASSING = {
    web_sessions,
    trusted_devices,
    professional_sessions,
    one_time_codes,
    reading_codes,
    operator_requests,
    operator_roles,
    arrivals,
}
"""Rows that open nothing any more once they are taken away."""
NEVER_CHANGED = {
    arrivals,
    directory_imports,
    matrices,
    download_pieces,
    hidden_documents,
}


def cells(table: Table) -> Iterator[Column[Any]]:
    free = BINDINGS[table].free if table in BINDINGS else {}
    yield from (one for one in table.c if one.name not in free)


def another(column: Column[Any], value: Any, others: list[Any]) -> Iterator[Any]:
    """Yield other values for a cell: nothing, that of another row, a new one."""
    if column.nullable and value is not None:
        yield None
    yield from (one for one in others if one != value)
    if isinstance(column.type, Boolean):
        yield not value
    elif isinstance(column.type, UtcDateTime):
        yield (value or datetime.fromisoformat("2030-01-01T00:00:00+00:00")) + (
            timedelta(microseconds=1)
        )
    elif isinstance(value, list):
        yield [*value, "X"]
    elif isinstance(value, dict):
        yield {**value, "x": "0"}
    elif isinstance(value, bytes):
        yield bytes([value[0] ^ 1]) + value[1:]
    elif isinstance(value, int):
        yield value + 1
    elif value is None:
        yield {int: 1, bytes: b"1"}.get(column.type.python_type, "1")
    else:
        yield f"{value[:-1]}{'0' if value[-1:] != '0' else '1'}"


def test_what_grants_is_bound_or_says_why_it_need_not_be() -> None:
    named = {
        accesses,
        accounts,
        arrivals,
        blocks,
        delegations,
        directory_imports,
        directory_people,
        documents,
        download_pieces,
        downloads,
        agreements,
        consultations,
        corrections,
        episodes,
        hidden_documents,
        inquiries,
        mailbox_holders,
        mailboxes,
        mask_runs,
        matrices,
        one_time_codes,
        operator_requests,
        operator_roles,
        oppositions,
        passkeys,
        professional_accounts,
        professional_sessions,
        profiles,
        reading_codes,
        recipients,
        secrecies,
        team_members,
        trusted_devices,
        web_sessions,
    }
    assert set(BOUND) == named
    assert {one for one in metadata.sorted_tables if MAC in one.c} == set(BINDINGS)
    for binding in BINDINGS.values():
        assert binding.free.keys() <= set(binding.table.c.keys())
        assert all(binding.free.values())


_PAST = re.compile(r"\b(?:update|insert|merge)\((\w+)\)")
_FREE_ALONE = {
    ("store/patients/accounts.py", "accounts"): {"failures", "paused_until"},
    ("store/mailbox/folders.py", "mailboxes"): {"uid_validity"},
    ("store/mailbox/mail.py", "mailboxes"): {"used_bytes"},
    ("store/arrivals/quarantine.py", "arrivals"): {"state", "ended_at"},
    ("store/arrivals/arrivals.py", "arrivals"): {"state", "ended_at"},
    ("store/arrivals/arrivals.py", "recipients"): set(),  # with its MAC
}


def test_nobody_writes_what_is_bound_but_by_the_unit_of_work() -> None:
    root = Path(gateway.__file__).parent
    names = {table.name for table in BINDINGS}
    past = {
        (path.relative_to(root).as_posix(), name)
        for path in root.rglob("*.py")
        for name in _PAST.findall(path.read_text("utf-8"))
        if name in names
    }
    assert past == _FREE_ALONE.keys()
    for (_, name), columns in _FREE_ALONE.items():
        free = {one.table.name: one.free for one in BINDINGS.values()}[name]
        assert columns <= free.keys()


def test_a_sound_database_has_no_findings(world: World) -> None:
    assert findings(world.database, lambda _: None) == []
    world.moves_on()
    assert findings(world.database, lambda _: None) == []


def test_every_cell_that_is_changed_is_found(world: World) -> None:
    for table in BOUND:
        assert missed_cells(world, table) == [], table.name


def missed_cells(world: World, table: Table) -> list[tuple[str, Any]]:
    """Return the changes of one cell that the findings of its own table lack."""
    rows = rows_of(world.database, table)
    assert len(rows) > 1
    missed: list[tuple[str, Any]] = []
    with world.database.write() as work:
        altered = AlteredRows(work)
        assert altered.find_of(table) == []
        for row in rows:
            for column in cells(table):
                others = [one[column.name] for one in rows]
                for value in another(column, row[column.name], others):
                    change = update(table).where(here(table, row))
                    change = change.values({column.name: value})
                    if not is_found(altered, table, change):
                        missed.append((column.name, value))
    return missed


def is_found(altered: AlteredRows, table: Table, *changes: Any) -> bool:
    """Tell whether changes are found, or refused by the database; they are undone."""
    try:
        with altered.work.connection.begin_nested() as undone:
            for change in changes:
                altered.work.connection.execute(change)
            found = altered.find_of(table)
            undone.rollback()
    except DBAPIError:
        return True
    return bool(found)


def test_rows_that_change_places_are_found(world: World) -> None:
    for table in BINDINGS:
        rows = rows_of(world.database, table)
        with world.database.write() as work:
            altered = AlteredRows(work)
            for first, second in combinations(rows, 2):
                changes = swapped(table, first, second)
                assert is_found(altered, table, *changes), table.name


def swapped(table: Table, first: dict[str, Any], second: dict[str, Any]) -> list[Any]:
    """Return the changes by which two rows have each other's values."""
    keys = {one.name for one in table.primary_key}
    changes = []
    for one, other in ((first, second), (second, first)):
        values = {name: value for name, value in other.items() if name not in keys}
        unique = {"login", "address", "ins_digest", "profile_id", "unique_id"}
        unique |= {column.name for column in table.c if column.unique}
        kept = {n: v for n, v in values.items() if n not in unique}
        changes.append(update(table).where(here(table, one)).values(kept or values))
    return changes


def test_a_row_that_is_taken_away_is_found(world: World) -> None:
    for table in BOUND:
        if table in PASSING:
            continue  # they open nothing any more: see below
        if table is download_pieces:
            continue  # they go with their time; a file that lacks one breaks off
        rows = rows_of(world.database, table)
        with world.database.write() as work:
            altered = AlteredRows(work)
            for row in rows:
                gone = delete(table).where(here(table, row))
                assert is_found(altered, table, gone), table.name


def test_a_session_or_a_code_that_is_taken_away_opens_nothing(world: World) -> None:
    """Nor is a request carried out that is not there."""
    with world.database.write() as work:
        work.connection.execute(delete(web_sessions))
        work.connection.execute(delete(professional_sessions))
        work.connection.execute(delete(one_time_codes))
        work.connection.execute(delete(operator_requests))
        work.connection.execute(delete(reading_codes))
        work.connection.execute(delete(trusted_devices))
        assert ReadingCodes(work).use(world.patients[0], "0") is None
        with pytest.raises(NotFoundError):
            Requests(work).get(world.requests[0])
        assert WebSessions(work, LIFE).find(world.cookies[0]) is None
        for account, cookie in zip(world.accounts, world.trusted, strict=True):
            assert not Devices(work, account, "").is_trusted(BROWSER, cookie)
        assert not OneTimeCodes(work).use(world.codes[0], "000000")
        theirs = ProfessionalSessions(work, LIFE)
        assert not theirs.end_by_provider(ProvidedBy(session="s0"))
    with world.database.write() as work:
        work.connection.execute(delete(recipients))
        assert Arrivals(work).get(world.letters[0]) is None


def test_an_older_row_that_is_put_back_is_found(world: World) -> None:
    before = {table: rows_of(world.database, table) for table in BOUND}
    world.post.clock.now += timedelta(minutes=1)
    world.moves_on()
    for table in BOUND:
        if table in NEVER_CHANGED:
            continue
        after = rows_of(world.database, table)
        older = [row for row in before[table] if row not in after]
        assert older, table.name
        for row in older:
            assert findings(world.database, partial(put_back, table, row)), row
            assert findings(world.database, partial(write_back, table, row)), row


def put_back(table: Table, row: dict[str, Any], work: UnitOfWork) -> None:
    work.connection.execute(delete(table).where(here(table, row)))
    work.connection.execute(insert(table).values(row))


def write_back(table: Table, row: dict[str, Any], work: UnitOfWork) -> None:
    change = update(table).where(here(table, row)).values(row)
    if not work.connection.execute(change).rowcount:
        work.connection.execute(insert(table).values(row))
