"""Finding the ClinicalDocument in a file, whatever its physical shape."""

from __future__ import annotations

from attrs import field, frozen
from lxml import etree

from gateway.core.document import Shape
from gateway.documents.cda.nodes import IN_HL7
from gateway.errors import InvalidError
from gateway.safe_xml import MAX_BYTES, parse_xml

_DOCUMENT = IN_HL7 + "ClinicalDocument"

_SHAPES = {
    "{http://www.w3.org/1999/XSL/Transform}stylesheet": Shape.STYLESHEET,
    "{http://www.w3.org/1999/XSL/Transform}transform": Shape.STYLESHEET,
    "{http://www.w3.org/2000/09/xmldsig#}Signature": Shape.SIGNED,
}


@frozen
class CdaFile:
    """A CDA found in a file, not yet read: the ClinicalDocument and what holds it."""

    element: etree._Element = field(repr=False)
    shape: Shape


def open_cda(content: bytes, *, max_bytes: int = MAX_BYTES) -> CdaFile:
    """
    Find the ClinicalDocument of a file in any of its three shapes.

    It is the root, or lies within an ``xsl:stylesheet`` or a ``ds:Signature``
    (CI-SIS Structuration minimale). One parse serves the header, the body and the
    schema.

    Raises:
        InvalidError: unsafe or broken XML, no ClinicalDocument, or several of them: two
            readers could then read different documents.
    """
    root = parse_xml(content, max_bytes=max_bytes)
    found = root.iter(_DOCUMENT)
    element = next(found, None)
    if element is None:
        raise InvalidError("the file has no ClinicalDocument")
    if next(found, None) is not None:
        raise InvalidError("the file has more than one ClinicalDocument")
    return CdaFile(element, _SHAPES.get(root.tag, Shape.PLAIN))
