"""
Finding a CDA in bytes of any type and charset, and whom a damaged one is about.

What is found here is looked at, so that nobody is given somebody else's document; it is
filed only if `open_cda` takes it too.
"""

from __future__ import annotations

import re

from gateway.core.ins import Ins, InsAuthority
from gateway.core.person import IdentityTraits, Patient
from gateway.documents.cda.file import open_cda
from gateway.documents.cda.nodes import find
from gateway.documents.cda.people import read_patient
from gateway.errors import InvalidError

_TAG = re.compile(rb"<(?:[A-Za-z_][\w.-]{0,40}:)?ClinicalDocument(?=[\s/>])")
_METADATA = re.compile(rb"<(?:[A-Za-z_][\w.-]{0,40}:)?SubmitObjectsRequest(?=[\s/>])")
_END = re.compile(rb"</(?:[A-Za-z_][\w.-]{0,40}:)?ClinicalDocument\s*>")
_LONGEST_TAG = 128
"""Bytes, more than either of the first two takes with what follows it."""
_PIECE = 1024 * 1024
_DECLARATION = re.compile(r"\s*<\?xml[^>]{0,200}\?>")

_BOMS = (
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
    (b"\xef\xbb\xbf", "utf-8"),
)
_WIDE = {
    (False, True, True, True): "utf-32-le",
    (True, True, True, False): "utf-32-be",
    (False, True, False, True): "utf-16-le",
    (True, False, True, False): "utf-16-be",
}
"""Which of four bytes are mostly NUL in markup, which is mostly ASCII."""
_WIDTH_BYTES = 256

_TARGET = re.compile(r"<(?:[\w.-]{1,41}:)?recordTarget\b")
_TARGET_END = re.compile(r"</(?:[\w.-]{1,41}:)?recordTarget\s*>")
_ID = re.compile(r"<(?:[\w.-]{1,41}:)?id\s[^<>]{0,500}>")
_ROOT = re.compile(r"""\broot\s*=\s*["']\s*([0-9.]{3,64})\s*["']""")
_EXTENSION = re.compile(r"""\bextension\s*=\s*["']([^"'<>]{1,64})["']""")
_ROOTS = frozenset(authority.value for authority in InsAuthority)
_CX = re.compile(r"([0-9ABab]{15})\^\^\^(?:&amp;|&)([0-9.]{3,64})(?:&amp;|&)ISO")
_MOST_IDS = 1000


def holds_cda(content: bytes) -> bool:
    """Tell whether the start tag of a ClinicalDocument stands in it, in any charset."""
    return _stands(_TAG, content)


def holds_metadata(content: bytes) -> bool:
    """Tell whether it is a METADATA.XML: it names a patient, as a document does."""
    return _stands(_METADATA, content)


def _stands(tag: re.Pattern[bytes], content: bytes) -> bool:
    """
    Tell whether a tag stands in bytes, of which a character may take two or four.

    The NULs are left out piece by piece: what is large is never in memory twice.
    """
    if b"\x00" not in content:
        return tag.search(content) is not None
    kept = b""
    for at in range(0, len(content), _PIECE):
        piece = content[at : at + _PIECE].replace(b"\x00", b"")
        kept = kept[-_LONGEST_TAG:] + piece
        if tag.search(kept) is not None:
            return True
    return False


def is_only_cda(content: bytes) -> bool:
    """Tell whether a file begins as XML does: what is in it is not in a text."""
    head = content[:256].replace(b"\x00", b"")
    for bom, _ in _BOMS:
        head = head.removeprefix(bom.replace(b"\x00", b""))
    return head.lstrip()[:1] == b"<"


def is_wide(content: bytes) -> bool:
    """Tell whether the characters take two or four bytes each (UTF-16, UTF-32)."""
    return b"\x00" in content[:64]


def as_text(content: bytes) -> str:
    """
    Return the characters of an XML file, by its BOM or by the width of its characters.

    Without either it is UTF-8 or else Windows-1252, which gives every byte a character.
    """
    for mark, charset in _BOMS:
        if content.startswith(mark):
            return content[len(mark) :].decode(charset, "replace")
    head = content[:_WIDTH_BYTES]
    if b"\x00" in head:
        parts = [head[place::4] for place in range(4)]
        empty = [2 * part.count(0) > len(part) for part in parts]
        wide = _WIDE.get((empty[0], empty[1], empty[2], empty[3]))
        if wide is not None:
            return content.decode(wide, "replace")
    content = content.replace(b"\x00", b"")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def patients_of(content: bytes) -> tuple[Patient, ...]:
    """
    Return whom the CDA in some bytes is about, in every way that can be found.

    Each is read whole where the XML is sound once it is in UTF-8 and alone; of what is
    damaged only an INS in a ``recordTarget`` counts, or anywhere if there is none, and
    the patient of a METADATA.XML. Of what has a DOCTYPE only the text is searched: it
    is never parsed.
    """
    text = as_text(content)
    found = _read_whole(text)
    if found is not None:
        return (found,)
    return tuple(
        Patient(ins=ins, unread_ins=unread, traits=IdentityTraits())
        for ins, unread in _written_ins(text)
    )


def _read_whole(text: str) -> Patient | None:
    declared = _DECLARATION.match(text)
    alone = (text[declared.end() :] if declared else text).encode("utf-8", "replace")
    candidates = [alone]
    start, ends = _TAG.search(alone), [one.end() for one in _END.finditer(alone)]
    if start is not None and ends:
        candidates.append(alone[start.start() : ends[-1]])
    for one in candidates:
        try:
            target = find(open_cda(one).element, "recordTarget")
            if target is not None:
                return read_patient(target)
        except InvalidError:
            continue
    return None


def _written_ins(text: str) -> list[tuple[Ins | None, str]]:
    """Return each INS that stands in the text, or what is written in its place."""
    found: dict[tuple[str, str], tuple[Ins | None, str]] = {}
    for place in _targets(text) or [text]:
        for number, tag in enumerate(_ID.finditer(place)):
            if number >= _MOST_IDS:
                break
            root = _ROOT.search(tag.group())
            extension = _EXTENSION.search(tag.group())
            if root is None or extension is None or root[1] not in _ROOTS:
                continue
            found[root[1], extension[1].strip()] = _ins(root[1], extension[1].strip())
    for number, cx in enumerate(_CX.finditer(text)):
        if number >= _MOST_IDS:
            break
        if cx[2] in _ROOTS:
            found[cx[2], cx[1]] = _ins(cx[2], cx[1])
    return list(found.values())


def _ins(root: str, matricule: str) -> tuple[Ins | None, str]:
    try:
        return Ins.of(matricule, root), ""
    except InvalidError:
        return None, matricule


def _targets(text: str) -> list[str]:
    """Return each stretch from the start of a recordTarget to the next end of one."""
    found: list[str] = []
    at = 0
    while (start := _TARGET.search(text, at)) is not None:
        end = _TARGET_END.search(text, start.end())
        at = end.end() if end else len(text)
        found.append(text[start.start() : at])
    return found
