"""Fields with parameters, in the forms that programs write; and safe file names."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import InvalidError
from gateway.message.parameters import (
    MimeValue,
    read_disposition,
    read_encoding,
    read_media_type,
    safe_name,
)

TYPES: list[tuple[str, str, dict[str, str]]] = [
    ("text/plain", "text/plain", {}),
    ("  Text/PLAIN  ", "text/plain", {}),
    ("text/plain;", "text/plain", {}),
    ("text/plain; charset=utf-8", "text/plain", {"charset": "utf-8"}),
    ("text/plain;Charset = UTF-8 ; x=1", "text/plain", {"charset": "UTF-8", "x": "1"}),
    ('a/b; name="a; b"', "a/b", {"name": "a; b"}),
    (r'a/b; name="a \"b\" \\ c"', "a/b", {"name": 'a "b" \\ c'}),
    ("a/b; ; x=1;;", "a/b", {"x": "1"}),
    ("a/b; name*=utf-8''r%C3%A9.pdf", "a/b", {"name": "ré.pdf"}),
    ("a/b; name*=iso-8859-1'fr'r%E9.pdf", "a/b", {"name": "ré.pdf"}),
    ("a/b; name*=''r.pdf", "a/b", {"name": "r.pdf"}),
    ("a/b; name*=plain", "a/b", {"name": "plain"}),
    ("a/b; name*0=r; name*1=s; name*2=.pdf", "a/b", {"name": "rs.pdf"}),
    ("a/b; name*1=s; name*0=r", "a/b", {"name": "rs"}),
    ("a/b; name*0=r; name*2=t", "a/b", {"name": "r"}),
    ("a/b; name*0*=utf-8''%C3; name*1*=%A9", "a/b", {"name": "é"}),
    ("a/b; name*0*=utf-8''%C3%A9; name*1=%41", "a/b", {"name": "é%41"}),
    ("a/b; name=other; name*=utf-8''this", "a/b", {"name": "this"}),
    (
        "text/plain; charset=us-ascii (Plain text)",
        "text/plain",
        {"charset": "us-ascii"},
    ),
    ('text/plain; charset="us-ascii"', "text/plain", {"charset": "us-ascii"}),
    ("(a) text/(b)plain (c; (d) \\) e); x=(f) 1 (g)", "text/plain", {"x": "1"}),
    ("a/b (c) ; (d) x (e) = (f) 1 (g) ; y=2", "a/b", {"x": "1", "y": "2"}),
    ('a/b; x="(no comment)"', "a/b", {"x": "(no comment)"}),
    ("a/b; name=Compte rendu.pdf", "a/b", {"name": "Compte rendu.pdf"}),
    (
        "a/b; name=Compte  rendu.pdf ; x=1",
        "a/b",
        {"name": "Compte  rendu.pdf", "x": "1"},
    ),
    ("a/b; name=Bilan (1).pdf", "a/b", {"name": "Bilan (1).pdf"}),
    ("a/b; name=Bilan(1).pdf", "a/b", {"name": "Bilan(1).pdf"}),
    ("a/b; name=Bilan :-( .pdf", "a/b", {"name": "Bilan :-( .pdf"}),
    ("a/b; name=a.pdf (le bilan); x=1", "a/b", {"name": "a.pdf", "x": "1"}),
    ("a/b; name=a@b,c:d?e=[f].pdf", "a/b", {"name": "a@b,c:d?e=[f].pdf"}),
    ("a/b; name=Été à Nîmes.pdf", "a/b", {"name": "Été à Nîmes.pdf"}),
    ('a/b; name="Été.pdf";', "a/b", {"name": "Été.pdf"}),
    (
        "a/b; name=lettre; suite.pdf; x=1",
        "a/b",
        {"name": "lettre", "suite.pdf": "", "x": "1"},
    ),
    ("a/b; name=lettre; la suite.pdf", "a/b", {"name": "lettre"}),
    ("a/b; boundary=----=_Part_1.2", "a/b", {"boundary": "----=_Part_1.2"}),
    ("a/b; x", "a/b", {"x": ""}),
    ("a/b; x=; y=1", "a/b", {"x": "", "y": "1"}),
    ('a/b; name*0="a b"; name*1*=%20c; name*2=.pdf', "a/b", {"name": "a b c.pdf"}),
    ("a/b; name=c.pdf; name*0=a; name*1=.pdf", "a/b", {"name": "a.pdf"}),
    ("a/b; name*=\"utf-8''r%C3%A9.pdf\"", "a/b", {"name": "ré.pdf"}),
    ("a/b; name*=windows-1252''r%E9 (1).pdf", "a/b", {"name": "ré (1).pdf"}),
]


@pytest.mark.parametrize(("value", "main", "parameters"), TYPES)
def test_a_media_type_is_read_with_its_parameters(
    value: str, main: str, parameters: dict[str, str]
) -> None:
    assert read_media_type(value) == MimeValue(main, parameters)


@pytest.mark.parametrize(
    "value",
    ["a/b; x=1; x=2", "a/b; X=1; x=1", "a/b; x*0=1; x*0=2", "a/b; x*=1; x*0*=2"],
)
def test_a_parameter_given_twice_is_told_and_the_first_counts(value: str) -> None:
    read = read_media_type(value)

    assert read.repeated == {"x"}
    assert read.get("x") == "1"


def test_a_parameter_in_two_forms_is_not_twice() -> None:
    assert read_media_type("a/b; x=1; x*=2").repeated == frozenset()


def test_what_is_not_there_is_an_empty_text() -> None:
    assert read_media_type("a/b; x=1").get("y") == ""


def test_a_disposition_is_one_word() -> None:
    assert read_disposition("ATTACHMENT; filename=a") == MimeValue(
        "attachment", {"filename": "a"}
    )
    with pytest.raises(InvalidError):
        read_disposition("at/tachment")


@pytest.mark.parametrize(
    "value",
    [
        *("", "text", "text/", "/plain", "a/b c", 'a/b; x="', "a/b, c", "a/b/c"),
        *("a/b (c", "a/b; (c", "a/b; x=1 (c; y=2", "a/b" + "(" * 9 + ")" * 9),
        *('a/b; x y="1"', "a/b; é; x y=1", 'a/b; x=a"b"', 'a/b; x="a" b="c"'),
        *("(a/b)", "a)/b"),
    ],
)
def test_what_is_malformed_is_refused(value: str) -> None:
    with pytest.raises(InvalidError):
        read_media_type(value)


@given(st.text() | st.text(alphabet="a/b;x=*0'%\" "))
def test_any_text_is_read_or_refused(value: str) -> None:
    with suppress(InvalidError):
        read_media_type(value)


@pytest.mark.parametrize(
    "value",
    [
        "a/b; x=1 2",
        "a/b; x=1\t2",
        'a/b; x="1" 2',
        "a/b; x=1(2)",
        "a/b; x=1; x*=2",
        "a/b; x=1; x*0=1; x*1=2",
    ],
)
def test_a_value_that_programs_read_differently_is_told(value: str) -> None:
    assert read_media_type(value).doubtful == {"x"}
    assert read_media_type(value.replace("x", "filename")).doubtful == frozenset()


@pytest.mark.parametrize(
    "value",
    ["a/b; x=1", 'a/b; x="1 2"', "a/b; x=1 (2)", "a/b; x=1; x*=1", "a/b; x*0=1; x*1=2"],
)
def test_a_value_with_one_reading_is_not_doubtful(value: str) -> None:
    assert read_media_type(value).doubtful == frozenset()


def test_a_comment_may_be_eight_deep() -> None:
    assert read_media_type("a/b" + "(" * 8 + ")" * 8).main == "a/b"


@pytest.mark.parametrize(
    ("value", "encoding"),
    [
        ("base64", "base64"),
        (" Base64 (as always) ", "base64"),
        ("(a)8BIT;", "8bit"),
        ("7bit; x=1", "7bit"),
    ],
)
def test_an_encoding_is_one_word(value: str, encoding: str) -> None:
    assert read_encoding(value) == encoding


@pytest.mark.parametrize("value", ["", "base64 7bit", '"base64"', "base64, 7bit"])
def test_two_encodings_are_none(value: str) -> None:
    with pytest.raises(InvalidError):
        read_encoding(value)


@pytest.mark.parametrize("mark", ["(", "();", "a ", "; ", "x=(", '"', "*0=;x"])
def test_a_value_of_any_length_is_read_or_refused_at_once(mark: str) -> None:
    # Going back at each mark would take hours, and the limit of a test ends it.
    with suppress(InvalidError):
        read_media_type("a/b; name=" + mark * 600_000)


NAMES = [
    ("IHE_XDM.ZIP", "IHE_XDM.ZIP"),
    ("../../etc/passwd", "passwd"),
    ("C:\\Windows\\x.xml", "x.xml"),
    ("a\u202egpj.exe", "agpj.exe"),
    ("a\x00b.pdf", "a_b.pdf"),
    ("..", ""),
    ("=?utf-8?q?r=C3=A9sultat.pdf?=", "résultat.pdf"),
    ("a" * 200 + ".pdf", "a" * 116 + ".pdf"),
    ('a<b>"c|d?.txt', "a_b__c_d_.txt"),
    ("re\u0301sultat.txt", "résultat.txt"),
    ("a" * 120, "a" * 120),
    ("a" * 121, "a" * 120),
    ("a" * 200 + "." + "b" * 10, "a" * 109 + "." + "b" * 10),
    ("a" * 200 + "." + "b" * 11, "a" * 120),
    ("." + "a" * 200, "a" * 120),
    (" . a.pdf . ", "a.pdf"),
    ("a\\b/c", "c"),
    ("a/b\\c", "c"),
]


@pytest.mark.parametrize(("given", "shown"), NAMES)
def test_a_file_name_is_made_safe_to_show(given: str, shown: str) -> None:
    assert safe_name(given) == shown


@given(st.text())
def test_a_safe_name_has_neither_folder_nor_control(name: str) -> None:
    shown = safe_name(name)

    assert len(shown) <= 120
    assert not set(shown) & set('/\\<>:"|?*\r\n\0\u202e')
