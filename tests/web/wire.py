"""What is sent to a site byte by byte: attacks that no client would let one send."""

from __future__ import annotations

import socket
import ssl
import time
from contextlib import closing
from typing import Protocol

from tests.web.browsing import trusting


class Listening(Protocol):
    """A site of whatever audience."""

    @property
    def port(self) -> int:
        """Where it listens, on loopback."""


def connect(site: Listening) -> ssl.SSLSocket:
    plain = socket.create_connection(("127.0.0.1", site.port), timeout=20)
    return trusting().wrap_socket(plain, server_hostname="127.0.0.1")


def exchange(site: Listening, request: bytes) -> bytes:
    """Send raw bytes; return all that comes until the server closes or is silent."""
    wire = connect(site)
    wire.settimeout(4)
    answer = b""
    with closing(wire):
        try:
            wire.sendall(request)
            while chunk := wire.recv(65536):
                answer += chunk
        except (TimeoutError, ConnectionError, ssl.SSLError):
            return answer
    return answer


def host(site: Listening) -> bytes:
    return f"Host: 127.0.0.1:{site.port}\r\n".encode()


def post(
    site: Listening, headers: bytes, body: bytes = b"", path: bytes = b"/sign-in"
) -> bytes:
    return b"POST " + path + b" HTTP/1.1\r\n" + host(site) + headers + b"\r\n" + body


def drip(wire: ssl.SSLSocket, start: bytes) -> None:
    """Send a start, then a byte every fifth of a second, until the server closes."""
    wire.settimeout(0.2)
    end = time.monotonic() + 8
    with closing(wire):
        try:
            wire.sendall(start)
            while time.monotonic() < end:
                if start:
                    wire.sendall(b"a")
                try:
                    if not wire.recv(100):
                        return
                except TimeoutError:
                    continue
        except (ConnectionError, ssl.SSLError):
            return


SMUGGLED = b"GET /help HTTP/1.1\r\nHost: x\r\n\r\n"
SMUGGLING = {
    "CL.TE": (
        b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n",
        b"0\r\n\r\n" + SMUGGLED,
    ),
    "TE.CL": (
        b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
        b"0\r\n\r\n" + SMUGGLED,
    ),
    "TE.TE": (
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n",
        b"0\r\n\r\n" + SMUGGLED,
    ),
    "TE with a blank": (b"Transfer-Encoding : chunked\r\n", b"0\r\n\r\n"),
    "TE of two": (b"Transfer-Encoding: chunked, identity\r\n", b"0\r\n\r\n"),
    "two lengths": (b"Content-Length: 4\r\nContent-Length: 5\r\n", b"a=b&c"),
    "one length twice": (b"Content-Length: 3, 3\r\n", b"a=b"),
    "signed length": (b"Content-Length: +5\r\n", b"a=b&c"),
    "hexadecimal length": (b"Content-Length: 0x5\r\n", b"a=b&c"),
    "negative length": (b"Content-Length: -5\r\n", b"a=b&c"),
    "bare CR in a value": (b"X-A: a\rContent-Length: 3\r\n", b"a=b"),
    "NUL in a value": (b"X-A: a\0b\r\n", b""),
    "folded header": (b"X-A: a\r\n Content-Length: 3\r\n", b"a=b"),
    "folded length": (b"Content-Length:\r\n 3\r\n", b"a=b"),
    "no colon": (b"Content-Length 3\r\n", b"a=b"),
    "bad chunk size": (b"Transfer-Encoding: chunked\r\n", b"0x3\r\na=b\r\n0\r\n\r\n"),
    "signed chunk size": (b"Transfer-Encoding: chunked\r\n", b"+3\r\na=b\r\n0\r\n\r\n"),
    "chunk without its end": (b"Transfer-Encoding: chunked\r\n", b"3\r\na=bX0\r\n\r\n"),
}

FORGED: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "no token": ({}, {"token": ""}),
    "another token": ({}, {"token": "0" * 64}),
    "another site": ({"Origin": "https://evil.test"}, {}),
    "null origin": ({"Origin": "null"}, {}),
    "plain http": ({"Origin": "http://127.0.0.1"}, {}),
    "cross-site": ({"Sec-Fetch-Site": "cross-site"}, {}),
    "same site, other host": ({"Sec-Fetch-Site": "same-site"}, {}),
}
"""Headers and fields of forms that another site had somebody send."""

ELSEWHERE = (
    "//evil.test",
    "https://evil.test",
    "/\\evil.test",
    "/a\r\nSet-Cookie: x=y",
    "\t/",
    "javascript:alert(1)",
    "/inbox/../../x",
    "/%0d%0aX: y",
)
"""Addresses that would lead off the site, or write a header."""
