"""What is found in a message, where, and what stays closed (M01, M04)."""

from __future__ import annotations

import gzip
import html
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from attrs import evolve

from gateway.core.texts import faults
from gateway.core.texts.details import in_both
from gateway.core.texts.faults import say
from gateway.dmp_bridge.filing.places import ItemKind, PartPlace, SearchLimits
from gateway.dmp_bridge.filing.searching import search, search_within
from gateway.documents.xdm.archive import ArchiveLimits, open_archive, write_archive
from gateway.message.reading import MimeLimits, read_parts
from tests.builders_cda import make_cda
from tests.builders_hiding import (
    CLOSED,
    NAMES,
    OPENED,
    TYPES,
    File,
    Layer,
    around,
    as_message,
    part_of,
    winmail,
    zipped,
)
from tests.builders_mail import pack
from tests.builders_xdm import MOMENT, make_package
from tests.zips import Part, make_zip

LETTER = make_cda()
FILE = File(LETTER, "lettre.xml", "text/xml")
LIMITS = SearchLimits()


def found(
    *parts: bytes, limits: SearchLimits = LIMITS, multipart: str = "mixed"
) -> list[tuple[str, str]]:
    """Return the kind and the place of each thing found."""
    message = read_parts(around(*parts, multipart=multipart))
    return [(one.kind.value, one.place.path) for one in search(message, limits)]


def errors(*parts: bytes, limits: SearchLimits = LIMITS) -> list[str]:
    return [one.error for one in search(read_parts(around(*parts)), limits)]


def told(
    *parts: bytes, limits: SearchLimits = LIMITS
) -> list[tuple[str, str, str, bytes]]:
    """Return the kind, the place, the error and the content of each thing found."""
    return [
        (one.kind.value, one.place.path, one.error, one.content)
        for one in search(read_parts(around(*parts)), limits)
    ]


def closed(path: str, media_type: str = "", why: str = "") -> str:
    """Return what is said of a file that is not opened."""
    words = faults.CLOSED
    if why:
        pairs = zip(faults.CLOSED, in_both(why), strict=True)
        french, english = (f"{each} ({reason})" for each, reason in pairs)
        words = french, english
    return say(words, path=path, media_type=media_type)


def nested_too_far(path: str, media_type: str = "") -> str:
    return say(faults.TOO_NESTED, path=path, media_type=media_type)


def in_a_text(media_type: str) -> str:
    return say(faults.IN_A_TEXT, path="2", media_type=media_type)


def not_cda(media_type: str) -> str:
    return say(faults.NOT_CDA, path="2", media_type=media_type)


ENCODED = b"Content-Transfer-Encoding: "


def unsure(part: bytes) -> bytes:
    """Return a part that says its encoding twice: nothing in it is filed."""
    encoding = part.partition(ENCODED)[2].partition(b"\r\n")[0]
    return part.replace(ENCODED, ENCODED + encoding + b"\r\n" + ENCODED, 1)


def said_twice(media_type: str) -> str:
    return say(
        faults.MIME_FAULTS["REPEATED_FIELD"],
        path="2",
        media_type=media_type.partition(";")[0],
        field="Content-Transfer-Encoding",
    )


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("media_type", TYPES)
def test_a_document_is_known_whatever_its_name_and_type(
    name: str, media_type: str
) -> None:
    part = part_of(File(LETTER, name, media_type))

    assert found(part) == [("DOCUMENT", "2")]
    assert errors(part) == [""]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("media_type", ["application/zip", *TYPES])
def test_a_package_is_known_whatever_its_name_and_type(
    name: str, media_type: str
) -> None:
    part = part_of(File(pack(LETTER), name, media_type))

    packages = [one for one in found(part) if one != ("DOCUMENT", "2")]
    assert packages == [("PACKAGE", "2")]


PLACES = {
    "forwarded": "2/2",
    "forwarded_globally": "2/2",
    "saved_message": "2/2",
    "zipped": "2/fichier 2",
    "streamed_zip": "2/fichier 1",
    "backslash_zip": "2/fichier 1",
    "self_extracting": "2/fichier 1",
    "stored_behind_a_pdf": "2/fichier 1",
    "zip_with_a_cut_directory": "2/fichier 1",
    "winmail": "2/fichier 1",
    "winmail_by_properties": "2/fichier 1",
    "winmail_in_winmail": "2/fichier 1/fichier 1",
    "signed": "2/1/1",
    "attached_to_a_pdf": "2/fichier 1",
    "uuencoded": "2/texte",
    "pasted": "2/texte",
}


