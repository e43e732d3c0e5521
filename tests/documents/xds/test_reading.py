"""METADATA.XML, read as real tools write it and written as the standard says."""

from __future__ import annotations

import contextlib
import string
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from gateway.core.document import AuthorEntry, DocumentEntry, SubmissionSet, Visibility
from gateway.core.informing import InformedBy, PatientInformed
from gateway.core.person import Coded
from gateway.documents.xds import ebrim
from gateway.documents.xds.reading import read_metadata
from gateway.documents.xds.values import EntryAction, EntryFacts
from gateway.documents.xds.writing import ListedDocument, write_metadata
from gateway.errors import InvalidError
from tests.builders_xdm import (
    DOCTOR,
    HOSPITAL,
    MOMENT,
    OTHER_PATIENT,
    PATIENT,
    make_entry,
    make_submission,
)

# Written by hand, with the habits seen in the field: no declaration, another prefix,
# patient schemes swapped, classifications that point elsewhere, slots after
# classifications, the action in a slot of some other name, the date in the CX.
FIELD_SAMPLE = """
<q:SubmitObjectsRequest xmlns:q="urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0">
 <RegistryObjectList xmlns="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0">
  <ExtrinsicObject id="Doc1" mimeType="text/xml" objectType="urn:uuid:0">
   <Classification classificationScheme="urn:uuid:f0306f51-975f-434e-a61c-c59651d33983"
     classifiedObject="Set1" id="c1" nodeRepresentation="11490-0">
    <Slot name="codingScheme"><ValueList><Value> 2.16.840.1.113883.6.1 </Value>
    </ValueList></Slot>
    <Name><LocalizedString charset="UTF8" value="Lettre" xml:lang="FR"/></Name>
   </Classification>
   <Classification classificationScheme="urn:uuid:f4f85eac-e6cb-4883-b524-f2705394840f"
     classifiedObject="Set1" id="c2" nodeRepresentation="N"/>
   <Classification classificationScheme="urn:uuid:f4f85eac-e6cb-4883-b524-f2705394840f"
     classifiedObject="Set1" id="c3" nodeRepresentation="INVISIBLE_REP_LEGAUX"/>
   <ExternalIdentifier
     identificationScheme="urn:uuid:6b5aea1a-874d-4603-a4bc-96a0a7b38446"
     value="279035121518989^^^&amp;1.2.250.1.213.1.4.10&amp;ISO^NH^^19790328"/>
   <ExternalIdentifier
     identificationScheme="urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab"
     value="1.2.250.1.999.7"/>
   <Slot name="urn:x:Action"><ValueList><Value>c</Value></ValueList></Slot>
   <Slot name="transactionId"><ValueList><Value>77</Value></ValueList></Slot>
   <Slot name="URI"><ValueList><Value>SS000001/DOC0001.XML</Value></ValueList></Slot>
   <Slot name="hash"><ValueList><Value>DA39A3EE5E6B4B0D3255BFEF95601890AFD80709</Value>
   </ValueList></Slot>
   <Slot name="size"><ValueList><Value>0</Value></ValueList></Slot>
   <Slot name="creationTime"><ValueList><Value>202603271505+0100</Value></ValueList>
   </Slot>
  </ExtrinsicObject>
  <RegistryPackage id="Set1">
   <ExternalIdentifier
     identificationScheme="urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427"
     value="279035121518989^^^&amp;1.2.250.1.213.1.4.10&amp;ISO^NH"/>
  </RegistryPackage>
  <Classification classificationNode="urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd"
     classifiedObject="Set1" id="c9"/>
 </RegistryObjectList>
</q:SubmitObjectsRequest>
"""


def facts_of(entry: DocumentEntry) -> EntryFacts:
    """Return what a reader must find of an entry that was written."""
    return EntryFacts(
        entry_id=entry.entry_uuid,
        uri="DOC0001.XML",
        hash=entry.hash,
        size=entry.size,
        unique_id=entry.unique_id,
        patient_id=entry.patient_id,
        source_patient_id=entry.source_patient_id,
        source_patient_info=entry.source_patient_info,
        type_code=entry.type_code,
        class_code=entry.class_code,
        format_code=entry.format_code,
        confidentiality=entry.confidentiality,
        title=entry.title,
        creation_time=entry.creation_time,
        service_start_time=entry.service_start_time,
        service_stop_time=entry.service_stop_time,
        language_code=entry.language_code,
        mime_type=entry.mime_type,
        authors=entry.authors,
        legal_authenticator=entry.legal_authenticator,
        healthcare_facility_type=entry.healthcare_facility_type,
        practice_setting=entry.practice_setting,
        event_codes=entry.event_codes,
        reference_ids=entry.reference_ids,
        remarks=() if entry.mime_type else ("METADATA.XML without mimeType",),
    )


