"""What is written of facts is read back the same, or is said to be of another form."""

from __future__ import annotations

import hashlib
import json
from typing import Any, get_type_hints

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.canonical import canonical
from gateway.core.ins import Ins
from gateway.errors import InvalidError
from gateway.evidence.arguments import KINDS, Circumstances, CopyArguments
from gateway.evidence.form import FORM, from_json, to_json
from gateway.rights.messaging_rules import AnswerFacts
from tests.evidence.strategies import values_of
from tests.rights.facts import GOOD
from tests.rights.test_messaging_rules import ANSWER

CLASSES = [Circumstances, *(one for pair in KINDS.values() for one in pair)]

SHAPES = "7319"
"""The first digits of the hash over all that is kept: see the test below."""


def shape_of(kind: Any, known: dict[str, Any]) -> None:
    """Add the fields of a class and of all it holds, with their types."""
    if not attrs.has(kind):
        for part in getattr(kind, "__args__", ()):
            shape_of(part, known)
        if hasattr(kind, "__members__"):
            known[kind.__name__] = "words"
        return
    if kind.__name__ in known:
        return
    hints = get_type_hints(kind)
    known[kind.__name__] = {one.name: one.type for one in attrs.fields(kind)}
    for one in attrs.fields(kind):
        shape_of(hints[one.name], known)


kept = st.sampled_from(CLASSES).flatmap(
    lambda kind: st.tuples(st.just(kind), values_of(kind))
)


def test_a_class_that_is_kept_changes_with_the_number_of_the_form() -> None:
    known: dict[str, Any] = {"form": FORM}
    for kind in CLASSES:
        shape_of(kind, known)

    text = json.dumps(known, sort_keys=True, default=str)

    assert hashlib.sha256(text.encode()).hexdigest()[:4] == SHAPES, (
        "the shape of evidence changed: raise FORM, read the earlier one too, and write"
        " the digits here"
    )


@given(one=kept)
def test_whatever_the_value_it_is_read_back_the_same(
    one: tuple[type[Any], Any],
) -> None:
    kind, value = one

    text = canonical(to_json(value))
    read = from_json(kind, json.loads(text))

    assert read == value
    assert canonical(to_json(read)) == text


@given(
    kind=st.sampled_from(CLASSES),
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.text(max_size=5), inner, max_size=3)
        ),
    ),
)
def test_what_is_none_of_it_is_invalid_and_nothing_else(
    kind: type[Any], value: Any
) -> None:
    with pytest.raises(InvalidError):
        from_json(kind, value)


@pytest.mark.parametrize("change", ["missing", "more", "another type", "another word"])
def test_a_field_too_few_too_many_or_of_another_type_is_another_form(
    change: str,
) -> None:
    value = to_json(CopyArguments(visibility=frozenset(), recipient="a", sender="b"))
    match change:
        case "missing":
            del value["sender"]
        case "more":
            value["why"] = ""
        case "another type":
            value["sender"] = 1
        case _:
            value["visibility"] = ["SECRET"]

    with pytest.raises(InvalidError, match="no facts of CopyArguments"):
        from_json(CopyArguments, value)


def test_a_message_of_an_earlier_form_is_read_as_one_without_a_quota() -> None:
    value = to_json(ANSWER)
    later = {name: value.pop(name) for name in ("most", "sent", "most_file_bytes")}

    assert from_json(AnswerFacts, value) == ANSWER
    assert set(later.values()) == {0}
    with pytest.raises(InvalidError):
        from_json(AnswerFacts, {**value, "sent": "0"})


def test_a_message_of_form_4_is_read_as_one_to_no_pharmacy() -> None:
    value = to_json(ANSWER)
    assert value.pop("is_known_pharmacy") is False

    assert from_json(AnswerFacts, value) == ANSWER
    with pytest.raises(InvalidError):
        from_json(AnswerFacts, {**value, "is_known_pharmacy": "no"})


def test_an_ins_that_stands_for_itself_is_not_written() -> None:
    with pytest.raises(ValueError, match="stands for itself"):
        to_json(GOOD)


@pytest.mark.parametrize(
    "value", [1, {"person": 1}, {"person": True, "key": True}, {"person": -1, "key": 1}]
)
def test_what_is_no_stand_in_is_refused(value: Any) -> None:
    with pytest.raises(InvalidError):
        from_json(Ins, value)


def test_a_number_is_no_word_and_a_word_no_number() -> None:
    for wrong in (1, 1.5, "true", None):
        with pytest.raises(InvalidError):
            from_json(bool, wrong)


def test_facts_hold_nothing_that_has_no_form() -> None:
    with pytest.raises(TypeError, match="facts hold no float"):
        to_json(1.5)
