"""The body of a CDA in every form it is written in: read, mended, or refused."""

from __future__ import annotations

import base64
import gzip
import textwrap
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.document import BodyLevel
from gateway.core.rendered import Shown
from gateway.documents.cda.body import MEDIA_TYPES, body_of, files_within
from gateway.documents.cda.encoded import read_encoded
from gateway.documents.cda.file import open_cda
from gateway.documents.cda.nodes import get
from gateway.documents.showing.rendering import CdaPages
from gateway.errors import InvalidError
from tests.builders_cda import PDF, make_cda
from tests.builders_files import (
    BIG_TIFF,
    BITMAP,
    DICOM,
    DOCX,
    FILES,
    GIF,
    HTML,
    JPEG,
    ODT,
    PNG,
    RTF,
    TIFF,
    WEBP,
    WORD,
    make_n1,
)
from tests.builders_hiding import File, attached_to_a_pdf
from tests.shared import shared, shared_files

PLACE = "component/nonXMLBody/text "
AS_PDF = 'mediaType="application/pdf" representation="B64"'
AS_TEXT = 'mediaType="text/plain" representation="B64"'
NO_ALPHABET = "is base64 with an alphabet or padding of its own"
UNMARKED = "is base64 without saying so (B64)"
CONVERTED = "which the patient sees converted: send a PDF"
DOWNLOADED = "which the patient can only download: send a PDF"
ODD_TYPE = "which the body of a document should not be"
NO_END = "has no end and may be cut short"


def b64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def deflated(content: bytes, window: int = -15) -> bytes:
    stream = zlib.compressobj(wbits=window)
    return stream.compress(content) + stream.flush()


LONG_PDF = PDF + b"%\xff\xef\xbe" * 50 + b"\n%%EOF\n"
URL_SAFE = base64.urlsafe_b64encode(LONG_PDF).decode()
assert "-" in URL_SAFE or "_" in URL_SAFE
PADDED = LONG_PDF + b"\n" * (-len(LONG_PDF) % 3 + 1)
assert b64(PADDED).endswith("==")
LETTER = "Cher confrère, merci d'avoir adressé ce patient. Coût : 3 €, dès août."

AS_SENT = ("application/pdf", PDF, ())

