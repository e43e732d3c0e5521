"""Judges the files that people attach: their names, and what their bytes show."""

from __future__ import annotations

import re
from collections.abc import Sequence

from attrs import field, frozen

from gateway.core.refusals import AttachmentRefusal
from gateway.core.texts.writing import ATTACHMENT_TEXTS
from gateway.documents.media import type_of
from gateway.evidence.writing import FilesAsked
from gateway.message.parameters import safe_name
from gateway.rights.attachment_rules import (
    PATIENT_TYPES,
    AttachmentPolicy,
    OfferedFile,
    decide_files,
)
from gateway.web.site.answers import SHOWN_INLINE
from gateway.web.site.forms import FieldProblem, UploadedFile

_BUSY = 503  # too many others were sending files
_UNKNOWN = "application/octet-stream"
_STARTS = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"{\\rtf1", "application/rtf"),
)
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")
_MARKUP = re.compile(
    rb"<\s*(?:script|html|!doctype|svg|iframe|object|embed|body|\?php|\?xml)", re.I
)
_HEAD = 4096  # where a program that guesses looks; further in, chance alone matches
_RTF_OBJECT = re.compile(rb"\\(?:objdata|objocx|objupdate|objautlink)", re.I)
_ZIP_END = b"PK\x05\x06"
_ZIP_TAIL = 65_557  # the end record and its longest comment
_INNER_ENDING = re.compile(
    r"\.(?:exe|com|scr|bat|cmd|ps1|vbs|jse?|wsf|hta|jar|msi|dll|lnk|iso|img|html?|xhtml"
    r"|svg|xml|xsl|php|py|sh|zip|rar|7z|docm|xlsm|pptm|swf)\s*\.",
    re.I,
)


@frozen
class AcceptedFile:
    """A file fit to be sent: a safe name, and the type its bytes have."""

    name: str = field(repr=False)
    media_type: str
    content: bytes = field(repr=False)


@frozen
class RefusedFile:
    """A file that is not sent, and why; ``name`` is safe to show, maybe empty."""

    name: str = field(repr=False)
    refusal: AttachmentRefusal


@frozen
class JudgedFiles:
    """The files as they may be sent, those that may not, and what was asked of both."""

    accepted: tuple[AcceptedFile, ...]
    refused: tuple[RefusedFile, ...]
    asked: FilesAsked = field(repr=False)


def judge_files(
    files: Sequence[UploadedFile],
    policy: AttachmentPolicy,
    *,
    already: Sequence[OfferedFile] = (),
) -> JudgedFiles:
    """
    Judge files, each by what its bytes show, and all together.

    ``already`` counts in the limits of the whole message: documents of the vault.
    """
    shown = [_accepted(file) for file in files]
    asked = FilesAsked(
        uploaded=tuple(map(_attachment, shown)), attached=tuple(already), policy=policy
    )
    decision = decide_files(asked.uploaded, asked.attached, policy)
    judged = list(zip(shown, decision.each, strict=True))
    return JudgedFiles(
        accepted=tuple(one for one, refusal in judged if refusal is None),
        refused=(
            *(RefusedFile(one.name, why) for one, why in judged if why is not None),
            *(RefusedFile("", why) for why in decision.whole),
        ),
        asked=asked,
    )


def file_problems(
    judged: JudgedFiles, cut: int, language: str
) -> tuple[FieldProblem, ...]:
    """
    Return what is wrong with the files of a form, in its field ``files``.

    ``cut`` is the status with which the form was not taken whole, 0 if it was.
    """
    found = []
    if cut:
        code = "busy" if cut == _BUSY else "cut"
        found.append(FieldProblem(name="files", code=code))
    found += [
        FieldProblem(
            name="files",
            code=one.refusal.value,
            text=ATTACHMENT_TEXTS[one.refusal][1 if language == "en" else 0],
            file=one.name,
        )
        for one in judged.refused
    ]
    return tuple(found)


def _accepted(file: UploadedFile) -> AcceptedFile:
    name = safe_name(file.name) or "document"
    if _INNER_ENDING.search(name):
        return AcceptedFile(name, _UNKNOWN, file.content)
    return AcceptedFile(name, content_type(name, file.content), file.content)


def _attachment(file: AcceptedFile) -> OfferedFile:
    return OfferedFile(
        name=file.name, size=len(file.content), content_type=file.media_type
    )


def content_type(name: str, content: bytes) -> str:
    """
    Return the type that bytes show, of those that may be sent, or a neutral one.

    Content that is two things at once is neither: another format in front, a
    ZIP behind, or markup inside.
    """
    if _ZIP_END in content[-_ZIP_TAIL:] or _MARKUP.search(content[:_HEAD]):
        return _UNKNOWN
    for start, media_type in _STARTS:
        if content.startswith(start):
            return media_type if _is_whole(media_type, content) else _UNKNOWN
    if type_of(content) == "image/heic":
        return "image/heic"
    if PATIENT_TYPES.get(name.rpartition(".")[2].lower()) == "text/plain":
        return "text/plain" if _is_text(content) else _UNKNOWN
    return _UNKNOWN


def shown_type(name: str, content: bytes) -> str:
    """Return the type to show bytes as in the browser, or an empty text: only kept."""
    found = content_type(name, content)
    return found if found in SHOWN_INLINE else ""


def can_be_viewed(name: str) -> bool:
    """Tell whether a browser shows files of such a name."""
    return name.lower().endswith((".pdf", ".jpg", ".jpeg", ".png"))


def _is_whole(media_type: str, content: bytes) -> bool:
    if media_type == "application/pdf":
        return b"%%EOF" in content[-2048:]
    if b"%PDF-" in content[:2048]:
        return False
    if media_type == "image/png":
        return content.endswith(b"IEND\xaeB`\x82")
    if media_type == "image/jpeg":
        return b"\xff\xd9" in content[-64 * 1024 :]
    if media_type == "application/rtf":
        return not _RTF_OBJECT.search(content)
    return True


def _is_text(content: bytes) -> bool:
    if _CONTROLS.search(content) or content.startswith((b"MZ", b"#!", b"PK")):
        return False
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        # Windows-1252 leaves few bytes without a meaning: any text without controls.
        return b"%PDF-" not in content[:2048]
    return b"%PDF-" not in content[:2048]
