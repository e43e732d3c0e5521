"""
The narrative of a structured CDA body as HTML, built from nothing but an allow-list.

No element, attribute, address or identifier of the document is copied: each element
known to the narrative schema (HL7 CDA R2, NarrativeBlock) is written anew, what is
unknown leaves only its text, and all text is escaped. No stylesheet is run, and
nothing is fetched.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Final

from lxml import etree

from gateway.core.rendered import MediaUrl
from gateway.core.texts.showing import NARRATIVE_TEXTS
from gateway.documents.cda.media import PDF, EmbeddedMedia
from gateway.documents.cda.nodes import IN_HL7
from gateway.documents.showing.html_safety import (
    language_attribute,
    local_name,
    plain_text,
    safe_text,
    shown_address,
    style_tags,
)
from gateway.documents.showing.marks import marks_of
from gateway.documents.showing.tables import write_list, write_table
from gateway.errors import InvalidError

MAX_CHARACTERS: Final = 8 * 1024 * 1024
MAX_DEPTH: Final = 60
"""Elements within elements of one narrative; deeper ones leave their text."""

_MAX_MEDIA = 20  # named by one renderMultiMedia


def narrative_html(
    structured_body: etree._Element,
    *,
    level: int = 3,
    media_url: MediaUrl | None = None,
    language: str = "fr",
    prefix: str = "cda-",
) -> str:
    """
    Return the section titles and texts of a body as an HTML fragment, also valid XML.

    Args:
        structured_body: The ``structuredBody``, of a document of any size and origin.
        level: Of the headings of the outer sections; those within follow, up to 6.
        media_url: Without it, embedded media are replaced by a note.
        language: Of the few words we add ourselves: ``fr`` or ``en``.
        prefix: Of the ids of our notes, so that they meet no other of the page.

    Raises:
        InvalidError: the text is longer than `MAX_CHARACTERS`.
    """
    page = _NarrativePage(structured_body, media_url, NARRATIVE_TEXTS[language], prefix)
    page.sections(structured_body, level)
    page.notes(level)
    return page.html()


class _NarrativePage:
    """Writes one body; ``inline`` says that only phrasing content is allowed there."""

    def __init__(
        self,
        body: etree._Element,
        media_url: MediaUrl | None,
        texts: Mapping[str, str],
        prefix: str,
    ) -> None:
        self._media = EmbeddedMedia(body)
        self._media_url = media_url
        self._texts = texts
        self._prefix = prefix
        self._parts: list[str] = []
        self._size = 0
        self._tables = 0
        self._marks = marks_of(body)
        self._notes: list[etree._Element] = []
        self._numbers: dict[etree._Element, int] = {}
        self._called: set[int] = set()
        self._note_ids = {
            note.get("ID"): note for note in body.iter(IN_HL7 + "footnote")
        }
        self._blocks: dict[str, Callable[[etree._Element, int], None]] = {
            "paragraph": self._paragraph,
            "list": lambda element, depth: write_list(self, element, depth),
            "table": self._table,
        }
        self._phrases: dict[str, Callable[[etree._Element, int], None]] = {
            "content": self._content,
            "br": lambda *_: self.put("<br/>"),
            "sub": lambda element, depth: self._wrap(["sub"], element, depth),
            "sup": lambda element, depth: self._wrap(["sup"], element, depth),
            "caption": self._caption,
            "linkHtml": self._link,
            "footnote": self._footnote,
            "footnoteRef": self._footnote_reference,
            "renderMultiMedia": self._multimedia,
        }

    def html(self) -> str:
        return "".join(self._parts)

    def put(self, html: str) -> None:
        self._size += len(html)
        if self._size > MAX_CHARACTERS:
            raise InvalidError("narrative too long to be shown")
        self._parts.append(html)

    def sections(self, parent: etree._Element, level: int) -> None:
        for component in parent.iterchildren(IN_HL7 + "component"):
            for section in component.iterchildren(IN_HL7 + "section"):
                self._section(section, level)

    def _section(self, section: etree._Element, level: int) -> None:
        title = section.find(IN_HL7 + "title")
        is_titled = title is not None and bool(plain_text(title))
        # Without a heading between them, two sections would read as one.
        self.put("<section>" if is_titled or not self._parts else "<section><hr/>")
        if title is not None and is_titled:
            tag = f"h{min(level, 6)}"
            self.put(f"<{tag}{language_attribute(title)}>")
            self.children(title, 0, inline=True)
            self.put(f"</{tag}>")
            level += 1  # only under a title: a heading level is never skipped
        text = section.find(IN_HL7 + "text")
        if text is not None:
            self.put(f'<div class="narratif"{language_attribute(text)}>')
            self.children(text, 0, inline=False)
            self.put("</div>")
        self.sections(section, level)
        self.put("</section>")

    def notes(self, level: int) -> None:
        """Write the footnotes that were called; one may call another."""
        if not self._notes:
            return
        tag = f"h{min(level, 6)}"
        title = self._texts["notes"]
        self.put(f'<section class="notes"><{tag}>{title}</{tag}><ol>')
        number = 0
        while number < len(self._notes):
            note = self._notes[number]
            number += 1
            self.put(f'<li id="{self._prefix}note{number}">')
            self.children(note, 0, inline=False)
            if number in self._called:
                self.put(
                    f' <a href="#{self._prefix}appel{number}"'
                    f' aria-label="{self._texts["back"]} {number}">\u21a9</a>'
                )
            self.put("</li>")
        self.put("</ol></section>")

    def children(self, parent: etree._Element, depth: int, *, inline: bool) -> None:
        if parent.text:
            self.put(safe_text(parent.text))
        for child in parent:
            self.child(child, depth + 1, inline=inline)
            if child.tail:
                self.put(safe_text(child.tail))

    def child(self, element: etree._Element, depth: int, *, inline: bool) -> None:
        name = local_name(element)
        if not name:
            return
        if depth > MAX_DEPTH:
            self.put(safe_text(" ".join(map(str, element.itertext()))))
            return
        block = None if inline else self._blocks.get(name)
        write = block or self._phrases.get(name)
        if write is not None:
            write(element, depth)
            return
        # Unknown, or where it may not stand: the words stay, set apart.
        self.put(" ")
        self.children(element, depth, inline=inline)
        self.put(" ")

    def _wrap(self, tags: Sequence[str], element: etree._Element, depth: int) -> None:
        self.put("".join(f"<{tag}>" for tag in tags))
        self.children(element, depth, inline=True)
        self.put("".join(f"</{tag}>" for tag in reversed(tags)))

    def _content(self, element: etree._Element, depth: int) -> None:
        language = language_attribute(element)
        if language:
            self.put(f"<span{language}>")
        self._wrap(style_tags(element), element, depth)
        if language:
            self.put("</span>")

    def _caption(self, element: etree._Element, depth: int) -> None:
        self._wrap(["strong"], element, depth)
        self.put(" ")

    def _paragraph(self, element: etree._Element, depth: int) -> None:
        self.put(f"<p{language_attribute(element)}>")
        self._wrap(style_tags(element), element, depth)
        self.put("</p>")

    def _link(self, element: etree._Element, depth: int) -> None:
        """Write the words of a link and its address as text: it leads nowhere."""
        self.children(element, depth, inline=True)
        address = shown_address(element.get("href"))
        if address:
            self.put(f' <span class="adresse">[{address}]</span>')

    def _table(self, element: etree._Element, depth: int) -> None:
        self._tables += 1
        label = f"{self._texts['table']} {self._tables}"
        write_table(self, element, depth, label, self._texts["wide"])

    def mark(self, element: etree._Element) -> str:
        """Return what the entries say of a row of results, in words, with an arrow."""
        if not self._marks:
            return ""
        ids = (one.get("ID") or "" for one in element.iter())
        said = {self._marks[name] for name in ids if name in self._marks}
        if len(said) != 1:
            return ""
        words = self._texts[said.pop().value]
        return f' <span class="marque">{words}</span>'

    def _footnote(self, element: etree._Element, depth: int) -> None:
        self._call(element, is_place=True)

    def _footnote_reference(self, element: etree._Element, depth: int) -> None:
        note = self._note_ids.get(element.get("IDREF"))
        if note is not None and element.get("IDREF"):
            self._call(note, is_place=False)

    def _call(self, note: etree._Element, *, is_place: bool) -> None:
        """Write the number of a note; where the note itself stood, one comes back."""
        number = self._numbers.setdefault(note, len(self._notes) + 1)
        if number > len(self._notes):
            self._notes.append(note)
        anchor = ""
        if is_place and number not in self._called:
            self._called.add(number)
            anchor = f' id="{self._prefix}appel{number}"'
        self.put(
            f'<sup><a href="#{self._prefix}note{number}"{anchor}'
            f' aria-label="{self._texts["note"]} {number}">{number}</a></sup>'
        )

    def _multimedia(self, element: etree._Element, depth: int) -> None:
        caption = element.find(IN_HL7 + "caption")
        words = "" if caption is None else plain_text(caption)
        for media_id in (element.get("referencedObject") or "").split()[:_MAX_MEDIA]:
            self.put(self._medium(media_id, words))
        if caption is not None:
            self.put(' <span class="legende">')
            self.children(caption, depth, inline=True)
            self.put("</span>")

    def _medium(self, media_id: str, words: str) -> str:
        kind = self._media.kind(media_id)
        if not kind or self._media_url is None:
            return f'<span class="absent">{self._texts["absent"]}</span>'
        address = escape(self._media_url(media_id))
        if kind == PDF:
            return f'<a class="fichier" href="{address}">{self._texts["file"]}</a>'
        alternative = safe_text(words) or self._texts["image"]
        return f'<img class="image" src="{address}" alt="{alternative}"/>'
