"""The guide says the same in both languages."""

from __future__ import annotations

from gateway.core.texts.guide import GUIDE


def test_both_languages_have_the_same_parts_and_steps() -> None:
    french, english = (
        [
            (one.name, len(one.steps), one.by_provider, one.by_mail)
            for one in GUIDE[lang]
        ]
        for lang in ("fr", "en")
    )

    assert french == english