@pytest.mark.parametrize(("name", "layer"), OPENED.items())
def test_whatever_holds_files_is_opened_and_says_where(name: str, layer: Layer) -> None:
    encoding = "8bit" if layer(FILE).media_type.startswith("message/") else "base64"

    assert found(part_of(layer(FILE), encoding=encoding)) == [
        ("DOCUMENT", PLACES[name])
    ]


REASONS = {
    "encrypted_zip": "archive that is encrypted",
    "attached_to_an_encrypted_pdf": "PDF that is encrypted, with a file attached",
}


@pytest.mark.parametrize("layer", CLOSED.values(), ids=list(CLOSED))
def test_what_is_not_opened_is_closed_and_says_what_to_send(layer: Layer) -> None:
    part = part_of(layer(FILE))

    why = REASONS.get(layer.__name__, "")
    error = closed("2", layer(FILE).media_type, why)
    assert told(part) == [("CLOSED", "2", error, b"")]
    assert "IHE_XDM.ZIP" in error


METADATA = open_archive(make_package()).read("IHE_XDM/SUBSET01/METADATA.XML")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
CUT = make_zip([Part(name=b"IHE_XDM/A", content=METADATA)])[:-30]
TEXT = b"Bonjour\r\n" + LETTER
HELD: dict[str, tuple[File, list[tuple[str, str, bytes]]]] = {
    "a document": (FILE, [("DOCUMENT", "2", LETTER)]),
    "no document at all": (
        File(b"<a/>", "a.xml", "text/xml"),
        [("DOCUMENT", "2", b"<a/>")],
    ),
    "a document in a compound file": (
        File(OLE + LETTER),
        [("DOCUMENT", "2", OLE + LETTER)],
    ),
    "a document in a text": (File(TEXT), [("DOCUMENT", "2", TEXT)]),
    "metadata": (File(METADATA), [("METADATA", "2", METADATA)]),
    "a package": (File(pack(LETTER)), [("PACKAGE", "2", b"")]),
    "what is left of a package": (
        File(CUT),
        [("METADATA", "2/fichier 1", METADATA), ("PACKAGE", "2", b"")],
    ),
    "an archive behind a document": (
        File(make_zip([Part()], prefix=LETTER, shift=len(LETTER))),
        [("DOCUMENT", "2", LETTER)],
    ),
    **{
        name: (layer(FILE), [("DOCUMENT", PLACES[name], LETTER)])
        for name, layer in OPENED.items()
    },
}


@pytest.mark.parametrize(("file", "held"), HELD.values(), ids=list(HELD))
def test_a_fault_of_a_part_refuses_all_that_is_in_it(
    file: File, held: list[tuple[str, str, bytes]]
) -> None:
    encoding = "8bit" if file.media_type.startswith("message/") else "base64"
    error = said_twice(file.media_type)

    assert told(unsure(part_of(file, encoding=encoding))) == [
        (kind, path, error, content) for kind, path, content in held
    ]


