"""Lists made ahead: whatever happened since, they are what the plain rule lists."""

from __future__ import annotations

import hashlib
import itertools
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from attrs import evolve, field, frozen
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml.etree import fromstring
from sqlalchemy import select, update

from gateway.core.codes import VISIBILITY, coded
from gateway.core.document import (
    AuthorEntry,
    Availability,
    BodyLevel,
    DocumentEntry,
    Visibility,
)
from gateway.core.document_kinds import kind_of
from gateway.core.folding import asked_words, fold
from gateway.core.ins import Ins
from gateway.core.listed_columns import ListedDocuments
from gateway.core.listing import MANY_READ, Listing, TextsFound, moment_of
from gateway.core.person import Coded
from gateway.core.vault import FiledDocument
from gateway.dmp_bridge.masking import MaskingVault
from gateway.dmp_bridge.vaults import list_form
from gateway.dmp_bridge.vaults.embedded import EmbeddedVault, EmbeddedVaults
from gateway.dmp_bridge.vaults.vault import Deposit
from gateway.documents.xds.naming import person_name, structure_name
from gateway.errors import DestroyedError
from gateway.rights.listing_rules import FoundDocuments, WantedDocuments, find, seen_by
from gateway.rights.reader_rules import PatientSide
from gateway.rights.visibility_rules import PatientReader, patient_sees, sees_version
from gateway.store.base.work import Database
from gateway.store.patients.deletion import delete_patient
from gateway.store.tables import document_indexes, documents
from gateway.store.vault.indexes import UNMARKED, DocumentIndexes
from tests.builders_database import database_at
from tests.builders_people import TEST_RANGE, matricule, open_profile
from tests.builders_xdm import MOMENT, make_entry
from tests.dmp_bridge.vaults.takers import make_list
from tests.fakes import SetClock
from tests.postgres import new_database
from tests.web.mail import narrative

_NUMBERS = itertools.count(1)
TYPES = (("11502-2", "10"), ("18748-4", "31"), ("11490-0", "11"), ("DOCPAT05", "90"))
DOCTORS = ("8^MARTIN^CLAIRE^^^Dr", "9^LEMAÎTRE^Samuel^^^Dr", "")
PLACES = ("CHU de l’Estuaire", "Bio-Estuaire", "")
TITLES = ("Prise de sang", "Œdème du poumon", "Compte-rendu d’hôpital", "Radio")


@frozen
class Person:
    """A patient with documents, and the clock of their vault."""

    database: Database
    clock: SetClock
    profile_id: str
    number: str
    filed: list[str] = field(factory=list)

    @classmethod
    def of(cls, database: Database, clock: SetClock) -> Person:
        number = matricule(next(_NUMBERS))
        profile_id = open_profile(database, ins=Ins.of(number, TEST_RANGE))
        return cls(database, clock, profile_id, number)

    def file(
        self,
        *,
        flags: frozenset[Visibility] = frozenset(),
        then: frozenset[Visibility] = frozenset(),
        days: int = 0,
        replaces: str = "",
        content: bytes = b"<x/>",
        **said: Any,
    ) -> str:
        """File a document; return its id."""
        unique_id = f"2.25.{uuid4().int}"
        codes = tuple(coded(VISIBILITY, flag.value) for flag in flags)
        made = make_entry(content, unique_id=unique_id, entry_uuid=uuid4().hex, **said)
        with self.database.write() as work:
            vault = EmbeddedVault(work)
            before = vault.get(replaces) if replaces else None
            named = () if before is None else (before.unique_id,)
            deposit = Deposit(
                profile_id=self.profile_id,
                arrival_id="a" * 32,
                submission_id="b" * 32,
                entry=evolve(
                    made, confidentiality=codes, replaces=named[0] if named else ""
                ),
                content=content,
                sha256=hashlib.sha256(content).hexdigest(),
                body_level=BodyLevel.N1,
                deprecates=named,
                visible_at=self.clock.now + timedelta(days=days) if days else None,
                flags_then=then,
            )
            vault.file(deposit)
        self.filed.append(deposit.entry_id)
        return deposit.entry_id

    def index(self, many: int = 1) -> None:
        make_list(self.database, self.profile_id, many)

    def listing(self) -> Listing:
        with self.database.read() as work:
            return EmbeddedVault(work).listing(self.profile_id)

    def kept(self) -> list_form.KeptList:
        """Return what was made ahead, however old it is."""
        with self.database.read() as work:
            content = DocumentIndexes(work).get(self.profile_id)
        assert content is not None
        made = list_form.from_bytes(content)
        assert made is not None
        return made

    def find(self, words: Sequence[str], among: Sequence[str]) -> TextsFound:
        with self.database.read() as work:
            vault = EmbeddedVault(work)
            return vault.find_in_texts(self.profile_id, words, among)

    def change(self, name: str, document_id: str) -> None:
        """Do something to a document, as the pages and the senders do."""
        self.clock.advance(seconds=1)
        with self.database.write() as work:
            vault = EmbeddedVault(work)
            document = vault.get(document_id)
            assert document is not None
            if name == "read":
                vault.mark_read(document_id)
            elif name == "withdraw":
                vault.withdraw(document)
            elif name == "hide":
                hidden = frozenset({Visibility.HIDDEN_FROM_REPRESENTATIVES})
                vault.change_visibility(document, document.flags | hidden)
            else:
                masks = MaskingVault(EmbeddedVaults(self.database))
                only = [document_id]
                masks.change(work, self.profile_id, only, masks=name == "mask")


