"""A CDA is found in any charset, and whom a damaged one names (M05, X03)."""

from __future__ import annotations

import html
import json
from urllib.parse import quote

import pytest

from gateway.core.ins import Ins
from gateway.documents.cda.finding import (
    as_text,
    cda_in_text,
    holds_cda,
    holds_metadata,
    is_in_odd_encoding,
    is_only_cda,
    is_wide,
    patients_of,
    visibility_in,
)
from tests.builders_cda import make_cda
from tests.builders_hiding import CHARSETS, PREFIXES
from tests.builders_people import INS, TRAITS

LETTER = make_cda().decode()
OTHER = Ins.of("277076322082910", "1.2.250.1.213.1.4.10")
NOBODYS = make_cda(ins="").decode()
TARGET = '<recordTarget><patientRole><id extension="{}" root="1.2.250.1.213.1.4.10"/>'


@pytest.mark.parametrize("prefix", list(PREFIXES))
@pytest.mark.parametrize("charset", list(CHARSETS))
def test_a_document_is_found_in_every_charset_and_says_whose_it_is(
    charset: str, prefix: str
) -> None:
    content = CHARSETS[charset](PREFIXES[prefix](LETTER))

    assert holds_cda(content)
    (patient,) = patients_of(content)
    assert patient.ins == INS
    assert is_only_cda(content) is (prefix != "a text")
    assert is_wide(content) is charset.startswith(("utf-16", "utf-32"))


@pytest.mark.parametrize("charset", list(CHARSETS))
def test_the_traits_of_what_is_sound_are_read_in_every_charset(charset: str) -> None:
    (patient,) = patients_of(CHARSETS[charset](NOBODYS))

    assert patient.ins is None
    assert (patient.traits.family, patient.traits.birth_date) == (
        TRAITS.family,
        TRAITS.birth_date,
    )


@pytest.mark.parametrize(
    ("content", "held"),
    [
        (b"<ClinicalDocument>", True),
        (b"<cda:ClinicalDocument xmlns", True),
        (b"<ClinicalDocument/>", True),
        (b"text <ClinicalDocument\r\n", True),
        (b"<ClinicalDocuments>", False),
        (b"</ClinicalDocument>", False),
        (b"&lt;ClinicalDocument>", False),
        (b"<clinicaldocument>", False),
        (b"<" + b"a" * 42 + b":ClinicalDocument>", False),
        (b"<" + b"a" * 41 + b":ClinicalDocument>", True),
        (b"", False),
    ],
)
def test_only_the_start_tag_is_a_document(content: bytes, held: bool) -> None:
    assert holds_cda(content) is held
    assert holds_cda(content.decode().encode("utf-16-be")) is held


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"\xef\xbb\xbf<a>\xc3\xa9", "<a>\u00e9"),
        (b"<a>\xe9\x80", "<a>\u00e9\u20ac"),
        (b"<\x00a\x00", "<a"),
        (b"\x00<\x00a", "<a"),
        (b"\n\x00\xe9\x00<\x00a\x00", "\n\u00e9<a"),
        (b"text <\x00a\x00", "text <a"),
        (b"\xff\xfe<\x00", "<"),
        (b"\xfe\xff\x00<", "<"),
        (b"<\x00\x00\x00", "<"),
        (b"\x00\x00\x00<", "<"),
        (b"\xff\xfe\x00\x00<\x00\x00\x00", "<"),
        (b"\x00\x00\xfe\xff\x00\x00\x00<", "<"),
    ],
)
def test_the_characters_are_those_of_the_charset(content: bytes, text: str) -> None:
    assert as_text(content) == text


def written(*matricules: str) -> bytes:
    return "".join(
        f"{TARGET.format(one)}</patientRole></recordTarget>" for one in matricules
    ).encode()


def test_of_what_does_not_parse_every_patient_is_named() -> None:
    content = b"<ClinicalDocument>" + written("279035121518989", "277076322082910")

    assert [one.ins for one in patients_of(content)] == [INS, OTHER]


def test_a_number_that_is_none_is_named_as_such() -> None:
    (patient,) = patients_of(b"<ClinicalDocument>" + written("27903512151898"))

    assert (patient.ins, patient.unread_ins) == (None, "27903512151898")


def test_a_number_outside_of_the_record_target_is_not_the_patients() -> None:
    other = TARGET.format("277076322082910").removeprefix("<recordTarget>").encode()
    own = written("279035121518989")

    found = patients_of(b"<ClinicalDocument>" + other + own + other)

    assert [one.ins for one in found] == [INS]
    assert [one.ins for one in patients_of(b"<ClinicalDocument>" + other)] == [OTHER]


def test_a_record_target_without_an_end_goes_to_the_end() -> None:
    content = b"<ClinicalDocument>" + TARGET.format("279035121518989").encode()

    assert [one.ins for one in patients_of(content)] == [INS]


@pytest.mark.parametrize(
    "tag",
    [
        "<id root='1.2.250.1.213.1.4.10' extension='279035121518989'/>",
        '<h:id  extension = "279035121518989" root = "1.2.250.1.213.1.4.10" />',
    ],
)
def test_an_identifier_is_read_in_each_way_it_is_written(tag: str) -> None:
    content = f"<ClinicalDocument><recordTarget>{tag}".encode()

    assert [one.ins for one in patients_of(content)] == [INS]


