"""Opening a message: which documents it brings, and what is wrong with each."""

from __future__ import annotations

import hashlib
import html
import zlib
from base64 import b64encode
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.document import AuthorEntry, Visibility
from gateway.core.envelope import SubmissionForm
from gateway.core.ins import Ins
from gateway.core.person import Coded
from gateway.core.texts import faults
from gateway.core.texts.faults import say
from gateway.dmp_bridge.filing.found import FoundDocument
from gateway.dmp_bridge.filing.opening import Opener
from gateway.dmp_bridge.filing.places import PartPlace
from gateway.dmp_bridge.filing.said import ins_in_cx, said_in_metadata
from gateway.documents.cda.file import open_cda
from gateway.documents.cda.header import read_cda
from gateway.documents.cda.schema import CdaSchema
from gateway.documents.xdm.archive import ArchiveLimits, open_archive, write_archive
from gateway.documents.xds.entry import sha1_hex
from gateway.documents.xds.values import EntryAction, EntryFacts, SubmissionFacts
from gateway.message.reading import MimeLimits
from gateway.reception.documents_form import write_documents
from gateway.reception.submission import Said, SubmittedDocument, SubmittedDocuments
from tests.builders_cda import PDF, SET, make_cda
from tests.builders_files import make_n1
from tests.builders_hiding import File, attached_to_a_pdf
from tests.builders_mail import as_xdm, as_xml, make_mail, pack
from tests.builders_settings import make_settings
from tests.builders_xdm import MOMENT, make_package, open_package
from tests.documents.cda.test_body import READ, REFUSED
from tests.shared import shared
from tests.zips import Part, make_zip

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
    assert found.to_correct == ("a file outside IHE_XDM was ignored",)


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
        (make_mail(as_xdm(b"PK\x03\x04")), "partie 2 (application/zip) : ce fichier"),
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
    other = Coded(code="11502-2", scheme="2.16.840.1.113883.6.1")
    mail = make_mail(as_xdm(pack(LETTER, changes={"type_code": other})))

    assert errors(mail) == ["METADATA.XML and the document give different typeCode"]


def test_limits_are_those_of_the_settings() -> None:
    opener = Opener(limits=ArchiveLimits(entry_bytes=1000))

    assert errors(make_mail(as_xdm(pack(LETTER))), opener)[0]
    assert errors(make_mail(as_xml(LETTER)), Opener(max_document_bytes=1000))[0]


def test_the_settings_are_the_limits() -> None:
    settings = make_settings(
        smtp={"max_message_bytes": 1001, "max_decoded_bytes": 1002},
        xdm={
            "max_entries": 1003,
            "max_entry_bytes": 1004,
            "max_total_bytes": 1005,
            "max_ratio": 1006,
            "max_nesting": 1008,
            "max_opened_bytes": 1009,
        },
        cda={"max_bytes": 1007},
    )

    assert Opener.from_settings(settings) == Opener(
        limits=ArchiveLimits(
            archive_bytes=1001,
            entries=1003,
            entry_bytes=1004,
            total_bytes=1005,
            ratio=1006,
        ),
        message_limits=MimeLimits(max_decoded_bytes=1002),
        depth=1008,
        total_bytes=1009,
        max_document_bytes=1007,
        schema=None,
    )


def test_a_schema_is_loaded_from_the_folder_of_the_settings() -> None:
    folder = shared("cda-schema")

    opener = Opener.from_settings(
        make_settings(folder.parent, cda={"schema": folder.name})
    )

    assert opener.schema is not None


ENTRY = EntryFacts(
    unique_id="1.2.3",
    patient_id="17^^^&1.2.250.1&ISO^PI",
    type_code=Coded(code="11490-0", scheme="1.2.3"),
    confidentiality=(Coded(code="N", scheme="1"), Coded(code="MASQUE_PS", scheme="2")),
    action=EntryAction.DELETE,
    replaced_uuid="urn:uuid:1",
)
SET_OF_TWO = SubmissionFacts(
    author=AuthorEntry(person="899700000017"),
    content_type=Coded(code="03", scheme="1.2.4"),
)