# attributes, content, media type found, bytes found, what the sender is told
READ = [
    # The five types of CI-SIS Structuration minimale, as it asks for them.
    (AS_PDF, b64(PDF), "application/pdf", PDF, ()),
    (AS_TEXT, b64(FILES["text/plain"]), "text/plain", FILES["text/plain"], ()),
    (
        'mediaType="text/rtf" representation="B64"',
        b64(RTF),
        "text/rtf",
        RTF,
        (f"is text/rtf, {CONVERTED}",),
    ),
    ('mediaType="image/jpeg" representation="B64"', b64(JPEG), "image/jpeg", JPEG, ()),
    (
        'mediaType="image/tiff" representation="B64"',
        b64(TIFF),
        "image/tiff",
        TIFF,
        (f"is image/tiff, {CONVERTED}",),
    ),
    (
        'mediaType="image/tiff" representation="B64"',
        b64(BIG_TIFF),
        "image/tiff",
        BIG_TIFF,
        (f"is image/tiff, {CONVERTED}",),
    ),
    # The same under other names.
    ('mediaType="Application/PDF; v=1" representation="b64"', b64(PDF), *AS_SENT),
    ('mediaType="image/jpg" representation="B64"', b64(JPEG), "image/jpeg", JPEG, ()),
    (
        'mediaType="application/rtf" representation="B64"',
        b64(RTF),
        "text/rtf",
        RTF,
        (f"is text/rtf, {CONVERTED}",),
    ),
    # Base64 as it is written elsewhere.
    (AS_PDF, "\r\n".join(textwrap.wrap(b64(PDF), 76)), *AS_SENT),
    (AS_PDF, f"\n\t  {b64(PDF)[:40]} \u00a0 {b64(PDF)[40:]}\n", *AS_SENT),
    (AS_PDF, URL_SAFE, "application/pdf", LONG_PDF, (NO_ALPHABET,)),
    (AS_PDF, b64(PADDED).rstrip("="), "application/pdf", PADDED, (NO_ALPHABET,)),
    (AS_PDF, b64(PADDED)[:-1], "application/pdf", PADDED, (NO_ALPHABET,)),
    (AS_PDF, b64(PADDED) + "=", "application/pdf", PADDED, (NO_ALPHABET,)),
    (AS_PDF, f"\ufeff{b64(PDF)}", "application/pdf", PDF, (NO_ALPHABET,)),
    (
        AS_PDF,
        f"data:application/pdf;base64,{b64(PDF)}",
        "application/pdf",
        PDF,
        (NO_ALPHABET,),
    ),
    # Without saying that it is base64, or what it is.
    ('mediaType="application/pdf"', b64(PDF), "application/pdf", PDF, (UNMARKED,)),
    (
        'mediaType="application/pdf" representation="TXT"',
        b64(PDF),
        "application/pdf",
        PDF,
        (UNMARKED,),
    ),
    (
        'mediaType="application/pdf"',
        b64(PADDED).rstrip("="),
        "application/pdf",
        PADDED,
        (NO_ALPHABET, UNMARKED),
    ),
    (
        "",
        b64(PDF),
        "application/pdf",
        PDF,
        (UNMARKED, "is application/pdf, and not the type it says"),
    ),
    (
        'mediaType="text/plain"',
        b64(LETTER.encode()),
        "text/plain",
        LETTER.encode(),
        (UNMARKED,),
    ),
    # As it stands.
    ("", "  Voilà.  ", "text/plain", "Voilà.".encode(), ()),
    ('mediaType="text/plain"', "Bonjour", "text/plain", b"Bonjour", ()),
    ('mediaType="text/plain"', "PatientRevuCeJour", "text/plain", None, ()),
    (
        'mediaType="text/rtf"',
        RTF.decode(),
        "text/rtf",
        RTF,
        (f"is text/rtf, {CONVERTED}",),
    ),
    ('mediaType="text/plain"', f"{LETTER}<thumbnail/>", "text/plain", None, ()),
    # Compressed (HL7 Data Types, ED), and only said to be.
    (
        f'{AS_PDF} compression="DF"',
        b64(deflated(PDF)),
        *AS_SENT[:2],
        ("is compressed",),
    ),
    (
        f'{AS_PDF} compression="DF"',
        b64(zlib.compress(PDF)),
        *AS_SENT[:2],
        ("is compressed",),
    ),
    (
        f'{AS_PDF} compression="ZL"',
        b64(zlib.compress(PDF)),
        *AS_SENT[:2],
        ("is compressed",),
    ),
    (
        f'{AS_PDF} compression="GZ"',
        b64(gzip.compress(PDF)),
        *AS_SENT[:2],
        ("is compressed",),
    ),
    (
        'mediaType="image/jpeg" representation="B64" compression="DF"',
        b64(JPEG),
        "image/jpeg",
        JPEG,
        ("is said to be compressed and is not",),
    ),
    # Something before the PDF that its readers pass over.
    *(
        (
            AS_PDF,
            b64(lead + PDF),
            "application/pdf",
            PDF,
            ("begins with blanks or a mark before its PDF",),
        )
        for lead in (b"\xef\xbb\xbf", b"\r\n  ", b"\xef\xbb\xbf\n", b"\n" * 64)
    ),
    # Another type than it says, and a type that the body should not be.
    (
        AS_TEXT,
        b64(PDF),
        "application/pdf",
        PDF,
        ("is application/pdf, and not the type it says",),
    ),
    (
        AS_PDF,
        b64(JPEG),
        "image/jpeg",
        JPEG,
        ("is image/jpeg, and not the type it says",),
    ),
    (
        'mediaType="text/html" representation="B64"',
        b64(PDF),
        "application/pdf",
        PDF,
        ("is application/pdf, and not the type it says",),
    ),
    (
        'mediaType="image/png" representation="B64"',
        b64(PNG),
        "image/png",
        PNG,
        (f"is image/png, {ODD_TYPE}",),
    ),
    (
        'mediaType="image/jpeg" representation="B64"',
        b64(PNG),
        "image/png",
        PNG,
        ("is image/png, and not the type it says", f"is image/png, {ODD_TYPE}"),
    ),
    (
        'mediaType="image/gif" representation="B64"',
        b64(GIF),
        "image/gif",
        GIF,
        (f"is image/gif, {ODD_TYPE}",),
    ),
    *(
        (
            f'mediaType="{kind}" representation="B64"',
            b64(content),
            kind,
            content,
            (f"is {kind}, {DOWNLOADED}",),
        )
        for kind, content in (
            ("application/dicom", DICOM),
            ("application/msword", WORD),
            ("application/vnd.oasis.opendocument.text", ODT),
            (
                "application/vnd.openxmlformats-officedocument"
                ".wordprocessingml.document",
                DOCX,
            ),
            ("image/bmp", BITMAP),
            ("image/webp", WEBP),
        )
    ),
    # Cut short, where readers show what is left.
    (AS_PDF, b64(PDF[:-8]), "application/pdf", PDF[:-8], (NO_END,)),
    (
        'mediaType="image/jpeg" representation="B64"',
        b64(JPEG[:-2]),
        "image/jpeg",
        JPEG[:-2],
        (NO_END,),
    ),
    (
        'mediaType="text/rtf" representation="B64"',
        b64(RTF[:-1]),
        "text/rtf",
        RTF[:-1],
        (NO_END, f"is text/rtf, {CONVERTED}"),
    ),
]