TYPE = "application/octet-stream"
SAID: dict[str, tuple[File, list[tuple[str, str, str, bytes]]]] = {
    "metadata": (
        File(METADATA),
        [
            (
                "METADATA",
                "2",
                say(faults.METADATA_ALONE, path="2", media_type=TYPE),
                METADATA,
            )
        ],
    ),
    "metadata that says it is XML": (
        File(METADATA, "metadata.xml", "text/xml"),
        [
            (
                "METADATA",
                "2",
                say(faults.METADATA_ALONE, path="2", media_type="text/xml"),
                METADATA,
            )
        ],
    ),
    "a document in a text": (File(TEXT), [("DOCUMENT", "2", in_a_text(TYPE), TEXT)]),
    "a document in base64 in a text": (
        OPENED["pasted"](FILE),
        [("DOCUMENT", "2/texte", in_a_text("text/plain"), LETTER)],
    ),
    "a document uuencoded in a text": (
        OPENED["uuencoded"](FILE),
        [("DOCUMENT", "2/texte", in_a_text("text/plain"), LETTER)],
    ),
    "a document behind the first bytes of an image": (
        File(b"GIF89a" + LETTER, "photo.gif", "image/gif"),
        [("DOCUMENT", "2", not_cda("image/gif"), b"GIF89a" + LETTER)],
    ),
    "a document in a PDF": (
        File(b"%PDF-1.7\n" + bytes(9) + LETTER, "a.pdf", "application/pdf"),
        [
            (
                "DOCUMENT",
                "2",
                not_cda("application/pdf"),
                b"%PDF-1.7\n" + bytes(9) + LETTER,
            )
        ],
    ),
    "a PDF that says it is XML": (
        File(b"%PDF-1.4\n", "a.xml", "text/xml"),
        [("DOCUMENT", "2", "", b"%PDF-1.4\n")],
    ),
    "damaged uuencode": (
        File(b"begin 644 a\r\n\xff\xff\r\nend\r\n"),
        [("CLOSED", "2", closed("2", TYPE), b"")],
    ),
    "a damaged winmail.dat": (
        File(winmail(FILE).content[:-30]),
        [("CLOSED", "2", closed("2", TYPE), b"")],
    ),
    "damaged signed data": (
        File(OPENED["signed"](FILE).content[:-300]),
        [("CLOSED", "2", closed("2", TYPE), b"")],
    ),
    "an archive whose end is cut off": (
        OPENED["zip_with_a_cut_directory"](FILE),
        [("DOCUMENT", "2/fichier 1", "not a ZIP archive", LETTER)],
    ),
    "an archive behind a document": (
        File(make_zip([Part()], prefix=LETTER, shift=len(LETTER))),
        [
            (
                "DOCUMENT",
                "2",
                "archive with two ends, or bytes before its entries",
                LETTER,
            )
        ],
    ),
    "an archive whose directory has a file less": (
        File(
            make_zip(
                [Part(name=b"A.XML", content=LETTER)],
                before_directory=b"PK\x03\x04",
            )[:-30]
        ),
        [
            ("DOCUMENT", "2/fichier 1", "not a ZIP archive", LETTER),
            ("CLOSED", "2", closed("2", TYPE, "not a ZIP archive"), b""),
        ],
    ),
}


@pytest.mark.parametrize(("file", "said"), SAID.values(), ids=list(SAID))
def test_why_something_is_not_filed_is_said_where_it_is(
    file: File, said: list[tuple[str, str, str, bytes]]
) -> None:
    assert told(part_of(file)) == said


def test_what_is_not_in_the_encoding_it_says_is_looked_at_and_not_filed() -> None:
    part = part_of(FILE).replace(b"\r\n\r\n", b"\r\n\r\n!", 1)
    error = say(
        faults.MIME_FAULTS["ENCODING"],
        path="2",
        media_type="text/xml",
        field="Content-Transfer-Encoding",
    )

    assert told(part) == [("DOCUMENT", "2", error, LETTER)]


