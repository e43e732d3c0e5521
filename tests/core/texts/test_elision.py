"""De Zoé, d’Anne: by the first letter of a name, as far as that tells."""

from __future__ import annotations

import pytest

from gateway.core.texts.elision import is_elided_before, of


@pytest.mark.parametrize("name", ["Anne", "ODILE", "élise", "Œdipe", "Yves", "Yvonne"])
def test_de_is_elided_before_a_vowel(name: str) -> None:
    assert is_elided_before(name)
    assert of(name) == f"d’{name}"


@pytest.mark.parametrize("name", ["Zoé", "Yasmine", "Hassan", "1 rue", "", " Anne"])
def test_it_is_not_before_anything_else(name: str) -> None:
    assert not is_elided_before(name)
    assert of(name) == f"de {name}"
