"""
Every address of the patients' pages that is read, from the table of routes itself.

So a page that is new is measured without a word here, or a test asks why it is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from attrs import field, frozen

from gateway.store.patients.web_sessions import Stage
from gateway.web.site.routes import Route

_PARAMETER = re.compile(r":(\w+)>")
_DOCUMENT: Final = "/documents/<string(length=32):document_id>"
_PERSON: Final = "/people/<string(length=32):delegation_id>"
_OF_FILES: Final = "the document that is measured carries no file of its own"
_OF_PROGRAMS: Final = "for mail programs, where there is one; the same for all"
_OF_CHILD: Final = "of the space of a child, or of a carer; nobody is one here"

APART: Final[Mapping[str, str]] = MappingProxyType(
    {
        "/.well-known/autoconfig/mail/config-v1.1.xml": _OF_PROGRAMS,
        "/mail/config-v1.1.xml": _OF_PROGRAMS,
        f"{_DOCUMENT}/body": _OF_FILES,
        f"{_DOCUMENT}/body/keep": _OF_FILES,
        f"{_DOCUMENT}/picture/<int:number>": _OF_FILES,
        f"{_DOCUMENT}/media/<string:media_id>": _OF_FILES,
        f"{_DOCUMENT}/delete": "the documents here are not the patient's own",
        f"{_PERSON}/others": _OF_CHILD,
        f"{_PERSON}/close": _OF_CHILD,
        f"{_PERSON}/attestation": _OF_CHILD,
        f"{_PERSON}/change": _OF_CHILD,
        "/why/line/<int:seq>": "no decision is kept here; a page of one line",
        "/papers/directives/sheet": "nothing is written; a page of one paper",
        "/papers/entourage/sheet": "nothing is written; a page of one paper",
        "/account/download/file": "no page: a file, given piece by piece",
    }
)
"""What is not measured, and why."""

_QUERIES: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "/confidentiality/change": {"what": "all"},
        "/report": {"conversation": "conversation_id"},
    }
)
"""What a page has to be asked with; a name of an id stands for it."""


@frozen
class AskedPage:
    """A page that is measured, and by whom it is asked for."""

    name: str
    path: str
    parts: Mapping[str, Any] = MappingProxyType({})
    query: Mapping[str, str] = field(default=MappingProxyType({}), repr=False)
    represents: bool = False
    """By who represents the patient, from whom secrets are kept."""
    is_signed_in: bool = True


def other_pages(
    routes: Iterable[Route], named: Iterable[AskedPage], ids: Mapping[str, Any]
) -> Iterator[AskedPage]:
    """Yield each page of the table that is neither among some nor `APART`."""
    known = {one.path for one in named}
    for route in routes:
        if route.method != "GET" or route.path in known or route.path in APART:
            continue
        query = _QUERIES.get(route.path, {})
        yield AskedPage(
            re.sub(r"<[^>]*:(\w+)>", r"<\1>", route.path),
            route.path,
            {name: ids[name] for name in _PARAMETER.findall(route.path)},
            {name: str(ids.get(value, value)) for name, value in query.items()},
            is_signed_in=route.needs is not Stage.ANONYMOUS,
        )
