"""Which files go with a message of the patient, and which may be kept."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from gateway.core.decision import Permit, Refuse
from gateway.core.refusals import AttachmentRefusal
from gateway.core.texts.writing import ATTACHMENT_TEXTS, KEEPING_TEXTS
from gateway.rights.attachment_rules import (
    MIB,
    PATIENT_TYPES,
    AttachmentPolicy,
    FilesDecision,
    OfferedFile,
    decide_attachments,
    decide_files,
    decide_keeping,
    remaining_bytes,
)

POLICY = AttachmentPolicy(max_files=2, max_file_bytes=5 * MIB, max_total_bytes=8 * MIB)
PDF = OfferedFile(name="ordonnance.PDF", size=1000, content_type="application/pdf")

FILES: list[tuple[str, list[OfferedFile], list[AttachmentRefusal]]] = [
    ("none", [], []),
    ("one", [PDF], []),
    ("as-many-as-allowed", [PDF, PDF], []),
    ("one-too-many", [PDF, PDF, PDF], [AttachmentRefusal.TOO_MANY_FILES]),
    ("as-large-as-allowed", [evolve(PDF, size=5 * MIB)], []),
    (
        "one-byte-too-large",
        [evolve(PDF, size=5 * MIB + 1)],
        [AttachmentRefusal.FILE_TOO_LARGE],
    ),
    ("total-just-fits", [evolve(PDF, size=4 * MIB)] * 2, []),
    (
        "total-one-byte-too-much",
        [evolve(PDF, size=4 * MIB), evolve(PDF, size=4 * MIB + 1)],
        [AttachmentRefusal.TOTAL_TOO_LARGE],
    ),
    ("empty", [evolve(PDF, size=0)], [AttachmentRefusal.FILE_EMPTY]),
    (
        "program",
        [evolve(PDF, name="setup.exe", content_type="application/x-dosexec")],
        [AttachmentRefusal.TYPE_NOT_ALLOWED],
    ),
    ("no-ending", [evolve(PDF, name="pdf")], [AttachmentRefusal.TYPE_NOT_ALLOWED]),
    (
        "two-endings",
        [evolve(PDF, name="a.pdf.html")],
        [AttachmentRefusal.TYPE_NOT_ALLOWED],
    ),
    (
        "disguised",
        [evolve(PDF, content_type="text/html")],
        [AttachmentRefusal.CONTENT_NOT_AS_NAMED],
    ),
    (
        "document-of-the-vault",
        [evolve(PDF, name="lettre.xml", content_type="text/xml", from_vault=True)],
        [],
    ),
]


@pytest.mark.parametrize(
    ("files", "refusals"), [pytest.param(*row[1:], id=row[0]) for row in FILES]
)
def test_files_are_attached_within_the_limits(
    files: list[OfferedFile], refusals: list[AttachmentRefusal]
) -> None:
    expected = Refuse(tuple(refusals)) if refusals else Permit()

    assert decide_attachments(files, POLICY) == expected


def test_every_attachment_refusal_has_a_case_and_two_texts() -> None:
    shown = {one for row in FILES for one in row[2]}

    assert shown == set(AttachmentRefusal) == set(ATTACHMENT_TEXTS)


@pytest.mark.parametrize("ending", list(PATIENT_TYPES))
def test_every_allowed_ending_is_accepted_with_its_content(ending: str) -> None:
    file = OfferedFile(name=f"a.{ending}", size=1, content_type=PATIENT_TYPES[ending])

    assert decide_attachments([file], POLICY) == Permit()


def test_the_remaining_bytes_are_known() -> None:
    assert remaining_bytes([PDF], POLICY) == 8 * MIB - 1000


@pytest.mark.parametrize(
    ("change", "refusals"),
    [
        ({}, []),
        ({"content_type": "image/jpeg"}, []),
        ({"content_type": "image/tiff"}, []),
        ({"content_type": "text/plain"}, []),
        ({"content_type": "application/rtf"}, []),
        ({"content_type": "image/png"}, []),
        ({"content_type": "image/heic"}, []),
        ({"content_type": "image/gif"}, [AttachmentRefusal.TYPE_NOT_ALLOWED]),
        ({"content_type": "text/xml"}, [AttachmentRefusal.TYPE_NOT_ALLOWED]),
        ({"size": 0}, [AttachmentRefusal.FILE_EMPTY]),
        (
            {"content_type": "application/msword"},
            [AttachmentRefusal.TYPE_NOT_ALLOWED],
        ),
        ({"size": 5 * MIB + 1}, [AttachmentRefusal.FILE_TOO_LARGE]),
    ],
)
def test_a_received_file_is_kept_in_the_vault_by_type_and_size(
    change: dict[str, Any], refusals: list[AttachmentRefusal]
) -> None:
    expected = Refuse(tuple(refusals)) if refusals else Permit()

    assert decide_keeping(evolve(PDF, **change), POLICY) == expected
    assert set(refusals) <= set(KEEPING_TEXTS)


TOO_LARGE = evolve(PDF, size=5 * MIB + 1)
HALF = evolve(PDF, size=4 * MIB)
OF_VAULT = evolve(HALF, from_vault=True)
A = AttachmentRefusal


@pytest.mark.parametrize(
    ("uploaded", "attached", "decided"),
    [
        ([], [], FilesDecision((), ())),
        ([HALF, HALF], [], FilesDecision((None, None), ())),
        ([HALF], [OF_VAULT], FilesDecision((None,), ())),
        # What is refused is told of itself, and leaves room for its neighbours.
        ([TOO_LARGE, HALF], [HALF], FilesDecision((A.FILE_TOO_LARGE, None), ())),
        (
            [evolve(PDF, size=0, name="setup.exe"), PDF],
            [],
            FilesDecision((A.FILE_EMPTY, None), ()),
        ),
        ([PDF, PDF], [PDF], FilesDecision((None, None), (A.TOO_MANY_FILES,))),
        (
            [evolve(HALF, size=4 * MIB + 1)],
            [OF_VAULT],
            FilesDecision((None,), (A.TOTAL_TOO_LARGE,)),
        ),
    ],
)
def test_each_file_is_decided_alone_and_what_is_left_as_a_whole(
    uploaded: list[OfferedFile], attached: list[OfferedFile], decided: FilesDecision
) -> None:
    assert decide_files(uploaded, attached, POLICY) == decided


def test_each_reason_is_said_once_those_of_single_files_first() -> None:
    decided = FilesDecision(
        (None, A.FILE_EMPTY, A.FILE_TOO_LARGE, A.FILE_EMPTY), (A.TOTAL_TOO_LARGE,)
    )

    assert decided.reasons == (A.FILE_EMPTY, A.FILE_TOO_LARGE, A.TOTAL_TOO_LARGE)