def written(entry: DocumentEntry, submission: SubmissionSet | None = None) -> bytes:
    return write_metadata(
        submission or make_submission(),
        [ListedDocument(entry=entry, uri="DOC0001.XML")],
    )


def edited(old: str, new: str, entry: DocumentEntry | None = None) -> bytes:
    text = written(entry or make_entry()).decode()
    assert old in text
    return text.replace(old, new).encode()


def refusal(content: bytes) -> str:
    with pytest.raises(InvalidError) as caught:
        read_metadata(content)
    return caught.value.public


def test_metadata_with_the_habits_of_the_field_are_read() -> None:
    metadata = read_metadata(FIELD_SAMPLE.encode())

    assert metadata.submission.patient_id == PATIENT
    assert metadata.entries == (
        EntryFacts(
            entry_id="Doc1",
            uri="SS000001/DOC0001.XML",
            hash="da39a3ee5e6b4b0d3255bfef95601890afd80709",
            size=0,
            unique_id="1.2.250.1.999.7",
            patient_id=PATIENT + "^^19790328",
            type_code=Coded(
                code="11490-0", scheme="2.16.840.1.113883.6.1", label="Lettre"
            ),
            confidentiality=(Coded(code="N"), Coded(code="INVISIBLE_REP_LEGAUX")),
            creation_time=MOMENT,
            mime_type="text/xml",
            action=EntryAction.CHANGE,
        ),
    )


def test_what_is_written_is_read_back() -> None:
    entry = make_entry()
    submission = make_submission(title="Sortie")

    metadata = read_metadata(written(entry, submission))

    assert metadata.entries == (facts_of(entry),)
    assert metadata.patient_id == PATIENT
    facts = metadata.submission
    assert facts.unique_id == submission.unique_id
    assert facts.source_id == submission.source_id
    assert facts.submission_time == submission.submission_time
    assert facts.content_type == submission.content_type
    assert facts.author == AuthorEntry(person=DOCTOR, institution=HOSPITAL)
    assert facts.title == "Sortie"


def test_codes_and_identifiers_stand_in_their_ebrim_places() -> None:
    entry = make_entry(event_codes=(Coded(code="IMP", scheme="2.16.840.1.113883.5.4"),))
    root = etree.fromstring(written(entry))
    rim = f"{{{ebrim.RIM}}}"
    document = next(root.iter(rim + "ExtrinsicObject"))

    codes = {
        element.get("classificationScheme"): element.get("nodeRepresentation")
        for element in document.iterchildren(rim + "Classification")
    }
    identifiers = {
        element.get("identificationScheme"): element.get("value")
        for element in document.iterchildren(rim + "ExternalIdentifier")
    }
    pointed = {
        element.get("classifiedObject") or element.get("registryObject")
        for element in document
        if element.get("classifiedObject") or element.get("registryObject")
    }

    assert codes == {
        "urn:uuid:93606bcf-9494-43ec-9b4e-a7748d1a838d": None,
        "urn:uuid:41a5887f-8865-4c09-adf7-e362475b143a": "10",
        "urn:uuid:f4f85eac-e6cb-4883-b524-f2705394840f": "N",
        "urn:uuid:2c6b8cb7-8b2a-4051-b291-b1ae6a575ef4": "IMP",
        "urn:uuid:a09d5840-386c-46f2-b5ad-9c3699a4309d": "urn:ans:ci-sis:ldl-ses:2022",
        "urn:uuid:f33fb8ac-18af-42cc-ae0e-ed0b0bdb91e1": "SA01",
        "urn:uuid:cccf5598-8b07-4b77-a05e-ae952c785ead": "ETABLISSEMENT",
        "urn:uuid:f0306f51-975f-434e-a61c-c59651d33983": "11490-0",
    }
    assert identifiers == {
        "urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427": PATIENT,
        "urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab": entry.unique_id,
    }
    assert pointed == {entry.entry_uuid}


