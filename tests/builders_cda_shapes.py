"""The bodies and physical shapes of a CDA file; signatures are structure, not proof."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

LOINC = "2.16.840.1.113883.6.1"

_SIGNATURE = (
    "<ds:SignedInfo>"
    "<ds:CanonicalizationMethod Algorithm='http://www.w3.org/2001/10/xml-exc-c14n#'/>"
    "<ds:SignatureMethod"
    " Algorithm='http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'/>"
    "<ds:Reference URI='#document'>"
    "<ds:DigestMethod Algorithm='http://www.w3.org/2001/04/xmlenc#sha256'/>"
    "<ds:DigestValue>AAAA</ds:DigestValue></ds:Reference></ds:SignedInfo>"
    "<ds:SignatureValue>AAAA</ds:SignatureValue>"
)


def wrap(shape: str, document: str) -> str:
    """Return a file of one of the shapes around a ClinicalDocument."""
    start = '<?xml version="1.0" encoding="UTF-8"?>\n'
    signature = 'ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"'
    if shape == "plain":
        return start + document
    if shape == "signed":
        return (
            f"{start}<{signature}>{_SIGNATURE}"
            f"<ds:Object Id='document'>{document}</ds:Object></ds:Signature>"
        )
    enveloped = (
        f"<{signature}>{_SIGNATURE}</ds:Signature>"
        if shape == "signed-stylesheet"
        else ""
    )
    return (
        f'{start}<?xml-stylesheet type="text/xsl" href="#"?>\n'
        '<xsl:stylesheet version="1.0" xmlns:c="urn:hl7-org:v3"'
        ' xmlns:xsl="http://www.w3.org/1999/XSL/Transform"'
        ' xmlns:data="urn:asip-sante:ci-sis">\n'
        '<xsl:template match="/"><html><body><h1>Feuille de style incluse</h1>'
        '<xsl:value-of select="//c:ClinicalDocument/c:title"/></body></html>'
        "</xsl:template>\n"
        f"<data:Contenu>{document}</data:Contenu>{enveloped}</xsl:stylesheet>"
    )


def make_body(kind: str, sections: Sequence[tuple[str, str, str]], file: bytes) -> str:
    """Return the ``component`` of a body: sections, or one file."""
    if kind.startswith("sections"):
        parts = "\n".join(_section(*section) for section in sections)
        copy = _pdf_copy(file) if kind == "sections+pdf" else ""
        body = f"<structuredBody>\n{parts}{copy}</structuredBody>"
    else:
        kinds = {"pdf": "application/pdf", "text": "text/plain"}
        media_type = kinds.get(kind, kind)
        body = (
            f"<nonXMLBody><text mediaType={quoteattr(media_type)}"
            f' representation="B64">{_base64(file)}</text></nonXMLBody>'
        )
    return f"<component>{body}</component>\n"


def _section(code: str, title: str, narrative: str) -> str:
    start = f"<code code={quoteattr(code)} codeSystem={quoteattr(LOINC)}/>"
    text = f"<title>{escape(title)}</title><text>{narrative}</text>"
    return f"<component><section>{start}{text}</section></component>"


def _pdf_copy(content: bytes) -> str:
    return (
        '<component><section><templateId root="1.2.250.1.213.1.1.2.243"/>'
        f"<code code='55108-5' codeSystem='{LOINC}' displayName='Copie du document'/>"
        "<title>Copie du document</title>"
        '<text><renderMultiMedia referencedObject="copie"/></text>'
        '<entry><organizer classCode="CLUSTER" moodCode="EVN">'
        '<templateId root="1.2.250.1.213.1.1.3.18"/>'
        f"<code code='55107-7' codeSystem='{LOINC}'/>"
        '<statusCode code="completed"/><component>'
        '<observationMedia classCode="OBS" moodCode="EVN" ID="copie">'
        f'<value mediaType="application/pdf" representation="B64">{_base64(content)}'
        "</value></observationMedia></component></organizer></entry>"
        "</section></component>"
    )


def _base64(content: bytes) -> str:
    return base64.encodebytes(content).decode().strip()