def test_what_a_metadata_says_counts_for_the_filing() -> None:
    assert said_in_metadata(ENTRY, SET_OF_TWO) == Said(
        unique_id=ENTRY.unique_id,
        patient_id=ENTRY.patient_id,
        type_code=ENTRY.type_code,
        confidentiality=("N", "MASQUE_PS"),
        action=EntryAction.DELETE,
        replaces="urn:uuid:1",
        author=SET_OF_TWO.author,
        content_type=SET_OF_TWO.content_type,
    )
    alone = said_in_metadata(ENTRY, None)
    assert (alone.author, alone.content_type) == (None, None)


def test_a_document_attached_is_read_whole() -> None:
    opened = Opener().open(make_mail(as_xml(LETTER)))

    assert opened.documents == (
        FoundDocument(
            content=LETTER,
            sha256=hashlib.sha256(LETTER).hexdigest(),
            sha1=sha1_hex(LETTER),
            document=read_cda(LETTER),
        ),
    )
    assert opened.parts is not None


def test_a_document_in_a_package_is_as_its_metadata_says() -> None:
    package = open_package(pack(LETTER))
    (facts,) = [one.facts for one in package.documents]

    (found,) = Opener().open(make_mail(as_xdm(pack(LETTER)))).documents

    assert found.said == said_in_metadata(facts, package.submissions[0])
    assert found.said.author is not None
    assert (found.content, found.sha1) == (LETTER, sha1_hex(LETTER))
    assert zlib.decompress(found.deflated, -zlib.MAX_WBITS) == LETTER


def test_of_a_package_that_is_wrong_documents_are_read_and_not_filed() -> None:
    archive = open_archive(pack(LETTER))
    files = [
        (name, b"<x/>" if name.endswith("METADATA.XML") else archive.read(name))
        for name in archive.names
    ]

    found = Opener().open(make_mail(as_xdm(write_archive(files, MOMENT)))).documents

    assert [(one.unique_id, one.readable) for one in found] == [(f"{SET}.1", None)]
    assert found[0].error


def test_what_cannot_be_read_is_kept_to_be_looked_at() -> None:
    (found,) = Opener().open(make_mail(as_xml(b"<a>"))).documents

    assert (found.content, found.document) == (b"<a>", None)


def test_an_identifier_without_extension_may_have_an_empty_one() -> None:
    assert errors(
        make_mail(as_xdm(pack(LETTER, changes={"unique_id": f"{SET}.1^"})))
    ) == [""]


STRICT = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"
 targetNamespace="urn:hl7-org:v3"><xs:element name="ClinicalDocument"><xs:complexType>
