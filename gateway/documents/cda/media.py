"""Images and files carried inside a structured CDA body (observationMedia)."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

from lxml import etree

from gateway.core.rendered import Medium
from gateway.documents.cda.encoded import read_encoded
from gateway.documents.cda.nodes import IN_HL7
from gateway.documents.media import image_type, looks_like, normal_type
from gateway.errors import InvalidError, NotFoundError

MAX_MEDIA_BYTES: Final = 20 * 1024 * 1024
"""Default limit on one decoded medium; a scanned page takes 1 MB, an ECG 200 kB."""

PDF: Final = "application/pdf"

_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")
_SPACE = re.compile(r"\s+")
_HEAD = 256  # characters of base64 that tell what the bytes are


class EmbeddedMedia:
    """
    The media of one structured body, by ID; a medium that cannot be shown is left out.
    """

    def __init__(self, structured_body: etree._Element) -> None:
        found: dict[str, etree._Element | None] = {}
        for name in ("observationMedia", "regionOfInterest"):
            for element in structured_body.iter(IN_HL7 + name):
                known = element.get("ID") or ""
                # An ID given twice could name one thing here and another elsewhere.
                found[known] = None if known in found else element
        self._elements = {
            known: element
            for known, element in found.items()
            if element is not None and _ID.fullmatch(known)
        }
        self._kinds: dict[str, str] = {}

    def kind(self, media_id: str) -> str:
        """Return the media type that can be shown under this ID, or an empty text."""
        # Kept: a narrative may name one large image thousands of times.
        if media_id not in self._kinds:
            self._kinds[media_id] = self._find_kind(media_id)
        return self._kinds[media_id]

    def read(self, media_id: str, max_bytes: int = MAX_MEDIA_BYTES) -> Medium:
        """
        Return the medium under this ID.

        Raises:
            NotFoundError: none, or not an image or PDF that may be shown.
            InvalidError: damaged or too large.
        """
        value = self._value(media_id)
        if value is None:
            raise NotFoundError("no such medium in the document")
        if len(value.text or "") > max_bytes * 2:  # base64, with its line ends
            raise InvalidError("medium too large")
        declared = normal_type(value.get("mediaType") or "")
        content = read_encoded(value, declared, max_bytes=max_bytes).content
        if len(content) > max_bytes:
            raise InvalidError("medium too large")
        media_type = _shown_type(declared, content)
        if not media_type:
            raise NotFoundError("a medium that is not shown")
        return Medium(media_type, content)

    def _find_kind(self, media_id: str) -> str:
        value = self._value(media_id)
        if value is None:
            return ""
        if value.get("compression"):
            return self._kind_of_packed(media_id)
        try:
            head = base64.b64decode(_SPACE.sub("", (value.text or "")[:_HEAD])[:80])
        except (binascii.Error, ValueError):
            return ""
        return _shown_type(value.get("mediaType") or "", head)

    def _kind_of_packed(self, media_id: str) -> str:
        """Return the type of what is compressed, or only said to be."""
        try:
            return self.read(media_id).media_type
        except (InvalidError, NotFoundError):
            return ""

    def _value(self, media_id: str) -> etree._Element | None:
        element = self._elements.get(media_id)
        if element is not None and element.tag == IN_HL7 + "regionOfInterest":
            element = next(element.iter(IN_HL7 + "observationMedia"), None)
        value = None if element is None else element.find(IN_HL7 + "value")
        if value is None or value.get("representation") != "B64":
            return None
        # A child, even a comment, would cut the text in two.
        return None if len(value) else value


def _shown_type(declared: str, content: bytes) -> str:
    """
    Return the type to serve: the real one, if it is of the family that was declared.

    ANS samples declare ``image/jpeg`` for a PNG, so one image may pass for another.
    """
    declared = normal_type(declared)
    if declared.startswith("image/"):
        return image_type(content)
    return PDF if declared == PDF and looks_like(PDF, content) else ""
