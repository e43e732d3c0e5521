"""JSON as text: the same as the standard library writes, in both forms."""

from __future__ import annotations

import json
from json import encoder

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.json_text import json_writer

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters()),
    lambda of: st.lists(of) | st.dictionaries(st.text(), of),
    max_leaves=20,
)


@given(VALUES, st.booleans(), st.booleans())
def test_it_writes_what_the_standard_library_writes(
    value: object, ascii_only: bool, in_order: bool
) -> None:
    write = json_writer(ascii_only=ascii_only, in_order=in_order)

    assert write(value) == json.dumps(
        value, ensure_ascii=ascii_only, sort_keys=in_order, separators=(",", ":")
    )


def test_what_json_has_no_form_for_is_refused() -> None:
    with pytest.raises(TypeError):
        json_writer()({"at": object()})


def test_a_python_without_the_part_in_c_writes_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    value = {"b": [1.5, None, "é\x7f"], "a": {}}
    quick = json_writer(in_order=True)(value)

    monkeypatch.setattr(encoder, "c_make_encoder", None)

    assert json_writer(in_order=True)(value) == quick
