"""Each type that is taken has a kind, and each kind is offered."""

from __future__ import annotations

import pytest

from gateway.core.codes import document_types
from gateway.core.document_kinds import KINDS, OWN, kind_of
from gateway.core.person import Coded
from tests.builders_xdm import make_entry


@pytest.mark.parametrize(
    ("code", "kind", "expected"),
    [
        ("11502-2", "10", "bio"),
        ("57833-6", "42", "ordo"),
        ("18748-4", "31", "img"),
        ("11488-4", "10", "cr"),
        ("11490-0", "11", "lettre"),
        ("87273-9", "52", "vax"),
        ("64290-0", "52", "admin"),
        ("unknown", "unknown", OWN),
    ],
)
def test_a_type_tells_more_than_its_class(code: str, kind: str, expected: str) -> None:
    entry = make_entry(
        type_code=Coded(code=code, scheme="1"), class_code=Coded(code=kind, scheme="2")
    )

    assert kind_of(entry) == expected


def test_every_type_is_of_a_kind_that_is_offered() -> None:
    for one in document_types().values():
        coded = Coded(code=one.code, scheme=one.scheme)
        entry = make_entry(type_code=coded, class_code=one.document_class)
        assert kind_of(entry) in KINDS
