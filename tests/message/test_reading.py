"""The MIME tree: what is carried, and when a message has two readings (M01 to M05)."""

from __future__ import annotations

import base64

import pytest

from gateway.core.texts.faults import MIME_FAULTS
from gateway.errors import InvalidError
from gateway.message.reading import (
    Ambiguity,
    Fault,
    MimeLimits,
    TooLargeError,
    find_attachments,
    read_parts,
)
from tests.builders_hiding import File, part_of

ZIP = b"PK\x03\x04" + bytes(range(256)) * 10


def part(headers: str, body: str | bytes) -> bytes:
    content = body if isinstance(body, bytes) else body.encode()
    return headers.encode().replace(b"\n", b"\r\n") + b"\r\n\r\n" + content


def multipart(*parts: bytes, kind: str = "mixed", boundary: str = "b1") -> bytes:
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'.encode()
    line = f"\r\n--{boundary}".encode()
    inside = b"".join(line + b"\r\n" + one for one in parts)
    return head + inside[2:] + line + b"--\r\n"


def encoded(content: bytes) -> bytes:
    return base64.encodebytes(content).replace(b"\n", b"\r\n")


def attached(content: bytes, name: str, media_type: str) -> bytes:
    headers = (
        f"Content-Type: {media_type}\nContent-Transfer-Encoding: base64\n"
        f'Content-Disposition: attachment; filename="{name}"'
    )
    return part(headers, encoded(content))


TEXT = part("Content-Type: text/plain; charset=utf-8", "Bonjour é\r\n")


def test_text_and_archive_are_told_apart() -> None:
    archive = attached(ZIP, "IHE_XDM.ZIP", "application/zip")

    parts = read_parts(multipart(TEXT, archive))

    assert parts.faults == ()
    assert parts.text == "Bonjour é\r\n"
    (found,) = find_attachments(parts).archives
    assert (found.name, found.path, found.content()) == ("IHE_XDM.ZIP", "2", ZIP)
    assert found.starts_with(b"PK")


def test_a_message_of_one_part_is_read() -> None:
    parts = read_parts(part("Content-Type: text/xml; name=x.xml", "<a/>\r\n"))

    assert parts.text == ""
    assert find_attachments(parts).documents[0].content() == b"<a/>\r\n"


def test_a_message_without_types_is_text() -> None:
    assert read_parts(b"Subject: x\r\n\r\nhello\r\n").text == "hello\r\n"


def test_html_alone_gives_its_words() -> None:
    html = part("Content-Type: text/html", "<p>Un<br>deux</p><style>x</style>&eacute;")

    parts = read_parts(html)

    assert parts.text == "Un\ndeux\né"


def test_the_plain_alternative_is_preferred() -> None:
    html = part("Content-Type: text/html", "<b>riche</b>")
    nested = multipart(TEXT, html, kind="alternative", boundary="inner")

    parts = read_parts(multipart(nested, attached(b"x", "a.txt", "text/plain")))

    assert parts.text == "Bonjour é\r\n"
    assert [(one.name, one.path) for one in parts.attachments] == [("a.txt", "2")]


def test_quoted_printable_is_decoded() -> None:
    headers = (
        "Content-Type: text/plain; charset=iso-8859-1\n"
        "Content-Transfer-Encoding: quoted-printable"
    )

    assert read_parts(part(headers, "caf=E9 =\r\nlong\r\n")).text == "café long\r\n"


@pytest.mark.parametrize(
    "head",
    [
        "Content-Type: text/plain; charset=us-ascii (Plain text)",
        "Content-Type: (the letter) text/plain ; (c) charset = utf-8 ;",
        "Content-Type: text/plain\nContent-Transfer-Encoding: 8bit (as it is)",
        "Content-Type: text/plain;\n charset=utf-8\n \nX-More: y",
        "Content-Type: text/plain; charset=unknown-8bit; format=flowed; x",
        "Content-Type: text/plain; charset=utf-8\nContent-Disposition: inline (here);",
    ],
)
def test_a_field_as_programs_write_it_has_one_reading(head: str) -> None:
    parts = read_parts(
        multipart(part(head, "Bonjour"), attached(ZIP, "a b.zip", "application/zip"))
    )

    assert parts.faults == ()
    assert parts.text == "Bonjour"
    assert [one.name for one in parts.attachments] == ["a b.zip"]


