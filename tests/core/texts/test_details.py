"""Each sentence of the readers has its French, whatever stands around it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.core.texts.details import BETWEEN, BOTH, FRENCH, french_of, in_both
from gateway.core.texts.faults import MOST_DETAIL, fitted

GATEWAY = Path(__file__).parents[3] / "gateway"

READERS = (
    *sorted((GATEWAY / "documents").rglob("*.py")),
    *(GATEWAY / "message" / f"{name}.py" for name in ("headers", "address")),
    *(GATEWAY / "message" / f"{name}.py" for name in ("parameters", "reading")),
    *(
        GATEWAY / "dmp_bridge" / "filing" / f"{name}.py"
        for name in ("opening", "said", "recording")
    ),
    GATEWAY / "reception" / "documents_form.py",
    GATEWAY / "safe_xml.py",
)

NOT_READ = frozenset(
    GATEWAY / "documents" / name
    for name in (
        "cda/media.py",  # pictures of a page: one that is damaged is not shown
        "cda/patient_document.py",  # written for the patient, who has the page's words
        "directory_files.py",  # read for an operator, who has the words of commands
        "packed_picture.py",  # closed, in the words of `faults`
        "showing/html_safety.py",
        "showing/narrative.py",
        "showing/rendering.py",
        "showing/tables.py",
        "times.py",  # said again with the name of the element
        "xdm/writing.py",  # what we send
        "xds/entry_json.py",  # what we keep
        "xds/writing.py",
    )
)
"""Modules whose sentences no sender is ever told."""

NOT_SAID = frozenset(
    {
        "XML that is not well formed",  # its detail is said, with the line
        "no such file in the archive",  # a name that we made up
        "the patient of the document has no usable identifier",  # our entry, not read
        "the type of the document is not one the vault accepts",  # a reason of its own
    }
)

NO_SENTENCE = re.compile(
    r"\\|\(\?|\Acontains\(|Expected is|dict\["
    r"|\A\{\} \{\}\Z|\A\{\}: \{\}\Z|\A\{\} \(\{\}\)\Z"
)
"""Expressions, types, and what only puts two sentences together."""


def templates() -> Iterator[tuple[str, str]]:
    """Yield module and sentence, ``{}`` for each value, of all that readers say."""
    for path in READERS:
        if path in NOT_READ:
            continue
        tree = ast.parse(path.read_text())
        within = {
            id(part)
            for node in ast.walk(tree)
            if isinstance(node, ast.JoinedStr)
            for part in ast.walk(node)
            if part is not node
        }
        within |= {
            id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)
        }
        for node in ast.walk(tree):
            if id(node) in within:
                continue
            text = _text(node)
            if " " in text.strip() and not NO_SENTENCE.search(text):
                yield str(path.relative_to(GATEWAY)), text


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else "{}"
            for part in node.values
        )
    return ""


SENTENCES = sorted({text for _, text in templates()} - NOT_SAID)


def test_the_readers_are_looked_through() -> None:
    modules = {module for module, _ in templates()}

    assert len(SENTENCES) > 120
    assert {"documents/cda/body.py", "documents/xdm/archive.py"} <= modules
    assert not {path for path in NOT_READ if not path.is_file()}


@pytest.mark.parametrize("sentence", SENTENCES)
def test_what_a_reader_finds_wrong_has_its_french(sentence: str) -> None:
    """A value stands for each ``{}``: the sentence as a sender would be told it."""
    said = sentence.replace("{}", "nom").removeprefix(BETWEEN)

    french, english = in_both(said)

    assert english == said
    for fr, en in zip(french.split(BETWEEN), said.split(BETWEEN), strict=True):
        assert fr != en, f"no French for: {en}"


def test_each_french_sentence_has_the_values_of_the_english() -> None:
    for english, french in FRENCH.items():
        assert english.count("{}") == french.count("{}"), english
        assert BETWEEN not in english
        assert BOTH not in english + french
        assert french


@pytest.mark.parametrize("sentence", sorted(FRENCH))
def test_each_sentence_of_the_table_is_found_as_itself(sentence: str) -> None:
    """No pattern before it takes it, so that its own French is the one that is told."""
    values = [f"v{number}" for number in range(sentence.count("{}"))]
    said = sentence
    for value in values:
        said = said.replace("{}", value, 1)

    assert french_of(said) == FRENCH[sentence].format(*values)


@pytest.mark.parametrize(
    ("english", "french"),
    [
        (
            "METADATA.XML with a malformed creationTime: left out",
            "creationTime est mal formé dans METADATA.XML : non retenu",
        ),
        (
            "component/nonXMLBody/text is application/pdf, and not the type it says",
            "component/nonXMLBody/text est application/pdf, et non du type annoncé",
        ),
        (
            "the PDF copy in component/structuredBody is base64 that is cut short",
            "la copie PDF de component/structuredBody est un base64 coupé avant sa fin",
        ),
        (
            "schema: line 12: id/@root: lacks a required attribute; expected: a, b; "
            "line 13: text: may not contain text",
            "schéma : ligne 12 : id/@root : n’a pas un attribut obligatoire; "
            "attendu : a, b; ligne 13 : text : ne doit pas contenir de texte",
        ),
        (
            "message: Date: malformed mailbox",
            "message : Date : adresse mal formée",
        ),
        ("README.TXT is missing; and 2 more", "README.TXT manque; et 2 de plus"),
        ("kept by an older version", "kept by an older version"),
        ("", ""),
    ],
)
def test_sentences_within_one_another_are_said_whole(english: str, french: str) -> None:
    assert in_both(english) == (french, english)


def test_where_a_part_is_stands_in_each_language() -> None:
    said = (
        "XML in an encoding that is not accepted; use UTF-8 (partie/part 2, text/xml)"
    )

    assert in_both(said) == (
        "XML dans un encodage qui n’est pas accepté; "
        "écrivez-le en UTF-8 (partie 2, text/xml)",
        "XML in an encoding that is not accepted; use UTF-8 (part 2, text/xml)",
    )


def test_what_is_said_in_both_already_is_taken_apart() -> None:
    said = "trop de parties ; une (partie/part 2) / too many; one (partie/part 2)"

    assert in_both(said) == (
        "trop de parties ; une (partie 2)",
        "too many; one (part 2)",
    )


def test_what_is_left_out_for_its_length_is_counted_in_both() -> None:
    kept = fitted([f"{number:03} is missing" for number in range(100)], MOST_DETAIL)

    french, english = in_both(kept)

    assert len(kept) <= MOST_DETAIL
    assert french.startswith("000 manque; 001 manque; ")
    assert re.search(r"; et \d+ de plus\Z", french)
    assert re.search(r"; and \d+ more\Z", english)