def test_elements_are_written_in_the_order_of_the_ebrim_schema() -> None:
    order = ["Slot", "Name", "Classification", "ExternalIdentifier"]
    for element in etree.fromstring(written(make_entry()))[0]:
        names = [etree.QName(child).localname for child in element]
        assert names == sorted(names, key=order.index)


def test_a_member_is_linked_to_its_set_and_a_replacement_to_what_it_replaces() -> None:
    old = "urn:uuid:6a1ad3a5-1f0b-4f0e-9d39-1c6c7c7f0a00"
    document = ListedDocument(
        entry=make_entry(),
        uri="DOC0001.XML",
        action=EntryAction.CHANGE,
        replaced_uuid=old,
    )

    content = write_metadata(make_submission(), [document])
    metadata = read_metadata(content)

    links = etree.fromstring(content).iter(f"{{{ebrim.RIM}}}Association")
    kinds = [(one.get("associationType"), one.get("targetObject")) for one in links]
    assert kinds == [
        (ebrim.HAS_MEMBER, document.entry.entry_uuid),
        (ebrim.REPLACES, old),
    ]
    assert metadata.entries[0].replaced_uuid == old
    assert metadata.entries[0].action is EntryAction.CHANGE


@pytest.mark.parametrize("value", ["D", "d", " D "])
@pytest.mark.parametrize("name", ["urn:action:extraMetadataSlot", "urn:fr:ACTION"])
def test_a_deletion_is_read_from_any_slot_that_says_action(
    name: str, value: str
) -> None:
    slot = f'<Slot name="{name}"><ValueList><Value>{value}</Value></ValueList></Slot>'
    content = edited('<Slot name="hash">', slot + '<Slot name="hash">')

    assert read_metadata(content).entries[0].action is EntryAction.DELETE


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (["N"], set()),
        (["N", "MASQUE_PS"], {Visibility.MASKED}),
        (["N", "INVISIBLE_PATIENT"], {Visibility.HIDDEN_FROM_PATIENT}),
        (["N", "NOPAT"], {Visibility.HIDDEN_FROM_PATIENT}),
        (
            ["N", "INVISIBLE_REPRESENTANTS_LEGAUX"],
            {Visibility.HIDDEN_FROM_REPRESENTATIVES},
        ),
        (["N", "INVISIBLE_REP_LEGAUX"], {Visibility.HIDDEN_FROM_REPRESENTATIVES}),
    ],
)
def test_visibility_is_read_in_every_spelling(
    codes: list[str], expected: set[Visibility]
) -> None:
    confidentiality = tuple(Coded(code=code) for code in codes)
    entry = make_entry(confidentiality=confidentiality)

    (read,) = read_metadata(written(entry)).entries
    flags = {Visibility.of(coded.code) for coded in read.confidentiality}
    assert flags - {None} == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026", datetime(2026, 1, 1, tzinfo=UTC)),
        ("202603", datetime(2026, 3, 1, tzinfo=UTC)),
        ("2026032714", datetime(2026, 3, 27, 14, tzinfo=UTC)),
        ("20260327140500.123", MOMENT),
        ("20260327090500-0500", MOMENT),
    ],
)
def test_a_time_is_read_at_any_precision(text: str, expected: datetime) -> None:
    content = edited(">20260327140500<", f">{text}<")

    assert read_metadata(content).entries[0].creation_time == expected


def test_a_time_is_written_in_utc() -> None:
    local = MOMENT.astimezone(timezone(timedelta(hours=2)))

    assert b">20260327140500<" in written(make_entry(creation_time=local))


