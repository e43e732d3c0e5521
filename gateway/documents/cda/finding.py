"""
Finding a CDA in bytes of any type and charset, and whom a damaged one is about.

What is found here is looked at, so that nobody is given somebody else's document; it is
filed only if `open_cda` takes it too.
"""

from __future__ import annotations

import codecs
import re

from gateway.core.ins import Ins, InsAuthority
from gateway.core.person import IdentityTraits, Patient
from gateway.documents.cda.file import open_cda
from gateway.documents.cda.nodes import find
from gateway.documents.cda.people import read_patient
from gateway.documents.text_files import MARKS
from gateway.errors import InvalidError

_TAG = re.compile(rb"<(?:[A-Za-z_][\w.-]{0,40}:)?ClinicalDocument(?=[\s/>])")
_METADATA = re.compile(rb"<(?:[A-Za-z_][\w.-]{0,40}:)?SubmitObjectsRequest(?=[\s/>])")
_HOLDS_MORE = re.compile(
    rb"<(?:[A-Za-z_][\w.-]{0,40}:)?(?:recordTarget|patientRole|structuredBody|"
    rb"nonXMLBody)(?=[\s/>])"
)
"""What a document has besides its start tag: whom it is about, or something to read."""
_NAME = b"ClinicalDocument"
_NAMED_SO = re.compile(_NAME)
_ESCAPED_START = re.compile(
    rb"(?:&(?:amp;){0,3}(?:lt|#0{0,6}60|#x0{0,6}3c);|\\{1,4}u003c|\\{1,4}x3c|"
    rb"%(?:25){0,3}3c)(?:[A-Za-z_][\w.-]{0,40}:)?\Z",
    re.I,
)
_START_BYTES = 80
_ESCAPE = re.compile(
    rb"&(lt|gt|quot|apos|amp);|&#0{0,6}([0-9]{2});|&#x0{0,6}([0-9a-f]{2});|"
    rb"\\u00([0-9a-f]{2})|\\x([0-9a-f]{2})|%([0-9a-f]{2})|\\([\\\"'/])",
    re.I,
)
_NAMED = {b"lt": b"<", b"gt": b">", b"quot": b'"', b"apos": b"'", b"amp": b"&"}
_MOST_ESCAPED = 4
"""How often a text may be escaped again: as JSON in HTML in XML."""
_VISIBILITY = re.compile(rb"""["']\s*(MASQUE_PS|INVISIBLE_[A-Z_]{1,40}|NOPAT)\s*["']""")
_END = re.compile(rb"</(?:[A-Za-z_][\w.-]{0,40}:)?ClinicalDocument\s*>")
_LONGEST_TAG = 128
"""Bytes, more than either of the first two takes with what follows it."""
_PIECE = 1024 * 1024
_ENCODING = re.compile(
    rb"""\s*<\?xml[^>]{0,100}?\sencoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']"""
)
_UTF_7_SIGN = b"+ADw"
"""``<`` in UTF-7."""
_DECLARATION = re.compile(r"\s*<\?xml[^>]{0,200}\?>")

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


def cda_in_text(text: bytes) -> bytes | None:
    """
    Return a text in which a document stands, with its markup as markup, or None.

    A page or JSON writes the signs of markup in another way, and a reader of it sees
    the document all the same. Who only speaks of a ``<ClinicalDocument>``, without a
    patient or a body, sends none.
    """
    if not _stands(_NAMED_SO, text):
        return None
    for _ in range(_MOST_ESCAPED):
        plain = text.replace(b"\x00", b"")
        if _TAG.search(plain) and _HOLDS_MORE.search(plain):
            return text
        if not (_TAG.search(plain) or _has_escaped_start(plain)):
            return None
        text = _ESCAPE.sub(_unescaped, plain)
    return None


def _has_escaped_start(text: bytes) -> bool:
    at = text.find(_NAME)
    while at >= 0:
        if _ESCAPED_START.search(text, max(at - _START_BYTES, 0), at):
            return True
        at = text.find(_NAME, at + 1)
    return False


def _unescaped(found: re.Match[bytes]) -> bytes:
    named, number, *hexes, plain = found.groups()
    if named:
        return _NAMED[named.lower()]
    if plain:
        return plain
    code = int(number) if number else int(next(filter(None, hexes)), 16)
    return bytes([code])


def visibility_in(content: bytes) -> tuple[str, ...]:
    """
    Return the visibility that a CDA or a METADATA.XML asks for, read or not.

    What is not filed is not shown to those from whom its sender hides it.
    """
    found = _VISIBILITY.findall(content.replace(b"\x00", b""))
    return tuple(dict.fromkeys(code.decode() for code in found))


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
    for bom, _ in MARKS:
        head = head.removeprefix(bom.replace(b"\x00", b""))
    return head.lstrip()[:1] == b"<"


def is_wide(content: bytes) -> bool:
    """Tell whether the characters take two or four bytes each (UTF-16, UTF-32)."""
    return b"\x00" in content[:64]


def is_in_odd_encoding(content: bytes) -> bool:
    """Tell whether XML says that its markup is not as in ASCII: UTF-7, or not known."""
    if content.lstrip().startswith(_UTF_7_SIGN):
        return True
    found = _ENCODING.match(content.removeprefix(codecs.BOM_UTF8))
    if found is None or is_wide(content):
        return False
    name = found[1].decode()
    try:
        known = codecs.lookup(name).name
        # UTF-7 may write a sign as itself, or as letters.
        return known == "utf-7" or "<A>".encode(known) != b"<A>"
    except LookupError:
        return True


def as_text(content: bytes) -> str:
    """
    Return the characters of an XML file, by its BOM or by the width of its characters.

    Without either it is UTF-8 or else Windows-1252, which gives every byte a character.
    """
    for mark, charset in MARKS:
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
