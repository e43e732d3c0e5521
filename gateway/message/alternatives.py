"""What people read of a message: its texts in order, of alternatives one form."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import field, frozen

from gateway.message.body_text import text_of_html


@frozen
class TextPart:
    """
    A part to be read by people, decoded.

    ``choice`` is the path of the outermost alternatives it is one of, or None.
    """

    words: str = field(repr=False)
    is_html: bool
    choice: str | None = None


def text_of(parts: Iterable[TextPart]) -> str:
    """
    Return the text of a message (RFC 2046 §5.1.4).

    Of alternatives that is the plain text, unless it has no word and the HTML is all
    there is; of HTML it is the words. What stands side by side is all there.

    >>> text_of([TextPart("Bonjour", False), TextPart("<p>2,4</p>", True)])
    'Bonjour\\n2,4'
    """
    forms: dict[str | int, list[TextPart]] = {}
    for number, one in enumerate(parts):
        key = number if one.choice is None else one.choice
        forms.setdefault(key, []).append(one)
    return "\n".join(map(_words_of, forms.values()))


def _words_of(forms: list[TextPart]) -> str:
    plain = "\n".join(one.words for one in forms if not one.is_html)
    if plain.strip():
        return plain
    return text_of_html("\n".join(one.words for one in forms if one.is_html)) or plain