<xs:attribute name="a" use="required"/><xs:attribute name="b" use="required"/>
</xs:complexType></xs:element></xs:schema>"""


def test_what_a_schema_refuses_is_known_and_not_filed(tmp_path: Path) -> None:
    (tmp_path / "strict").mkdir()
    (tmp_path / "strict" / "any.xsd").write_text(STRICT, "utf-8")
    opener = Opener.from_settings(make_settings(tmp_path, cda={"schema": "strict"}))
    assert opener.schema is not None

    (found,) = opener.open(make_mail(as_xml(LETTER))).documents

    errors_found = opener.schema.errors(open_cda(LETTER))
    assert len(errors_found) > 1
    wrong = "; ".join(errors_found)
    assert found == FoundDocument(
        content=LETTER, document=read_cda(LETTER), error=f"schema: {wrong}"
    )


@pytest.mark.parametrize("sender", ["a@h.test, b@h.test", "a@b@c"])
def test_of_several_authors_or_none_that_can_be_read_none_is_known(sender: str) -> None:
    mail = make_mail(sender="x@h.test").replace(b"x@h.test", sender.encode())

    assert Opener().open(mail).from_address == ""


def test_a_message_beyond_the_limits_is_one_document_with_an_error() -> None:
    opener = Opener(message_limits=MimeLimits(max_decoded_bytes=10))

    opened = opener.open(make_mail(as_xml(LETTER)))

    (found,) = opened.documents
    assert found.error == "message: message too large once decoded"
    assert (opened.from_address, opened.parts) == ("", None)


def test_a_message_that_can_be_read_two_ways_files_nothing() -> None:
    mail = make_mail(as_xml(LETTER))
    marker = b"Content-Transfer-Encoding: base64\r\n"
    twice = mail.replace(marker, marker + b"Content-Transfer-Encoding: 7bit\r\n")

    opened = Opener().open(twice)

    assert [found.readable for found in opened.documents] == [None]
    assert [found.error for found in opened.documents] == [
        "partie 2 (text/xml), Content-Transfer-Encoding : le champ est écrit deux "
        "fois ; écrivez-le une seule fois / part 2 (text/xml), "
        "Content-Transfer-Encoding: the field is written twice; write it once"
    ]


def test_nothing_is_read_past_the_limits_of_a_package_that_is_wrong() -> None:
    opener = Opener(limits=ArchiveLimits(entry_bytes=1000))

    (found,) = opener.open(make_mail(as_xdm(pack(LETTER)))).documents

    assert found.document is None


def submitted(*documents: SubmittedDocument) -> bytes:
    return write_documents(SubmittedDocuments(identifier="1.2.3", documents=documents))


def test_documents_without_a_message_are_opened_with_what_is_said_of_each() -> None:
    said = Said(unique_id=f"{SET}.1", confidentiality=("MASQUE_PS",))
    content = submitted(
        SubmittedDocument(content=LETTER, said=said),
        SubmittedDocument(content=OTHER),
    )

    opened = Opener().open(content, SubmissionForm.DOCUMENTS)

    assert (opened.from_address, opened.parts) == ("", None)
    assert [one.content for one in opened.documents] == [LETTER, OTHER]
    assert [one.sha1 for one in opened.documents] == [sha1_hex(LETTER), sha1_hex(OTHER)]
    assert [one.said for one in opened.documents] == [said, Said()]
    assert [one.error for one in opened.documents] == ["", ""]


def test_what_is_said_of_a_document_has_to_agree_with_it() -> None:
    content = submitted(SubmittedDocument(content=LETTER, said=Said(unique_id="9.9")))

    (found,) = Opener().open(content, SubmissionForm.DOCUMENTS).documents

    text = "what is said of it and the document give different uniqueId"
    assert found.error == text


def test_a_submission_that_cannot_be_read_is_one_document_with_an_error() -> None:
    opened = Opener().open(b"Subject: x", SubmissionForm.DOCUMENTS)

    (found,) = opened.documents
    assert opened.from_address == ""
    assert found.error == "submission: not a submission of documents"
    assert (found.document, found.content) == (None, b"")


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
        ("8000451207^^", None),
        (f"8000451207^^^&1.2.3&{TEST}^PI", None),
        (f"27903512151898^^^&{TEST}&ISO", f"27903512151898^^^&{TEST}&ISO"),
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


OTHERS = make_cda(unique_id=(f"{SET}.8", ""), set_id="", ins="277076322082910")
IN_PART_2 = "(partie/part 2, application/zip)"


def in_part_2(words: faults.Words) -> str:
    """Return what is wrong in both languages, with the place in each."""
    return " / ".join(f"{each} {IN_PART_2}" for each in words)


OTHERS_CX = f"277076322082910^^^&{TEST}&ISO^NH"


def named(mail: bytes) -> list[tuple[str, list[str]]]:
    """Return the error of each document, and the end of each number it names."""
    return [
        (one.error, [who.ins.matricule[:3] if who.ins else "" for who in one.about])
        for one in Opener().open(mail).documents
    ]


def repacked(package: bytes, **changes: bytes) -> bytes:
    """Return a package with more files; those of an empty content are left out."""
    archive = open_archive(package)
    files = {name: archive.read(name) for name in archive.names}
    for name, content in changes.items():
        files[name.replace("__", "/").replace("_x_", ".")] = content
    return write_archive([(n, c) for n, c in files.items() if c], MOMENT)


def stored(package: bytes) -> bytes:
    """Return a package that packs nothing."""
    archive = open_archive(package)
    output = BytesIO()
    with ZipFile(output, "w") as made:
        for name in archive.names:
            made.writestr(name, archive.read(name))
    return output.getvalue()


def test_a_package_that_packs_nothing_is_read_once() -> None:
    assert named(make_mail(as_xdm(stored(pack(LETTER))))) == [("", ["279"])]


@pytest.mark.parametrize("again", [bytes, stored])
def test_what_stands_beside_the_documents_of_a_package_is_found(
    again: Callable[[bytes], bytes],
) -> None:
    package = again(repacked(pack(LETTER), AUTRE_x_CDA=OTHERS))

    assert named(make_mail(as_xdm(package))) == [("", ["279"]), ("", ["277"])]


def listing(content: bytes, media_type: str) -> bytes:
    """Return a package whose METADATA.XML lists a file that is no CDA."""
    return make_package([content], changes=[{"mime_type": media_type}])


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"%PDF-1.4\n", "application/pdf"),
        (bytes(128) + b"DICM...", "application/dicom"),
        (b"\xff\xd8\xff", "image/jpeg"),
    ],
)
def test_a_file_that_is_no_cda_is_told_in_its_own_words(
    content: bytes, media_type: str
) -> None:
    mail = make_mail(as_xdm(listing(content, media_type)))

    assert errors(mail) == [in_part_2(faults.NOT_CDA)]


def test_a_file_that_is_no_cda_is_kept_with_what_is_said_of_it() -> None:
    package = listing(b"%PDF-1.4\n", "application/pdf")
    (facts,) = [one.facts for one in open_package(package).documents]
    submission = open_package(package).submissions[0]

    (found,) = Opener().open(make_mail(as_xdm(package))).documents

    assert found == FoundDocument(
        content=b"%PDF-1.4\n",
        said=said_in_metadata(facts, submission),
        error=in_part_2(faults.NOT_CDA),
    )


def test_an_archive_that_a_package_lists_is_opened() -> None:
    inner = write_archive([("a.xml", OTHERS)], MOMENT)

    found = named(make_mail(as_xdm(listing(inner, "application/zip"))))

    assert found == [(in_part_2(faults.NOT_CDA), []), ("", ["277"])]


IN_XML_2 = "(partie/part 2, text/xml)"


def test_a_document_in_utf_16_is_told_in_its_own_words() -> None:
    wide = LETTER.decode().encode("utf-16")
    mail = make_mail(as_xml(wide))

    assert named(mail) == [
        (" / ".join(f"{words} {IN_XML_2}" for words in faults.OTHER_CHARSET), ["279"])
    ]
    (found,) = Opener().open(mail).documents
    assert (found.content, found.closed, found.document) == (wide, False, None)


def test_a_document_that_is_cut_short_names_its_patient() -> None:
    cut = LETTER[:-30]
    last = len(cut.splitlines())

    (found,) = Opener().open(make_mail(as_xml(cut))).documents

    assert found == FoundDocument(
        content=cut,
        patients=found.patients,
        error=f"XML not well formed, line {last} {IN_XML_2}",
    )
    assert [who.ins for who in found.patients] == [Ins.of("279035121518989", TEST)]


def test_what_is_no_cda_at_all_is_kept_with_its_error() -> None:
    (found,) = Opener().open(make_mail(as_xml(b"<a/>"))).documents

    assert found == FoundDocument(
        content=b"<a/>", error=f"the file has no ClinicalDocument {IN_XML_2}"
    )


def test_what_says_nowhere_whose_it_is_is_closed() -> None:
    mail = make_mail(as_xml(b"<ClinicalDocument >"))

    (found,) = Opener().open(mail).documents

    assert found == FoundDocument(
        content=b"<ClinicalDocument >",
        closed=True,
        error=f"XML not well formed, line 1 {IN_XML_2}",
    )


def test_a_package_of_more_files_than_allowed_is_not_filed() -> None:
    files = {f"A{number}_x_TXT": b"x" for number in range(4)}
    package = repacked(pack(LETTER), **files)

    opener = Opener(limits=ArchiveLimits(entries=8))
    past = Opener(limits=ArchiveLimits(entries=7))

    assert errors(make_mail(as_xdm(package)), opener) == [""]
    assert errors(make_mail(as_xdm(package)), past) == ["archive with too many entries"]


METADATA = "IHE_XDM__SUBSET01__METADATA_x_XML"


def test_a_metadata_of_a_package_that_is_wrong_names_its_patient_too() -> None:
    package = make_package([b"%PDF-1.4\n"], patient_id=OTHERS_CX)
    wrong = repacked(package, **{"IHE_XDM__SUBSET01__DOC0001_x_XML": b""})

    (found,) = named(make_mail(as_xdm(wrong)))

    error = f"package without a document that METADATA.XML lists {IN_PART_2}"
    assert found == (error, ["277"])


def test_a_fault_of_the_part_is_said_before_what_is_wrong_in_its_package() -> None:
    marker = b"Content-Transfer-Encoding: base64\r\n"
    mail = make_mail(as_xdm(pack(LETTER, changes={"unique_id": "9.9"})))
    unsure = mail.replace(marker, marker * 2)
    wrong = make_mail(as_xdm(repacked(pack(LETTER), **{METADATA: b"<x/>"})))

    fault = say(
        faults.MIME_FAULTS["REPEATED_FIELD"],
        path="2",
        media_type="application/zip",
        field="Content-Transfer-Encoding",
    )
    assert named(unsure) == [(fault, ["279"])]
    assert named(wrong.replace(marker, marker * 2)) == [(fault, ["279"])]


def test_a_metadata_that_names_whom_its_documents_name_says_nothing_more() -> None:
    wrong = repacked(pack(LETTER), IHE_XDM__SUBSET01__AUTRE_x_XML=OTHER)

    error = "package with a document that METADATA.XML omits"
    assert named(make_mail(as_xdm(wrong))) == [(error, ["279"]), (error, ["279"])]


def test_a_metadata_alone_names_its_patient() -> None:
    metadata = open_archive(make_package(patient_id=OTHERS_CX)).read(
        "IHE_XDM/SUBSET01/METADATA.XML"
    )
    mail = make_mail(("metadata.xml", "text/xml", metadata))

    place = PartPlace(path="2", media_type="text/xml")
    assert named(mail) == [(place.say(faults.METADATA_ALONE), ["277"])]


def test_a_package_that_is_wrong_and_empty_is_told() -> None:
    package = write_archive([("IHE_XDM/README.TXT", b"x")], MOMENT)

    assert errors(make_mail(as_xdm(package))) == [
        f"package without METADATA.XML in a folder of IHE_XDM {IN_PART_2}"
    ]


def test_a_package_that_cannot_be_opened_and_holds_nothing_is_told() -> None:
    """No document is in it, though its sender meant to send one."""
    empty = make_zip([Part(name=b"IHE_XDM/A.TXT", content=b"Bonjour")] * 2)

    assert errors(make_mail(as_xdm(empty))) == [
        f"archive with the same name twice {IN_PART_2}"
    ]


def test_a_package_in_a_part_with_a_fault_is_not_filed() -> None:
    mail = make_mail(as_xdm(pack(LETTER)))
    field = b"Content-Transfer-Encoding: base64\r\n"

    (found,) = Opener().open(mail.replace(field, field + field)).documents

    assert (found.unique_id, found.readable) == (f"{SET}.1", None)
    assert found.error.startswith(
        "partie 2 (application/zip), Content-Transfer-Encoding : le champ est"
    )


def test_a_document_within_a_fault_of_another_part_is_filed() -> None:
    mail = make_mail(as_xdm(pack(LETTER)), ("a.pdf", "application/pdf", b"%PDF-1.4"))
    odd = mail.replace(b'filename="a.pdf"', b"filename=a b.pdf").replace(
        b"Content-Type: application/pdf", b"Content-Type: application / pdf"
    )

    assert errors(odd) == [""]


N1_PDF = 'mediaType="application/pdf" representation="B64"'
DAMAGED = make_n1(b64encode(PDF).decode()[:-3], N1_PDF)
MENDED = make_n1(b64encode(PDF).decode(), 'mediaType="application/pdf"')
PLACE = "component/nonXMLBody/text "


def test_a_body_that_nobody_can_read_is_refused_and_its_patient_known() -> None:
    (found,) = Opener().open(make_mail(as_xml(DAMAGED))).documents

    assert found.error == PLACE + "is base64 that is cut short"
    assert found.readable is None
    assert found.document is not None
    assert found.document.patient.ins == Ins.of("279035121518989", TEST)


def test_what_is_said_beside_a_body_that_nobody_can_read_is_kept() -> None:
    package = pack(DAMAGED)
    (facts,) = [one.facts for one in open_package(package).documents]
    submission = open_package(package).submissions[0]

    (found,) = Opener().open(make_mail(as_xdm(package))).documents

    assert found == FoundDocument(
        content=DAMAGED,
        document=found.document,
        said=said_in_metadata(facts, submission),
        error=PLACE + "is base64 that is cut short",
    )
    assert found.document is not None


def test_a_body_that_was_mended_is_read_and_told() -> None:
    (found,) = Opener().open(make_mail(as_xml(MENDED))).documents

    assert found.readable is not None
    assert found.to_correct == (PLACE + "is base64 without saying so (B64)",)


def test_a_document_is_of_the_type_its_file_really_has() -> None:
    letter = make_n1(b64encode(PDF).decode(), 'mediaType="text/plain"')

    (found,) = Opener().open(make_mail(as_xml(letter))).documents

    assert found.readable is not None
    assert found.readable.media_type == "application/pdf"


def test_a_document_is_withdrawn_though_nobody_could_read_it() -> None:
    package = pack(DAMAGED, action=EntryAction.DELETE)

    (found,) = Opener().open(make_mail(as_xdm(package))).documents

    assert found.asks_withdrawal
    assert (found.error, found.readable is None) == ("", False)


def test_all_that_is_odd_is_told_and_the_document_filed() -> None:
    letter = make_n1(b64encode(PDF).decode(), 'mediaType="application/pdf"')
    letter = letter.replace(b'low value="202610121015+0200"', b'low value="demain"', 1)
    package = pack(letter, changes={"title": "Autre titre"})

    (found,) = Opener().open(make_mail(as_xdm(package))).documents

    assert found.error == ""
    assert found.remarks == (
        "documentationOf/serviceEvent/effectiveTime/low is not a time: left out",
        PLACE + "is base64 without saying so (B64)",
        "METADATA.XML and the document give different title",
    )


def test_an_id_of_metadata_is_told_to_the_limit_of_ids() -> None:
    for length in (256, 257):
        said = Said(unique_id="1" * length)

        assert FoundDocument(said=said).unique_id == "1" * 256


@pytest.mark.parametrize(("attributes", "text", "kind", "content", "told"), READ)
def test_each_form_of_a_file_that_can_be_read_is_a_document_to_file(
    attributes: str, text: str, kind: str, content: bytes, told: tuple[str, ...]
) -> None:
    (found,) = Opener().open(make_mail(as_xml(make_n1(text, attributes)))).documents

    assert found.error == ""
    assert found.readable is not None
    assert found.readable.media_type == kind
    assert found.remarks == tuple(PLACE + one for one in told)


@pytest.mark.parametrize(("attributes", "text", "why"), REFUSED)
def test_each_form_of_a_file_that_nobody_can_read_is_told_and_not_filed(
    attributes: str, text: str, why: str
) -> None:
    mail = make_mail(as_xml(make_n1(text, attributes)))
    found, *inside = Opener().open(mail).documents

    assert (found.error, found.readable) == (PLACE + why, None)
    assert found.document is not None
    assert all(one.closed for one in inside)


ANOTHERS = make_cda(ins="277076322082910", family="AUTRE")
B64 = 'mediaType="{}" representation="B64"'
HIDDEN = pack(LETTER, flags=("INVISIBLE_PATIENT",))


def _coded(content: bytes, kind: str = "text/plain") -> bytes:
    return make_n1(b64encode(content).decode(), B64.format(kind))


def _files(package: bytes) -> list[tuple[str, bytes]]:
    with ZipFile(BytesIO(package)) as archive:
        return [(name, archive.read(name)) for name in archive.namelist()]


def _of(*files: tuple[str, str, bytes]) -> list[FoundDocument]:
    return list(Opener().open(make_mail(*files)).documents)


@pytest.mark.parametrize(
    "body",
    [
        _coded(ANOTHERS),
        _coded(ANOTHERS, "text/xml"),
        _coded(attached_to_a_pdf(File(ANOTHERS)).content, "application/pdf"),
        make_cda(sections=(("1", "Motif", html.escape(ANOTHERS.decode())),)),
    ],
    ids=["a text", "a file that is refused", "a PDF", "the words of a section"],
)
def test_another_patient_in_the_body_of_a_document_is_known(body: bytes) -> None:
    outer, inner = _of(as_xml(body))

    assert [one.ins for one in outer.about] != [one.ins for one in inner.about]
    assert inner.error.startswith("partie CDA")
    assert inner.readable is None
    packed, also = _of(as_xdm(pack(body)))
    assert [packed.about, also.about] == [outer.about, inner.about]


def test_a_document_whose_body_holds_what_is_closed_is_not_filed() -> None:
    content = _coded(b"-----BEGIN PGP MESSAGE-----\n")

    outer, inner = _of(as_xml(content))

    assert (outer.readable, outer.error) == (None, inner.error)
    assert (outer.closed, inner.closed) == (False, True)


def test_what_hides_in_documents_that_came_without_a_message_is_known() -> None:
    one = SubmittedDocument(content=_coded(ANOTHERS))
    documents = SubmittedDocuments(identifier="<a@b.test>", documents=(one,))

    opened = Opener().open(write_documents(documents), SubmissionForm.DOCUMENTS)

    assert len(opened.documents) == 2


def test_from_whom_a_broken_package_hides_its_document_is_known() -> None:
    package = write_archive(
        [
            (name, content.replace(b"Palpitations", b"palpitations"))
            for name, content in _files(HIDDEN)
        ],
        MOMENT,
    )

    (found,) = _of(as_xdm(package))

    assert found.error == "package with a document of another hash than announced"
    assert Visibility.HIDDEN_FROM_PATIENT in found.said.visibility


def test_from_whom_a_metadata_in_no_package_hides_is_known_and_nothing_filed() -> None:
    flat = write_archive(
        [(name.rpartition("/")[2], content) for name, content in _files(HIDDEN)], MOMENT
    )

    (found,) = _of(("docs.zip", "application/zip", flat))

    assert found.readable is None
    assert "METADATA.XML" in found.error
    assert found.said.visibility == {Visibility.HIDDEN_FROM_PATIENT}


def test_what_two_metadatas_in_no_package_ask_for_is_all_done() -> None:
    """Each hides from somebody else: nobody is shown what one of them hides."""
    (_, metadata), (_, letter) = sorted(
        _files(HIDDEN), key=lambda file: "METADATA" not in file[0]
    )[:2]
    masked = metadata.replace(b"INVISIBLE_PATIENT", b"MASQUE_PS")

    found, *_ = _of(
        ("a.xml", "text/xml", metadata),
        ("b.xml", "text/xml", masked),
        as_xml(letter),
    )

    assert found.said.visibility == {
        Visibility.HIDDEN_FROM_PATIENT,
        Visibility.MASKED,
    }


def test_a_document_with_two_levels_of_confidentiality_keeps_what_they_ask() -> None:
    level = b'<confidentialityCode code="N"'
    content = LETTER.replace(level, b'<confidentialityCode code="MASQUE_PS"/>' + level)

    (found,) = _of(as_xml(content))

    assert found.document is None
    assert found.said.visibility == {Visibility.MASKED}


def test_xml_of_which_not_even_the_start_can_be_read_is_closed() -> None:
    content = b'<?xml version="1.0" encoding="UTF-7"?>+ADw-ClinicalDocument+AD4-'

    (found,) = _of(as_xml(content))

    assert found.closed
    (plain,) = _of(as_xml(b'<?xml version="1.0" encoding="UTF-8"?><facture/>'))
    assert not plain.closed


def test_whom_a_document_in_an_office_file_names_is_known() -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + ANOTHERS

    (found,) = _of(("a.doc", "application/msword", ole))

    assert [str(one.ins) for one in found.about] != []
    assert found.error == (
        "partie 2 (application/msword) : seuls les documents CDA sont enregistrés, et "
        "ce fichier est d’un autre type / part 2 (application/msword): only CDA "
        "documents are filed, and this file is of another type"
    )  # and not its place once more
