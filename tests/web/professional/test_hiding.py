"""
What somebody may not see is not there, in whatever page of whatever vault (W09).

Each vault is drawn, and beside it stands one in which only those documents were ever
filed that the rule lets the reader see: every page of the two is the same, but for
numbers that are drawn. So nothing is counted, greyed, found or said of the rest.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import evolve, field, frozen

from gateway.core.document import Availability, Visibility
from gateway.core.habilitation import MatrixColumn, example_matrix
from gateway.core.ins import Ins
from gateway.core.person import Coded
from gateway.core.practice import Professional
from gateway.core.reading import ReadingWay
from gateway.dmp_bridge.masking import MaskingVault
from gateway.node.vaults import open_vaults
from gateway.rights.professional_viewing_rules import ProfessionalReader
from gateway.rights.reading_request import ReadingRequest, WantedPatient
from gateway.rights.reading_rules import EmergencyDeclaration, Relation
from gateway.store.consultations.values import Consultation
from gateway.store.journal import Action, chain_of
from gateway.store.patients.administrators import Administrators
from gateway.store.patients.treating import NamedDoctor, name_treating
from gateway.web.professional.routes import make_professional_routes
from gateway.web.site.answers import Answer
from tests.builders_people import TEST_RANGE, matricule, open_profile
from tests.builders_queries import statements
from tests.rights.seeing import seen_of
from tests.web.mail import PDF, carried, file
from tests.web.professional.asking import (
    NOWHERE,
    Comer,
    RouteAsker,
    parts_of,
    plain,
    practices,
)
from tests.web.professional.browsing import ProSite, running_pages

TYPES = [*example_matrix().types, "unheard-of"]
STRUCTURE = "1750000011"
RECORD = "/records/<record_id>"
DOCUMENT = f"{RECORD}/documents/<document_id>"
NEEDED = (DOCUMENT, f"{DOCUMENT}/body", f"{DOCUMENT}/pdf")
DECLARED = EmergencyDeclaration(is_ticked=True, reason="Malaise au domicile")


@frozen(kw_only=True)
class Drawn:
    """A document of a vault that was drawn; ``replaced_by`` is the place of another."""

    word: str
    type_code: str
    flags: frozenset[Visibility]
    status: Availability
    owners: tuple[str, ...]
    replaced_by: int | None


@frozen(kw_only=True)
class Reader:
    """Who reads, and as what."""

    person: Professional
    way: ReadingWay
    relation: Relation


@frozen
class Space:
    """One patient's vault with a record open, and what is asked of it."""

    asker: RouteAsker
    comer: Comer
    number: str
    patient: str
    record: str
    ids: dict[str, str] = field(factory=dict)
    """The id of each document by its word."""

    def ask(
        self, method: str, path: str, document: str = "", **asked: dict[str, str]
    ) -> Answer:
        routes = make_professional_routes(self.asker.site.desk)
        route = next(
            one for one in routes if (one.method, plain(one)) == (method, path)
        )
        parts: dict[str, str | int] = {"record_id": self.record, "number": 1}
        parts |= {"document_id": document, "media_id": "x", "act": "mask"}
        return self.asker.ask(route, self.comer, parts, **asked)

    def plain(self, answer: Answer) -> list[bytes]:
        """Return the lines of an answer without what is drawn anew for each vault."""
        body = answer.body
        spaced = (
            f"{self.number[0]} {self.number[1:3]} {self.number[3:5]} "
            f"{self.number[5:7]} {self.number[7:10]} {self.number[10:13]} "
            f"{self.number[13:]}"
        )
        drawn = {self.record: "R", self.number: "N", spaced: "N"}
        drawn |= {one: word for word, one in self.ids.items()}
        for one, name in drawn.items():
            body = body.replace(one.encode(), name.encode())
        return [str((answer.status, answer.headers)).encode(), *body.splitlines()]


def drawn_vault(drawn: random.Random, people: list[str]) -> list[Drawn]:
    """Draw a vault; what replaces another stands before it."""
    vault: list[Drawn] = []
    for number in range(9):
        replaced_by = drawn.choice([None, None, *range(number)])
        status = drawn.choice([Availability.APPROVED, *Availability])
        one = Drawn(
            word=f"mot{number}x",
            type_code=drawn.choice(TYPES),
            flags=frozenset(drawn.sample(list(Visibility), drawn.choice([0, 0, 1, 2]))),
            status=status if replaced_by is None else Availability.DEPRECATED,
            owners=tuple(drawn.sample(people, drawn.choice([0, 0, 1]))),
            replaced_by=replaced_by,
        )
        vault.append(one)
    return vault