def test_a_comment_does_not_cut_a_value_in_two() -> None:
    content = edited(">fr-FR<", "><!-- -->fr-<!-- -->FR<")

    assert read_metadata(content).entries[0].language_code == "fr-FR"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", "XML"),
        (b"<ns3:SubmitObjectsRequest><A/></ns3:SubmitObjectsRequest>", "XML"),
        (b"<SubmitObjectsRequest/>", "METADATA.XML without exactly one Submit"),
        (
            edited("xsd:rim:3.0", "xsd:rim:2.0"),
            "METADATA.XML without exactly one SubmitObjectsRequest",
        ),
        (
            edited("ExtrinsicObject", "ExtrinsicThing"),
            "METADATA.XML that lists no document",
        ),
        (
            edited(ebrim.SUBMISSION_SET, "urn:uuid:0"),
            "METADATA.XML without exactly one submission set",
        ),
        (
            edited(">DOC0001.XML<", ">DOC0001.XML</Value><Value>x<"),
            "METADATA.XML with several values of URI",
        ),
        (edited('name="hash"', 'name="size"'), "METADATA.XML with the same slot twice"),
        (
            edited(ebrim.PRACTICE_SETTING, ebrim.TYPE_CODE),
            "METADATA.XML with several values of typeCode",
        ),
        (
            edited(ebrim.ENTRY_UNIQUE_ID, ebrim.ENTRY_PATIENT_ID),
            "METADATA.XML with two values of one identifier",
        ),
        (
            edited(ebrim.ENTRY_UNIQUE_ID, ebrim.SET_PATIENT_ID),
            "METADATA.XML with several values of patientId",
        ),
        (
            edited(ebrim.ENTRY_PATIENT_ID, "urn:uuid:0"),
            "METADATA.XML with a document that names no patient",
        ),
    ],
)
def test_metadata_that_break_their_format_are_refused(
    content: bytes, text: str
) -> None:
    assert text in refusal(content)


@pytest.mark.parametrize("size", ["-1", "1.5", "many", "9" * 13, "\u0661\u0662"])
def test_a_size_that_is_not_a_number_of_bytes_is_refused(size: str) -> None:
    entry = make_entry()
    content = edited(f">{entry.size}<", f">{size}<")

    assert refusal(content) == "METADATA.XML with a size that is not a number"


@pytest.mark.parametrize("value", ["abc", "z" * 40, "0" * 64])
def test_a_hash_that_is_not_a_sha1_is_refused(value: str) -> None:
    content = edited(f">{make_entry().hash}<", f">{value}<")

    assert refusal(content) == "METADATA.XML with a hash that is not a SHA-1"


@pytest.mark.parametrize("values", [["A"], ["C", "D"], ["C", "X"]])
def test_an_action_that_is_not_c_or_d_is_refused(values: list[str]) -> None:
    listed = "".join(f"<Value>{value}</Value>" for value in values)
    slot = f'<Slot name="{ebrim.ACTION}"><ValueList>{listed}</ValueList></Slot>'
    content = edited('<Slot name="hash">', slot + '<Slot name="hash">')

    assert refusal(content) == "METADATA.XML with an unknown action"


def test_a_document_that_replaces_two_is_refused() -> None:
    link = (
        f'<Association associationType="{ebrim.REPLACES}" targetObject="{{}}"'
        f' sourceObject="{make_entry().entry_uuid}"/>'
    )
    links = link.format("urn:uuid:1") + link.format("urn:uuid:2")
    content = edited("</RegistryObjectList>", links + "</RegistryObjectList>")

    assert refusal(content) == "METADATA.XML with a document that replaces two"


@pytest.mark.parametrize(
    ("of_set", "of_entry"),
    [
        (OTHER_PATIENT, PATIENT),
        (PATIENT, PATIENT.replace("4.10", "4.8")),
        (PATIENT, PATIENT.replace("279035121518989", "IPP01")),
    ],
)
def test_two_patients_are_refused(of_set: str, of_entry: str) -> None:
    submission = make_submission(patient_id=of_set)
    content = written(make_entry(patient_id=of_entry), submission)

    text = "METADATA.XML that does not name exactly one patient"
    assert refusal(content) == text


def test_two_entries_of_two_patients_are_refused() -> None:
    documents = [
        ListedDocument(entry=make_entry(), uri="A"),
        ListedDocument(
            entry=make_entry(patient_id=OTHER_PATIENT, entry_uuid="Two"), uri="B"
        ),
    ]

    content = write_metadata(make_submission(), documents)

    assert "exactly one patient" in refusal(content)


def test_neither_a_refusal_nor_a_remark_quotes_anything_of_the_metadata() -> None:
    secret = "279035121518989"
    size = edited(f">{make_entry().size}<", f">{secret}a<")
    time = edited(">20260327140500<", f">{secret}<")
    slot = f'<Slot name="{secret}"><ValueList><Value>%s</Value></ValueList></Slot>'
    doubled = edited('<Slot name="hash">', slot % 1 + slot % 2 + '<Slot name="hash">')

    assert secret not in refusal(size)
    for content in (time, doubled):
        (entry,) = read_metadata(content).entries
        assert entry.remarks
        assert secret not in str(entry.remarks)