@pytest.mark.parametrize(("attributes", "text", "kind", "content", "told"), READ)
def test_a_file_that_can_be_read_is_and_its_sender_is_told_what_to_correct(
    attributes: str,
    text: str,
    kind: str,
    content: bytes | None,
    told: tuple[str, ...],
) -> None:
    letter = make_n1(text, attributes)

    found = body_of(letter)

    assert (found.level, found.media_type) == (BodyLevel.N1, kind)
    if content is not None:
        assert found.content == content
    assert found.remarks == tuple(PLACE + one for one in told)


@pytest.mark.parametrize(("attributes", "text", "kind", "content", "told"), READ)
def test_what_was_read_is_what_is_shown_and_downloaded(
    attributes: str,
    text: str,
    kind: str,
    content: bytes | None,
    told: tuple[str, ...],
) -> None:
    letter = make_n1(text, attributes)

    given = CdaPages().body(letter)
    page = CdaPages().render(letter, media_url=str, language="fr")

    assert given is not None
    assert (given.media_type, given.content) == (kind, body_of(letter).content)
    shown = {
        "application/pdf": Shown.PDF,
        "text/plain": Shown.TEXT,
        "image/jpeg": Shown.IMAGE,
        "image/png": Shown.IMAGE,
        "image/gif": Shown.IMAGE,
    }
    assert page.how is shown.get(kind, Shown.DOWNLOAD)
    assert page.has_file is (page.how not in {Shown.PDF, Shown.IMAGE})


