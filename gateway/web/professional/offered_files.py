"""Judges the files of a form, each alone: fit to be filed, or what is wrong with it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from enum import StrEnum
from pathlib import PurePath
from typing import Final

from attrs import evolve, field, frozen

from gateway.core.keeping import MAX_TITLE
from gateway.documents.pdf_password import needs_password
from gateway.documents.wholeness import check_whole
from gateway.errors import InvalidError
from gateway.message.parameters import safe_name
from gateway.web.site.forms import UploadedFile

_PDF: Final = b"%PDF-"
_NAMELESS: Final = "Document"


class FileProblem(StrEnum):
    """Why a file is not received; each has its words in the pages."""

    EMPTY = "empty"
    TOO_LARGE = "too large"
    NOT_PDF = "not PDF"
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    SAME = "same"
    """The same bytes stand before it in the form."""
    UNFIT = "unfit"
    NOT_KEPT = "not kept"
    """It could not be kept now: a fault of ours, that passes."""


@frozen(kw_only=True)
class FormFile:
    """
    A file of a form: ``name`` is its own, safe to show, ``title`` the document's.

    ``is_cut``: it has no end, so that only a part of it may be shown.
    """

    name: str = field(repr=False)
    title: str = field(repr=False)
    content: bytes = field(repr=False)
    digest: str
    problem: FileProblem | None = None
    is_cut: bool = False


def judge_each(
    files: Sequence[UploadedFile], title: str, most_bytes: int
) -> tuple[FormFile, ...]:
    """
    Return the files of a form in their order, each judged by its bytes alone.

    One alone has the title of the form, several each its own name. Of files with the
    same bytes the first is fit: one document is filed once.
    """
    judged: list[FormFile] = []
    before: set[str] = set()
    for file in files:
        one = _judged(file, _title(file, title, len(files)), most_bytes)
        if one.problem is None and one.digest in before:
            one = evolve(one, problem=FileProblem.SAME)
        before.add(one.digest)
        judged.append(one)
    return tuple(judged)


def _judged(file: UploadedFile, title: str, most_bytes: int) -> FormFile:
    content = file.content
    offered = FormFile(
        name=safe_name(file.name) or _NAMELESS,
        title=title,
        content=content,
        digest=hashlib.sha256(content).hexdigest(),
    )
    problem = None
    if not content:
        problem = FileProblem.EMPTY
    elif len(content) > most_bytes:
        problem = FileProblem.TOO_LARGE
    elif not content.startswith(_PDF):
        problem = FileProblem.NOT_PDF
    elif needs_password(content):
        problem = FileProblem.ENCRYPTED
    if problem is not None:
        return evolve(offered, problem=problem)
    try:
        return evolve(offered, is_cut=bool(check_whole("application/pdf", content)))
    except InvalidError:
        return evolve(offered, problem=FileProblem.DAMAGED)


def _title(file: UploadedFile, title: str, files: int) -> str:
    """
    Return the title of a file: that of the form, or of several each its own name.

    >>> _title(UploadedFile("echo_coeur.pdf", b""), "Bilan", 2)
    'echo coeur'
    """
    name = PurePath(safe_name(file.name) or _NAMELESS).stem.replace("_", " ")
    shown = "".join(one if one.isprintable() else " " for one in name)
    named = " ".join(shown.split())[:MAX_TITLE].strip()
    choices = (title, named) if files == 1 else (named, title)
    return next((one for one in choices if one), _NAMELESS)
