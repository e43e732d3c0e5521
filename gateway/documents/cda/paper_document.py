"""
Writing one's own papers as documents, and reading back what the form said.

What was written in the form is a CDA with sections, so that every reader shows it as
text; each answer has the key of its field as ID, by which the form finds it again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from lxml import etree

from gateway.core.ins import Ins
from gateway.core.papers import (
    GROUPS,
    AskedAs,
    PaperField,
    PaperKind,
    PaperToWrite,
    fields_of,
)
from gateway.core.person import IdentityTraits
from gateway.core.texts.papers import (
    CHOICE_WORDS,
    FIELD_LABELS,
    GROUP_TITLES,
    IDENTITY_LABELS,
    IDENTITY_TITLE,
    SIGNING,
    TITLES,
)
from gateway.documents.cda.file import open_cda
from gateway.documents.cda.nodes import IN_HL7
from gateway.documents.cda.patient_document import OwnHead, own_root
from gateway.documents.cda.writing import add_file, written_document
from gateway.documents.times import PARIS
from gateway.errors import InvalidError

_CONTENT: Final = IN_HL7 + "content"


def make_paper(
    paper: PaperToWrite, *, ins: Ins, traits: IdentityTraits, written_at: datetime
) -> bytes:
    """
    Return the CDA R2 of a version of a patient's paper; the patient is its author.

    Advance directives name their author: name, given names, date and place of birth
    (CSP R. 1111-17).

    Raises:
        InvalidError: a text that XML cannot hold, or a file that nobody could read.
    """
    version = paper.version
    head = OwnHead(
        unique_id=version.unique_id,
        set_id=version.set_id,
        version=version.number,
        replaces=paper.replaces,
        kind=version.kind.document_type,
        title=TITLES[version.kind].fr,
        is_file=paper.file is not None,
    )
    root = own_root(head, ins=ins, traits=traits, written_at=written_at)
    if paper.file is not None:
        add_file(root, paper.file.media_type, paper.file.content)
        return written_document(root)
    body = _add(_add(root, "component"), "structuredBody")
    try:
        _write_form(body, paper, traits, written_at)
    except ValueError:  # lxml's: the cause may quote what was said
        raise InvalidError("a text that XML cannot hold") from None
    return written_document(root)


def _write_form(
    body: etree._Element,
    paper: PaperToWrite,
    traits: IdentityTraits,
    written_at: datetime,
) -> None:
    kind = paper.version.kind
    if kind is PaperKind.DIRECTIVES:
        text = _section(body, IDENTITY_TITLE)
        for label, value in zip(IDENTITY_LABELS, identity_of(traits), strict=True):
            _answer(text, label, value)
        place = next(one for one in fields_of(kind) if one.key == "birth-place")
        _field(text, place, paper.said)
    for group in GROUPS[kind]:
        fields = [one for one in group.fields if one.key in paper.said]
        if kind is PaperKind.DIRECTIVES and group.key == "me":
            continue  # with who the author is
        if fields:
            text = _section(body, GROUP_TITLES[group.key].fr)
            for one in fields:
                _field(text, one, paper.said)
    text = _section(body, "")
    day = f"{written_at.astimezone(PARIS):%d/%m/%Y}"
    _add(text, "paragraph").text = SIGNING[kind].format(day=day)


def identity_of(traits: IdentityTraits) -> tuple[str, str, str]:
    """Return birth name, given names and birth date as people in France write it."""
    born = traits.birth_date
    day = "/".join(part for part in (born[6:8], born[4:6], born[:4]) if part)
    return traits.family, traits.given_names or traits.first_given, day


def _section(body: etree._Element, title: str) -> etree._Element:
    section = _add(_add(body, "component"), "section")
    if title:
        _add(section, "title").text = title
    return _add(section, "text")


def _field(text: etree._Element, one: PaperField, said: Mapping[str, str]) -> None:
    answer = said.get(one.key, "")
    words = CHOICE_WORDS[one.key][answer].fr if one.entry is AskedAs.CHOICE else answer
    label = FIELD_LABELS[one.key].fr
    _answer(text, label, words, one.key)


def _answer(text: etree._Element, label: str, words: str, key: str = "") -> None:
    paragraph = _add(text, "paragraph")
    colon = "" if label.endswith("?") else "\u00a0:"
    _add(paragraph, "caption").text = label + colon
    content = _add(paragraph, "content")
    if key:
        content.set("ID", key)
    first, *more = words.split("\n")
    content.text = first
    for line in more:
        _add(content, "br").tail = line


def read_paper(content: bytes, kind: PaperKind) -> dict[str, str]:
    """
    Return what the form of a paper said; nothing of one that is a file.

    Raises:
        InvalidError: it is no CDA.
    """
    root = open_cda(content).element
    found = {one.get("ID"): _text_of(one) for one in root.iter(_CONTENT)}
    said: dict[str, str] = {}
    for one in fields_of(kind):
        text = found.get(one.key, "")
        if one.entry is AskedAs.CHOICE:
            words = CHOICE_WORDS[one.key].items()
            text = next((word for word, both in words if both.fr == text), "")
        if text:
            said[one.key] = text
    return said


def _text_of(content: etree._Element) -> str:
    lines = [content.text or "", *(br.tail or "" for br in content)]
    return "\n".join(lines)


def _add(parent: etree._Element, tag: str, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, IN_HL7 + tag, attributes)