def office(*names: str) -> bytes:
    output = BytesIO()
    with ZipFile(output, "w", ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        for name in names:
            archive.writestr(name, "<w:document>Bonjour</w:document>" * 50)
    return output.getvalue()


ORDINARY = {
    "a PDF": File(b"%PDF-1.4\n...%%EOF\n", "lettre.pdf", "application/pdf"),
    "a PDF of no name": File(
        b"%PDF-1.4\n" + bytes(200), "", "application/octet-stream"
    ),
    "a photograph": File(b"\xff\xd8\xff" + bytes(500), "photo.jpg", "image/jpeg"),
    "a film": File(b"\0\0\0\x18ftypmp42" + bytes(500), "film.mp4", "video/mp4"),
    "a word processor's": File(office("word/document.xml"), "a.docx", "x/y"),
    "slides": File(office(*(f"ppt/s{n}.xml" for n in range(300))), "a.pptx", "x/y"),
    "an old word processor's": File(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a.doc", "application/msword"
    ),
    "a calendar": File(b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "", "text/calendar"),
    "a signature": File(
        bytes.fromhex("300f06092a864886f70d010702a0023000")[:0]
        + bytes.fromhex(
            "302106092a864886f70d010702a01430120201013100300b06092a864886f70d010701"
        ),
        "smime.p7s",
        "application/pkcs7-signature",
    ),
    "photographs in a ZIP": File(
        write_archive([("a.jpg", b"\xff\xd8\xff1"), ("b.txt", b"x")], MOMENT),
        "photos.zip",
        "application/zip",
    ),
    "a web page": File(b"<!DOCTYPE html><html>Bonjour</html>", "a.html", "text/html"),
    "a drawing": File(b'<svg xmlns="x"/>', "a.svg", "image/svg+xml"),
    "a programmer's question": File(
        b"La racine <ClinicalDocument xmlns='urn:hl7-org:v3'> manque.", "", "text/plain"
    ),
    "a sentence that begins with begin": File(
        b"begin 644 the treatment\r\nand then\r\nend\r\n", "", "text/plain"
    ),
    "slides with packed pictures": File(
        write_archive(
            [
                ("ppt/media/image1.emz", gzip.compress(b"emf" * 50)),
                ("ppt/media/image2.WMZ", gzip.compress(b"wmf" * 50)),
            ],
            MOMENT,
        ),
        "a.pptx",
        "x/y",
    ),
    "a packed drawing": File(gzip.compress(b"<svg/>"), "a.svgz", "image/svg+xml"),
    "a stylesheet for documents": File(
        b'<xsl:template match="n1:ClinicalDocument"/>', "vue.xsl", "x/y"
    ),
    "words about documents": File(
        b"Le ClinicalDocument que vous avez envoye, et &lt;ClinicalDocument", "", "a/b"
    ),
    "a message without files": File(
        b"From: a@b.test\r\nMIME-Version: 1.0\r\n\r\nBonjour\r\n",
        "a.eml",
        "application/octet-stream",
    ),
    "what nobody knows": File(bytes(range(256)), "mesure.scp", "x/y"),
    "nothing": File(b"", "vide.txt", "text/plain"),
}


@pytest.mark.parametrize("file", ORDINARY.values(), ids=list(ORDINARY))
def test_ordinary_mail_between_people_holds_nothing(file: File) -> None:
    assert found(part_of(file)) == []


def test_an_outlook_message_with_files_is_closed_and_one_with_a_document_read() -> None:
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
    attached = head + "__attach_version1.0_#0".encode("utf-16-le")

    assert found(part_of(File(attached, "a.msg"))) == [("CLOSED", "2")]
    assert found(part_of(File(head + LETTER, "a.doc"))) == [("DOCUMENT", "2")]
    assert found(part_of(File(attached + LETTER, "a.msg"))) == [("DOCUMENT", "2")]
    assert errors(part_of(File(head + LETTER, "a.doc"))) == [
        PartPlace(path="2", media_type="application/octet-stream").say(faults.NOT_CDA)
    ]


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("lettre.7z", "a/b"),
        ("LETTRE.GPG", "a/b"),
        ("", "application/gzip"),
        ("", "application/ms-tnef"),
        ("", "application/pkcs7-mime"),
    ],
)
def test_what_only_says_that_it_is_closed_is_closed(name: str, media_type: str) -> None:
    part = part_of(File(bytes(range(256)), name, media_type))

    assert found(part) == [("CLOSED", "2")]


@pytest.mark.parametrize("kind", ["message/partial; id=a", "message/external-body"])
def test_a_piece_of_a_message_is_closed(kind: str) -> None:
    part = part_of(File(b"Subject: x\r\n\r\nx", "", kind), encoding="8bit")

    media_type = kind.partition(";")[0]
    words = faults.MIME_FAULTS["FRAGMENT"]
    error = say(words, path="2", media_type=media_type)
    assert told(part) == [("CLOSED", "2", error, b"")]


def test_an_encrypted_multipart_is_closed() -> None:
    inside = around(part_of(File(b"Version: 1", "", "application/pgp-encrypted")))
    body = inside.partition(b"\r\n\r\n")[2]
    part = b'Content-Type: multipart/encrypted; boundary="=_x"\r\n\r\n' + body.replace(
        b"=_dehors", b"=_x"
    )

    opaque = faults.MIME_FAULTS["OPAQUE"]
    assert told(part) == [
        ("CLOSED", "2.2", closed("2.2", "application/pgp-encrypted"), b""),
        (
            "CLOSED",
            "2",
            say(opaque, path="2", media_type="multipart/encrypted"),
            b"",
        ),
    ]


def nested(layers: int) -> bytes:
    file = FILE
    for _ in range(layers):
        file = zipped(file)
    return part_of(file)


@pytest.mark.parametrize("depth", [1, 3, 5])
def test_what_is_nested_just_past_the_limit_is_closed(depth: int) -> None:
    limits = evolve(LIMITS, depth=depth)

    assert [kind for kind, _ in found(nested(depth), limits=limits)] == ["DOCUMENT"]
    assert [kind for kind, _ in found(nested(depth + 1), limits=limits)] == ["CLOSED"]
    path = "2" + "/fichier 2" * depth
    assert told(nested(depth + 1), limits=limits) == [
        ("CLOSED", path, nested_too_far(path), b"")
    ]


