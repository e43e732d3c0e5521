"""Validating a CDA against the CI-SIS schema, from a folder, without network."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from threading import Lock
from typing import Final, Protocol, cast

from lxml import etree

from gateway.documents.cda.file import CdaFile
from gateway.errors import MisuseError

ENTRY: Final = "CDA_extended.xsd"
MAX_ERRORS: Final = 20
"""Errors told of one document: enough to mend it, short enough for a receipt."""

_NAME = re.compile(
    r"Element '(?:\{[^}]*\})?([\w.-]{1,60})'"
    r"(?:, attribute '(?:\{[^}]*\})?([\w.-]{1,60})')?"
)
# The schema's own words, at the end of the message: they hold nothing of the document.
_EXPECTED = re.compile(r"Expected is(?: one of)? \( ([^)]{1,2000}) \)\.\Z")
_BRACES = re.compile(r"\{[^}]*\}")

_CONTENT: Final = "SCHEMAV_ELEMENT_CONTENT"
_REASONS: Final = {
    _CONTENT: "an element is missing or out of place",
    "SCHEMAV_CVC_ELT_1": "is not an element of the schema",
    "SCHEMAV_CVC_COMPLEX_TYPE_3_1": "has a wrong fixed value",
    "SCHEMAV_CVC_COMPLEX_TYPE_3_2_1": "is not allowed here",
    "SCHEMAV_CVC_COMPLEX_TYPE_3_2_2": "is not allowed here",
    "SCHEMAV_CVC_COMPLEX_TYPE_4": "lacks a required attribute",
    "SCHEMAV_CVC_COMPLEX_TYPE_2_3": "may not contain text",
}
_OTHER_REASON: Final = "has a value that is not valid"


class _Entry(Protocol):
    """An entry of lxml's error log, which its stubs leave out."""

    @property
    def line(self) -> int: ...
    @property
    def message(self) -> str: ...
    @property
    def type_name(self) -> str: ...


class CdaSchema:
    """
    The CI-SIS schema, loaded once from a folder the operator names.

    Safe to share between threads; validations then take turns, as libxml2 collects
    the errors of one validation in the schema object.
    """

    def __init__(self, folder: Path) -> None:
        """
        Load ``CDA_extended.xsd``, or the first schema of the folder.

        Raises:
            MisuseError: there is none, or it cannot be loaded from local files.
        """
        entry = folder / ENTRY
        if not entry.is_file():
            entry = next(iter(sorted(folder.glob("*.xsd"))), entry)
        parser = etree.XMLParser(
            no_network=True, load_dtd=False, resolve_entities=False
        )
        try:
            self._schema = etree.XMLSchema(etree.parse(entry, parser))
        except (OSError, etree.LxmlError) as error:
            raise MisuseError(
                f"no CDA schema could be loaded from {folder}: {error}"
            ) from error
        self._lock = Lock()

    def errors(self, file: CdaFile) -> tuple[str, ...]:
        """
        Return what is wrong with a document, or nothing.

        Only the ClinicalDocument is validated: the schema also knows xsl:stylesheet,
        so the whole of a self-presenting file would pass whatever it holds. The
        texts give line, element and reason, never a value: it may be a patient's.
        """
        with self._lock:
            if self._schema.validate(file.element):
                return ()
            entries = cast(Iterable[_Entry], self._schema.error_log)
            found = [_describe(entry) for entry in entries]
        return tuple(dict.fromkeys(found))[:MAX_ERRORS]


def _describe(error: _Entry) -> str:
    match = _NAME.match(error.message)
    where = f"line {error.line}"
    if match is None:
        return f"{where}: {_OTHER_REASON}"
    element, attribute = match.groups()
    name = f"{element}/@{attribute}" if attribute else element
    text = f"{where}: {name}: {_REASONS.get(error.type_name, _OTHER_REASON)}"
    expected = _EXPECTED.search(error.message)
    if expected and error.type_name == _CONTENT:
        text += f"; expected: {_BRACES.sub('', expected.group(1))}"
    return text
