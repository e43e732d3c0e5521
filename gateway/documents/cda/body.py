"""The body of a CDA: the file of an N1, the sections of an N3 and their PDF copy."""

from __future__ import annotations

import binascii
from collections.abc import Iterator
from typing import Final

from attrs import field, frozen
from lxml import etree

from gateway.core.document import BodyLevel
from gateway.documents.cda.file import CdaFile, open_cda
from gateway.documents.cda.nodes import IN_HL7, children, find, get
from gateway.errors import InvalidError
from gateway.safe_xml import MAX_BYTES

PDF_COPY: Final = "1.2.250.1.213.1.1.2.243"
"""templateId of the section that carries a PDF copy (FR-Document-PDF-copie)."""

MEDIA_TYPES: Final = frozenset(
    {"application/pdf", "text/plain", "text/rtf", "image/jpeg", "image/tiff"}
)
"""What an N1 body may be (CI-SIS Structuration minimale)."""

_SECTION = IN_HL7 + "section"
_MEDIA = IN_HL7 + "observationMedia"


@frozen(kw_only=True)
class DocumentBody:
    """
    The body of a CDA.

    N1: ``media_type`` and ``content``, the file it carries. N3: ``sections``, its
    structuredBody, and ``pdf_copy`` where the sender joined one; a reader is then shown
    that copy first.
    """

    level: BodyLevel
    media_type: str
    content: bytes = field(default=b"", repr=False)
    sections: etree._Element | None = field(default=None, repr=False, eq=False)
    pdf_copy: bytes | None = field(default=None, repr=False)


def body_of(content: bytes, *, max_bytes: int = MAX_BYTES) -> DocumentBody:
    """
    Return the body of a CDA file, decoded.

    Raises:
        InvalidError: the file is no CDA, or the body is of a media type that no N1
            has, compressed, kept elsewhere, not base64 where it says it is, or empty.
    """
    return read_body(open_cda(content, max_bytes=max_bytes))


def read_body(file: CdaFile) -> DocumentBody:
    """Return the body of an opened CDA; raises as `body_of`."""
    component = get(file.element, "component")
    sections = find(component, "structuredBody")
    if sections is not None:
        copy = next(_pdf_copies(sections), None)
        return DocumentBody(
            level=BodyLevel.N3,
            media_type="text/xml",
            sections=sections,
            pdf_copy=_decode_copy(copy) if copy is not None else None,
        )
    text = get(component, "nonXMLBody", "text")
    media_type = _media_type(text)
    if media_type not in MEDIA_TYPES:
        raise InvalidError("component/nonXMLBody/text is of a type that is not known")
    return DocumentBody(
        level=BodyLevel.N1, media_type=media_type, content=_decode(text)
    )


def read_body_facts(root: etree._Element) -> tuple[BodyLevel, str]:
    """
    Return level and media type, decoding nothing.

    Raises:
        InvalidError: there is no body, or two.
    """
    component = get(root, "component")
    if find(component, "structuredBody") is not None:
        return BodyLevel.N3, "text/xml"
    return BodyLevel.N1, _media_type(get(component, "nonXMLBody", "text"))


def _media_type(text: etree._Element) -> str:
    # HL7's default for ED is text/plain.
    return text.get("mediaType", "text/plain").partition(";")[0].strip().lower()


def _copy_sections(sections: etree._Element) -> Iterator[etree._Element]:
    for section in sections.iter(_SECTION):
        if any(
            part.get("root") == PDF_COPY for part in children(section, "templateId")
        ):
            yield section


def _pdf_copies(sections: etree._Element) -> Iterator[etree._Element]:
    for section in _copy_sections(sections):
        for media in section.iter(_MEDIA):
            value = find(media, "value")
            if value is not None and _media_type(value) == "application/pdf":
                yield value


def _decode_copy(element: etree._Element) -> bytes | None:
    """
    A broken copy counts as none: the sections are the document and can still be read.
    """
    try:
        return _decode(element)
    except InvalidError:
        return None


def _decode(element: etree._Element) -> bytes:
    """Return the bytes an ``ED`` carries; base64 is read strictly."""
    if element.get("compression") or len(element):
        raise InvalidError("the body of the document is compressed or kept elsewhere")
    text = element.text or ""
    if element.get("representation", "TXT") != "B64":
        content = text.strip().encode()
    else:
        try:
            content = binascii.a2b_base64("".join(text.split()), strict_mode=True)
        except ValueError as error:
            raise InvalidError("the body of the document is not base64") from error
    if not content:
        raise InvalidError("the body of the document is empty")
    return content
