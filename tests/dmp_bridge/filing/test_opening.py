"""Opening a message: which documents it brings, and what is wrong with each."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.ins import Ins
from gateway.dmp_bridge.filing.opening import Opener, ins_in_cx
from gateway.documents.cda.schema import CdaSchema
from gateway.documents.xdm.archive import ArchiveLimits
from tests.builders_cda import SET, make_cda
from tests.builders_mail import as_xdm, as_xml, make_mail, pack
from tests.shared import shared

LETTER = make_cda()
OTHER = make_cda(unique_id=(f"{SET}.2", ""))
TEST = "1.2.250.1.213.1.4.10"


def errors(mail: bytes, opener: Opener | None = None) -> list[str]:
    return [found.error for found in (opener or Opener()).open(mail).documents]


def ids(mail: bytes) -> list[str]:
    return [found.unique_id for found in Opener().open(mail).documents]


def test_documents_come_in_the_order_of_the_message() -> None:
    mail = make_mail(as_xml(OTHER), as_xdm(pack(LETTER)))

    assert ids(mail) == [f"{SET}.2", f"{SET}.1"]
    assert errors(mail) == ["", ""]


@pytest.mark.parametrize("name", ["IHE_XDM.zip", "ihe_xdm.ZIP", "IHE_XDM (1).zip"])
def test_a_package_is_known_by_its_name_or_its_folder(name: str) -> None:
    mail = make_mail((name, "application/zip", pack(LETTER)))

    assert ids(mail) == [f"{SET}.1"]


def test_a_package_of_another_media_type_is_known_too() -> None:
    mail = make_mail(("paquet", "application/octet-stream", pack(LETTER)))

    assert ids(mail) == [f"{SET}.1"]


def test_what_a_package_lacks_is_told_though_its_document_is_good() -> None:
    package = BytesIO(pack(LETTER))
    with ZipFile(package, "a") as archive:
        archive.writestr("ORDONNANCE.PDF", b"%PDF-1.4")

    (found,) = Opener().open(make_mail(as_xdm(package.getvalue()))).documents

    assert found.readable is not None
    assert found.to_correct == "a file outside IHE_XDM was ignored"


@pytest.mark.parametrize(
    "shape", ["plain", "stylesheet", "signed", "signed-stylesheet"]
)
def test_each_physical_shape_is_read(shape: str) -> None:
    found = Opener().open(make_mail(as_xml(make_cda(shape=shape)))).documents

    assert [one.error for one in found] == [""]


def test_a_self_presenting_document_may_say_that_it_is_a_stylesheet() -> None:
    letter = make_cda(shape="stylesheet")
    mail = make_mail(("lettre.xsl", "application/xslt+xml", letter))

    assert ids(mail) == [f"{SET}.1"]


def test_an_xml_attachment_is_read_once() -> None:
    assert ids(make_mail(as_xml(LETTER))) == [f"{SET}.1"]


@pytest.mark.parametrize(
    ("mail", "error"),
    [
        (make_mail(as_xml(b"<a>")), "XML not well formed"),
        (make_mail(as_xml(b"<a/>")), "the file has no ClinicalDocument"),
        (make_mail(as_xdm(b"PK\x03\x04")), "not a ZIP archive"),
        (
            make_mail(as_xdm(pack(LETTER, changes={"unique_id": "9.9"}))),
            "METADATA.XML and the document give different uniqueId",
        ),
    ],
)
def test_what_is_wrong_is_said(mail: bytes, error: str) -> None:
    (said,) = errors(mail)

    assert said.startswith(error)


def test_another_type_in_the_metadata_is_said() -> None:
    from gateway.core.person import Coded

    other = Coded(code="11502-2", scheme="2.16.840.1.113883.6.1")
    mail = make_mail(as_xdm(pack(LETTER, changes={"type_code": other})))

    assert errors(mail) == ["METADATA.XML and the document give different typeCode"]


def test_limits_are_those_of_the_settings() -> None:
    opener = Opener(limits=ArchiveLimits(entry_bytes=1000))

    assert errors(make_mail(as_xdm(pack(LETTER))), opener)[0]
    assert errors(make_mail(as_xml(LETTER)), Opener(max_document_bytes=1000))[0]


def test_a_message_that_can_be_read_two_ways_files_nothing() -> None:
    mail = make_mail(as_xml(LETTER))
    marker = b"Content-Transfer-Encoding: base64\r\n"
    twice = mail.replace(marker, marker + b"Content-Transfer-Encoding: 7bit\r\n")

    opened = Opener().open(twice)

    assert [found.readable for found in opened.documents] == [None]
    assert "more than one way" in opened.documents[0].error


def test_the_schema_refuses_what_it_does_not_know() -> None:
    opener = Opener(schema=CdaSchema(shared("cda-schema")))
    wrong = LETTER.replace(b"<custodian>", b"<guardian>").replace(
        b"</custodian>", b"</guardian>"
    )

    assert errors(make_mail(as_xml(LETTER)), opener) == [""]
    (said,) = errors(make_mail(as_xml(wrong)), opener)
    assert said.startswith("schema: ")


@pytest.mark.parametrize(
    ("cx", "expected"),
    [
        (f"279035121518989^^^&{TEST}&ISO^NH", Ins.of("279035121518989", TEST)),
        (f"27903512151898^^^&{TEST}&ISO^NH", f"27903512151898^^^&{TEST}&ISO^NH"),
        ("8000451207^^^&1.2.250.1.71.4.2.2&ISO^PI", None),
        ("8000451207", None),
    ],
)
def test_a_patient_id_is_an_ins_or_none_or_malformed(
    cx: str, expected: Ins | str | None
) -> None:
    assert ins_in_cx(cx) == expected


def test_the_author_of_the_message_is_known_when_there_is_one() -> None:
    mail = make_mail(sender="Service <Service@Hopital.mssante.test>")

    assert Opener().open(mail).from_address == "service@hopital.mssante.test"


@given(st.binary(max_size=300))
def test_any_bytes_are_opened_without_an_error(content: bytes) -> None:
    Opener().open(content)


@given(st.binary(max_size=300))
def test_any_attachment_is_opened_without_an_error(content: bytes) -> None:
    found = Opener().open(make_mail(as_xdm(content), as_xml(content))).documents

    assert all(one.error for one in found)
