"""Files a patient attaches: what passes, and every disguise that does not (W11)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.refusals import AttachmentRefusal
from gateway.rights.attachment_rules import AttachmentPolicy
from gateway.web.site.forms import UploadedFile
from gateway.web.site.uploads import content_type, judge_files
from tests.web.mail import JPEG, PDF, PNG

POLICY = AttachmentPolicy(max_files=3, max_file_bytes=2000, max_total_bytes=3000)
RTF = b"{\\rtf1\\ansi Bonjour}"
TIFF = b"II*\0" + bytes(20)
ZIP_END = b"PK\x05\x06" + bytes(18)
REFUSAL = AttachmentRefusal

ACCEPTED = [
    ("ordonnance.pdf", PDF, "application/pdf"),
    ("photo.JPG", JPEG, "image/jpeg"),
    ("photo.jpeg", JPEG, "image/jpeg"),
    ("scan.png", PNG, "image/png"),
    ("scan.tif", TIFF, "image/tiff"),
    ("lettre.rtf", RTF, "application/rtf"),
    ("notes.txt", "Tension : 12/8 — été".encode(), "text/plain"),
    ("notes.txt", "Été 1979".encode("cp1252"), "text/plain"),
    ("CR.Dupont.2026.pdf", PDF, "application/pdf"),
]

REFUSED = [
    ("vide.pdf", b"", REFUSAL.FILE_EMPTY),
    ("programme.exe", b"MZ\x90\x00", REFUSAL.TYPE_NOT_ALLOWED),
    ("page.html", b"<html>", REFUSAL.TYPE_NOT_ALLOWED),
    ("image.svg", b"<svg/>", REFUSAL.TYPE_NOT_ALLOWED),
    ("archive.zip", b"PK\x03\x04" + ZIP_END, REFUSAL.TYPE_NOT_ALLOWED),
    ("sans-extension", PDF, REFUSAL.TYPE_NOT_ALLOWED),
    ("faux.pdf", JPEG, REFUSAL.CONTENT_NOT_AS_NAMED),
    ("faux.jpg", PDF, REFUSAL.CONTENT_NOT_AS_NAMED),
    ("faux.txt", b"MZ\x90\x00", REFUSAL.CONTENT_NOT_AS_NAMED),
    ("faux.txt", b"<script>alert(1)</script>", REFUSAL.CONTENT_NOT_AS_NAMED),
    ("double.exe.pdf", PDF, REFUSAL.CONTENT_NOT_AS_NAMED),
    ("double.HTML .pdf", PDF, REFUSAL.CONTENT_NOT_AS_NAMED),
    ("double.pdf.exe", PDF, REFUSAL.TYPE_NOT_ALLOWED),
    ("zip-derriere.pdf", PDF + ZIP_END, REFUSAL.CONTENT_NOT_AS_NAMED),
    ("zip-derriere.jpg", JPEG + ZIP_END, REFUSAL.CONTENT_NOT_AS_NAMED),
    ("html-dedans.jpg", JPEG[:12] + b"<script>" + JPEG, REFUSAL.CONTENT_NOT_AS_NAMED),
    ("html-devant.pdf", b"<html>" + PDF, REFUSAL.CONTENT_NOT_AS_NAMED),
    ("pdf-dedans.jpg", JPEG[:20] + PDF + JPEG, REFUSAL.CONTENT_NOT_AS_NAMED),
    ("coupe.pdf", PDF[:40], REFUSAL.CONTENT_NOT_AS_NAMED),
    ("suite.png", PNG + b"MZ", REFUSAL.CONTENT_NOT_AS_NAMED),
    ("objet.rtf", b"{\\rtf1{\\object\\objdata 01}}", REFUSAL.CONTENT_NOT_AS_NAMED),
    ("grand.pdf", PDF[:-6] + b" " * 2000 + b"%%EOF\n", REFUSAL.FILE_TOO_LARGE),
]


@pytest.mark.parametrize(("name", "content", "media_type"), ACCEPTED)
def test_a_file_that_is_what_it_says_passes(
    name: str, content: bytes, media_type: str
) -> None:
    judged = judge_files([UploadedFile(name, content)], POLICY)

    assert judged.refused == ()
    (file,) = judged.accepted
    assert (file.name, file.media_type) == (name, media_type)


@pytest.mark.parametrize(("name", "content", "refusal"), REFUSED)
def test_a_disguise_is_refused(
    name: str, content: bytes, refusal: AttachmentRefusal
) -> None:
    judged = judge_files([UploadedFile(name, content)], POLICY)

    assert judged.accepted == ()
    assert [one.refusal for one in judged.refused] == [refusal]


def test_too_many_and_too_much_are_refused_for_the_whole() -> None:
    files = [UploadedFile(f"{n}.txt", b"x" * 900) for n in range(4)]

    judged = judge_files(files, POLICY)

    assert [one.refusal for one in judged.refused] == [
        REFUSAL.TOO_MANY_FILES,
        REFUSAL.TOTAL_TOO_LARGE,
    ]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\temp\\note.txt", "note.txt"),
        ("a\r\nX: y.txt", "a__X_ y.txt"),
        ("photo\u202egpj.txt", "photogpj.txt"),
    ],
)
def test_names_are_made_safe(name: str, kept: str) -> None:
    judged = judge_files([UploadedFile(name, b"Bonjour")], POLICY)

    assert judged.accepted[0].name == kept


@given(st.text(max_size=40), st.binary(max_size=400))
def test_any_name_and_bytes_give_an_answer(name: str, content: bytes) -> None:
    judged = judge_files([UploadedFile(name, content)], POLICY)

    assert len(judged.accepted) + len(judged.refused) >= 1
    assert all("\n" not in one.name and "/" not in one.name for one in judged.accepted)


@given(st.binary(max_size=200))
def test_no_picture_or_pdf_is_read_as_text(content: bytes) -> None:
    assert content_type("x.txt", b"%PDF-" + content) != "text/plain"
    assert content_type("x.txt", b"\xff\xd8\xff" + content) != "text/plain"