@pytest.mark.parametrize(
    "tag",
    [
        '<id root="1.2.3" extension="279035121518989"/>',
        '<id root="1.2.250.1.213.1.4.10"/>',
        '<id extension="279035121518989"/>',
        '<identity root="1.2.250.1.213.1.4.10" extension="279035121518989"/>',
    ],
)
def test_what_is_no_national_identifier_names_nobody(tag: str) -> None:
    assert patients_of(f"<ClinicalDocument><recordTarget>{tag}".encode()) == ()


def test_of_many_identifiers_the_first_thousand_are_read() -> None:
    local = '<id root="1.2.3" extension="x"/>'
    own = '<id root="1.2.250.1.213.1.4.10" extension="279035121518989"/>'

    def content(before: int) -> bytes:
        return f"<ClinicalDocument><recordTarget>{local * before}{own}".encode()

    assert len(patients_of(content(999))) == 1
    assert patients_of(content(1000)) == ()


@pytest.mark.parametrize("before", range(1024 * 1024 - 140, 1024 * 1024 + 4, 24))
def test_a_tag_is_found_across_the_pieces_of_what_is_large(before: int) -> None:
    """In pieces of 1 MiB, whatever of the tag stands in the first one."""
    document = "<cda:ClinicalDocument>".encode("utf-16-le")
    metadata = f"<{'r' * 41}:SubmitObjectsRequest ".encode("utf-32-le")
    filler = b"x" + bytes(before - 1)

    assert holds_cda(filler + document)
    assert not holds_cda(filler + document[:-2])
    assert holds_metadata(filler + metadata)
    assert not holds_metadata(filler + metadata.replace(b"S", b"s"))


PERSON = "<ClinicalDocument xmlns='urn:hl7-org:v3'><recordTarget/>"


@pytest.mark.parametrize(
    "text",
    [
        PERSON,
        "<c:ClinicalDocument><c:nonXMLBody>",
        html.escape(PERSON),
        html.escape(html.escape(html.escape(PERSON))),
        PERSON.replace("<", "&#60;"),
        PERSON.replace("<", "&#x3C;"),
        PERSON.replace("<", "\\u003C"),
        PERSON.replace("<", "\\x3c"),
        quote(PERSON),
        html.escape(json.dumps(PERSON).replace("<", "\\u003c")),
        PERSON.replace("<rec", "&lt;rec"),
    ],
)
def test_a_document_in_a_text_is_found_however_its_signs_are_written(text: str) -> None:
    found = cda_in_text(text.encode())

    assert found is not None
    assert holds_cda(found)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Le <ClinicalDocument xmlns='urn:hl7-org:v3'> de la ligne 2",
        "la racine <ClinicalDocument> finit par </ClinicalDocument>",
        "&lt;ClinicalDocument&gt; et ClinicalDocument/recordTarget",
        "ClinicalDocument <recordTarget/>",
        "&amp;amp;amp;amp;lt;ClinicalDocument <recordTarget/>",
    ],
)
def test_who_only_speaks_of_a_document_sends_none(text: str) -> None:
    assert cda_in_text(text.encode()) is None


def test_the_patient_of_an_escaped_document_is_known() -> None:
    found = cda_in_text(html.escape(make_cda().decode()).encode())

    assert found is not None
    (patient,) = patients_of(found)
    assert patient.ins is not None


def test_a_document_in_a_text_of_two_bytes_a_character_is_found() -> None:
    assert cda_in_text(PERSON.encode("utf-16-le")) is not None


def test_the_visibility_that_is_asked_is_known_of_what_is_not_read() -> None:
    text = """code="MASQUE_PS" x='NOPAT' y="INVISIBLE_PATIENT" z="MASQUE_PS" NOPAT"""

    found = ("MASQUE_PS", "NOPAT", "INVISIBLE_PATIENT")
    assert visibility_in(text.encode()) == found
    assert visibility_in(text.encode("utf-16-le")) == found
    assert visibility_in(b"MASQUE_PS") == ()


@pytest.mark.parametrize(
    ("name", "odd"),
    [
        ("utf-7", True),
        ("UNICODE-1-1-UTF-7", True),
        ("cp037", True),
        ("klingon", True),
        ("utf-8", False),
        ("ISO-8859-15", False),
        ("windows-1252", False),
    ],
)
def test_xml_whose_signs_are_not_those_of_ascii_is_known(name: str, odd: bool) -> None:
    start = f'<?xml version="1.0" encoding="{name}"?>'.encode()

    assert is_in_odd_encoding(start) is odd
    assert is_in_odd_encoding(b"\xef\xbb\xbf" + start) is odd
    assert not is_in_odd_encoding(b"<a>" + start)
    assert is_in_odd_encoding(b" +ADw-?xml version")
    assert not is_in_odd_encoding(b"<a>+ADw-")
    assert not is_in_odd_encoding(start.decode().encode("utf-16-le"))