def test_beside_a_file_attached_to_a_pdf_what_is_written_in_it_is_found() -> None:
    alone = File(OPENED["attached_to_a_pdf"](FILE).content)
    both = File(alone.content.replace(b"trailer", LETTER + b"\ntrailer"))

    assert found(part_of(alone)) == [("DOCUMENT", "2/fichier 1")]
    assert found(part_of(both)) == [("DOCUMENT", "2/fichier 1"), ("DOCUMENT", "2")]


def test_a_pdf_said_to_be_xml_is_looked_into_with_what_is_wrong_of_its_part() -> None:
    pdf = OPENED["attached_to_a_pdf"](FILE).content
    part = part_of(File(pdf, "a.xml", "text/xml"))

    inside, itself = told(part), said_twice("text/xml")
    assert ("DOCUMENT", "2/fichier 1", "", LETTER) in inside
    assert ("DOCUMENT", "2/fichier 1", itself, LETTER) in told(unsure(part))


def test_of_the_files_of_a_pdf_those_past_the_limit_of_bytes_are_told() -> None:
    once = OPENED["attached_to_a_pdf"](FILE).content
    second = once.partition(b"endobj\n")[2].replace(b"3 0 obj", b"5 0 obj")
    second = second.replace(b"4 0 R", b"6 0 R").replace(b"4 0 obj", b"6 0 obj")
    both = once.replace(b"trailer", second.partition(b"trailer")[0] + b"trailer")
    exact = len(b"Bonjour,") + len(both) + len(LETTER)
    part = part_of(File(both, "a.pdf", "application/pdf"))

    assert [kind for kind, _ in found(part)] == ["DOCUMENT", "DOCUMENT"]
    assert found(part, limits=evolve(LIMITS, total_bytes=exact)) == [
        ("DOCUMENT", "2/fichier 1"),
        ("CLOSED", "2/fichier 2"),
    ]


def test_a_pdf_with_files_counts_as_a_level() -> None:
    limits = evolve(LIMITS, depth=2)
    once, twice = zipped(OPENED["attached_to_a_pdf"](FILE)), FILE
    for _ in range(3):
        twice = OPENED["attached_to_a_pdf"](twice)

    assert found(part_of(once), limits=limits) == [
        ("DOCUMENT", "2/fichier 2/fichier 1")
    ]
    assert found(part_of(twice), limits=limits) == [("CLOSED", "2/fichier 1/fichier 1")]


def test_a_message_nested_just_past_the_limit_is_closed() -> None:
    file = OPENED["forwarded"](OPENED["forwarded"](FILE))
    part = part_of(file, encoding="8bit")

    assert found(part, limits=evolve(LIMITS, depth=2)) == [("DOCUMENT", "2/2/2")]
    assert found(part, limits=evolve(LIMITS, depth=1)) == [("CLOSED", "2/2")]


def test_a_message_by_its_type_alone_counts_as_a_level_too() -> None:
    """Its header says nothing of mail, and the part says what it is."""
    inner = b"X-Odd: 1\r\n\r\n"
    part = part_of(File(inner, "", "message/rfc822"), encoding="8bit")

    assert found(part, limits=evolve(LIMITS, depth=1)) == []
    assert found(part, limits=evolve(LIMITS, depth=0)) == [("CLOSED", "2")]


def test_a_message_by_its_type_alone_is_opened_as_one() -> None:
    inner = b"X-Odd: 1\r\n\r\n" + LETTER
    part = part_of(File(inner, "", "message/rfc822"), encoding="8bit")
    text = part_of(File(inner, "", "x/y"), encoding="8bit")

    assert ("DOCUMENT", "2") in found(text)
    assert ("DOCUMENT", "2/1") in found(part)


@pytest.mark.parametrize("media_type", ["text/plain", "text/rtf", "x/y"])
def test_a_document_spelled_in_codes_stays_closed(media_type: str) -> None:
    dump = File(LETTER.hex(" ").encode(), "lettre.txt", media_type)

    assert told(part_of(dump)) == [("CLOSED", "2", closed("2", media_type), b"")]


def test_what_is_signed_is_of_the_level_of_the_signature() -> None:
    part = part_of(OPENED["signed"](FILE))
    error = nested_too_far("2", "application/pkcs7-mime")

    assert found(part, limits=evolve(LIMITS, depth=1)) == [("DOCUMENT", "2/1/1")]
    assert told(part, limits=evolve(LIMITS, depth=0)) == [("CLOSED", "2", error, b"")]


