"""For any bytes a CDA is read or refused, and an entry survives its JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gateway.core.document import AuthorEntry, Availability, DocumentEntry
from gateway.core.person import Coded
from gateway.documents.cda.body import body_of
from gateway.documents.cda.header import read_cda
from gateway.documents.xds.entry import document_entry, submission_set
from gateway.documents.xds.entry_json import entry_from_json, entry_to_json
from gateway.errors import InvalidError
from tests.builders_cda import make_cda

SAMPLES = [
    path.read_bytes()
    for path in sorted((Path(__file__).resolve().parents[1] / "samples/cda").iterdir())
]

MUTANTS = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


def read_all_of(content: bytes) -> None:
    """Do with a file all that is done with one; only `InvalidError` may come out."""
    try:
        document = read_cda(content)
        entry = document_entry(document, content, entry_uuid="urn:uuid:0")
        submission_set(
            document,
            unique_id="1",
            entry_uuid="urn:uuid:1",
            source_id="2",
            submission_time=entry.creation_time,
        )
    except InvalidError:
        return
    assert entry_from_json(entry_to_json(entry)) == entry
    try:
        body_of(content)
    except InvalidError:
        return


@given(st.binary(max_size=400))
@example(b"")
@example(b"<ClinicalDocument xmlns='urn:hl7-org:v3'/>")
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    read_all_of(content)


@MUTANTS
@given(
    st.sampled_from(SAMPLES),
    st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 40), st.binary()),
        min_size=1,
        max_size=4,
    ),
)
def test_a_damaged_document_is_read_or_refused(
    content: bytes, damages: list[tuple[float, int, bytes]]
) -> None:
    for place, length, new in damages:
        at = int(place * len(content))
        content = content[:at] + new + content[at + length :]

    read_all_of(content)


PIECES = ["nullFlavor='UNK'", "value='x'", "root='1.2'", "extension='^&'", "<id/>", ">"]


@MUTANTS
@given(
    st.sampled_from(SAMPLES),
    st.integers(0, 300),
    st.sampled_from(["drop", "double", "rename", "empty"]),
    st.sampled_from(PIECES),
)
def test_a_document_with_a_changed_element_is_read_or_refused(
    content: bytes, number: int, change: str, piece: str
) -> None:
    tags = content.split(b"<")
    at = number % len(tags)
    tag = tags[at]
    changed = {
        "drop": [],
        "double": [tag, tag],
        "rename": [b"x" + tag],
        "empty": [tag.split(b" ")[0] + b" " + piece.encode() + b"/>"],
    }[change]

    read_all_of(b"<".join([*tags[:at], *changed, *tags[at + 1 :]]))


TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"),
    max_size=20,
)


@MUTANTS
@given(st.fixed_dictionaries({}, optional=dict.fromkeys(
    ("title", "family", "first_given", "given_names", "birth_date", "sex",
     "birth_place", "ins", "oid", "author_id", "structure_name", "effective_time",
     "confidentiality", "set_id", "replaces", "service_start", "order_id"),
    TEXTS,
)))  # fmt: skip
def test_any_words_in_a_document_are_read_or_refused(changes: dict[str, str]) -> None:
    for name in ("replaces", "order_id"):
        changes[name] = changes.get(name, "").replace("^", "")

    read_all_of(make_cda(**changes))


CODES = st.builds(Coded, code=TEXTS, scheme=TEXTS, label=TEXTS)
MOMENTS = st.datetimes(
    min_value=datetime(1800, 1, 2),  # noqa: DTZ001 (the strategy adds the zone)
    max_value=datetime(2199, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
).map(lambda moment: moment.replace(microsecond=0))
ENTRIES = st.builds(
    DocumentEntry,
    unique_id=TEXTS,
    entry_uuid=TEXTS,
    patient_id=TEXTS,
    type_code=CODES,
    class_code=CODES,
    format_code=CODES,
    title=TEXTS,
    creation_time=MOMENTS,
    service_start_time=st.none() | MOMENTS,
    service_stop_time=st.none() | MOMENTS,
    language_code=TEXTS,
    mime_type=TEXTS,
    confidentiality=st.lists(CODES, max_size=3).map(tuple),
    authors=st.lists(
        st.builds(
            AuthorEntry,
            person=TEXTS,
            institution=TEXTS,
            role=TEXTS,
            specialty=TEXTS,
        ),
        max_size=2,
    ).map(tuple),
    legal_authenticator=TEXTS,
    healthcare_facility_type=st.none() | CODES,
    practice_setting=st.none() | CODES,
    event_codes=st.lists(CODES, max_size=2).map(tuple),
    source_patient_id=TEXTS,
    source_patient_info=st.lists(TEXTS, max_size=3).map(tuple),
    size=st.integers(0, 2**40),
    hash=TEXTS,
    availability_status=st.sampled_from(Availability),
    replaces=TEXTS,
    reference_ids=st.lists(TEXTS, max_size=2).map(tuple),
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(ENTRIES)
def test_an_entry_is_read_back_from_its_json(entry: DocumentEntry) -> None:
    text = json.dumps(entry_to_json(entry))

    assert entry_from_json(json.loads(text)) == entry


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(TEXTS, inner, max_size=2)
    ),
    max_leaves=5,
)
SOME_ENTRY = document_entry(read_cda(make_cda()), b"", entry_uuid="urn:uuid:0")
NAMES = sorted(entry_to_json(SOME_ENTRY))


@settings(deadline=None)
@given(ENTRIES, st.sampled_from(NAMES), JSON)
@example(SOME_ENTRY, "size", float("inf"))
@example(SOME_ENTRY, "size", True)
@example(SOME_ENTRY, "author", {"0": {}})
@example(SOME_ENTRY, "typeCode", "code")
def test_a_field_of_another_kind_is_refused(
    entry: DocumentEntry, name: str, value: object
) -> None:
    fields = entry_to_json(entry)
    fields[name] = value

    try:
        entry_from_json(fields)
    except InvalidError:
        return


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_field_is_refused(name: str) -> None:
    fields = entry_to_json(SOME_ENTRY)
    del fields[name]

    with pytest.raises(InvalidError):
        entry_from_json(fields)