FLAGS = st.sets(st.sampled_from(list(Visibility))).map(frozenset)
SAID = st.fixed_dictionaries(
    {
        "title": st.sampled_from(TITLES),
        "kind": st.sampled_from(TYPES),
        "doctors": st.lists(st.sampled_from(DOCTORS), max_size=2),
        "place": st.sampled_from(PLACES),
        "care": st.none() | st.integers(-900, 900),
        "flags": FLAGS,
        "then": FLAGS,
        "days": st.sampled_from([0, 0, 1, 3]),
        "replaces": st.none() | st.integers(0, 8),
        "text": st.sampled_from(["", "INR 2,4", "Cœur martin", "sang"]),
    }
)
STEPS = st.lists(
    st.one_of(
        SAID,
        SAID,
        st.tuples(
            st.sampled_from(["read", "withdraw", "hide", "mask", "show"]),
            st.integers(0, 8),
        ),
        st.sampled_from(["index", "wait"]),
    ),
    max_size=9,
)
WANTED = st.builds(
    WantedDocuments,
    kind=st.sampled_from(["", "", "bio", "img", "lettre"]),
    by=st.sampled_from(["", "", "Dr Claire MARTIN", "Bio-Estuaire"]),
    begin=st.sampled_from([None, None, moment_of(MOMENT)]),
    end=st.sampled_from([None, None, moment_of(MOMENT)]),
    masked=st.sampled_from([False, False, True]),
    unread=st.sampled_from([False, False, True]),
    fresh=st.sampled_from([False, False, True]),
    words=st.sampled_from(
        ["", "", "estuaire", "coeur", "œdème", "martin sang", "inr"]
    ).map(asked_words),
    by_filing=st.booleans(),
)


def play(person: Person, steps: list[Any]) -> None:
    for step in steps:
        if step == "index":
            person.index()
        elif step == "wait":
            person.clock.advance(days=2)
        elif isinstance(step, tuple):
            if person.filed:
                person.change(step[0], person.filed[step[1] % len(person.filed)])
        else:
            code, kind = step["kind"]
            care = step["care"]
            before = step["replaces"]
            person.file(
                flags=step["flags"],
                then=step["then"],
                days=step["days"],
                replaces=person.filed[before % len(person.filed)]
                if before is not None and person.filed
                else "",
                content=narrative(step["text"]),
                title=step["title"],
                type_code=Coded(code=code, scheme="1.2", label=f"Type {code}"),
                class_code=Coded(code=kind, scheme="1.2"),
                authors=tuple(
                    AuthorEntry(person=one, institution=step["place"])
                    for one in step["doctors"]
                ),
                service_start_time=None
                if care is None
                else MOMENT + timedelta(hours=care),
            )


