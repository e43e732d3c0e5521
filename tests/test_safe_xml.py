"""Attacks X01 to X03: untrusted XML is read without DTD, network, or surprise."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from gateway.errors import InvalidError
from gateway.safe_xml import MAX_DEPTH, MAX_TAGS, parse_xml

QUICK = 0.5  # seconds; most take a millisecond, the machine may be busy

BOMB = b"".join(
    b'<!ENTITY l%d "%s">' % (i, b"&l%d;" % (i - 1) * 10) for i in range(1, 10)
)

HOSTILE = {
    "external entity, file": (
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>'
    ),
    "external entity, http": (
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "http://127.0.0.1:9/x">]><a>&x;</a>'
    ),
    "external entity, ftp": (
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "ftp://127.0.0.1:9/x">]><a>&x;</a>'
    ),
    "parameter entity": (
        b'<!DOCTYPE a [<!ENTITY % p SYSTEM "file:///etc/hostname"> %p;]><a/>'
    ),
    "external DTD": b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a/>',
    "public DTD": b'<!DOCTYPE a PUBLIC "-//W3C//DTD XHTML 1.0//EN" "x.dtd"><a/>',
    "empty DOCTYPE": b"<!DOCTYPE a><a/>",
    "DOCTYPE after the declaration and a comment": (
        b'<?xml version="1.0"?><!-- c -->\n<!DOCTYPE a><a/>'
    ),
    "billion laughs": (b'<!DOCTYPE a [<!ENTITY l0 "ha">' + BOMB + b"]><a>&l9;</a>"),
    "quadratic blow-up": (
        b'<!DOCTYPE a [<!ENTITY x "'
        + b"A" * 50_000
        + b'">]><a>'
        + b"&x;" * 50_000
        + b"</a>"
    ),
    "undefined entity": b"<a>&x;</a>",
    "nested 10,000 deep": b"<a>" * 10_000 + b"</a>" * 10_000,
    "one level too deep": b"<a>" * (MAX_DEPTH + 1) + b"</a>" * (MAX_DEPTH + 1),
    "too deep in a file with a huge text": (
        b"<a>" * 300 + b"A" * 9_500_000 + b"</a>" * 300
    ),
    "too deep behind misleading comments": (
        b"<a><!-- </a></a> -->" * 300 + b"A" * 9_500_000 + b"</a>" * 300
    ),
    "a million attributes": (
        b"<a " + b" ".join(b'a%d=""' % i for i in range(1_000_000)) + b"/>"
    ),
    "a million elements": b"<r>" + b"<a/>" * 1_000_000 + b"</r>",
    "an attribute given twice": b'<a b="1" b="2"/>',
    "over the limit of bytes": b"<a>" + b"A" * (25 * 1024 * 1024) + b"</a>",
    "UTF-16 with a mark": "<a>x</a>".encode("utf-16"),
    "UTF-16 declared, with a mark": (
        '<?xml version="1.0" encoding="UTF-16"?><a/>'.encode("utf-16")
    ),
    "UTF-16 without a mark": "<a>x</a>".encode("utf-16-le"),
    "UTF-32": "<a>x</a>".encode("utf-32"),
    "UTF-16 declared over ASCII": b'<?xml version="1.0" encoding="UTF-16"?><a/>',
    "UTF-7": b'<?xml version="1.0" encoding="UTF-7"?><a>+ADw-b+AD4-</a>',
    "UTF-7 far behind spaces": (
        b'<?xml version="1.0"' + b" " * 500 + b'encoding="UTF-7"?><a>+ADw-/a+AD4-'
    ),
    "UTF-7 in a declaration in disorder": (
        b'<?xml version="1.0" standalone="no" encoding="UTF-7"?><a/>'
    ),
    "EBCDIC": '<?xml version="1.0" encoding="IBM037"?><a/>'.encode("cp037"),
    "EBCDIC declared over ASCII": b'<?xml version="1.0" encoding="IBM037"?><a/>',
    "an escape-sequence encoding": (
        b'<?xml version="1.0" encoding="ISO-2022-JP"?><a>\x1b$B</a>'
    ),
    "two marks": b"\xef\xbb\xbf\xef\xbb\xbf<a/>",
    "a NUL in text": b"<a>x\x00y</a>",
    "a NUL in a tag": b"<a\x00/>",
    "a character reference to NUL": b"<a>&#0;</a>",
    "bytes that are not UTF-8": b"<a>\xff\xfe\xfa</a>",
    "an overlong UTF-8 sign": b"<a>\xc0\xbcb></a>",
    "text after the root": b"<a/>x",
    "two roots": b"<a/><b/>",
    "nothing": b"",
    "spaces": b"  \n ",
    "an undeclared prefix": b"<x:a/>",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_xml_is_refused_quickly(name: str) -> None:
    content = HOSTILE[name]
    start = time.perf_counter()

    with pytest.raises(InvalidError):
        parse_xml(content)

    assert time.perf_counter() - start < QUICK


def test_an_error_does_not_quote_the_document() -> None:
    with pytest.raises(InvalidError) as caught:
        parse_xml(b"<a><SECRET-NAME></a>")

    assert "SECRET" not in str(caught.value) + caught.value.public
    assert caught.value.__cause__ is None


def test_xinclude_is_left_alone() -> None:
    content = (
        b'<a xmlns:xi="http://www.w3.org/2001/XInclude">'
        b'<xi:include href="file:///etc/hostname" parse="text"/></a>'
    )

    root = parse_xml(content)

    assert [child.get("href") for child in root] == ["file:///etc/hostname"]


def test_a_schema_location_is_not_fetched(tmp_path: Path) -> None:
    location = (tmp_path / "absent.xsd").as_uri()
    content = (
        '<a xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'xsi:schemaLocation="urn:x {location}"/>'
    )

    root = parse_xml(content.encode())

    assert root.tag == "a"


def test_stylesheet_instructions_and_comments_are_dropped() -> None:
    content = (
        b'<?xml-stylesheet type="text/xsl" href="http://127.0.0.1:9/x.xsl"?>'
        b"<a>PAT<!-- a comment must not cut a name -->-TR<?pi?>OIS</a>"
    )

    root = parse_xml(content)

    assert root.text == "PAT-TROIS"
    assert root.getprevious() is None


ACCEPTED = {
    "UTF-8": '<?xml version="1.0" encoding="UTF-8"?>\n<a>é</a>'.encode(),
    "UTF-8 with a mark": "\ufeff<a>é</a>".encode(),
    "UTF-8 by default": "<a>é</a>".encode(),
    "quoted otherwise": "<?xml version='1.0' encoding='utf-8' ?><a>é</a>".encode(),
    "standalone": (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><a>é</a>'.encode()
    ),
    "Latin-1": '<?xml version="1.0" encoding="ISO-8859-1"?><a>é</a>'.encode("latin-1"),
    "Windows": '<?xml version="1.0" encoding="windows-1252"?><a>é</a>'.encode("cp1252"),
    "only an instruction first": "<?xml-stylesheet href='#'?><a>é</a>".encode(),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_plain_encodings_are_read(name: str) -> None:
    assert parse_xml(ACCEPTED[name]).text == "é"


def test_the_limits_themselves_are_accepted() -> None:
    deep = parse_xml(b"<a>" * MAX_DEPTH + b"</a>" * MAX_DEPTH)
    wide = parse_xml(b"<r>" + b"<a/>" * (MAX_TAGS - 2) + b"</r>")
    large = parse_xml(b"<a>" + b"A" * 12_000_000 + b"</a>")

    assert deep.tag == "a"
    assert len(wide) == MAX_TAGS - 2
    assert large.text is not None
    assert len(large.text) == 12_000_000


def test_the_callers_limit_of_bytes_holds() -> None:
    assert parse_xml(b"<a/>", max_bytes=4).tag == "a"
    with pytest.raises(InvalidError, match="too large"):
        parse_xml(b"<a/>", max_bytes=3)