@pytest.mark.parametrize(
    "boundary", ["b1", '"b1"', "b1;", "b1 (here)", "(here) b1 ; charset=x", '"b1" (b2)']
)
def test_a_boundary_with_one_reading_is_taken(boundary: str) -> None:
    content = multipart(TEXT).replace(b'"b1"', boundary.encode(), 1)

    assert read_parts(content).faults == ()


@pytest.mark.parametrize(
    ("name", "media_type", "kind"),
    [
        ("ihe_xdm.zip", "text/plain", "archives"),
        ("other.zip", "application/octet-stream", "archives"),
        ("no-suffix", "application/zip", "archives"),
        ("cda.XML", "application/octet-stream", "documents"),
        ("", "application/xml", "documents"),
        ("letter.pdf", "application/pdf", ""),
    ],
)
def test_what_may_hold_documents_is_found(
    name: str, media_type: str, kind: str
) -> None:
    content = b"<a/>" if kind == "documents" else ZIP
    found = find_attachments(read_parts(multipart(attached(content, name, media_type))))

    assert bool(found.archives) == (kind == "archives")
    assert bool(found.documents) == (kind == "documents")


AMBIGUOUS = [
    (
        b"Content-Type: text/plain\r\nContent-Type: text/html\r\n\r\nx",
        Ambiguity.REPEATED_FIELD,
    ),
    (
        b"Content-Transfer-Encoding: 7bit\r\nContent-Transfer-Encoding: base64\r\n\r\n",
        Ambiguity.REPEATED_FIELD,
    ),
    (
        b"Content-Type: multipart/mixed; boundary=a; boundary=b\r\n\r\n--a\r\n\r\n--a",
        Ambiguity.REPEATED_PARAMETER,
    ),
    (b"Content-Type: nonsense\r\n\r\nx", Ambiguity.MALFORMED_FIELD),
    (b"Content-Type: multipart/mixed\r\n\r\nx", Ambiguity.BOUNDARY),
    (
        b'Content-Type: multipart/mixed; boundary="' + b"a" * 71 + b'"\r\n\r\nx',
        Ambiguity.BOUNDARY,
    ),
    (
        multipart(multipart(TEXT, boundary="b"), boundary="b1"),
        Ambiguity.NESTED_BOUNDARY,
    ),
    (
        multipart(multipart(TEXT, boundary="b1"), boundary="b1"),
        Ambiguity.OUTSIDE_PARTS,
    ),
    *(
        (multipart(TEXT).replace(b'"b1"', odd, 1), Ambiguity.BOUNDARY)
        for odd in (b"b1 b2", b"b1(b2)", b'"b1"b2', b"b1; boundary*=b2")
    ),
    (
        multipart(TEXT).replace(b'"b1"', b"b1; charset=x (; boundary=b2)", 1)[:-4],
        Ambiguity.NOT_CLOSED,
    ),
    (part("Content-Transfer-Encoding: base64 7bit", "QQ=="), Ambiguity.ENCODING),
    (multipart(TEXT)[:-4], Ambiguity.NOT_CLOSED),
    (multipart(TEXT) + b"--b1\r\n\r\nhidden\r\n--b1--", Ambiguity.OUTSIDE_PARTS),
    (
        multipart(TEXT).replace(b"\r\n--b1", b"\r\nContent-Type: x/y\r\n--b1", 1),
        Ambiguity.OUTSIDE_PARTS,
    ),
    (multipart(TEXT, part("X: y", "--b1 tail")), Ambiguity.OUTSIDE_PARTS),
    (part("Content-Transfer-Encoding: x-uuencode", "x"), Ambiguity.ENCODING),
    (part("Content-Transfer-Encoding: base64", "QUF*QQ=="), Ambiguity.ENCODING),
    (part("Content-Transfer-Encoding: base64", "QQ==QUFB"), Ambiguity.ENCODING),
    (part("Content-Transfer-Encoding: base64", "QUFBQ"), Ambiguity.ENCODING),
    (part("Content-Transfer-Encoding: quoted-printable", "a=ZZ"), Ambiguity.ENCODING),
    (part("X: y", "a\nb"), Ambiguity.LINE_ENDS),
    (part("Content-Type: message/partial; id=x", "x"), Ambiguity.FRAGMENT),
    (multipart(TEXT, kind="encrypted"), Ambiguity.OPAQUE),
    (multipart(*[TEXT] * 200), Ambiguity.TOO_MANY_PARTS),
]


