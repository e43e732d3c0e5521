"""
What is listed, counted and opened is what the rule says, of any vault and any reader.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.document import Availability, BodyLevel, Visibility
from gateway.core.habilitation import IMAGING_OBJECT, MatrixColumn, example_matrix
from gateway.core.listing import ListEntry, Listing, bits_of, moment_of
from gateway.core.person import Coded
from gateway.core.reading import ReadingWay
from gateway.core.vault import FiledDocument, MaskedBy
from gateway.dmp_bridge.reading.seeing import sighted
from gateway.rights.listing_rules import WantedDocuments, seen_by
from gateway.rights.professional_viewing_rules import (
    ProfessionalReader,
    ProfessionalSide,
)
from gateway.rights.reading_rules import Relation
from gateway.store.base.work import Database
from gateway.store.consultations.answers import ReadDocument, ReadingList
from gateway.store.patients.treating import NamedDoctor, name_treating
from tests.dmp_bridge.reading.readers import (
    COLLEAGUE,
    DOCTOR,
    EMERGENCY,
    LOCUM,
    NURSE,
    ONCE,
    TEAM,
    TEAM_AGAIN,
    Ward,
)
from tests.dmp_bridge.vaults.takers import Given, make_searchable
from tests.rights.seeing import seen_of
from tests.web.mail import PDF, carried, file, narrative

NOW = datetime(2026, 11, 29, 10, tzinfo=UTC)
MOMENT = moment_of(NOW)
MATRIX = example_matrix()
TYPES = [*MATRIX.types, "unheard-of"]
PEOPLE = ["899700000017", "899700000025", "1750000011"]
FLAGS = st.frozensets(st.sampled_from(Visibility))


@st.composite
def documents(draw: st.DrawFn) -> list[FiledDocument]:
    """Draw a vault: any flags, states, types and authors, some replaced by others."""
    ids = [f"{number:032x}" for number in range(draw(st.integers(0, 12)))]
    return [
        FiledDocument(
            id=name,
            profile_id="1" * 32,
            unique_id=f"1.2.{name}",
            set_id="",
            version=None,
            body_level=BodyLevel.N3,
            status=draw(st.sampled_from(Availability)),
            type_code=draw(st.sampled_from(TYPES)),
            creation_time=NOW,
            mime_type=draw(st.sampled_from(["text/xml", IMAGING_OBJECT])),
            size=1,
            sha1="",
            sha256="",
            flags=draw(FLAGS),
            visible_at=draw(st.sampled_from([None, NOW, NOW + timedelta(days=1)])),
            flags_then=draw(FLAGS),
            masked_by=MaskedBy.NOBODY,
            owners=frozenset(draw(st.sets(st.sampled_from(PEOPLE)))),
            submission_id="",
            arrival_id="",
            replaced_by=draw(st.sampled_from(["", *ids])),
            replaced_levels=frozenset(),
            filed_at=NOW,
            read_at=None,
        )
        for name in ids
    ]


readers = st.builds(
    ProfessionalReader,
    way=st.sampled_from(ReadingWay),
    relation=st.sampled_from(Relation),
    column=st.sampled_from(MatrixColumn),
    identifiers=st.frozensets(st.sampled_from(PEOPLE)),
    masked_in_emergency=st.booleans(),
    treating_sees_masked=st.booleans(),
)


def entry_of(document: FiledDocument) -> ListEntry:
    visible_at = document.visible_at
    return ListEntry(
        id=document.id,
        care_at=MOMENT,
        filed_at=MOMENT,
        visible_at=moment_of(visible_at) if visible_at else 0,
        flags=bits_of(document.flags),
        flags_then=bits_of(document.flags_then),
        status=document.status.value,
        is_read=False,
        kind="cr",
        type_code=document.type_code,
        words=document.id,
        people=("Dr A",),
        structure="CHU",
        replaced_by=document.replaced_by,
        owners=tuple(sorted(document.owners)),
        is_imaging_object=document.mime_type == IMAGING_OBJECT,
    )


@given(vault=documents(), reader=readers, old=st.booleans())
def test_what_is_listed_is_what_the_rule_says(
    vault: list[FiledDocument], reader: ProfessionalReader, old: bool
) -> None:
    entries = [entry_of(one) for one in vault]
    side = ProfessionalSide(reader, MATRIX)

    known = seen_by(side, entries, MOMENT, old=old)

    asked = {one.id for one in seen_of(vault, reader, MATRIX, NOW, on_request=True)}
    seen = seen_of(vault, reader, MATRIX, NOW, on_request=old)
    assert {one.id for one in known.entries} == {one.id for one in seen}
    assert {one.id for some in known.older.values() for one in some} <= asked


@given(vault=documents(), reader=readers, old=st.booleans())
def test_nothing_that_is_counted_tells_of_what_is_hidden(
    vault: list[FiledDocument], reader: ProfessionalReader, old: bool
) -> None:
    """As though it were not there."""
    side = ProfessionalSide(reader, MATRIX)
    asked = seen_of(vault, reader, MATRIX, NOW, on_request=True)
    wanted = WantedDocuments()

    whole = Listing([entry_of(one) for one in vault])
    without = Listing([entry_of(one) for one in asked])

    found, alone = (
        sighted(seen_by(side, one.entries, MOMENT, old=old), one, wanted, MOMENT)
        for one in (whole, without)
    )
    assert found.found.entries == alone.found.entries
    assert found.found.counts == alone.found.counts
    assert not set(found.hidden) & {one.id for one in asked}


LETTER = carried("application/pdf", PDF)
READERS = [
    (DOCTOR, TEAM),
    (COLLEAGUE, TEAM_AGAIN),
    (NURSE, TEAM_AGAIN),
    (evolve(LOCUM, column=MatrixColumn.DENTIST), ONCE),
    (evolve(LOCUM, national_id="899700000090"), EMERGENCY),
]


@pytest.mark.parametrize("seed", range(3))
def test_the_service_lists_and_opens_what_the_rule_says_and_nothing_else(
    database: Database, seed: int
) -> None:
    drawn, ward = random.Random(seed), Ward.open(database)
    for _ in range(12):
        ward.later()
        file(
            database,
            ward.patient,
            b"<a/>",
            said={"type_code": Coded(code=drawn.choice(TYPES), label="Type")},
            flags=frozenset(drawn.sample(list(Visibility), drawn.randint(0, 2))),
            status=drawn.choice(list(Availability)),
            owners=drawn.sample(PEOPLE, drawn.randint(0, 2)),
        )
    gp = NamedDoctor(identity=COLLEAGUE.national_id, name=COLLEAGUE.name)
    ward.write(lambda work: name_treating(work, ward.patient, gp))
    with database.read() as work:
        vault = ward.reading.vaults.within(work).listed(ward.patient)
    for who, asked in READERS:
        one = ward.opened(who, asked)
        relation = Relation.TREATING if who is COLLEAGUE else Relation.TEAM
        assert isinstance(who.column, MatrixColumn)
        reader = ProfessionalReader(
            way=asked.way,
            relation=relation,
            column=who.column,
            identifiers=who.identifiers,
        )
        for old in (False, True):
            seen = seen_of(vault, reader, MATRIX, database.clock(), on_request=old)
            assert ward.seen(who, one, old=old) == {each.id for each in seen}
        opened = {each.id for each in seen}
        for each in vault:
            found = ward.read(who, one, each.id)
            assert isinstance(found, ReadDocument) is (each.id in opened)
            assert found is not None or each.id not in opened


@pytest.mark.parametrize("is_made", [False, True], ids=["not yet", "made ahead"])
def test_a_search_in_texts_finds_what_is_seen_and_counts_nothing_else(
    database: Database, is_made: bool
) -> None:
    """Every document has the word, in its PDF or its text, whoever may see it."""
    drawn, ward = random.Random(7), Ward.open(database)
    contents = (LETTER,) if is_made else (narrative("hypertension"),)
    for number in range(14):
        ward.later()
        file(
            database,
            ward.patient,
            contents[number % len(contents)],
            said={"type_code": Coded(code=drawn.choice(TYPES), label="Type")},
            flags=frozenset(drawn.sample(list(Visibility), drawn.randint(0, 2))),
            status=drawn.choice(list(Availability)),
            owners=drawn.sample(PEOPLE, drawn.randint(0, 2)),
        )
    if is_made:
        make_searchable(database, ward.patient, Given("Hypertension"))
    wanted = WantedDocuments(words=("hypert",))
    for who, asked in READERS:
        one = ward.opened(who, asked)
        for old in (False, True):
            seen = ward.seen(who, one, old=old)
            found = ward.listed(who, one, wanted=wanted, in_texts=True, old=old)
            assert isinstance(found, ReadingList)
            assert {each.id for each in found.entries} == seen
            assert sum(found.found.counts.kinds.values()) == len(seen)
            assert found.found.counts.all == len(seen)
            assert found.texts.by_word["hypert"] == seen
            assert (found.texts.unread, found.texts.unmade) == (
                (0, 0) if is_made else (0, len(seen))
            )
