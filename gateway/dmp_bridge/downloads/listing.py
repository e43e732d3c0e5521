"""The lists in a file that is taken away, of documents and messages: without script."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from html import escape
from itertools import groupby
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
INDEX: Final = "index.html"
MOST_ROWS: Final = 500
"""Rows of one page of a list: what a telephone shows without waiting."""

_END: Final = b"</main></body></html>\n"
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


@frozen(kw_only=True)
class TakenMessage:
    """
    One message in the list; ``day`` as YYYY-MM-DD, ``path`` is in the file.

    ``party`` is who wrote it, or to whom the patient did where it ``is_sent``. One
    without a path could not be read. ``is_copy``: its text and files as its page has
    them, not its bytes.
    """

    id: str
    day: str
    subject: str = field(repr=False)
    party: str = field(repr=False)
    files: Sequence[str] = field(repr=False)
    path: str = field(repr=False)
    is_sent: bool
    is_copy: bool

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "id": self.id,
            "day": self.day,
            "subject": self.subject,
            "party": self.party,
            "files": list(self.files),
            "path": self.path,
            "is_sent": self.is_sent,
            "is_copy": self.is_copy,
        }


def index_pages(
    documents: Sequence[TakenDocument],
    messages: Sequence[TakenMessage],
    *,
    language: str,
    day: str,
    proven: bool,
) -> Iterator[tuple[str, Iterator[bytes]]]:
    """
    Yield the lists as pages, each with its name in the file: the first is `INDEX`.

    Of more than `MOST_ROWS` documents, or messages, it has the years, and each year has
    pages of its own. Everything that a document or a message says is escaped.
    """
    said = INDEX_TEXTS[language]
    lists = (
        _List(
            "index",
            said["documents"],
            "count",
            sorted(documents, key=lambda one: (one.day, one.original), reverse=True),
            _documents,
        ),
        _List(
            "messages",
            said["messages"],
            "count_messages",
            sorted(messages, key=lambda one: (one.day, one.path), reverse=True),
            _messages,
        ),
    )
    yield INDEX, _first(lists, language, day, proven=proven)
    for one in lists:
        for place, page in enumerate(one.pages):
            beside = (
                one.pages[place - 1] if place else None,
                *one.pages[place + 1 : place + 2],
            )
            yield page.path, _one_page(one, page, beside, language)


@frozen
class _List:
    """A list, the most recent first: of few it stands in the first page."""

    stem: str
    title: str
    count: str
    """How many there are: the name of its words."""
    ordered: Sequence[Any] = field(repr=False)
    table: Callable[[Sequence[Any], Mapping[str, str]], Iterator[bytes]]

    pages: list[_YearPage] = field(init=False, repr=False)
    """Its pages, where it does not stand in the first."""

    @pages.default
    def _pages(self) -> list[_YearPage]:
        if len(self.ordered) <= MOST_ROWS:
            return []
        return list(_by_year(self))


@frozen
class _YearPage:
    """A page of what is of one year; of many there are several."""

    stem: str
    year: str
    number: int
    pages: int
    rows: Sequence[Any] = field(repr=False)

    @property
    def path(self) -> str:
        more = f"-{self.number}" if self.number > 1 else ""
        return f"{self.stem}-{self.year}{more}.html"

    @property
    def title(self) -> str:
        more = f" ({self.number}/{self.pages})" if self.pages > 1 else ""
        return f"{self.year}{more}"


def _by_year(listed: _List) -> Iterator[_YearPage]:
    for year, some in groupby(listed.ordered, key=lambda one: one.day[:4]):
        every = list(some)
        pages = -(-len(every) // MOST_ROWS)
        for number in range(pages):
            cut = every[number * MOST_ROWS : (number + 1) * MOST_ROWS]
            yield _YearPage(listed.stem, year, number + 1, pages, cut)


def _first(
    lists: Sequence[_List], language: str, day: str, *, proven: bool
) -> Iterator[bytes]:
    said = INDEX_TEXTS[language]
    documents, messages = (len(one.ordered) for one in lists)
    lead = said["lead"].format(day=day, documents=documents, messages=messages)
    check = f' · <a href="check.html">{escape(said["check"])}</a>' if proven else ""
    yield page_head(said["title"], language)
    yield (
        f"<h1>{escape(said['title'])}</h1><p>{escape(lead)}</p>"
        f'<p><a href="LISEZMOI.txt">{escape(said["readme"])}</a>{check}</p>'
    ).encode()
    for one in lists:
        yield f"<h2>{escape(one.title)}</h2>".encode()
        if one.pages:
            yield from _years(one, said)
        elif one.ordered:
            yield from one.table(one.ordered, said)
        else:
            yield f"<p>{escape(said[f'no_{one.count}'])}</p>".encode()
    yield _END


def _years(listed: _List, said: Mapping[str, str]) -> Iterator[bytes]:
    yield f"<h3>{escape(said['years'])}</h3><ul>".encode()
    for one in listed.pages:
        count = said[listed.count].format(number=len(one.rows))
        link = _link(one.path, one.title)
        yield f"<li>{link}{escape(said['colon'])}{escape(count)}</li>\n".encode()
    yield b"</ul>"


def _one_page(
    listed: _List,
    page: _YearPage,
    beside: Sequence[_YearPage | None],
    language: str,
) -> Iterator[bytes]:
    said = INDEX_TEXTS[language]
    title = f"{listed.title}, {page.title}"
    newer, *older = beside
    links = [_link(INDEX, said["all"])]
    links += [_link(newer.path, f"{said['newer']} {newer.title}")] if newer else []
    links += [_link(one.path, f"{said['older']} {one.title}") for one in older if one]
    way = f'<nav aria-label="{escape(said["pages"])}"><p>{" · ".join(links)}</p></nav>'
    yield page_head(title, language)
    yield f"<h1>{escape(title)}</h1>{way}".encode()
    yield from listed.table(page.rows, said)
    yield way.encode()
    yield _END


def _documents(
    ordered: Sequence[TakenDocument], said: Mapping[str, str]
) -> Iterator[bytes]:
    names = ("day", "document", "by", "files")
    yield from _table(names, _rows(ordered, said), said)


def _messages(
    ordered: Sequence[TakenMessage], said: Mapping[str, str]
) -> Iterator[bytes]:
    names = ("day", "party", "subject", "file")
    yield from _table(names, _message_rows(ordered, said), said)


def _table(
    names: Sequence[str], rows: Iterator[bytes], said: Mapping[str, str]
) -> Iterator[bytes]:
    heads = "".join(f'<th scope="col">{escape(said[one])}</th>' for one in names)
    yield f"<table><thead><tr>{heads}</tr></thead><tbody>".encode()
    yield from rows
    yield b"</tbody></table>"


def _message_rows(
    messages: Iterable[TakenMessage], said: Mapping[str, str]
) -> Iterator[bytes]:
    for one in messages:
        notes = [f"{said['attached']}{', '.join(one.files)}"] if one.files else []
        notes += [said["copied"]] if one.is_copy and one.path else []
        notes += [] if one.path else [said["message_damaged"]]
        small = "".join(f"<small>{escape(note)}</small>" for note in notes)
        party = f"{said['to'] if one.is_sent else said['from']}{one.party}"
        link = _link(one.path, said["open_message"]) if one.path else ""
        subject = one.subject or said["no_subject"]
        yield (
            f"<tr><td>{escape(one.day)}</td>"
            f"<td>{escape(party if one.party else '')}</td>"
            f"<td>{escape(subject)}{small}</td><td>{link}</td></tr>\n"
        ).encode()


def _rows(
    documents: Iterable[TakenDocument], said: Mapping[str, str]
) -> Iterator[bytes]:
    for one in documents:
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
