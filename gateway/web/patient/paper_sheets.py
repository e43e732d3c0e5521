"""One's own papers on a page for paper, with the places to be signed by hand."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.core.papers import GROUPS, AskedAs, PaperField, PaperKind
from gateway.core.person import IdentityTraits
from gateway.core.texts.both import Both
from gateway.core.texts.papers import (
    CHOICE_WORDS,
    FIELD_LABELS,
    GROUP_TITLES,
    IDENTITY_LABELS,
    SHEET_TITLE,
    SIGNATURES,
    TITLES,
)
from gateway.documents.cda.paper_document import identity_of
from gateway.documents.printed_page import (
    Block,
    Heading,
    Pairs,
    Paragraph,
    PrintedPage,
    print_page,
)

_LINE = "\u00a0\n" + "." * 40


def sheet_of(
    kind: PaperKind, said: Mapping[str, str], traits: IdentityTraits, language: str
) -> bytes:
    """
    Return a PDF of what was written, with who writes it and places to sign.

    The words of the form are in French, as in the document: whoever cares reads them.
    Where to sign is said in English too, to who reads the pages in English.
    """
    who = tuple(zip(IDENTITY_LABELS, identity_of(traits), strict=True))
    blocks: list[Block] = [Pairs(who)]
    for group in GROUPS[kind]:
        answered = [one for one in group.fields if one.key in said]
        if answered:
            blocks.append(Heading(GROUP_TITLES[group.key].fr))
            for one in answered:
                blocks += _answer(one, said[one.key])
    blocks.append(Heading(_said(SHEET_TITLE, language)))
    blocks.append(Pairs([(_said(one, language), _LINE) for one in SIGNATURES[kind]]))
    title = TITLES[kind].fr
    return print_page(PrintedPage(title=title, blocks=blocks, footer=title))


def _said(words: Both, language: str) -> str:
    return words.fr if language == "fr" else f"{words.fr} / {words.en}"


def _answer(one: PaperField, text: str) -> list[Block]:
    label = FIELD_LABELS[one.key].fr
    if one.entry is AskedAs.TEXT:
        return [Paragraph(f"{label} :"), Paragraph(text)]
    words = CHOICE_WORDS[one.key][text].fr if one.entry is AskedAs.CHOICE else text
    return [Pairs([(label, words)])]
