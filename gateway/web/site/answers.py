"""What a page gives back, and the headers that go with every answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import quote, urlencode

from attrs import evolve, field, frozen

from gateway.core.shown_text import shown_text
from gateway.web.site.templating import render

Pairs = tuple[tuple[str, str], ...]

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "manifest-src 'self'; form-action 'self'; "
    "frame-src 'self'; frame-ancestors 'none'; base-uri 'none'"
)
"""No script at all, not even ours: the pages work without."""

SCRIPTED_POLICY = (
    f"{PAGE_POLICY}; script-src 'self'; require-trusted-types-for 'script'"
)
"""For a page where a browser does nothing without one: a fixed file of ours."""

FRAMED_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; "
    "frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
)
"""For a PDF or an image of a document, shown inside one of our pages."""

DOWNLOAD_POLICY = "sandbox; default-src 'none'; frame-ancestors 'none'"

ALWAYS: Mapping[str, str] = MappingProxyType(
    {
        "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
        "X-Content-Type-Options": "nosniff",
        # Not no-referrer: browsers then send "Origin: null" with our own forms, and
        # a form of ours could not be told from a stranger's.
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": (
            "camera=(), geolocation=(), microphone=(), payment=(), usb=(), "
            "interest-cohort=()"
        ),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Permitted-Cross-Domain-Policies": "none",
        "X-Robots-Tag": "noindex, nofollow",
    }
)

_YEAR = 31_536_000
_NO_STORE = ("Cache-Control", "no-store")
_KEEP = ("Cache-Control", "public, max-age=31536000, immutable")


@frozen
class Flow:
    """A long body: how many bytes it has, and what yields them; each step blocks."""

    size: int
    pieces: Callable[[], Iterator[bytes]] = field(repr=False)


@frozen(kw_only=True)
class Answer:
    """A whole HTTP answer; one that is too long for memory has a ``flow`` as body."""

    status: int = 200
    body: bytes = field(default=b"", repr=False)
    headers: Pairs = field(default=(), repr=False)
    flow: Flow | None = field(default=None, repr=False)

    def with_script(self) -> Answer:
        """Let a page have the scripts that are fixed files of ours."""
        name = "Content-Security-Policy"
        others = tuple(one for one in self.headers if one[0] != name)
        return evolve(self, headers=(*others, (name, SCRIPTED_POLICY)))

    def with_cookie(
        self, name: str, value: str, *, lasting: bool = False, seconds: int = _YEAR
    ) -> Answer:
        """Set a cookie for this host alone, unseen by scripts and other sites."""
        cookie = f"__Host-{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax"
        if lasting:
            cookie += f"; Max-Age={seconds}"
        return evolve(self, headers=(*self.headers, ("Set-Cookie", cookie)))

    def without_cookie(self, name: str) -> Answer:
        """Take a cookie back."""
        cookie = f"__Host-{name}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"
        return evolve(self, headers=(*self.headers, ("Set-Cookie", cookie)))


def page(template: str, language: str, *, status: int = 200, **context: Any) -> Answer:
    """Return an HTML page, which no cache keeps."""
    return Answer(
        status=status,
        body=render(template, language, **context),
        headers=(
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Language", language),
            ("Content-Security-Policy", PAGE_POLICY),
            ("X-Frame-Options", "DENY"),
            _NO_STORE,
        ),
    )


def redirect(path: str) -> Answer:
    """Send the browser to one of our own paths, by GET."""
    assert is_own_path(path), "a path of ours"
    return Answer(status=303, headers=(("Location", path), _NO_STORE))


def elsewhere(url: str) -> Answer:
    """Send the browser to an address of another service that the settings name."""
    assert url.startswith("https://"), "an address of HTTPS"
    assert url.isascii(), "an address as it is sent"
    assert url.isprintable(), "one line"
    return Answer(status=303, headers=(("Location", url), _NO_STORE))


_OWN_PATH = re.compile(r"/(?:[A-Za-z0-9][A-Za-z0-9_-]*(?:/[A-Za-z0-9_-]+)*)?")


def is_own_path(path: str) -> bool:
    r"""
    Tell whether a text is a plain path of this site, and cannot lead elsewhere.

    >>> [is_own_path(p) for p in ("/inbox", "//evil.test", "/\\evil", "/a\r\nb", "/")]
    [True, False, False, False, True]
    """
    bare = path.partition("#")[0].partition("?")[0]
    return bool(_OWN_PATH.fullmatch(bare)) and path.isascii() and path.isprintable()


def with_query(path: str, query: Mapping[str, str]) -> str:
    """Return a path of ours with a query."""
    return f"{path}?{urlencode(query)}" if query else path


_MAX_ADDRESS = 500
_NOT_FURTHER = ("/sign-", "/language", "/static")


def is_further(address: str) -> bool:
    r"""
    Tell whether signing in may lead to an address: a page of ours behind the sign-in.

    >>> [is_further(a) for a in ("/documents?page=2", "//evil.test", "/sign-out", "")]
    [True, False, False, False]
    """
    is_short = len(address) <= _MAX_ADDRESS
    return is_short and is_own_path(address) and not address.startswith(_NOT_FURTHER)


def static(media_type: str, content: bytes) -> Answer:
    """Return a fixed file; its address changes with its content."""
    return Answer(
        body=content,
        headers=(
            ("Content-Type", media_type),
            ("Content-Security-Policy", DOWNLOAD_POLICY),
            _KEEP,
        ),
    )


def download(name: str, content: bytes) -> Answer:
    """
    Offer bytes as a file to keep, never to be shown or run here.

    The media type is always neutral: what a sender declares decides nothing.
    """
    return Answer(
        body=content,
        headers=(
            ("Content-Type", "application/octet-stream"),
            ("Content-Disposition", disposition(name)),
            ("Content-Security-Policy", DOWNLOAD_POLICY),
            ("X-Frame-Options", "DENY"),
            _NO_STORE,
        ),
    )


def long_download(name: str, flow: Flow) -> Answer:
    """Offer a long file to keep, piece by piece."""
    return evolve(download(name, b""), flow=flow)


SHOWN_INLINE = frozenset({"application/pdf", "image/jpeg", "image/png", "image/gif"})


def inline(name: str, media_type: str, content: bytes) -> Answer:
    """Show a PDF or an image inside our pages; any other type is a download."""
    if media_type not in SHOWN_INLINE:
        return download(name, content)
    return Answer(
        body=content,
        headers=(
            ("Content-Type", media_type),
            ("Content-Disposition", disposition(name, "inline")),
            ("Content-Security-Policy", FRAMED_POLICY),
            ("X-Frame-Options", "SAMEORIGIN"),
            _NO_STORE,
        ),
    )


def disposition(name: str, how: str = "attachment") -> str:
    r"""
    Return a Content-Disposition for a file name (RFC 6266, RFC 8187).

    >>> disposition('\u00e9t\u00e9\r\nX: "y')
    'attachment; filename="_t__X_ _y"; filename*=UTF-8\'\'%C3%A9t%C3%A9%20X%3A%20%22y'
    """
    name = shown_text(name)
    plain = re.sub(r"[^A-Za-z0-9 ._()-]", "_", name)[:120] or "document"
    whole = " ".join(name.split())[:120] or "document"
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(whole, safe='')}"
