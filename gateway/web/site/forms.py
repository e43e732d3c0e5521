"""Reads what a form sends: fields, and files as bytes in memory, within limits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from io import BytesIO
from types import MappingProxyType
from urllib.parse import parse_qsl
from uuid import uuid4

from attrs import evolve, field, frozen
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser
from werkzeug.http import parse_options_header

from gateway.errors import InvalidError

_MAX_FIELDS = 200
_MAX_TEXT = 512 * 1024
_ONCE = re.compile(r"[0-9a-f]{32}")
_EMPTY: Mapping[str, str] = MappingProxyType({})


@frozen(kw_only=True)
class FieldProblem:
    """What is wrong with one field; ``text`` is ready to show, empty for our own."""

    name: str
    code: str
    text: str = ""
    file: str = field(default="", repr=False)


@frozen
class UploadedFile:
    """A file as the browser sent it: nothing about it is believed."""

    name: str = field(repr=False)
    content: bytes = field(repr=False)


@frozen
class Form:
    """A form's fields by name, the first value of each, and all values, and files."""

    fields: Mapping[str, str] = field(default=_EMPTY, repr=False)
    lists: Mapping[str, tuple[str, ...]] = field(
        default=MappingProxyType({}), repr=False
    )
    files: tuple[UploadedFile, ...] = field(default=(), repr=False)
    cut: int = 0
    """Not 0 where the files did not come whole: the status that says why."""

    def text(self, name: str) -> str:
        """Return a field's text with plain line ends and no NUL, empty when absent."""
        value = self.fields.get(name, "")
        return value.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")

    def line(self, name: str) -> str:
        """Return a field's text as one line, without space around it."""
        return " ".join(self.text(name).split())

    def all(self, name: str) -> tuple[str, ...]:
        """Return all values of a field."""
        return self.lists.get(name, ())

    def once(self) -> str:
        """Return what tells a second click from a second form; a new one if it lacks"""
        said = self.line("once")
        return said if _ONCE.fullmatch(said) else uuid4().hex


EMPTY_FORM = Form()


def read_form(content_type: str, body: bytes, cut: int = 0) -> Form:
    """
    Read the body of a POST: ``urlencoded`` or ``multipart/form-data``.

    Of one that was ``cut`` the fields before the cut are read, and no file.

    Raises:
        InvalidError: another type, malformed, not UTF-8, or too many fields.
    """
    kind, options = parse_options_header(content_type)
    if kind == "application/x-www-form-urlencoded":
        return _read_urlencoded(body)
    if kind == "multipart/form-data" and cut:
        form = _read_multipart(kind, options, _closed(options, body))
        return evolve(form, files=(), cut=cut)
    if kind == "multipart/form-data":
        return _read_multipart(kind, options, body)
    raise InvalidError("a form of an unknown type")


def _closed(options: Mapping[str, str], body: bytes) -> bytes:
    """Return what is whole of a body that was cut, ended as it would have been."""
    mark = b"--" + options.get("boundary", "").encode("latin-1", "replace")
    whole = body.rpartition(b"\r\n" + mark)[0]
    return b"%s\r\n%s--\r\n" % (whole, mark) if whole else mark + b"--\r\n"


def _read_urlencoded(body: bytes) -> Form:
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            max_num_fields=_MAX_FIELDS,
            errors="strict",
        )
    except ValueError as error:
        raise InvalidError("a malformed form") from error
    return _form(pairs, ())


def _read_multipart(kind: str, options: Mapping[str, str], body: bytes) -> Form:
    parser = FormDataParser(
        stream_factory=lambda *_, **__: BytesIO(),
        max_form_memory_size=_MAX_TEXT,
        max_form_parts=_MAX_FIELDS,
        silent=False,
    )
    try:
        _, values, files = parser.parse(BytesIO(body), kind, len(body), dict(options))
    except (ValueError, RequestEntityTooLarge) as error:
        raise InvalidError("a malformed form") from error
    return _form(
        list(values.items(multi=True)),
        tuple(
            # A file field left empty is sent too, without a name.
            UploadedFile(one.filename, one.stream.read())
            for _, one in files.items(multi=True)
            if one.filename
        ),
    )


def _form(pairs: list[tuple[str, str]], files: tuple[UploadedFile, ...]) -> Form:
    lists: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        lists[name] = (*lists.get(name, ()), value)
    fields = {name: values[0] for name, values in lists.items()}
    return Form(MappingProxyType(fields), MappingProxyType(lists), files)
