"""
The body of a CDA: the file of an N1, the sections of an N3 and their PDF copy.

The same function reads it when a document is filed, to be sure that it can be read, and
when it is shown or downloaded: what was filed is what is shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from attrs import field, frozen
from lxml import etree

from gateway.core.document import BodyLevel
from gateway.documents.cda.encoded import read_encoded
from gateway.documents.cda.file import CdaFile, open_cda
from gateway.documents.cda.nodes import IN_HL7, children, find, get
from gateway.documents.kinds import HEAD_BYTES, Kind, kind_of
from gateway.documents.media import IMAGES, has_signature, normal_type, type_of
from gateway.documents.pdf_files import has_files
from gateway.documents.text_files import read_text_file
from gateway.documents.wholeness import check_whole
from gateway.errors import InvalidError
from gateway.safe_xml import MAX_BYTES

PDF_COPY: Final = "1.2.250.1.213.1.1.2.243"
"""templateId of the section that carries a PDF copy (FR-Document-PDF-copie)."""

MEDIA_TYPES: Final = frozenset(
    {"application/pdf", "text/plain", "text/rtf", "image/jpeg", "image/tiff"}
)
"""What an N1 body may be (CI-SIS Structuration minimale)."""

OWN_TYPES: Final = MEDIA_TYPES | {"image/png", "image/heic"}
"""
What the body of a patient's own document may be in this vault: what telephones and
browsers make, too. A vault that takes the types of the CI-SIS alone is given others.
"""

CONVERTED_TYPES: Final = frozenset({"text/rtf", "image/tiff", "image/heic"})
"""The types of file that a page shows once they are converted; kept as they are."""

SHOWN_TYPES: Final = frozenset({"application/pdf", "text/plain", *IMAGES})
"""The types of file that a page shows as they are."""

PDF: Final = "application/pdf"
TEXT: Final = "text/plain"

_PLACE: Final = "component/nonXMLBody/text"
_COPY_PLACE: Final = "the PDF copy in component/structuredBody"
_MEDIA = IN_HL7 + "observationMedia"
_REGION = IN_HL7 + "regionOfInterest"
_TEXT = IN_HL7 + "text"
_SPEAKS_OF_A_DOCUMENT = etree.XPath("contains(., 'ClinicalDocument')")
"""Asked of the parser: to join the words in Python takes 1 ms for a long letter."""
_IMAGE_CALL = IN_HL7 + "renderMultiMedia"
_PDF_START: Final = b"%PDF-"
_MOST_LEAD: Final = 64
_BOM: Final = b"\xef\xbb\xbf"
_NAMEABLE: Final = re.compile(r"[a-z0-9.+/-]{1,60}")


@frozen(kw_only=True)
class DocumentBody:
    """
    The body of a CDA.

    N1: ``media_type`` and ``content``, the file it carries, under the type that it
    really has; ``text`` is that of a plain text file. N3: ``sections``, its
    structuredBody, and ``pdf_copy`` where the sender joined one; a reader is then shown
    that copy first. ``remarks`` says what the sender should correct although the body
    can be read.
    """

    level: BodyLevel
    media_type: str
    content: bytes = field(default=b"", repr=False)
    text: str = field(default="", repr=False)
    sections: etree._Element | None = field(default=None, repr=False, eq=False)
    pdf_copy: bytes | None = field(default=None, repr=False)
    remarks: tuple[str, ...] = ()


def body_of(content: bytes, *, max_bytes: int = MAX_BYTES) -> DocumentBody:
    """
    Return the body of a CDA file, decoded.

    Raises:
        InvalidError: the file is no CDA, or raised by `read_body`.
    """
    return read_body(open_cda(content, max_bytes=max_bytes))


def read_body(file: CdaFile) -> DocumentBody:
    """
    Return the body of an opened CDA, decoded.

    Raises:
        InvalidError: nobody could read it: it is missing or empty, no base64, cut
            short, elsewhere, or not of a type that is known. The text says which part
            is wrong, and how.
    """
    component = get(file.element, "component")
    sections = find(component, "structuredBody")
    if sections is not None:
        if find(component, "nonXMLBody") is not None:
            raise InvalidError("component has two bodies")
        return _read_sections(sections)
    return _read_file(get(component, "nonXMLBody", "text"))


def files_within(body: DocumentBody) -> Iterator[bytes]:
    """
    Yield the files of a body in which others may hide: no image or sound, and a PDF
    only with files attached.

    Of sections these are such files, and the words, if they seem to have a document
    among them.
    """
    if body.sections is None:
        if _may_hold_files(body.content):
            yield body.content
        return
    for media in body.sections.iter(_MEDIA):
        value = find(media, "value")
        if value is None:
            continue
        try:
            content = read_encoded(value, _media_type(value)).content
        except InvalidError:
            continue
        if _may_hold_files(content):
            yield content
    for text in body.sections.iter(_TEXT):
        if _SPEAKS_OF_A_DOCUMENT(text):
            yield "".join(map(str, text.itertext())).encode()


def _may_hold_files(content: bytes) -> bool:
    is_shown = kind_of(content[:HEAD_BYTES], b"") is Kind.SHOWN
    return not is_shown or has_files(content)


def read_body_facts(root: etree._Element) -> tuple[BodyLevel, str]:
    """
    Return level and declared media type, decoding nothing.

    Raises:
        InvalidError: there is no body, or two.
    """
    component = get(root, "component")
    if find(component, "structuredBody") is not None:
        return BodyLevel.N3, "text/xml"
    return BodyLevel.N1, _media_type(get(component, "nonXMLBody", "text"))


def _read_file(element: etree._Element) -> DocumentBody:
    declared = _media_type(element)
    try:
        encoded = read_encoded(element, declared)
        content, remarks = _without_lead(encoded.content)
        kind, text = _kind(content, declared, _charset(element))
        whole = check_whole(kind, content)
    except InvalidError as error:
        raise InvalidError(f"{_PLACE} {error}") from None
    said = [*encoded.remarks, *remarks, whole]
    if kind != declared:
        said.append(f"is {kind}, and not the type it says")
    if kind in CONVERTED_TYPES:
        said.append(f"is {kind}, which the patient sees converted: send a PDF")
    elif kind not in SHOWN_TYPES:
        said.append(f"is {kind}, which the patient can only download: send a PDF")
    elif kind not in MEDIA_TYPES:
        said.append(f"is {kind}, which the body of a document should not be")
    return DocumentBody(
        level=BodyLevel.N1,
        media_type=kind,
        content=content,
        text=text,
        remarks=tuple(f"{_PLACE} {one}" for one in said if one),
    )


def _kind(content: bytes, declared: str, charset: str) -> tuple[str, str]:
    """Return the type of a file by its bytes, and its text if it is plain text."""
    kind = type_of(content)
    if kind:
        return kind, ""
    if declared == TEXT:
        text = read_text_file(content, charset)
        if text is not None and text.strip():
            return TEXT, text
        raise InvalidError("is empty" if text is not None else "is not a text")
    named = declared if _NAMEABLE.fullmatch(declared) else "of an unknown type"
    if has_signature(declared):
        raise InvalidError(f"is not the {named} it is said to be")
    raise InvalidError(f"is {named}, which no document may be: send a PDF")


def _without_lead(content: bytes) -> tuple[bytes, tuple[str, ...]]:
    """Take away a mark or blanks before a PDF, which its readers pass over."""
    head = content[: _MOST_LEAD + len(_PDF_START)]
    plain = head.removeprefix(_BOM).lstrip(b" \t\r\n\x00")
    lead = len(head) - len(plain)
    if not lead or not plain.startswith(_PDF_START):
        return content, ()
    return content[lead:], ("begins with blanks or a mark before its PDF",)


def _read_sections(sections: etree._Element) -> DocumentBody:
    """
    Return the sections, and their PDF copy.

    A broken copy counts as none: the sections are the document and can still be read.
    """
    remarks: tuple[str, ...] = ()
    element = copy = None
    says_something = False
    images = _images(sections)
    for section in _sections(sections):
        if _is_copy(section):
            element = element if element is not None else _pdf_in(section)
        else:
            says_something = says_something or _says_something(section, images)
    if element is not None:
        try:
            copy = _read_copy(element)
        except InvalidError as error:
            remarks = (f"{_COPY_PLACE} {error}",)
    if copy is None and not says_something:
        raise InvalidError("component/structuredBody has no section with a text")
    return DocumentBody(
        level=BodyLevel.N3,
        media_type="text/xml",
        sections=sections,
        pdf_copy=copy,
        remarks=remarks,
    )


def _read_copy(element: etree._Element) -> bytes:
    content, _ = _without_lead(read_encoded(element, PDF).content)
    if type_of(content) != PDF:
        raise InvalidError("is not a PDF")
    check_whole(PDF, content)
    return content


def _images(sections: etree._Element) -> frozenset[str]:
    """Return the IDs by which a text may call an image or a region of one."""
    named = (one for name in (_MEDIA, _REGION) for one in sections.iter(name))
    return frozenset(filter(None, (one.get("ID") for one in named)))


def _says_something(section: etree._Element, images: frozenset[str]) -> bool:
    """Tell whether a section has words or an image to show, without those within it."""
    text = find(section, "text")
    if text is None:
        return False
    words = (part for part in text.itertext() if not part.isspace())
    called = (
        name
        for call in text.iter(_IMAGE_CALL)
        for name in (call.get("referencedObject") or "").split()
    )
    return next(words, "") != "" or not images.isdisjoint(called)


def _sections(parent: etree._Element) -> Iterator[etree._Element]:
    """Yield the sections and those within them, as a page shows them."""
    for component in children(parent, "component"):
        for section in children(component, "section"):
            yield section
            yield from _sections(section)


def _media_type(text: etree._Element) -> str:
    # HL7's default for ED is text/plain.
    return normal_type(text.get("mediaType") or TEXT)


def _charset(text: etree._Element) -> str:
    for parameter in (text.get("mediaType") or "").split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip('"')
    return text.get("charset") or ""


def _is_copy(section: etree._Element) -> bool:
    return any(part.get("root") == PDF_COPY for part in children(section, "templateId"))


def _pdf_in(section: etree._Element) -> etree._Element | None:
    for media in section.iter(_MEDIA):
        value = find(media, "value")
        if value is not None and _media_type(value) == PDF:
            return value
    return None