def test_a_winmail_in_a_message_is_a_level_deeper() -> None:
    part = part_of(OPENED["forwarded"](winmail(FILE)), encoding="8bit")
    error = nested_too_far("2/2", "application/ms-tnef")

    assert found(part, limits=evolve(LIMITS, depth=2)) == [
        ("DOCUMENT", "2/2/fichier 1")
    ]
    assert told(part, limits=evolve(LIMITS, depth=1)) == [("CLOSED", "2/2", error, b"")]


@pytest.mark.parametrize("line_end", [b"\r\n", b"\n", b"\r"])
@pytest.mark.parametrize("before", [b"", b"\r\n \n", b"\xef\xbb\xbf", b">From a\n"])
def test_a_message_is_known_by_its_header_whatever_its_line_ends(
    line_end: bytes, before: bytes
) -> None:
    message = before + as_message(FILE, line_end=line_end)

    assert told(part_of(File(message))) == [("DOCUMENT", "2/2", "", LETTER)]


def test_a_message_of_mixed_line_ends_is_read_too() -> None:
    message = as_message(FILE).replace(b"\r\n", b"\n", 3).replace(b"\r\n", b"\r", 3)

    assert told(part_of(File(message))) == [("DOCUMENT", "2/2", "", LETTER)]


def test_a_message_that_is_too_large_is_looked_through_as_a_text() -> None:
    part = part_of(OPENED["forwarded"](FILE), encoding="8bit")
    limits = evolve(LIMITS, message=MimeLimits(max_decoded_bytes=10))

    assert told(part, limits=limits) == [
        ("DOCUMENT", "2/texte", in_a_text("message/rfc822"), LETTER)
    ]
    assert [one[2] for one in told(unsure(part), limits=limits)] == [
        said_twice("message/rfc822")
    ]


MANY = make_zip(
    [*(Part(name=b"A%d" % n) for n in range(4)), Part(name=b"L", content=LETTER)]
)


@pytest.mark.parametrize("archive", [MANY, MANY[:-30]], ids=["whole", "cut"])
def test_an_archive_of_many_files_is_opened_to_the_limit_of_pieces(
    archive: bytes,
) -> None:
    """A package may have fewer files than an archive that is only looked at."""
    part = part_of(File(archive))

    def within(entries: int, pieces: int) -> list[tuple[str, str]]:
        archive_limits = ArchiveLimits(entries=entries)
        return found(part, limits=evolve(LIMITS, archive=archive_limits, pieces=pieces))

    late = [("CLOSED", f"2/fichier {number}") for number in (2, 3, 4, 5)]
    assert within(1, 7) == [("DOCUMENT", "2/fichier 5")]
    assert within(5, 3) == late
    assert within(4, 3) == [*late[:3], ("CLOSED", "2")]


def test_what_is_opened_past_the_limit_of_bytes_is_closed() -> None:
    file = winmail(FILE)
    all_of_it = len(b"Bonjour,") + len(file.content) + len(LETTER)
    part = part_of(file)

    exact = found(part, limits=evolve(LIMITS, total_bytes=all_of_it))
    past = found(part, limits=evolve(LIMITS, total_bytes=all_of_it - 1))

    assert exact == [("DOCUMENT", "2/fichier 1")]
    assert past == [("CLOSED", "2/fichier 1")]


def test_what_is_opened_past_the_limit_of_pieces_is_closed() -> None:
    part = part_of(winmail(FILE))

    assert found(part, limits=evolve(LIMITS, pieces=3)) == [("DOCUMENT", "2/fichier 1")]
    assert found(part, limits=evolve(LIMITS, pieces=2)) == [("CLOSED", "2/fichier 1")]


def test_a_file_of_an_archive_that_is_too_large_is_closed() -> None:
    limits = evolve(LIMITS, archive=ArchiveLimits(entry_bytes=len(LETTER)))
    larger = zipped(evolve(FILE, content=LETTER + b" "))

    assert found(part_of(zipped(FILE)), limits=limits) == [("DOCUMENT", "2/fichier 2")]
    assert ("CLOSED", "2") in found(part_of(larger), limits=limits)


def test_of_an_archive_that_is_half_damaged_both_halves_are_told() -> None:
    whole = Part(name=b"A.XML", content=LETTER)
    damaged = Part(name=b"B.XML", content=b"x" * 50, packed=b"\xff" * 20)
    part = part_of(File(make_zip([whole, damaged]), "a.zip", "application/zip"))

    why = closed("2/fichier 2", why="archive with a damaged file")
    assert told(part) == [
        ("DOCUMENT", "2/fichier 1", "", LETTER),
        ("CLOSED", "2/fichier 2", why, b""),
    ]


