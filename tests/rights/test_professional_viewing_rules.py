"""What a professional sees of a vault: the whole table, reader by reader."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.document import Availability, Visibility
from gateway.core.habilitation import (
    IMAGING_OBJECT,
    PROCEDURE_TYPE,
    Matrix,
    MatrixColumn,
    MatrixRow,
    read_matrix,
)
from gateway.core.reading import ReadingWay
from gateway.rights.professional_viewing_rules import (
    ONCE_ACTIVATED,
    Alert,
    ProfessionalReader,
    ProfessionalSide,
    Unseen,
    ViewingFacts,
    alerts_of,
    refuse_viewing,
    sight_of,
)
from gateway.rights.reader_rules import Sight
from gateway.rights.reading_rules import Relation
from tests.rights.facts import FILED
from tests.rights.seeing import professional_sees, seen_of
from tests.shared import shared

V, A, W = Visibility, Availability, ReadingWay
NOW = datetime(2026, 11, 29, 10, tzinfo=UTC)
OPEN, CLOSED, UNKNOWN = "OPEN", "CLOSED", "UNKNOWN"


def row(type_code: str, *readers: MatrixColumn) -> MatrixRow:
    return MatrixRow(
        category_code="10",
        category="CR",
        type_code=type_code,
        label=type_code,
        readers=frozenset(readers),
    )


MATRIX = Matrix(
    version="v",
    in_force=date(2026, 1, 1),
    rows=(
        row(OPEN, MatrixColumn.DOCTOR, MatrixColumn.NURSE),
        row(CLOSED, MatrixColumn.DOCTOR),
    ),
)
DOCUMENT = evolve(FILED, type_code=OPEN, owners=frozenset({"801", "1FINESS"}))
NURSE = ProfessionalReader(
    way=W.TEAM,
    relation=Relation.TEAM,
    column=MatrixColumn.NURSE,
    identifiers=frozenset({"802"}),
)
ADMINISTRATOR = evolve(NURSE, relation=Relation.ADMINISTRATOR)
TREATING = evolve(NURSE, relation=Relation.TREATING, column=MatrixColumn.DOCTOR)
AUTHOR = evolve(NURSE, identifiers=frozenset({"801"}))
COLLEAGUE = evolve(NURSE, identifiers=frozenset({"803", "1FINESS"}))
REGULATOR = evolve(
    NURSE, way=W.REGULATION, relation=Relation.NONE, column=MatrixColumn.DOCTOR
)
DECLARED = evolve(NURSE, way=W.EMERGENCY, relation=Relation.NONE)


def sees(
    reader: ProfessionalReader, *flags: Visibility, asks: bool = False, **changes: Any
) -> bool:
    document = evolve(DOCUMENT, flags=frozenset(flags), **changes)
    return professional_sees(document, reader, MATRIX, NOW, on_request=asks)


@pytest.mark.parametrize(
    ("reader", "normal", "masked", "hidden", "secret", "old"),
    [
        (NURSE, True, False, True, True, True),
        (AUTHOR, True, True, True, True, True),
        (COLLEAGUE, True, True, True, True, True),
        (ADMINISTRATOR, True, True, True, True, True),
        (TREATING, True, False, True, True, True),
        (REGULATOR, True, False, True, True, False),
        (DECLARED, True, False, True, True, False),
    ],
    ids=[
        "nurse",
        "author",
        "colleague",
        "administrator",
        "treating",
        "regulator",
        "declared",
    ],
)
def test_the_table_of_readers_and_flags(
    reader: ProfessionalReader,
    normal: bool,
    masked: bool,
    hidden: bool,
    secret: bool,
    old: bool,
) -> None:
    assert sees(reader) is normal
    assert sees(reader, V.MASKED) is masked
    assert sees(reader, V.HIDDEN_FROM_PATIENT) is hidden
    assert sees(reader, V.HIDDEN_FROM_REPRESENTATIVES) is secret
    for status in (A.DEPRECATED, A.ARCHIVED):
        assert sees(reader, status=status, asks=True) is old
        assert not sees(reader, status=status)
    assert not sees(reader, status=A.DELETED, asks=True)


def test_b7_08_a_masked_document_is_for_its_author_and_the_administrator() -> None:
    masked = evolve(DOCUMENT, flags=frozenset({V.MASKED}))
    both = [DOCUMENT, masked]

    assert seen_of(both, NURSE, MATRIX, NOW) == (DOCUMENT,)
    assert seen_of(both, AUTHOR, MATRIX, NOW) == (DOCUMENT, masked)
    assert seen_of(both, ADMINISTRATOR, MATRIX, NOW) == (DOCUMENT, masked)


def test_a_list_is_of_now_and_has_old_versions_on_request_only() -> None:
    closed: dict[str, Any] = {"visible_at": NOW, "flags_then": frozenset({V.MASKED})}
    masked_since = evolve(DOCUMENT, flags=frozenset({V.HIDDEN_FROM_PATIENT}), **closed)
    old = evolve(DOCUMENT, status=A.DEPRECATED)
    both = [masked_since, old]

    assert seen_of(both, NURSE, MATRIX, NOW) == ()
    assert seen_of(both, NURSE, MATRIX, NOW, on_request=True) == (old,)
    before = NOW - timedelta(seconds=1)
    assert seen_of(both, NURSE, MATRIX, before) == (masked_since,)
    assert not professional_sees(old, NURSE, MATRIX, NOW)
    assert not ProfessionalSide(NURSE, MATRIX).sees(sight_of(old, NOW))


@pytest.mark.parametrize("reader", [REGULATOR, DECLARED])
def test_b7_09_masked_documents_open_in_an_emergency_if_the_patient_said_so(
    reader: ProfessionalReader,
) -> None:
    opened = evolve(reader, masked_in_emergency=True)

    assert not sees(reader, V.MASKED)
    assert sees(opened, V.MASKED)
    assert not sees(evolve(NURSE, masked_in_emergency=True), V.MASKED)


def test_an_emergency_gives_nobody_the_rights_of_an_administrator() -> None:
    assert not sees(evolve(ADMINISTRATOR, way=W.EMERGENCY), V.MASKED)
    assert not sees(
        evolve(TREATING, way=W.EMERGENCY, column=MatrixColumn.NURSE), type_code=CLOSED
    )


def test_the_treating_doctor_reads_every_type_and_masks_as_the_operator_sets() -> None:
    substitute = evolve(TREATING, column=MatrixColumn.NURSE)

    assert sees(substitute, type_code=CLOSED)
    assert sees(evolve(TREATING, treating_sees_masked=True), V.MASKED)
    assert not sees(evolve(NURSE, treating_sees_masked=True), V.MASKED)
    assert not sees(evolve(DECLARED, treating_sees_masked=True), V.MASKED)


@pytest.mark.parametrize(
    ("reader", "reads"),
    [(NURSE, False), (ADMINISTRATOR, False), (DECLARED, False), (AUTHOR, True)],
)
def test_the_matrix_binds_all_but_who_wrote_it(
    reader: ProfessionalReader, reads: bool
) -> None:
    assert sees(reader, type_code=CLOSED) is reads
    assert sees(reader, V.MASKED, type_code=CLOSED) is reads


def test_what_decides_of_a_document_is_what_its_evidence_says() -> None:
    reader = evolve(
        TREATING, identifiers=frozenset({"9", "801"}), masked_in_emergency=True
    )
    document = evolve(
        DOCUMENT,
        type_code=UNKNOWN,
        flags=frozenset({V.HIDDEN_FROM_PATIENT}),
        visible_at=NOW,
        flags_then=frozenset({V.MASKED}),
        owners=frozenset({"b", "801", "a"}),
        mime_type=IMAGING_OBJECT,
    )

    sight = sight_of(document, NOW)
    assert sight == Sight(
        frozenset({V.MASKED}),
        A.APPROVED,
        UNKNOWN,
        owners=("801", "a", "b"),
        is_imaging_object=True,
    )
    imaging = row(PROCEDURE_TYPE, MatrixColumn.NURSE)
    matrix = evolve(MATRIX, rows=(*MATRIX.rows, imaging))
    said = ProfessionalSide(reader, matrix).facts(sight, on_request=True)
    assert said == ViewingFacts(
        status=A.APPROVED,
        flags=frozenset({V.MASKED}),
        is_own=True,
        readers=frozenset({MatrixColumn.NURSE}),
        version="v",
        way=W.TEAM,
        relation=Relation.TREATING,
        column=MatrixColumn.DOCTOR,
        masked_in_emergency=True,
        on_request=True,
    )
    assert not sight_of(DOCUMENT, NOW).is_imaging_object
    plain = ProfessionalSide(evolve(NURSE, treating_sees_masked=True), MATRIX)
    facts = plain.facts(sight_of(DOCUMENT, NOW))
    assert (facts.is_own, facts.on_request) == (False, False)
    assert (facts.masked_in_emergency, facts.treating_sees_masked) == (False, True)
    assert facts.readers == {MatrixColumn.DOCTOR, MatrixColumn.NURSE}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, None),
        ({"status": A.DELETED, "on_request": True}, Unseen.WITHDRAWN),
        ({"status": A.ARCHIVED}, Unseen.NOT_ASKED_FOR),
        ({"status": A.ARCHIVED, "on_request": True}, None),
        ({"flags": frozenset({V.MASKED})}, Unseen.MASKED),
        ({"flags": frozenset({V.MASKED}), "is_own": True}, None),
        ({"readers": frozenset()}, Unseen.NOT_BY_MATRIX),
        ({"readers": frozenset(), "is_own": True}, None),
        (
            {"status": A.DEPRECATED, "flags": frozenset({V.MASKED})},
            Unseen.NOT_ASKED_FOR,
        ),
        ({"flags": frozenset({V.MASKED}), "readers": frozenset()}, Unseen.MASKED),
    ],
)
def test_the_first_that_objects_is_the_answer(
    changes: dict[str, Any], why: Unseen | None
) -> None:
    facts = ProfessionalSide(NURSE, MATRIX).facts(sight_of(DOCUMENT, NOW))

    assert refuse_viewing(evolve(facts, **changes)) is why


def test_b7_34_a_type_that_is_not_in_the_matrix_is_for_doctors_alone() -> None:
    assert not sees(NURSE, type_code=UNKNOWN)
    assert sees(evolve(NURSE, column=MatrixColumn.DOCTOR), type_code=UNKNOWN)


@pytest.mark.parametrize(
    ("column", "type_code", "reads"),
    [
        pytest.param(MatrixColumn.NURSE, "68599-0", False, id="b7_12_nurse"),
        pytest.param(MatrixColumn.DOCTOR, "68599-0", True, id="b7_12_doctor"),
        pytest.param(MatrixColumn.PHARMACIST, "EXPPAT_3", False, id="b7_13_pharmacist"),
        pytest.param(MatrixColumn.PHARMACIST, "REMB", True, id="b7_13_reimbursements"),
        pytest.param(MatrixColumn.DENTIST, "80788-3", False, id="b7_14_dentist"),
    ],
)
def test_b7_12_13_14_the_matrix_of_the_order_closes_a_type_to_a_profession(
    column: MatrixColumn, type_code: str, reads: bool
) -> None:
    with shared("habilitation-matrix.csv").open(encoding="utf-8", newline="") as file:
        rows = read_matrix(file)
    matrix = Matrix(version="order", in_force=date(2026, 1, 1), rows=rows)
    document = evolve(DOCUMENT, type_code=type_code)

    assert type_code in matrix.types
    assert (
        professional_sees(document, evolve(NURSE, column=column), matrix, NOW) is reads
    )


@pytest.mark.parametrize("type_code", sorted(ONCE_ACTIVATED))
def test_b7_13_reimbursements_wait_for_the_space_to_be_activated(
    type_code: str,
) -> None:
    """Nothing feeds them here: of one that is there all the same, this is so."""
    matrix = evolve(MATRIX, rows=(*MATRIX.rows, row(type_code, *MatrixColumn)))
    document = evolve(DOCUMENT, type_code=type_code, owners=frozenset({"author"}))
    for column in MatrixColumn:
        reader = evolve(NURSE, column=column)
        waits = evolve(reader, is_activated=False)
        own = evolve(waits, identifiers=frozenset({"author"}))

        assert professional_sees(document, reader, matrix, NOW)
        assert not professional_sees(document, waits, matrix, NOW)
        assert professional_sees(document, own, matrix, NOW)
        others = [
            professional_sees(DOCUMENT, who, MATRIX, NOW) for who in (reader, waits)
        ]
        assert others[0] is others[1]


def test_what_hides_for_a_time_is_judged_by_the_time() -> None:
    shown: dict[str, Any] = {"visible_at": NOW, "flags_then": frozenset({V.MASKED})}
    waits = {**shown, "visible_at": NOW + timedelta(seconds=1)}

    assert not sees(NURSE, V.HIDDEN_FROM_PATIENT, **shown)
    assert sees(NURSE, V.HIDDEN_FROM_PATIENT, **waits)


@pytest.mark.parametrize(
    ("flags", "status", "alerts"),
    [
        ((), A.APPROVED, set()),
        ((V.MASKED,), A.APPROVED, {Alert.MASKED}),
        ((V.HIDDEN_FROM_PATIENT,), A.APPROVED, {Alert.NOT_SEEN_BY_PATIENT}),
        (
            (V.HIDDEN_FROM_REPRESENTATIVES, V.MASKED),
            A.DEPRECATED,
            {Alert.NOT_SEEN_BY_REPRESENTATIVES, Alert.MASKED, Alert.OLD_VERSION},
        ),
        ((), A.ARCHIVED, {Alert.ARCHIVED}),
    ],
)
def test_what_must_be_said_beside_a_document(
    flags: tuple[Visibility, ...], status: Availability, alerts: set[Alert]
) -> None:
    document = evolve(DOCUMENT, flags=frozenset(flags), status=status)

    assert alerts_of(document, NOW) == alerts


def test_what_is_said_is_of_the_moment() -> None:
    waits = evolve(
        DOCUMENT,
        flags=frozenset({V.HIDDEN_FROM_PATIENT}),
        visible_at=NOW,
        flags_then=frozenset({V.MASKED}),
    )

    assert alerts_of(waits, NOW) == {Alert.MASKED}
    assert alerts_of(waits, NOW - timedelta(seconds=1)) == {Alert.NOT_SEEN_BY_PATIENT}


@given(
    flags=st.frozensets(st.sampled_from(Visibility)),
    status=st.sampled_from(Availability),
    kind=st.sampled_from([OPEN, CLOSED, UNKNOWN]),
    column=st.sampled_from(MatrixColumn),
    way=st.sampled_from(ReadingWay),
    asks=st.booleans(),
)
def test_who_is_only_of_the_team_sees_nothing_that_the_patient_or_the_matrix_closed(
    flags: frozenset[Visibility],
    status: Availability,
    kind: str,
    column: MatrixColumn,
    way: ReadingWay,
    asks: bool,
) -> None:
    document = evolve(DOCUMENT, flags=flags, status=status, type_code=kind)
    reader = evolve(NURSE, column=column, way=way)

    if professional_sees(document, reader, MATRIX, NOW, on_request=asks):
        assert V.MASKED not in flags
        assert status is A.APPROVED or asks
        by_row = kind in MATRIX.types and column in MATRIX.types[kind].readers
        assert by_row or (kind == UNKNOWN and column is MatrixColumn.DOCTOR)
