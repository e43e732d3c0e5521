"""
The process that takes the text out of files: a new one of itself for each.

``python -I -m gateway.converting.text_child LIMITS``. It loads what reads PDF (pypdf)
and RTF (striprtf), reads no file, and makes copies of itself. Each copy shuts itself
in, is given one file on the input, answers and ends: the bytes of a file are never in a
process that can reach anything, nor in one that another file is given to. A copy costs
a few milliseconds, where a start takes as long as ten letters.
"""

from __future__ import annotations

import codecs
import encodings
import importlib
import json
import os
import pkgutil
import struct
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from io import BytesIO
from typing import Any, BinaryIO, Final

from attrs import asdict, frozen

from gateway.converting.child import FAILED, HEAD, MORE, TEXT
from gateway.converting.sandbox import NotConfinedError, confine

END: Final = b"E"
"""The last part of an answer: all of the file was read, or as much as may be."""

ASKED: Final = struct.Struct(">cL")
"""Before each file: what it is, and how many bytes."""

PDF, RTF = b"p", b"r"

_OVER: Final = 3
"""How a copy ends that was given no file: there are no more."""

_SOON: Final = 0.75
"""Of the time for a file: after so much of it no other page is begun."""

_SHOWN: Final = b"BT /F1 9 Tf 9 9 Td (a) Tj [(b) -9 (c)] TJ /F2 9 Tf <0001> Tj ET"
_MAP: Final = b"1 beginbfchar <0001> <00E9> endbfchar"
_SAMPLE: Final = (
    b"%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</Font<<"
    b"/F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"
    b"/F2<</Type/Font/Subtype/Type0/BaseFont/A/Encoding/Identity-H/DescendantFonts"
    b"[<</Type/Font/Subtype/CIDFontType2/BaseFont/A>>]/ToUnicode 5 0 R>>>>>>>>endobj\n"
    b"4 0 obj<</Length %d>>stream\n%b\nendstream endobj\n"
    b"5 0 obj<</Length %d>>stream\n%b\nendstream endobj\n"
    b"trailer<</Root 1 0 R>>\nstartxref\n0\n%%%%EOF"
) % (len(_SHOWN), _SHOWN, len(_MAP), _MAP)
"""Of every kind of thing one: reading it loads what is loaded late."""


@frozen(kw_only=True)
class TextLimits:
    """
    What one file may take: bytes of memory, seconds of a processor, pages, characters
    of its text, and bytes that one stream in it may unpack to.
    """

    memory_bytes: int
    seconds: int
    pages: int
    characters: int
    unpacked_bytes: int

    def __str__(self) -> str:
        return json.dumps(asdict(self))


class NoTextError(Exception):
    """The file cannot be read by anybody without a password."""


def main() -> int:
    """Have a copy read each file; 0 once there are no more, else as the copy ended."""
    limits = TextLimits(**json.loads(sys.argv[1]))
    load(limits)
    while True:
        child = os.fork()
        if not child:
            os._exit(_one(limits))
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if status:
            return 0 if status == _OVER else 1


def load(limits: TextLimits) -> None:
    """Load all that is needed, now: no file can be opened later."""
    import logging

    import pypdf
    import striprtf.striprtf  # noqa: F401 (loaded while there are files)

    for one in pkgutil.walk_packages(pypdf.__path__, "pypdf."):
        with suppress(ImportError):  # for a library that we do not have
            importlib.import_module(one.name)
    logging.disable()  # what it remarks has words of the file in it
    for one in pkgutil.iter_modules(encodings.__path__):
        with suppress(LookupError):  # what helps the others is none itself
            codecs.lookup(one.name)
    most = limits.unpacked_bytes
    pypdf.overwrite_configuration(
        maximum_declared_stream_length=most,
        array_based_stream_maximum_output_length=most,
        lzw_maximum_output_length=most,
        run_length_maximum_output_length=most,
        zlib_maximum_output_length=most,
        stream_decoding_work_maximum_length=4 * most,
        jbig2dec_binary=None,
        disable_legacy_handling=True,
    )
    list(text_of_pdf(_SAMPLE, limits, until=time.monotonic() + limits.seconds))


def _one(limits: TextLimits) -> int:
    """Read one file, shut in; 0 once it was answered, whatever came of it."""
    source, out = sys.stdin.buffer, sys.stdout.buffer
    try:
        confine(memory_bytes=limits.memory_bytes, seconds=limits.seconds)
        is_confined = True
    except NotConfinedError:
        is_confined = False
    asked = source.read(ASKED.size)
    if len(asked) < ASKED.size:
        return _OVER
    kind, size = ASKED.unpack(asked)
    content = source.read(size)
    if not is_confined:
        return _answer(out, FAILED, b"unconfined")
    until = time.monotonic() + _SOON * limits.seconds
    try:
        text_of = partial(text_of_pdf, until=until) if kind == PDF else text_of_rtf
        for name, part in text_of(content, limits):
            _answer(out, name, part)
    except NoTextError:
        return _answer(out, FAILED, b"unreadable")
    except MemoryError:
        return _answer(out, FAILED, b"large")
    except Exception:  # noqa: BLE001 (a stranger's bytes: any fault is the file's)
        return _answer(out, FAILED, b"unreadable")
    return _answer(out, END, b"")


def _answer(out: BinaryIO, kind: bytes, part: bytes) -> int:
    out.write(HEAD.pack(kind, len(part)) + part)
    out.flush()
    return 0


def text_of_pdf(
    content: bytes, limits: TextLimits, *, until: float
) -> Iterator[tuple[bytes, bytes]]:
    """
    Yield the text of each page; that there is more, where a limit was reached.

    A page that is broken has none, as a scanned one. What opens without a password is
    read, as every program does.

    Raises:
        NoTextError: it is encrypted.
    """
    from pypdf import PasswordType, PdfReader

    reader = PdfReader(BytesIO(content), strict=False)
    if reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED:
        raise NoTextError
    left = limits.characters
    for number, page in enumerate(reader.pages):
        if number == limits.pages or left <= 0 or time.monotonic() > until:
            yield MORE, b""
            return
        text = _page(page)
        yield TEXT, f"{text[:left]}\n".encode("utf-8", "replace")
        if len(text) > left:
            yield MORE, b""
            return
        left -= len(text)


def _page(page: Any) -> str:
    try:
        return str(page.extract_text()).rstrip()
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 (a stranger's page: the others may be sound)
        return ""


def text_of_rtf(content: bytes, limits: TextLimits) -> Iterator[tuple[bytes, bytes]]:
    """Yield the text of an RTF, and that there is more of it."""
    from striprtf.striprtf import rtf_to_text

    text = rtf_to_text(content.decode("cp1252", "replace"), errors="replace")
    yield TEXT, text[: limits.characters].encode("utf-8", "replace")
    if len(text) > limits.characters:
        yield MORE, b""


if __name__ == "__main__":
    sys.exit(main())