@pytest.mark.parametrize(("content", "why"), AMBIGUOUS)
def test_a_message_with_two_readings_says_why(content: bytes, why: Ambiguity) -> None:
    assert read_parts(content).faults[0].kind is why


def test_every_ambiguity_has_its_case() -> None:
    shown = {why for _, why in AMBIGUOUS} | {Ambiguity.TOO_DEEP}

    assert shown == set(Ambiguity)


def test_nesting_beyond_the_limit_is_not_followed() -> None:
    nested = TEXT
    for depth in range(11):
        nested = multipart(nested, boundary=f"level-{depth:02}")

    assert read_parts(nested).faults[0].kind is Ambiguity.TOO_DEEP


def test_one_hundred_and_ninety_nine_parts_are_read() -> None:
    assert read_parts(multipart(*[TEXT] * 199)).faults == ()


def test_a_message_nested_a_thousand_times_is_one_attachment() -> None:
    nested = b"Content-Type: message/rfc822\r\n\r\n" * 1000 + b"x"

    (attachment,) = read_parts(nested).attachments

    assert attachment.media_type == "message/rfc822"


def test_more_than_may_be_decoded_is_refused() -> None:
    content = multipart(attached(b"x" * 900, "a.bin", "application/octet-stream"))

    read_parts(content, MimeLimits(max_decoded_bytes=910))
    with pytest.raises(TooLargeError):
        read_parts(content, MimeLimits(max_decoded_bytes=890))


def test_a_damaged_attachment_does_not_decode() -> None:
    damaged = attached(ZIP, "IHE_XDM.ZIP", "application/zip").replace(b"UE", b"U*")

    parts = read_parts(multipart(damaged))

    assert parts.faults[0].kind is Ambiguity.ENCODING
    with pytest.raises(InvalidError):
        parts.attachments[0].content()


@pytest.mark.parametrize(
    "disposition",
    [
        "attachment; filename*=utf-8''r%C3%A9sultat.pdf",
        "attachment; filename*0*=utf-8''r%C3%A9; filename*1=sultat; filename*2=.pdf",
        'attachment; filename="=?utf-8?b?csOpc3VsdGF0LnBkZg==?="',
        "attachment; filename=r\u00e9sultat.pdf;",
        "inline; filename*=utf-8''r%C3%A9sultat.pdf; filename=other.pdf",
    ],
)
def test_a_file_name_is_read_in_each_of_its_forms(disposition: str) -> None:
    content = part(f"Content-Disposition: {disposition}", "x")

    assert read_parts(content).attachments[0].name == "résultat.pdf"


def test_every_ambiguity_is_said_in_two_languages() -> None:
    assert set(MIME_FAULTS) == {why.value for why in Ambiguity}
    assert all(fr and en and fr != en for fr, en in MIME_FAULTS.values())


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (
            multipart(TEXT, part("Content-Type: a/b/c", "x")),
            Fault(kind=Ambiguity.MALFORMED_FIELD, path="2", field="Content-Type"),
        ),
        (
            multipart(TEXT, part("Content-Type: multipart/a/b", "x")),
            Fault(
                kind=Ambiguity.MALFORMED_FIELD,
                path="2",
                field="Content-Type",
                spreads=True,
            ),
        ),
        (
            multipart(TEXT, part("Content-Transfer-Encoding: base64", "=A")),
            Fault(
                kind=Ambiguity.ENCODING,
                path="2",
                media_type="text/plain",
                field="Content-Transfer-Encoding",
            ),
        ),
        (
            multipart(part("no field at all", "x"), TEXT),
            Fault(kind=Ambiguity.MALFORMED_FIELD, path="1", field="Content-"),
        ),
        (
            multipart(TEXT)[:-4],
            Fault(
                kind=Ambiguity.NOT_CLOSED, media_type="multipart/mixed", spreads=True
            ),
        ),
    ],
)
def test_a_fault_says_its_part_and_its_field(content: bytes, fault: Fault) -> None:
    assert read_parts(content).faults[0] == fault