def drawn_readers(drawn: random.Random, seed: int) -> list[Reader]:
    """Draw who reads: of the team, the treating doctor, who administers, or urgent."""
    columns = practices()
    any_column = drawn.choice(list(MatrixColumn))
    asked = [
        (any_column, ReadingWay.TEAM, Relation.TEAM),
        (drawn.choice(list(MatrixColumn)), ReadingWay.CONSENT, Relation.NONE),
        (MatrixColumn.DOCTOR, ReadingWay.TEAM, Relation.TREATING),
        (MatrixColumn.NURSE, ReadingWay.TEAM, Relation.ADMINISTRATOR),
        (MatrixColumn.DOCTOR, ReadingWay.EMERGENCY, Relation.NONE),
    ]
    return [
        Reader(
            person=Professional(
                national_id=f"8998{seed:04}{number:04}",
                family="FAURE",
                given="INES",
                practices=(evolve(columns[column], structure=STRUCTURE),),
            ),
            way=way,
            relation=relation,
        )
        for number, (column, way, relation) in enumerate(asked)
    ]


def newer_of(vault: list[Drawn], one: Drawn, shown: set[str]) -> str:
    """Return the word of what replaced a document, of those that are shown."""
    after = one.replaced_by
    while after is not None and vault[after].word not in shown:
        after = vault[after].replaced_by
    return vault[after].word if after is not None else ""


def filled(
    asker: RouteAsker,
    number: int,
    vault: list[Drawn],
    shown: set[str],
    who: Reader,
    comer: Comer,
) -> Space:
    """Return a patient's vault with some of the documents, opened by who reads."""
    database, identity = asker.site.database, who.person.national_id
    begun = asker.site.clock.now
    patient = open_profile(database, ins=Ins.of(matricule(number), TEST_RANGE))
    ids: dict[str, str] = {}
    for one in vault:
        asker.site.clock.advance(seconds=1)
        if one.word not in shown:
            continue
        after = newer_of(vault, one, shown)
        said = {"type_code": Coded(code=one.type_code, label=f"Type {one.type_code}")}
        pdf = PDF.replace(b"%PDF-1.4\n", f"%PDF-1.4\n% {one.word}\n".encode())
        ids[one.word] = file(
            database,
            patient,
            carried("application/pdf", pdf),
            title=f"Titre {one.word}",
            said=said,
            flags=one.flags,
            status=one.status,
            owners=one.owners,
            replaced_by=ids.get(after, ""),
        )
    with database.write() as work:
        if who.relation is Relation.TREATING:
            name_treating(work, patient, NamedDoctor(identity=identity, name="Dr A"))
        if who.relation is Relation.ADMINISTRATOR:
            Administrators(work, patient).name(identity, "Dr A")
    assert comer.who is not None
    asker.site.clock.now = begun  # the vault beside has the same times
    request = ReadingRequest(
        patient=WantedPatient(matricule=matricule(number)),
        way=who.way,
        informed=True,
        agreed=True,
        declared=DECLARED,
    )
    opened = asker.open(comer.who, request)
    assert isinstance(opened, Consultation), opened
    return Space(asker, comer, matricule(number), patient, opened.id, ids)


def seen_in(space: Space, who: Reader) -> tuple[set[str], set[str]]:
    """Return the words of what the rule lets somebody see: now, and on request."""
    reading = space.comer.who
    assert reading is not None
    assert isinstance(reading.column, MatrixColumn)
    reader = ProfessionalReader(
        way=who.way,
        relation=who.relation,
        column=reading.column,
        identifiers=reading.identifiers,
    )
    words = {one: word for word, one in space.ids.items()}
    site = space.asker.site
    with site.database.read() as work:
        vault = open_vaults(site.database).within(work).listed(space.patient)
        current, asked = (
            {
                words[one.id]
                for one in seen_of(
                    vault, reader, example_matrix(), work.now, on_request=old
                )
            }
            for old in (False, True)
        )
    return current, asked


@pytest.fixture(scope="module")
def site(
    tmp_path_factory: pytest.TempPathFactory, pki_folder: Path
) -> Iterator[ProSite]:
    folder = tmp_path_factory.mktemp("hiding")
    quiet = {"alarm_refused": 1_000, "attempts_per_hour": 1_000}
    with running_pages(
        folder, pki_folder, limits=quiet, activities_are_open=True
    ) as running:
        yield running