HALF_PDF = PDF[: len(PDF) // 2]

REFUSED = [
    (AS_PDF, "", "is empty"),
    (AS_PDF, " \n\t ", "is empty"),
    (AS_PDF, "====", "is empty"),
    ("", "", "is empty"),
    (AS_TEXT, b64(b" \r\n "), "is empty"),
    (AS_PDF, b64(PDF)[:-3], "is base64 that is cut short"),
    (AS_PDF, "eA", "is not the application/pdf it is said to be"),
    (AS_PDF, "e*A==", "is not base64"),
    (AS_PDF, "é", "is not base64"),
    (AS_PDF, "eA==eA==", "is not base64"),
    ('mediaType="application/pdf"', b64(PDF)[:-3], "is base64 that is cut short"),
    ('mediaType="application/pdf"', "Compte rendu, en clair", "is not base64"),
    (
        AS_PDF,
        '<reference value="file:///etc/hostname"/>',
        "names a file by a reference, which must be in it instead",
    ),
    (
        AS_PDF,
        f'{b64(PDF)}<reference value="https://x.test/a.pdf"/>',
        "names a file by a reference, which must be in it instead",
    ),
    (AS_PDF, f"{b64(PDF)}<br/>", "has elements where its content should be"),
    (
        f'{AS_PDF} compression="Z"',
        b64(deflated(PDF)),
        "is compressed in a way that is not read",
    ),
    (
        f'{AS_PDF} compression="GZ"',
        b64(gzip.compress(PDF)[:-20]),
        "is said to be compressed, and does not unpack",
    ),
    (
        f'{AS_TEXT} compression="DF"',
        b64(LETTER.encode()),
        "is said to be compressed, and does not unpack",
    ),
    (AS_PDF, b64(HTML), "is not the application/pdf it is said to be"),
    (AS_PDF, b64(b"<p>" + PDF), "is not the application/pdf it is said to be"),
    (AS_PDF, b64(b"PK\x03\x04" + PDF), "is not the application/pdf it is said to be"),
    (AS_PDF, b64(b"\n" * 65 + PDF), "is not the application/pdf it is said to be"),
    (
        'mediaType="text/rtf" representation="B64"',
        b64(HTML),
        "is not the text/rtf it is said to be",
    ),
    (
        'mediaType="text/html" representation="B64"',
        b64(HTML),
        "is text/html, which no document may be: send a PDF",
    ),
    (
        'mediaType="image/svg+xml" representation="B64"',
        b64(b"<svg onload='alert(1)'/>"),
        "is text/xml, which no document may be: send a PDF",
    ),
    (
        'mediaType="MOREAU Camille" representation="B64"',
        b64(b"Bonjour"),
        "is of an unknown type, which no document may be: send a PDF",
    ),
    (AS_TEXT, b64(bytes(range(256)) * 4), "is not a text"),
    (AS_PDF, b64(HALF_PDF), "is a PDF that is cut short"),
    (
        'mediaType="image/jpeg" representation="B64"',
        b64(JPEG[:12]),
        "is a JPEG that is cut short",
    ),
    (
        'mediaType="image/png" representation="B64"',
        b64(PNG[:33]),
        "is a PNG that is cut short",
    ),
    (
        'mediaType="image/gif" representation="B64"',
        b64(GIF[:13]),
        "is a GIF that is cut short",
    ),
    (
        'mediaType="image/tiff" representation="B64"',
        b64(TIFF[:9]),
        "is a TIFF that is cut short",
    ),
    (
        'mediaType="image/tiff" representation="B64"',
        b64(TIFF[:6]),
        "is a TIFF that is cut short",
    ),
]


@pytest.mark.parametrize(("attributes", "text", "why"), REFUSED)
def test_a_file_that_nobody_can_read_is_refused_and_told_how(
    attributes: str, text: str, why: str
) -> None:
    with pytest.raises(InvalidError) as caught:
        body_of(make_n1(text, attributes))

    assert caught.value.public == PLACE + why


def test_every_type_of_the_model_is_in_the_table() -> None:
    assert frozenset(FILES) == MEDIA_TYPES


def test_what_unpacks_to_more_than_the_limit_is_refused() -> None:
    text = b64(deflated(b" " * 1000))
    attributes = f'{AS_PDF} compression="DF"'
    element = get(open_cda(make_n1(text, attributes)).element, "component")
    element = get(element, "nonXMLBody", "text")

    packed = read_encoded(element, "application/pdf", max_bytes=1000)

    assert len(packed.content) == 1000
    with pytest.raises(InvalidError, match="unpacks to more than is accepted"):
        read_encoded(element, "application/pdf", max_bytes=999)


def test_what_unpacks_far_too_large_is_refused() -> None:
    """Just past a MiB of blanks: 1 kB of deflate gives it."""
    mib = 1024 * 1024
    attributes = f'{AS_TEXT} compression="DF"'

    accepted = body_of(make_n1(b64(deflated(b"A" + b" " * (mib - 1))), attributes))

    assert len(accepted.content) == mib
    with pytest.raises(InvalidError, match="unpacks to more than is accepted"):
        body_of(make_n1(b64(deflated(b"A" + b" " * mib)), attributes))


CHARSETS = [
    ("text/plain; charset=utf-8", LETTER.encode()),
    ("text/plain", LETTER.encode()),
    ("text/plain", LETTER.encode("utf-8-sig")),
    ("text/plain", LETTER.encode("cp1252")),
    ("text/plain; charset=iso-8859-1", LETTER.encode("cp1252")),
    ('text/plain;charset="windows-1252"', LETTER.encode("cp1252")),
    ("text/plain; charset=ISO-8859-15", LETTER.encode("iso-8859-15")),
    ("text/plain; charset=utf-8", LETTER.encode("cp1252")),
    ("text/plain; charset=us-ascii", LETTER.encode("cp1252")),
    *(
        (f"text/plain; charset={name}", LETTER.encode())
        for name in ("iso-8859-1", "windows-1252", "ISO-8859-15", "us-ascii", "cp850")
    ),
    ("text/plain; charset=cp850", LETTER.replace("€", "E").encode("cp850")),
    ("text/plain", LETTER.encode("utf-16")),
    ("text/plain", LETTER.encode("utf-16-le")),
    ("text/plain", LETTER.encode("utf-16-be")),
    ("text/plain; charset=utf-16le", LETTER.encode("utf-16-le")),
    ("text/plain; charset=utf-16be", LETTER.encode("utf-16-be")),
    ("text/plain; charset=utf-16", LETTER.encode("utf-16")),
    ("text/plain", b"\xfe\xff" + LETTER.encode("utf-16-be")),
    ("text/plain", LETTER.encode("utf-32")),
    ("text/plain; charset=unheard-of", LETTER.encode()),
]


@pytest.mark.parametrize(("media_type", "content"), CHARSETS)
def test_plain_text_is_read_in_whichever_encoding_it_is(
    media_type: str, content: bytes
) -> None:
    attributes = f"mediaType='{media_type}' representation='B64'"

    found = body_of(make_n1(b64(content), attributes))

    assert found.text.replace("3 E", "3 €") == LETTER
    assert found.content == content
    assert found.remarks == ()


def test_sections_are_given_as_they_are() -> None:
    found = body_of(make_cda())

    assert found.level is BodyLevel.N3
    assert found.sections is not None
    assert len(found.sections) == 3
    assert found.pdf_copy is None
    assert found.remarks == ()


def test_a_pdf_copy_is_decoded() -> None:
    found = body_of(make_cda(body="sections+pdf"))

    assert found.pdf_copy == PDF
    assert found.sections is not None


COPY_PLACE = "the PDF copy in component/structuredBody "


@pytest.mark.parametrize(
    ("copy", "why"),
    [
        ("!!", "is not base64"),
        ("", "is empty"),
        (b64(HTML), "is not a PDF"),
        (b64(HALF_PDF), "is a PDF that is cut short"),
        (b64(PDF)[:-3], "is base64 that is cut short"),
    ],
)
def test_a_broken_pdf_copy_leaves_the_sections_and_is_told(copy: str, why: str) -> None:
    encoded = base64.encodebytes(PDF).strip()
    content = make_cda(body="sections+pdf").replace(encoded, copy.encode())

    found = body_of(content)

    assert found.pdf_copy is None
    assert found.sections is not None
    assert found.remarks == (COPY_PLACE + why,)


EMPTY = [
    (),
    (("42349-1", "Motif", ""),),
    (("42349-1", "Motif", "  "), ("42545-4", "Synthèse", "<paragraph> </paragraph>")),
]


@pytest.mark.parametrize("sections", EMPTY)
def test_sections_without_a_word_are_refused(
    sections: tuple[tuple[str, str, str], ...],
) -> None:
    with pytest.raises(InvalidError) as caught:
        body_of(make_cda(sections=sections))

    assert caught.value.public == "component/structuredBody has no section with a text"


def test_sections_without_a_word_beside_a_broken_copy_are_refused() -> None:
    encoded = base64.encodebytes(PDF).strip()
    content = make_cda(body="sections+pdf", sections=()).replace(encoded, b"!!")

    with pytest.raises(InvalidError, match="no section with a text"):
        body_of(content)
    assert body_of(make_cda(body="sections+pdf", sections=())).pdf_copy == PDF


def test_one_section_with_words_or_an_image_is_enough() -> None:
    words = (("1", "Motif", ""), ("2", "Synthèse", "<list><item>A</item></list>"))
    image = (
        (
            "1",
            "ECG",
            '<renderMultiMedia referencedObject="M0 M1"/></text><entry>'
            '<observationMedia classCode="OBS" moodCode="EVN" ID="M1"/></entry><text>',
        ),
    )

    assert body_of(make_cda(sections=words)).remarks == ()
    assert body_of(make_cda(sections=image)).remarks == ()


def test_an_image_that_is_not_there_shows_nobody_anything() -> None:
    image = (("1", "ECG", '<renderMultiMedia referencedObject="M1"/>'),)

    with pytest.raises(InvalidError, match="has no section with a text"):
        body_of(make_cda(sections=image))


def test_two_bodies_are_two_documents_to_two_readers() -> None:
    content = make_cda().replace(
        b"</component>\n</ClinicalDocument>",
        b'<nonXMLBody><text mediaType="text/plain">A</text></nonXMLBody>'
        b"</component>\n</ClinicalDocument>",
    )

    with pytest.raises(InvalidError, match="^component has two bodies$"):
        body_of(content)


def _files(content: bytes) -> list[bytes]:
    return list(files_within(body_of(content)))


def test_of_a_body_that_is_a_file_what_may_hold_others_is_looked_at() -> None:
    text, pdf = b"Bonjour, voici.", make_cda(body="pdf")

    assert _files(make_n1(base64.b64encode(text).decode(), AS_TEXT)) == [text]
    assert _files(pdf) == []


def test_a_pdf_to_which_a_file_is_attached_is_looked_at() -> None:
    content = attached_to_a_pdf(File(b"<a/>")).content
    pdf = make_n1(
        base64.b64encode(content).decode(),
        AS_TEXT.replace("text/plain", "application/pdf"),
    )
    media = (
        '<paragraph>Voir</paragraph></text><entry><observationMedia classCode="OBS" '
        'moodCode="EVN" ID="A"><value mediaType="application/pdf" representation="B64">'
        f"{base64.b64encode(content).decode()}</value></observationMedia></entry><text>"
    )

    assert _files(pdf) == [content]
    assert _files(make_cda(sections=(("1", "Motif", media),))) == [content]


def test_of_sections_files_that_are_no_image_and_documents_in_words_are() -> None:
    hidden = "&lt;ClinicalDocument&gt;"
    media = (
        f"<paragraph>{hidden}</paragraph></text><entry>"
        '<observationMedia classCode="OBS" moodCode="EVN" ID="A">'
        '<value mediaType="text/xml" representation="B64">PGE+</value>'
        "</observationMedia></entry><entry>"
        '<observationMedia classCode="OBS" moodCode="EVN" ID="B">'
        '<value mediaType="image/png" representation="B64">iVBORw0KGgo=</value>'
        "</observationMedia></entry><entry>"
        '<observationMedia classCode="OBS" moodCode="EVN" ID="C">'
        '<value mediaType="text/xml" representation="B64">?</value>'
        "</observationMedia></entry><entry>"
        '<observationMedia classCode="OBS" moodCode="EVN" ID="D"/></entry><text>'
    )
    sections = (("1", "Motif", media), ("2", "Suite", "rien"))

    assert _files(make_cda(sections=sections)) == [b"<a>", b"<ClinicalDocument>"]


def test_the_callers_limit_of_bytes_holds() -> None:
    content = make_cda(body="pdf")

    with pytest.raises(InvalidError, match="too large"):
        body_of(content, max_bytes=len(content) - 1)


@given(
    st.text("ABCabc019+/-_= \n", max_size=40),
    st.sampled_from(["", "B64", "TXT"]),
    st.sampled_from(["text/plain", "application/pdf", "image/tiff", "x/y"]),
    st.sampled_from(["", "DF", "ZL", "GZ", "Z"]),
)
def test_any_body_ends_in_a_value_or_a_refusal(
    text: str, representation: str, kind: str, packing: str
) -> None:
    attributes = f'mediaType="{kind}" representation="{representation}"'
    packed = f' compression="{packing}"' if packing else ""
    try:
        found = body_of(make_n1(text, attributes + packed))
    except InvalidError:
        return

    assert found.content


@pytest.mark.parametrize(
    "name",
    [
        "BIO-CR-BIO_2021.01_CDA-R2-Niveau-1.xml",
        "DOC_NON_STRUCTURE_CDA-R2-N1.xml",
        "IMG_CR_IMG_2024.01_CDA-R2-Niveau-1.xml",
        "TLM-CR_2022.01.xml",
    ],
)
def test_the_pdf_of_a_published_example_is_decoded(name: str) -> None:
    found = body_of(shared(f"cda/{name}").read_bytes())

    assert found.media_type == "application/pdf"
    assert found.content.startswith(b"%PDF-")
    assert found.remarks == ()


SAMPLES = [path.name for path in shared_files("cda", "*.xml")]


@pytest.mark.parametrize("name", SAMPLES)
def test_every_published_example_can_be_read(name: str) -> None:
    found = body_of(shared(f"cda/{name}").read_bytes())

    assert found.remarks == ()