@frozen
class Plain:
    """A document as the plain rule knows it: from its row and its entry alone."""

    document: FiledDocument
    entry: DocumentEntry
    flags: frozenset[Visibility]
    text: str

    @property
    def people(self) -> list[str]:
        names = (person_name(one.person) for one in self.entry.authors)
        return list(dict.fromkeys(filter(None, names)))

    @property
    def structure(self) -> str:
        names = [structure_name(one) for one in self.entry.authors]
        return next(filter(None, names), "")

    @property
    def care(self) -> int:
        return moment_of(self.entry.service_start_time or self.document.creation_time)

    def has(self, word: str) -> bool:
        said = [self.entry.title, self.entry.type_code.label, self.structure]
        every = fold(" ".join([*said, *self.people, self.text])).split()
        return any(one.startswith(word) for one in every)


def plainly(person: Person, who: PatientReader, *, old: bool) -> list[Plain]:
    """Return what somebody may know of, asked of each document for itself."""

    def newer(vault: EmbeddedVault, one: FiledDocument) -> frozenset[Visibility] | None:
        after = vault.get(one.replaced_by) if one.replaced_by else None
        return None if after is None else after.visibility(vault.work.now)

    def text(vault: EmbeddedVault, one: FiledDocument) -> str:
        return " ".join(map(str, fromstring(vault.content(one)).itertext()))

    with person.database.read() as work:
        vault = EmbeddedVault(work)
        return [
            Plain(one, vault.entry(one), one.visibility(work.now), text(vault, one))
            for one in vault.listed(person.profile_id)
            if patient_sees(one.visibility(work.now), one.status, who, on_request=old)
            and sees_version(one.visibility(work.now), newer(vault, one), who)
        ]


def check(
    person: Person,
    who: PatientReader,
    wanted: WantedDocuments,
    found: FoundDocuments,
    *,
    old: bool,
) -> None:
    now = moment_of(person.clock())
    since = wanted.fresh_since or 0
    every = plainly(person, who, old=old)

    def fits(one: Plain, leaving: str = "") -> bool:
        document = one.document
        waited = Visibility.HIDDEN_FROM_PATIENT in document.flags
        over = document.visible_at is not None and moment_of(document.visible_at) <= now
        shown = moment_of(document.filed_at)
        if waited and over and document.visible_at is not None:
            shown = max(shown, moment_of(document.visible_at))
        asked = {
            "kind": not wanted.kind or kind_of(one.entry) == wanted.kind,
            "by": not wanted.by or wanted.by in [*one.people, one.structure],
            "begin": wanted.begin is None or one.care >= wanted.begin,
            "end": wanted.end is None or one.care < wanted.end,
            "masked": not wanted.masked or Visibility.MASKED in one.flags,
            "unread": not wanted.unread or document.read_at is None,
            "fresh": not wanted.fresh or shown > since,
            "words": all(one.has(word) for word in wanted.words),
        }
        return all(yes for name, yes in asked.items() if name != leaving)

    fitting = [one for one in every if fits(one)]
    by_care = [(one.care, one.document.filed_at, one.document.id) for one in fitting]
    by_filing = [(one.document.filed_at, one.care, one.document.id) for one in fitting]
    order = by_filing if wanted.by_filing else by_care
    assert [one.id for one in found.entries] == [
        name for *_, name in sorted(order, reverse=True)
    ]
    counts = found.counts
    assert counts.all == len(every)
    assert counts.kinds == Counter(kind_of(o.entry) for o in every if fits(o, "kind"))
    assert counts.masked == sum(Visibility.MASKED in one.flags for one in fitting)
    assert counts.unread == sum(one.document.read_at is None for one in fitting)
    assert counts.people == Counter(name for one in every for name in one.people)
    assert counts.structures == Counter(o.structure for o in every if o.structure)
    asked = {one.document.id for one in plainly(person, who, old=True)}
    behind = [one.id for some in found.older.values() for one in some]
    assert len(behind) == len(set(behind))
    assert set(behind) <= asked - {one.document.id for one in every}


MANY = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
CASES = given(
    who=st.sampled_from(PatientReader), steps=STEPS, more=STEPS, wanted=WANTED
)