def test_a_fault_of_one_part_is_none_of_the_others() -> None:
    content = multipart(TEXT, part("Content-Type: a/b/c", "x"), TEXT)

    parts = read_parts(content)

    assert [parts.fault_of(path) is None for path in ("1", "2", "3", "2.1", "21")] == [
        True,
        False,
        True,
        False,
        True,
    ]


def test_a_fault_of_the_structure_is_everybodys() -> None:
    parts = read_parts(multipart(TEXT)[:-4])

    assert parts.fault_of("1") is not None


@pytest.mark.parametrize(
    "fields",
    [
        "Content-Disposition: attachment; filename=a=b",
        "Content-Disposition: ???",
        "Content-Disposition: attachment\nContent-Disposition: inline",
        "Content-Type: text/plain; name=a; name=b",
    ],
)
def test_what_only_names_or_places_a_part_is_no_fault(fields: str) -> None:
    parts = read_parts(multipart(TEXT, part(fields, "x")))

    assert parts.faults == ()
    assert len(parts.leaves) == 2


def test_no_more_than_a_hundred_faults_are_kept() -> None:
    bad = part("Content-Type: a/b/c", "x")

    assert len(read_parts(multipart(*[bad] * 150)).faults) == 100


@pytest.mark.parametrize("size", [0, 1, 5, 100, 3000])
@pytest.mark.parametrize("encoding", ["base64", "quoted-printable", "8bit"])
def test_the_first_bytes_are_those_of_the_whole(encoding: str, size: int) -> None:
    content = (b"0123456789abcdefg=" * 200)[:size]
    one = part_of(File(content), encoding=encoding)

    (leaf,) = read_parts(multipart(one)).leaves

    assert leaf.content() == content
    assert leaf.undamaged() == content
    for count in (1, 4, 70, 1024):
        assert leaf.head(count) == content[:count]


def test_of_damaged_base64_the_rest_is_decoded() -> None:
    headers = "Content-Transfer-Encoding: base64"

    (leaf,) = read_parts(multipart(part(headers, "QUJD*QUI=REVGRw"))).leaves

    assert leaf.undamaged() == b"ABCABDEFG"
    assert leaf.head(4) == b"ABCA"


@pytest.mark.parametrize("kind", ["x-zip", "x-zip-compressed"])
def test_a_file_of_a_type_that_only_looks_like_a_multipart_is_one(kind: str) -> None:
    parts = read_parts(attached(ZIP, "IHE_XDM.ZIP", f"multipart/{kind}"))

    assert parts.faults == ()
    (leaf,) = parts.leaves
    assert leaf.content() == ZIP


def test_a_multipart_with_a_boundary_has_parts_whatever_its_type() -> None:
    parts = read_parts(multipart(TEXT, kind="x-zip"))

    assert (parts.faults, parts.text) == ((), "Bonjour é\r\n")
    (fault,) = read_parts(attached(ZIP, "a.zip", "multipart/x-gzip")).faults[:1]
    assert fault.kind is Ambiguity.ENCODING


def test_what_is_in_no_part_is_known() -> None:
    one = multipart(TEXT, attached(b"x", "a.txt", "text/plain"))
    mail = one.replace(b"\r\n\r\n", b"\r\n\r\nbefore\r\n", 1) + b"after"

    outside = read_parts(mail).outside

    assert outside.startswith(b"before\r\n--b1")
    assert outside.endswith(b"--b1--\r\nafter")
    assert b"Bonjour" not in outside
    assert read_parts(TEXT).outside == b""
