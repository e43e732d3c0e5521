"""The list of documents in a file that is taken away: one page, without script."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import Any, Final
from urllib.parse import quote

from attrs import field, frozen

from gateway.core.texts.downloads import INDEX_TEXTS

_STYLE: Final = (
    "body{font:1.1rem/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;"
    "padding:0 1rem;color:#1b1f23;background:#fff}"
    "table{border-collapse:collapse;width:100%}"
    "th,td{text-align:left;vertical-align:top;padding:.5rem .75rem .5rem 0;"
    "border-bottom:1px solid #8a9199;overflow-wrap:anywhere}"
    "td:first-child{white-space:nowrap}a{color:#0b5563}"
    "small{display:block}"
    "@media(max-width:40rem){thead{position:absolute;left:-999rem}"
    "td{display:block;border:0;padding:.1rem 0}tr{display:block;"
    "border-bottom:1px solid #8a9199;padding:.75rem 0}}"
    "@media(prefers-color-scheme:dark){body{background:#101618;color:#e8ebec}"
    "a{color:#7fd0da}}"
)
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:"


@frozen(kw_only=True)
class TakenDocument:
    """One document in the list; ``day`` as YYYY-MM-DD; the paths are in the file."""

    id: str
    day: str
    title: str = field(repr=False)
    type: str
    by: str = field(repr=False)
    original: str
    readable: str
    is_own: bool
    is_replaced: bool
    is_damaged: bool = False
    """The service could not read it: it is in the list, and not in the file."""

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "id": self.id,
            "day": self.day,
            "title": self.title,
            "type": self.type,
            "by": self.by,
            "original": self.original,
            "readable": self.readable,
            "is_own": self.is_own,
            "is_replaced": self.is_replaced,
            "is_damaged": self.is_damaged,
        }


def index_page(
    documents: Sequence[TakenDocument], *, language: str, day: str, proven: bool
) -> Iterator[bytes]:
    """Yield the page; everything that a document says is escaped."""
    said = INDEX_TEXTS[language]
    count = len(documents)
    lead = said["lead"].format(day=day, documents=count) if count else said["none"]
    check = f' · <a href="check.html">{escape(said["check"])}</a>' if proven else ""
    yield page_head(said["title"], language)
    yield (
        f"<h1>{escape(said['title'])}</h1><p>{escape(lead)}</p>"
        f'<p><a href="LISEZMOI.txt">{escape(said["readme"])}</a>{check}</p>'
    ).encode()
    if documents:
        names = ("day", "document", "by", "files")
        heads = "".join(f'<th scope="col">{escape(said[one])}</th>' for one in names)
        yield f"<table><thead><tr>{heads}</tr></thead><tbody>".encode()
        yield from _rows(documents, said)
        yield b"</tbody></table>"
    yield b"</main></body></html>\n"


def _rows(
    documents: Iterable[TakenDocument], said: Mapping[str, str]
) -> Iterator[bytes]:
    ordered = sorted(documents, key=lambda one: (one.day, one.original), reverse=True)
    for one in ordered:
        notes = [one.type] if one.type != one.title else []
        notes += [said["replaced"]] if one.is_replaced else []
        notes += [said["damaged"]] if one.is_damaged else []
        small = "".join(f"<small>{escape(note)}</small>" for note in notes if note)
        links = [_link(one.readable, said["open"])] if one.readable else []
        links += [_link(one.original, said["original"])] if one.original else []
        by = said["own"] if one.is_own else one.by
        yield (
            f"<tr><td>{escape(one.day)}</td><td>{escape(one.title)}{small}</td>"
            f"<td>{escape(by)}</td><td>{' · '.join(links)}</td></tr>\n"
        ).encode()


def _link(path: str, word: str) -> str:
    return f'<a href="{quote(path)}">{escape(word)}</a>'


def page_head(title: str, language: str) -> bytes:
    """Return the beginning of a page that shows nothing from elsewhere."""
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body><main>"
    ).encode()


def document_page(title: str, language: str, html: str) -> Iterator[bytes]:
    """Yield a page with the safe fragment that a document is shown as."""
    yield page_head(title, language)
    yield f"<h1>{escape(title)}</h1>{html}</main></body></html>\n".encode()