@pytest.fixture
def on_sqlite(
    sqlite_model: Path, tmp_path: Path, clock: SetClock
) -> Iterator[Database]:
    path = tmp_path / "gateway.db"
    shutil.copy(sqlite_model, path)
    opened = database_at(f"sqlite:///{path}", tmp_path, clock)
    yield opened
    opened.close()


@pytest.fixture
def on_postgresql(
    postgres: str, postgres_model: str, tmp_path: Path, clock: SetClock
) -> Iterator[Database]:
    url = new_database(postgres, like=postgres_model)
    opened = database_at(url, tmp_path, clock)
    yield opened
    opened.close()


# Two tests, and not one with a parameter: the plugin that runs tests beside the reactor
# does not run one again that hypothesis has run before.


@MANY
@CASES
def test_lists_and_counts_are_what_the_plain_rule_says_of_each_document(
    on_sqlite: Database,
    clock: SetClock,
    who: PatientReader,
    steps: list[Any],
    more: list[Any],
    wanted: WantedDocuments,
) -> None:
    compare(Person.of(on_sqlite, clock), who, steps, more, wanted)


@MANY
@CASES
def test_so_they_are_on_postgresql(
    on_postgresql: Database,
    clock: SetClock,
    who: PatientReader,
    steps: list[Any],
    more: list[Any],
    wanted: WantedDocuments,
) -> None:
    compare(Person.of(on_postgresql, clock), who, steps, more, wanted)


def compare(
    person: Person,
    who: PatientReader,
    steps: list[Any],
    more: list[Any],
    wanted: WantedDocuments,
) -> None:
    """Whatever was made ahead, and whatever was done to the documents since then."""
    play(person, steps)
    person.index()
    since = moment_of(person.clock())
    play(person, more)
    wanted = evolve(wanted, fresh_since=since)
    now = moment_of(person.clock())

    for old in (False, True):
        entries = person.listing().entries
        known = seen_by(PatientSide(who), entries, now, old=old)
        texts = person.find(wanted.words, [one.id for one in known.entries])
        assert texts.unread == 0
        wanted = evolve(wanted, in_texts=texts.by_word)
        check(person, who, wanted, find(known, wanted, now), old=old)


def test_what_was_made_ahead_is_not_read_again(
    database: Database, clock: SetClock
) -> None:
    person = Person.of(database, clock)
    first, second = person.file(), person.file()
    assert person.listing().read == 2
    person.index()
    assert person.listing().read == 0

    person.change("read", first)
    third = person.file()

    found = person.listing()
    assert found.read == 2
    assert {one.id: one.is_read for one in found.entries} == {
        first: True,
        second: False,
        third: False,
    }


def test_it_is_made_anew_only_once_much_of_it_is_old(
    database: Database, clock: SetClock
) -> None:
    person = Person.of(database, clock)
    for _ in range(MANY_READ - 1):
        person.file()
    person.index(MANY_READ)
    assert person.listing().read == MANY_READ - 1

    person.file()
    person.index(MANY_READ)

    assert person.listing().read == 0


def spoil(change: Callable[[bytes], bytes]) -> Callable[[Database], None]:
    def done(database: Database) -> None:
        columns = document_indexes.c
        with database.write() as work:
            for row in work.connection.execute(document_indexes.select()).all():
                work.connection.execute(
                    update(document_indexes)
                    .where(columns.part == row.part)
                    .values(content=change(row.content))
                )

    return done


def lose(database: Database) -> None:
    with database.write() as work:
        work.connection.execute(document_indexes.delete())


@pytest.mark.parametrize(
    "harm",
    [lose, spoil(lambda _: b""), spoil(lambda one: one[:-1] + bytes([one[-1] ^ 1]))],
    ids=["lost", "emptied", "altered"],
)
def test_what_is_lost_or_damaged_is_read_and_made_again(
    database: Database, clock: SetClock, harm: Callable[[Database], None]
) -> None:
    person = Person.of(database, clock)
    person.file()
    person.index()
    harm(database)

    assert person.listing().read == 1
    person.index()
    assert person.listing().read == 0


