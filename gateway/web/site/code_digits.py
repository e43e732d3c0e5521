"""The digits of a one-time code, as people write them in a form."""

from __future__ import annotations

from typing import Final

from gateway.web.site.forms import Form

_DIGITS: Final = 6


def digits_of(form: Form) -> str:
    """Return the six digits of a form, without space, or an empty text."""
    digits = "".join(form.text("code").split())
    is_code = len(digits) == _DIGITS and digits.isascii() and digits.isdigit()
    return digits if is_code else ""
