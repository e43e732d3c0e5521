"""The tables of codes: complete, consistent, and read as they should be."""

from __future__ import annotations

import csv

import pytest

from gateway.core.codes import (
    CLASSES,
    FRENCH_TYPES,
    LOINC,
    STAYS,
    UNKNOWN_MODEL,
    VISIBILITY,
    coded,
    document_types,
    find_document_type,
    format_of,
    format_of_media,
    label_of,
    type_label,
)
from gateway.core.document import Visibility
from gateway.core.person import Coded
from tests.shared import shared

CLASS_OF = [
    ("11490-0", LOINC, "10"),
    ("18761-7", LOINC, "11"),
    ("11502-2", LOINC, "10"),
    ("18748-4", LOINC, "31"),
    ("57833-6", LOINC, "42"),
    ("60593-1", LOINC, "43"),
    ("18776-5", LOINC, "44"),
    ("80565-5", LOINC, "45"),
    ("87273-9", LOINC, "52"),
    ("74465-6", LOINC, "90"),
    ("86531-1", LOINC, "95"),
    ("SYNTH", FRENCH_TYPES, "11"),
    ("CERT_DECL", FRENCH_TYPES, "52"),
    ("REMB", FRENCH_TYPES, "60"),
    ("EXPPAT_1", FRENCH_TYPES, "90"),
    ("EXPPAT_3", FRENCH_TYPES, "90"),
    ("IMG-KOS", FRENCH_TYPES, "31"),
    ("PROT_ALD", FRENCH_TYPES, "44"),
    ("DOCPAT09", FRENCH_TYPES, "95"),
]


@pytest.mark.parametrize(("code", "scheme", "document_class"), CLASS_OF)
def test_a_type_has_its_class(code: str, scheme: str, document_class: str) -> None:
    found = find_document_type(Coded(code=code, scheme=scheme))

    assert found is not None
    assert found.document_class.code == document_class


@pytest.mark.parametrize(
    ("code", "scheme"),
    [("11490-0", FRENCH_TYPES), ("SYNTH", LOINC), ("00000-0", LOINC), ("", "")],
)
def test_a_code_of_another_terminology_is_no_type(code: str, scheme: str) -> None:
    assert find_document_type(Coded(code=code, scheme=scheme)) is None


@pytest.mark.parametrize("code", ["E1762", "FEUILLE-DE-STYLE"])
def test_what_is_not_a_document_is_no_type(code: str) -> None:
    assert code not in document_types()


def test_every_type_has_a_class_and_a_label_in_both_languages() -> None:
    assert len(document_types()) == 140
    for found in document_types().values():
        assert found.document_class.label
        assert found.label
        assert found.english
        assert found.document_class.scheme == CLASSES
    unnamed = [
        code
        for code, found in document_types().items()
        if found.label == found.document_class.label
        and found.english == label_of(CLASSES, found.document_class.code, "en")
    ]
    assert unnamed == ["39256-3", "52063-5", "SYNTH"]


@pytest.mark.parametrize(
    ("code", "scheme", "label", "language", "shown"),
    [
        (
            "11490-0",
            LOINC,
            "",
            "fr",
            "Lettre de liaison à la sortie d'un établissement",
        ),
        ("11490-0", LOINC, "Lettre de sortie", "fr", "Lettre de sortie"),
        ("11490-0", LOINC, "Lettre de sortie", "en", "Discharge letter of a health"),
        ("100967-9", LOINC, "", "fr", "Rythme cardiaque fœtal"),
        ("39256-3", LOINC, "", "fr", "Compte rendu"),
        ("39256-3", LOINC, "", "en", "Report"),
        ("00000-0", LOINC, "Essai", "en", "Essai"),
        ("00000-0", LOINC, "", "fr", ""),
    ],
)
def test_a_type_is_named_in_the_language_of_who_reads(
    code: str, scheme: str, label: str, language: str, shown: str
) -> None:
    named = type_label(Coded(code=code, scheme=scheme, label=label), language)

    assert named.startswith(shown)
    assert bool(named) is bool(shown)