def test_what_is_damaged_hides_no_file_after_it() -> None:
    damaged = Part(name=b"A.XML", content=b"x" * 50, packed=b"\xff" * 20)
    whole = Part(name=b"B.XML", content=LETTER)

    assert found(part_of(File(make_zip([damaged, whole])))) == [
        ("CLOSED", "2/fichier 1"),
        ("DOCUMENT", "2/fichier 2"),
    ]


def test_a_file_of_an_archive_goes_by_its_own_name_without_its_folders() -> None:
    empty = make_zip([Part(name=b"A/B")])[:-30]
    package = Part(name=b"ENVOI/1/IHE_XDM.ZIP", content=empty)
    unknown = Part(name=b"ENVOI/LETTRE.7Z", content=bytes(range(256)))

    assert found(part_of(File(make_zip([package, unknown])))) == [
        ("PACKAGE", "2/fichier 1"),
        ("CLOSED", "2/fichier 2"),
    ]


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        (b"IHE_XDM/A", ["PACKAGE"]),
        (b"ihe_xdm/SUBSET01/A", ["PACKAGE"]),
        (b"ENVOI/1/IHE_XDM/A", ["PACKAGE"]),
        (b"ENVOI/IHE_XDM", []),
        (b"IHE_XDM", []),
        (b"IHE_XDM_2/A", []),
    ],
)
def test_an_archive_is_a_package_by_its_folder_wherever_that_is(
    name: bytes, kinds: list[str]
) -> None:
    part = part_of(File(make_zip([Part(name=name)]), "envoi.zip"))

    assert [kind for kind, _ in found(part)] == kinds


def test_what_stands_before_an_archive_is_looked_at_too() -> None:
    content = make_zip([Part()], prefix=LETTER, shift=len(LETTER))

    assert found(part_of(File(content, "a.xml", "a/b"))) == [("DOCUMENT", "2")]


def test_a_package_that_is_damaged_and_empty_is_told_by_its_name() -> None:
    content = make_zip([Part(name=b"A/B")])[:-30]
    error = "not a ZIP archive"
    package = [("PACKAGE", "2", error, b"")]

    assert told(part_of(File(content, "IHE_XDM.ZIP", "a/b"))) == package
    assert told(part_of(File(content, "a.zip", "a/b"))) == []
    named = make_zip([Part(name=b"ihe_xdm/B")])[:-30]
    assert told(part_of(File(named, "a.zip", "a/b"))) == package
    # What is found in it says it all.
    letter = make_zip([Part(name=b"IHE_XDM/B", content=LETTER)])[:-30]
    assert told(part_of(File(letter, "IHE_XDM.ZIP", "a/b"))) == [
        ("DOCUMENT", "2/fichier 1", error, LETTER)
    ]


def test_the_parts_of_a_digest_are_messages() -> None:
    inner = around(part_of(FILE)).replace(b"=_dehors", b"=_dans")

    assert found(b"\r\n" + inner, multipart="digest") == [("DOCUMENT", "2/2")]


def test_a_fault_of_another_part_does_not_spoil_a_document() -> None:
    odd = b"Content-Type: a/b/c\r\n\r\nx"

    assert errors(odd, part_of(FILE)) == [""]


def test_a_fault_of_a_forwarded_message_refuses_what_is_in_it() -> None:
    content = OPENED["forwarded"](FILE).content.replace(b"base64", b"x-unknown")
    part = part_of(File(content, "", "message/rfc822"), encoding="8bit")

    kinds = {kind for kind, _ in found(part)}
    assert kinds == {"DOCUMENT"}
    assert all("Content-Transfer-Encoding" in error for error in errors(part))


def fault(kind: str, path: str = "", media_type: str = "", named: str = "") -> str:
    return say(faults.MIME_FAULTS[kind], path=path, media_type=media_type, field=named)


STRAY = part_of(FILE).replace(b"\r\n\r\n", b"\r\n\r\n", 1)
EVERY_READING = {
    "before the first part": around().replace(
        b"--=_dehors\r\n", STRAY + b"\r\n--=_dehors\r\n", 1
    ),
    "after the last part": around() + b"\r\n--=_dehors\r\n" + STRAY + b"\r\n",
    "without a boundary": around(part_of(FILE)).replace(b'; boundary="=_dehors"', b""),
    "under another boundary": around(part_of(FILE)).replace(
        b'boundary="=_dehors"', b'boundary="=_autre"; boundary="=_dehors"'
    ),
    "in quoted-printable of no part": around()
    .replace(b"--=_dehors--", b"")
    .replace(
        b"--=_dehors\r\n",
        part_of(FILE, encoding="quoted-printable") + b"\r\n--=_dehors\r\n",
        1,
    ),
    "in a part whose fields are damaged": around(b"odd line\r\n" + part_of(FILE)),
    "in plain sight": around() + b"\r\n--=_dehors\r\n\r\n" + LETTER + b"\r\n",
}