@pytest.mark.parametrize("seed", range(2))
def test_a_vault_is_as_though_the_rest_had_never_been_filed(
    site: ProSite, seed: int
) -> None:
    drawn, asker = random.Random(seed), RouteAsker(site)
    readers = drawn_readers(drawn, seed)
    people = [STRUCTURE, *(one.person.national_id for one in readers)]
    vault = drawn_vault(drawn, people)
    every = {one.word for one in vault}
    hidden = 0
    for number, who in enumerate(readers):
        site.clock.advance(minutes=1)
        first = 1000 * (seed + 1) + 10 * number
        comer = asker.come(who.person)
        whole = filled(asker, first, vault, every, who, comer)
        current, shown = seen_in(whole, who)
        alone = filled(asker, first + 1, vault, shown, who, comer)
        hidden += len(every - shown)

        for asked in queries():
            listed, beside = (
                one.plain(one.ask("GET", RECORD, query=asked)) for one in (whole, alone)
            )
            assert listed == beside, (who.way, who.relation, asked)
        page = whole.ask("GET", RECORD).body.decode()
        assert {word for word in every if f"Titre {word}" in page} == current
        for words in ("titre", *every):
            form = {"words": words, "old": "1"}
            found, beside = (
                one.plain(one.ask("POST", f"{RECORD}/search", form=form))
                for one in (whole, alone)
            )
            assert found == beside, words
        for word in every:
            check_document(whole, alone, word, is_seen=word in shown)
        assert opened_of(whole) == {whole.ids[word] for word in shown}
    assert hidden > 5


def queries() -> list[dict[str, str]]:
    return [{}, {"old": "1"}, {"recent": "1"}, {"kind": "lettre"}, {"page": "2"}]


def check_document(whole: Space, alone: Space, word: str, *, is_seen: bool) -> None:
    """Compare each page of a document with that of the vault beside, or of none."""
    routes = make_professional_routes(whole.asker.site.desk)
    of_documents = [
        plain(one)
        for one in routes
        if one.method == "GET" and "document_id" in parts_of(one)
    ]
    assert of_documents[0] == DOCUMENT
    for path in of_documents:
        if is_seen:
            shown, beside = (
                space.plain(space.ask("GET", path, space.ids[word]))
                for space in (whole, alone)
            )
            assert shown == beside, path
            assert path not in NEEDED or shown[0].startswith(b"(200")
            continue
        (unseen, asked), (nothing, others) = (
            counted(whole, path, document) for document in (whole.ids[word], NOWHERE)
        )
        assert (unseen.status, unseen) == (404, nothing), path
        assert asked == others, (path, asked - others, others - asked)


def counted(space: Space, path: str, document: str) -> tuple[Answer, Counter[str]]:
    """Return an answer, and what the database was asked for it."""
    with statements(space.asker.site.database.engine) as asked:
        answer = space.ask("GET", path, document)
    return answer, Counter(asked)


def opened_of(space: Space) -> set[str]:
    """Return the documents that the history of the patient says were opened."""
    with space.asker.site.database.read() as work:
        return {
            one.subject
            for one in work.journal.lines(chain_of(space.patient))
            if one.action == Action.DOCUMENT_CONSULTED
        }


def test_what_was_opened_and_is_masked_since_is_gone_with_its_file(
    site: ProSite,
) -> None:
    asker = RouteAsker(site)
    who = drawn_readers(random.Random(9), 9)[0]
    (doctor,) = (practices()[MatrixColumn.DOCTOR],)
    who = evolve(who, person=evolve(who.person, practices=(doctor,)))
    vault = [
        Drawn(
            word="mot0x",
            type_code="11490-0",
            flags=frozenset(),
            status=Availability.APPROVED,
            owners=(),
            replaced_by=None,
        )
    ]
    space = filled(asker, 999, vault, {"mot0x"}, who, asker.come(who.person))
    document = space.ids["mot0x"]
    before = [space.ask("GET", f"{DOCUMENT}{end}", document) for end in ("", "/body")]
    with site.database.write() as work:
        masks = MaskingVault(open_vaults(site.database))
        assert masks.change(work, space.patient, [document], masks=True) == 1
    after = [space.ask("GET", f"{DOCUMENT}{end}", document) for end in ("", "/body")]

    assert [one.status for one in before] == [200, 200]
    assert [one.status for one in after] == [404, 404]