def test_anothers_list_put_in_its_place_says_nothing(
    database: Database, clock: SetClock
) -> None:
    one, other = Person.of(database, clock), Person.of(database, clock)
    mine, theirs = one.file(title="Mien"), other.file(title="Leur")
    one.index()
    other.index()
    with database.write() as work:
        rows = work.connection.execute(document_indexes.select()).all()
        kept = {row.profile_id: row for row in rows}[other.profile_id]
        work.connection.execute(
            update(document_indexes)
            .where(document_indexes.c.profile_id == one.profile_id)
            .values(content=kept.content, key_id=kept.key_id)
        )

    found = one.listing()

    assert ([entry.id for entry in found.entries], found.read) == ([mine], 1)
    assert [entry.id for entry in other.listing().entries] == [theirs]


def test_what_is_of_another_form_is_read_and_made_again(
    database: Database, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = Person.of(database, clock)
    person.file()
    person.index()
    monkeypatch.setattr(list_form, "FORM", list_form.FORM + 1)

    assert person.listing().read == 1


def alter(database: Database, document_id: str, **values: Any) -> None:
    """Write into a document's row past what binds it, as one with the database does."""
    with database.write() as work:
        work.connection.execute(
            update(documents).where(documents.c.id == document_id).values(**values)
        )


def test_a_row_that_was_altered_and_bound_to_nothing_is_left_out(
    database: Database, clock: SetClock
) -> None:
    person = Person.of(database, clock)
    good, bad = person.file(), person.file()
    person.index()
    alter(database, bad, row_mac=b"x" * 32)

    assert [one.id for one in person.listing().entries] == [good]
    with database.read() as work:
        assert list(EmbeddedVault(work).sound_each([bad, good])) == [good]


def test_a_row_that_is_sound_again_is_listed_though_its_mac_is_the_same(
    database: Database, clock: SetClock
) -> None:
    person = Person.of(database, clock)
    good, bad = person.file(), person.file()
    with database.read() as work:
        size = work.connection.execute(
            select(documents.c.size).where(documents.c.id == bad)
        ).scalar_one()

    alter(database, bad, size=size + 1)
    person.index()
    assert [one.id for one in person.listing().entries] == [good]
    alter(database, bad, size=size)

    assert {one.id for one in person.listing().entries} == {good, bad}


def test_a_row_without_a_mac_is_never_believed_from_what_was_made(
    database: Database, clock: SetClock
) -> None:
    person = Person.of(database, clock)
    marked, unmarked = person.file(), person.file()
    person.index()
    alter(database, unmarked, row_mac=None)
    with database.read() as work:
        rows = DocumentIndexes(work).rows(person.profile_id)
    person.index()

    assert list_form.marks_in(rows)[unmarked] == UNMARKED
    assert unmarked not in person.kept().columns.ids
    assert marked in person.kept().columns.ids


def test_of_many_rows_none_is_read_where_all_are_as_they_were(
    database: Database, clock: SetClock
) -> None:
    person = Person.of(database, clock)
    for _ in range(3):
        person.file()
    person.index()
    kept = person.kept()
    with database.read() as work:
        rows = DocumentIndexes(work).rows(person.profile_id)

    assert kept.rows == list_form.digest_of(rows)
    assert person.listing().entries == ListedDocuments.all(kept.columns)

    person.change("hide", person.filed[1])

    with database.read() as work:
        changed = DocumentIndexes(work).rows(person.profile_id)
    assert kept.rows != list_form.digest_of(changed)
    assert {one.id: one.flags for one in person.listing().entries}[person.filed[1]]


def test_with_the_patients_key_what_was_made_ahead_is_gone(
    database: Database, clock: SetClock
) -> None:
    person = Person.of(database, clock)
    person.file()
    person.index()
    with database.write() as work:
        delete_patient(work, person.number, cause="asked", by="tests")

    with pytest.raises(DestroyedError):
        person.listing()
    person.index()  # there is nothing to be made any more


def test_a_list_tells_nothing_of_what_the_reader_may_not_know(
    database: Database, clock: SetClock
) -> None:
    """The statuses are those that the rule knows, whoever writes an entry."""
    person = Person.of(database, clock)
    person.file(availability_status=Availability.ARCHIVED)

    entries = person.listing().entries
    holder, now = PatientSide(PatientReader.HOLDER), moment_of(clock())

    assert list(seen_by(holder, entries, now).entries) == []
    assert len(seen_by(holder, entries, now, old=True).entries) == 1