MIXED = "multipart/mixed"
WHY = {
    "before the first part": ("/texte", fault("OUTSIDE_PARTS", "", MIXED)),
    "after the last part": ("/texte", fault("OUTSIDE_PARTS", "", MIXED)),
    "without a boundary": ("/texte", fault("BOUNDARY", "", MIXED)),
    "under another boundary": (
        "/texte",
        fault("REPEATED_PARAMETER", named="Content-Type"),
    ),
    "in quoted-printable of no part": ("", fault("NOT_CLOSED", "", MIXED)),
    "in a part whose fields are damaged": (
        "/texte",
        fault("MALFORMED_FIELD", "2", named="Content-"),
    ),
    "in plain sight": ("", fault("LINE_ENDS")),
}


@pytest.mark.parametrize("reading", EVERY_READING)
def test_every_reading_of_an_unsure_message_is_looked_through(reading: str) -> None:
    parts = read_parts(EVERY_READING[reading])

    items = list(search(parts, LIMITS))

    assert parts.faults
    assert [(one.kind, one.place.path, one.error) for one in items] == [
        (ItemKind.DOCUMENT, *WHY[reading])
    ]


def test_a_document_found_by_its_part_is_not_found_again_in_the_bytes() -> None:
    mail = around(part_of(FILE))[:-4]

    items = list(search(read_parts(mail), LIMITS))

    assert [(one.kind.value, one.place.path) for one in items] == [("DOCUMENT", "2")]


def test_a_document_in_a_packed_picture_is_found() -> None:
    file = File(gzip.compress(LETTER), "image1.emz", "image/x-emz")

    assert found(part_of(file)) == [("DOCUMENT", "2/1")]
    assert errors(unsure(part_of(file))) == [said_twice("image/x-emz")]


@pytest.mark.parametrize(
    "content", [b"\x1f\x8b\x08", gzip.compress(b"a", mtime=0) + b"b"]
)
def test_a_packed_picture_that_is_damaged_or_not_alone_is_closed(
    content: bytes,
) -> None:
    assert found(part_of(File(content, "image1.emz", "x/y"))) == [("CLOSED", "2")]


def test_a_packed_picture_is_opened_to_the_limit_of_a_file() -> None:
    part = part_of(File(gzip.compress(bytes(1000)), "image1.emz", "x/y"))

    def limits(most: int) -> SearchLimits:
        return evolve(LIMITS, archive=ArchiveLimits(entry_bytes=most))

    assert found(part, limits=limits(1000)) == []
    assert found(part, limits=limits(999)) == [("CLOSED", "2")]


@pytest.mark.parametrize("media_type", ["text/html", "application/json", "x/y"])
def test_a_document_whose_markup_is_escaped_is_found(media_type: str) -> None:
    file = File(html.escape(LETTER.decode()).encode(), "page", media_type)

    assert found(part_of(file)) == [("DOCUMENT", "2")]


@pytest.mark.parametrize("before", [True, False])
def test_a_document_outside_of_the_parts_is_found(before: bool) -> None:
    mail = around(part_of(File(b"x", "a.txt", "text/plain")))
    text = LETTER.replace(b"\n", b"\r\n")
    head, start, rest = mail.partition(b"\r\n\r\n")
    mail = head + start + text + start + rest if before else mail + text
    parts = read_parts(mail)

    assert parts.faults == ()
    (item,) = search(parts, LIMITS)
    assert item.kind is ItemKind.DOCUMENT
    assert item.error == PartPlace(path="").say(faults.IN_A_TEXT)


def test_what_is_in_the_files_of_a_body_says_that_it_is() -> None:
    (item,) = search_within([LETTER, b"Bonjour"], LIMITS, faults.IN_A_DOCUMENT)

    assert (item.kind, item.content) == (ItemKind.DOCUMENT, LETTER)
    assert item.error == (
        "partie CDA : un document se trouve dans le corps d’un autre ; joignez-le "
        "comme fichier / part CDA: a document stands in the body of another; attach "
        "it as a file"
    )
