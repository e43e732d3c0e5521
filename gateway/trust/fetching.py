"""Asking another service over HTTPS: one answer, within limits; blocking."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from attrs import field, frozen

from gateway.errors import InvalidError, UnavailableError

MAX_ANSWER = 512 * 1024
"""Bytes of an answer; a real one has some thousands."""


@frozen
class Fetched:
    """An answer: its status, its media type in lower case, its bytes."""

    status: int
    kind: str
    content: bytes = field(repr=False)


@frozen
class Fetching:
    """
    Asks by HTTPS alone, and follows nothing: an address is one that was written down.

    A call ends within about twice its time: to connect, and for each piece read.
    """

    seconds: float
    context: ssl.SSLContext = field(repr=False)

    @classmethod
    def trusting(cls, authorities: Path | None, seconds: float) -> Fetching:
        """
        Return what asks servers of some authorities, or of those of the system.

        Raises:
            InvalidError: the file of authorities cannot be used.
        """
        try:
            context = ssl.create_default_context(cafile=authorities)
        except (OSError, ssl.SSLError) as error:
            raise InvalidError("file of authorities that cannot be used") from error
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return cls(seconds, context)

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Fetched:
        """Ask for an address; it raises as `send` does."""
        return self.send("GET", url, dict(headers or {}), None)

    def post(
        self,
        url: str,
        fields: Mapping[str, str],
        headers: Mapping[str, str] | None = None,
    ) -> Fetched:
        """Send a form to an address; it raises as `send` does."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.send("POST", url, {**kind, **(headers or {})}, urlencode(fields))

    def send(
        self, method: str, url: str, headers: Mapping[str, str], body: str | None
    ) -> Fetched:
        """
        Return the answer to one request.

        Raises:
            InvalidError: the address is not of HTTPS.
            UnavailableError: no answer came, in time or at all, or it is too long.
        """
        parts = urlsplit(url)
        if parts.scheme != "https" or not parts.hostname or parts.username:
            raise InvalidError("an address that is not of HTTPS")
        connection = http.client.HTTPSConnection(
            parts.hostname, parts.port, timeout=self.seconds, context=self.context
        )
        path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        try:
            connection.request(method, path, body, {"Accept": _TAKEN, **headers})
            answer = connection.getresponse()
            content = answer.read(MAX_ANSWER + 1)
        except (OSError, http.client.HTTPException, ValueError) as error:
            host = parts.hostname
            detail = f"{host}: {type(error).__name__}"
            raise UnavailableError("try again later", detail=detail) from error
        finally:
            connection.close()
        if len(content) > MAX_ANSWER:
            raise UnavailableError("try again later", detail=f"{parts.hostname}: long")
        kind = answer.headers.get_content_type().lower()
        return Fetched(answer.status, kind, content)


_TAKEN = "application/json, application/jwt"
