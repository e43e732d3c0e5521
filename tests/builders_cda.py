"""Builds synthetic CDA files: valid by default, one change per test."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from attrs import define, evolve, field

from tests.builders_cda_shapes import LOINC, make_body, wrap

FRENCH_TYPES = "1.2.250.1.213.1.1.4.12"
SET = "2.25.311316854332806139824321955493673367995"
HOSPITAL = "2.25.135418407214661765558546400778267684748"

HEADER_TEMPLATES = ("2.16.840.1.113883.2.8.2.1", "1.2.250.1.213.1.1.1.1")
LETTER = "1.2.250.1.213.1.1.1.29"
ONE_FILE = "1.3.6.1.4.1.19376.1.2.20"

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)

SECTIONS = (
    ("42349-1", "Motif", "<paragraph>Palpitations depuis une semaine.</paragraph>"),
    (
        "42545-4",
        "Synthèse",
        "<table border='1'><thead><tr><th>Jour</th><th>Fait</th></tr></thead>"
        "<tbody><tr><td>1</td><td>Entrée</td></tr>"
        "<tr><td>4</td><td>Sortie <content styleCode='Bold'>à domicile</content>"
        "</td></tr></tbody></table>",
    ),
    (
        "18776-5",
        "Suites à donner",
        "<list><item>Médecin traitant.</item><item>Prise de sang.</item></list>",
    ),
)


@define(kw_only=True)
class Cda:
    """What a synthetic document says; each field may be changed or emptied."""

    unique_id: tuple[str, str] = (f"{SET}.1", "")
    set_id: str = SET
    version: int | None = 1
    replaces: str = ""  # root, or root^extension, of the document replaced
    relation: str = "RPLC"
    type_code: tuple[str, str, str] = ("11490-0", LOINC, "Lettre de liaison de sortie")
    title: str = "Lettre de liaison à la sortie"
    effective_time: str = "20261016143000+0200"
    confidentiality: str = "N"
    templates: Sequence[str] = (*HEADER_TEMPLATES, LETTER)
    ins: str = "279035121518989"
    oid: str = "1.2.250.1.213.1.4.10"
    other_ids: Sequence[tuple[str, str]] = ((HOSPITAL, "8000451207"),)
    family: str = "PAT-TROIS"
    given_names: str = "DOMINIQUE MARIE-LOUISE"
    first_given: str = "DOMINIQUE"
    used_family: str = "PAT-TROIS"
    birth_date: str = "19790328"
    sex: str = "F"
    birth_place: str = "63220"
    author_id: str = "899700000017"
    author_root: str = "1.2.250.1.71.4.2.1"
    author_name: tuple[str, str] = ("MOREAU", "Camille")
    author_role: str = ""
    is_device: bool = False
    structure_id: str = "1750000011"
    structure_name: str = "CHU DE DEMONSTRATION"
    service_code: tuple[str, str] | None = ("IMP", "2.16.840.1.113883.5.4")
    service_start: str = "202610121015+0200"
    service_stop: str = "202610161100+0200"
    facility: str = "SA01"
    practice: str = "ETABLISSEMENT"
    order_id: str = ""
    body: str = "sections"  # sections, sections+pdf, pdf, text, or a media type
    sections: Sequence[tuple[str, str, str]] = SECTIONS
    file: bytes = PDF
    shape: str = "plain"  # plain, stylesheet, signed, signed-stylesheet
    extra: str = field(default="")  # raw XML put after the authors


def make_cda(**changes: Any) -> bytes:
    """Return a CDA file; ``changes`` are fields of `Cda`."""
    cda = evolve(Cda(), **changes)
    document = "".join(
        (
            '<ClinicalDocument xmlns="urn:hl7-org:v3" '
            'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n',
            _start(cda),
            _record_target(cda),
            _author(cda),
            cda.extra,
            _custodian(cda),
            _legal_authenticator(cda),
            _order(cda),
            _service(cda),
            _related(cda),
            _encounter(cda),
            make_body(cda.body, cda.sections, cda.file),
            "</ClinicalDocument>",
        )
    )
    return wrap(cda.shape, document).encode()


def _start(cda: Cda) -> str:
    code, scheme, label = cda.type_code
    parts = [
        '<realmCode code="FR"/>',
        '<typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>',
        *(f"<templateId root={quoteattr(root)}/>" for root in cda.templates),
        _identifier("id", *cda.unique_id),
        f"<code code={quoteattr(code)} codeSystem={quoteattr(scheme)}"
        f" displayName={quoteattr(label)}/>",
        f"<title>{escape(cda.title)}</title>",
        f"<effectiveTime value={quoteattr(cda.effective_time)}/>",
        f"<confidentialityCode code={quoteattr(cda.confidentiality)}"
        ' codeSystem="2.16.840.1.113883.5.25"/>',
        '<languageCode code="fr-FR"/>',
        _identifier("setId", cda.set_id) if cda.set_id else "",
        f'<versionNumber value="{cda.version}"/>' if cda.version is not None else "",
    ]
    return "\n".join(parts)


def _identifier(tag: str, root: str, extension: str = "") -> str:
    text = f"<{tag} root={quoteattr(root)}"
    return f"{text} extension={quoteattr(extension)}/>" if extension else f"{text}/>"


def _record_target(cda: Cda) -> str:
    ids = [(cda.oid, cda.ins)] if cda.ins else []
    ids.extend(cda.other_ids)
    names = (
        ("family", "BR", cda.family),
        ("given", "", cda.given_names),
        ("given", "BR", cda.first_given),
        ("family", "CL", cda.used_family),
    )
    name = "".join(
        f"<{tag}{kind and f' qualifier={quoteattr(kind)}'}>{escape(text)}</{tag}>"
        for tag, kind, text in names
        if text
    )
    sex = (
        f"<administrativeGenderCode code={quoteattr(cda.sex)}"
        ' codeSystem="2.16.840.1.113883.5.1"/>'
    )
    place = (
        "<birthplace><place><addr>"
        f"<county>{escape(cda.birth_place)}</county></addr></place></birthplace>"
    )
    birth = f"<birthTime value={quoteattr(cda.birth_date)}/>"
    return (
        "<recordTarget><patientRole>\n"
        + "".join(_identifier("id", *pair) for pair in ids)
        + f"\n<patient><name>{name}</name>"
        + (sex if cda.sex else "")
        + (birth if cda.birth_date else "")
        + (place if cda.birth_place else "")
        + "</patient></patientRole></recordTarget>\n"
    )


def _author(cda: Cda) -> str:
    role = (
        f'<functionCode code="ATTPHYS" codeSystem="1.2.250.1.213.1.1.4.2.280"'
        f" displayName={quoteattr(cda.author_role)}/>"
        if cda.author_role
        else ""
    )
    family, given = (escape(part) for part in cda.author_name)
    who = (
        "<assignedAuthoringDevice>"
        f"<manufacturerModelName>{given}</manufacturerModelName>"
        f"<softwareName>{family}</softwareName></assignedAuthoringDevice>"
        if cda.is_device
        else _person(cda)
    )
    code = (
        '<code code="G15_10/SM04" codeSystem="1.2.250.1.213.1.1.4.5"'
        ' displayName="Médecin - Cardiologie et maladies vasculaires (SM)"/>'
    )
    return (
        f"<author>{role}<time value={quoteattr(cda.effective_time)}/>\n<assignedAuthor>"
        + _identifier("id", cda.author_root, cda.author_id)
        + (code if cda.structure_id else "")
        + who
        + _structure("representedOrganization", cda)
        + "</assignedAuthor></author>\n"
    )


def _person(cda: Cda) -> str:
    family, given = (escape(part) for part in cda.author_name)
    return (
        f"<assignedPerson><name><family>{family}</family><given>{given}</given>"
        "<suffix>DR</suffix></name></assignedPerson>"
    )


def _structure(tag: str, cda: Cda, extra: str = "") -> str:
    if not cda.structure_id:
        return f"<{tag}>{extra}</{tag}>" if extra else ""
    return (
        f"<{tag}>"
        + _identifier("id", "1.2.250.1.71.4.2.2", cda.structure_id)
        + f"<name>{escape(cda.structure_name)}</name>{extra}</{tag}>"
    )


def _custodian(cda: Cda) -> str:
    tag = "representedCustodianOrganization"
    organization = _structure(tag, cda) or (
        f"<{tag}>{_identifier('id', '1.2.250.1.213.4.1')}<name>DMP</name></{tag}>"
    )
    custodian = f"<assignedCustodian>{organization}</assignedCustodian>"
    return f"<custodian>{custodian}</custodian>\n"


def _legal_authenticator(cda: Cda) -> str:
    return (
        f"<legalAuthenticator><time value={quoteattr(cda.effective_time)}/>"
        '<signatureCode code="S"/><assignedEntity>'
        + _identifier("id", cda.author_root, cda.author_id)
        + _person(cda)
        + _structure("representedOrganization", cda)
        + "</assignedEntity></legalAuthenticator>\n"
    )


def _order(cda: Cda) -> str:
    if not cda.order_id:
        return ""
    order = _identifier("id", *cda.order_id.split("^"))
    return f"<inFulfillmentOf><order>{order}</order></inFulfillmentOf>\n"


def _service(cda: Cda) -> str:
    code = (
        f"<code code={quoteattr(cda.service_code[0])}"
        f" codeSystem={quoteattr(cda.service_code[1])}/>"
        if cda.service_code
        else ""
    )
    stop = f"<high value={quoteattr(cda.service_stop)}/>" if cda.service_stop else ""
    practice = (
        f"<standardIndustryClassCode code={quoteattr(cda.practice)}"
        ' codeSystem="1.2.250.1.213.1.1.4.9"/>'
    )
    return (
        f"<documentationOf><serviceEvent>{code}<effectiveTime>"
        f"<low value={quoteattr(cda.service_start)}/>{stop}</effectiveTime>"
        '<performer typeCode="PRF"><assignedEntity>'
        + _identifier("id", cda.author_root, cda.author_id)
        + _structure("representedOrganization", cda, practice)
        + "</assignedEntity></performer></serviceEvent></documentationOf>\n"
    )


def _related(cda: Cda) -> str:
    if not cda.replaces:
        return ""
    parent = _identifier("id", *cda.replaces.split("^"))
    return (
        f"<relatedDocument typeCode={quoteattr(cda.relation)}><parentDocument>{parent}"
        "</parentDocument></relatedDocument>\n"
    )


def _encounter(cda: Cda) -> str:
    return (
        "<componentOf><encompassingEncounter>"
        f"<effectiveTime><low value={quoteattr(cda.service_start)}/></effectiveTime>"
        f"<location><healthCareFacility><code code={quoteattr(cda.facility)}"
        ' codeSystem="1.2.250.1.71.4.2.4"/></healthCareFacility></location>'
        "</encompassingEncounter></componentOf>\n"
    )