def slots(name: str, *values: str) -> str:
    """Return a slot of this name for each value."""
    return "".join(
        f'<Slot name="{name}"><ValueList><Value>{value}</Value></ValueList></Slot>'
        for value in values
    )


TIME = ">20260327140500<"
ODD = [
    (edited(TIME, ">20261327140500<"), "creation_time", "a malformed creationTime"),
    (edited(TIME, ">yesterday<"), "creation_time", "a malformed creationTime"),
    (
        edited(TIME, ">00010101000000+2300<"),
        "creation_time",
        "a malformed creationTime",
    ),
    (
        edited(
            '<Slot name="hash">', slots("serviceStopTime", "x") + '<Slot name="hash">'
        ),
        "service_stop_time",
        "a malformed serviceStopTime",
    ),
    (
        edited(">fr-FR<", ">fr-FR</Value><Value>en-GB<"),
        "language_code",
        "several values of languageCode",
    ),
    (
        edited(
            '<Slot name="hash">',
            slots("sourcePatientId", "1", "2") + '<Slot name="hash">',
        ),
        "source_patient_id",
        "the slot sourcePatientId twice",
    ),
    (
        edited(ebrim.PRACTICE_SETTING, ebrim.CLASS_CODE),
        "class_code",
        "several values of classCode",
    ),
    (
        edited(ebrim.PRACTICE_SETTING, ebrim.FORMAT_CODE),
        "format_code",
        "several values of formatCode",
    ),
    (
        edited(ebrim.PRACTICE_SETTING, ebrim.FACILITY_TYPE),
        "healthcare_facility_type",
        "several values of healthcareFacilityTypeCode",
    ),
    (
        edited(ebrim.FACILITY_TYPE, ebrim.PRACTICE_SETTING),
        "practice_setting",
        "several values of practiceSettingCode",
    ),
]


@pytest.mark.parametrize(("content", "name", "told"), ODD)
def test_what_decides_nothing_counts_as_absent_where_it_is_wrong(
    content: bytes, name: str, told: str
) -> None:
    (entry,) = read_metadata(content).entries

    assert not getattr(entry, name)
    assert f"METADATA.XML with {told}: left out" in entry.remarks


def test_an_odd_submission_set_is_told_with_each_document() -> None:
    content = write_metadata(
        make_submission(),
        [
            ListedDocument(entry=make_entry(entry_uuid=name), uri=name)
            for name in ("One", "Two")
        ],
    )
    code = f'classificationScheme="{ebrim.CONTENT_TYPE}"'
    extra = f'<Classification {code} nodeRepresentation="03"/>'
    text = content.decode()
    at = text.index("</RegistryPackage>")

    metadata = read_metadata((text[:at] + extra + text[at:]).encode())

    told = "METADATA.XML with several values of contentTypeCode: left out"
    assert metadata.submission.content_type is None
    assert [entry.remarks for entry in metadata.entries] == [(told,), (told,)]


def test_the_same_slot_twice_with_the_same_value_is_one() -> None:
    doubled = slots("languageCode", "fr-FR")
    content = edited('<Slot name="hash">', doubled + '<Slot name="hash">')

    (entry,) = read_metadata(content).entries

    assert (entry.language_code, entry.remarks) == ("fr-FR", ())


@pytest.mark.parametrize("name", ["URI", "size", "hash", ebrim.ACTION, "urn:x:action"])
def test_a_slot_that_decides_is_given_once(name: str) -> None:
    doubled = slots(name, "C", "D")
    content = edited('<Slot name="hash">', doubled + '<Slot name="hash">')

    assert refusal(content) == "METADATA.XML with the same slot twice"


def test_a_document_without_a_media_type_is_told() -> None:
    (entry,) = read_metadata(edited('mimeType="text/xml"', "")).entries

    assert (entry.mime_type, entry.remarks) == ("", ("METADATA.XML without mimeType",))


def test_a_text_that_xml_cannot_hold_is_refused() -> None:
    with pytest.raises(InvalidError):
        written(make_entry(title="\x00"))