def test_the_types_and_classes_are_those_of_the_release_of_june_2026() -> None:
    """JDV_J07 and ASS_X04 of 2026-06-29 (ANS), but for what is no document."""
    text = shared("doc_types.csv").read_text("utf-8")
    official = {row["type_code"]: row for row in csv.DictReader(text.splitlines())}
    no_documents = {"E1762", "FEUILLE-DE-STYLE"}

    assert set(official) - no_documents == set(document_types())
    for code, ours in document_types().items():
        row = official[code]
        scheme = {"A05": FRENCH_TYPES}.get(row["type_code_system"])
        assert ours.scheme == (scheme or row["type_code_system"])
        assert ours.document_class.code == row["class_code"]


def test_the_formats_are_those_of_the_release_of_2026() -> None:
    """formatCode by model (ANS, with the models of MSO added in 2026)."""
    text = shared("format_codes.csv").read_text("utf-8")
    rows = csv.DictReader(text.splitlines())
    official = {row["cda_templateId"]: row for row in rows}

    for template, row in official.items():
        one_file = template.partition(" + ")[2]
        if one_file:
            found = format_of_media(one_file)
        elif template[0].isdigit():
            found = format_of([template])
        elif "unknown" in template:
            found = UNKNOWN_MODEL
        else:
            continue  # not a CDA
        assert (found.code, found.scheme) == (
            row["xds_formatCode"],
            row["codingScheme"],
        )


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("1.2.250.1.213.1.1.1.12.1", "urn:asip:ci-sis:obp-sap:2023"),
        ("1.2.250.1.213.1.1.1.56", "urn:asip:ci-sis:ppp:2023"),
        ("1.2.250.1.213.1.1.1.52", "urn:ans:ci-sis:bio-ep-bio:2022"),
        ("1.2.250.1.213.1.1.1.2.1.1", "urn:asip:ci-sis:avk:2009"),
        ("1.2.250.1.213.1.11.1.19.1", "urn:ans:ci-sis:mso-rougeole:2026"),
    ],
)
def test_a_model_has_the_format_of_its_own_authority(
    template: str, expected: str
) -> None:
    assert format_of([template]).code == expected


@pytest.mark.parametrize(
    ("templates", "expected"),
    [
        (
            ["1.2.250.1.213.1.1.1.1", "1.2.250.1.213.1.1.1.29"],
            "urn:asip:ci-sis:ldl-ses:2017",
        ),
        (
            ["1.3.6.1.4.1.19376.1.3.3", "1.2.250.1.213.1.1.1.55"],
            "urn:ihe:lab:xd-lab:2008",
        ),
        (["1.2.250.1.213.1.1.1.13", "9.9.9"], "urn:asip:ci-sis:vsm:2012"),
        (["1.2.250.1.213.1.1.1.1"], UNKNOWN_MODEL.code),
        ([], UNKNOWN_MODEL.code),
    ],
)
def test_the_last_known_template_gives_the_format(
    templates: list[str], expected: str
) -> None:
    assert format_of(templates).code == expected


@pytest.mark.parametrize(
    ("media_type", "expected"),
    [
        ("application/pdf", "urn:ihe:iti:xds-sd:pdf:2008"),
        ("text/plain", "urn:ihe:iti:xds-sd:text:2008"),
        ("text/rtf", "urn:ihe:iti-fr:xds-sd:rtf:2010"),
        ("image/jpeg", "urn:ihe:iti-fr:xds-sd:jpeg:2010"),
        ("image/tiff", "urn:ihe:iti-fr:xds-sd:tiff:2010"),
        ("text/html", UNKNOWN_MODEL.code),
    ],
)
def test_the_media_type_gives_the_format_of_one_file(
    media_type: str, expected: str
) -> None:
    assert format_of_media(media_type).code == expected


def test_labels_are_in_two_languages() -> None:
    for flag in Visibility:
        assert label_of(VISIBILITY, flag.value, "fr")
        assert label_of(VISIBILITY, flag.value, "en")
    assert label_of(STAYS, "03", "en") == "Hospital stay"
    assert coded(STAYS, "unknown") == Coded(code="unknown", scheme=STAYS, label="")