TEXT = st.text(
    st.characters(
        codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Zs", "Zl", "Zp")
    )
    | st.sampled_from(" &<>\"'^|"),
    max_size=20,
).map(str.strip)
NAME = st.text(string.ascii_letters + string.digits + ".-:", min_size=1, max_size=20)
CODED = st.builds(Coded, code=NAME, scheme=TEXT, label=TEXT)
TIMES = st.datetimes(
    min_value=datetime(1900, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    timezones=st.just(UTC),
).map(lambda moment: moment.replace(microsecond=0))
ENTRIES = st.builds(
    DocumentEntry,
    unique_id=NAME,
    entry_uuid=NAME,
    patient_id=st.just(PATIENT),
    type_code=CODED,
    class_code=CODED,
    format_code=CODED,
    title=TEXT,
    creation_time=TIMES,
    service_start_time=st.none() | TIMES,
    service_stop_time=st.none() | TIMES,
    language_code=TEXT,
    mime_type=TEXT,
    confidentiality=st.lists(CODED, max_size=3).map(tuple),
    authors=st.lists(
        st.builds(
            AuthorEntry, person=TEXT, institution=TEXT, role=TEXT, specialty=TEXT
        ),
        max_size=2,
    ).map(tuple),
    legal_authenticator=TEXT,
    healthcare_facility_type=st.none() | CODED,
    practice_setting=st.none() | CODED,
    event_codes=st.lists(CODED, max_size=2).map(tuple),
    source_patient_id=TEXT,
    source_patient_info=st.lists(TEXT.filter(bool), max_size=3).map(tuple),
    size=st.integers(0, 10**12 - 1),
    hash=st.binary(min_size=20, max_size=20).map(bytes.hex),
    reference_ids=st.lists(TEXT.filter(bool), max_size=2).map(tuple),
)


@pytest.mark.parametrize(
    "told",
    [
        PatientInformed(by=InformedBy.CONVOCATION),
        PatientInformed(by=InformedBy.ONLINE, on=date(2026, 3, 2)),
        PatientInformed(
            by=InformedBy.TELEPHONE, on=date(2026, 3, 2), teller="Mme Accueil & fils"
        ),
    ],
)
def test_how_the_patient_was_informed_is_written_and_read(
    told: PatientInformed,
) -> None:
    listed = ListedDocument(entry=make_entry(), uri="DOC0001.XML")

    metadata = read_metadata(write_metadata(make_submission(), [listed], told))

    assert metadata.submission.informed == told
    assert metadata.entries[0].remarks == ()


@pytest.mark.parametrize(
    "values",
    [
        ("pigeon",),
        ("telephone", "20261340"),
        ("telephone", "2026-03-02"),
        ("telephone", "20260302", "x" * 101),
        ("telephone", "20260302", "Mme Accueil", "more"),
    ],
)
def test_what_is_no_such_declaration_is_left_out_with_a_remark(
    values: tuple[str, ...],
) -> None:
    told = PatientInformed(by=InformedBy.POSTER)
    listed = ListedDocument(entry=make_entry(), uri="DOC0001.XML")
    text = write_metadata(make_submission(), [listed], told).decode()
    said = "".join(f"<Value>{one}</Value>" for one in values)
    assert "<Value>poster</Value>" in text

    metadata = read_metadata(text.replace("<Value>poster</Value>", said).encode())

    assert metadata.submission.informed is None
    (remark,) = metadata.entries[0].remarks
    assert remark.endswith("left out")


@given(ENTRIES)
def test_any_entry_written_gives_back_the_same_facts(entry: DocumentEntry) -> None:
    metadata = read_metadata(written(entry))

    assert metadata.entries == (facts_of(entry),)


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_give_metadata_or_a_refusal(content: bytes) -> None:
    with contextlib.suppress(InvalidError):
        read_metadata(content)


SAMPLE = FIELD_SAMPLE.encode()


@given(st.integers(0, len(SAMPLE) - 1), st.binary(max_size=4), st.integers(0, 40))
def test_damaged_metadata_give_metadata_or_a_refusal(
    at: int, inserted: bytes, dropped: int
) -> None:
    with contextlib.suppress(InvalidError):
        read_metadata(SAMPLE[:at] + inserted + SAMPLE[at + dropped :])
