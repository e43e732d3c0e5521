"""JSON as text, by an encoder that is made once for each way of writing it."""

from __future__ import annotations

import json
from collections.abc import Callable
from json import encoder
from typing import Any


def json_writer(
    *, ascii_only: bool = True, in_order: bool = False
) -> Callable[[Any], str]:
    """
    Return what writes a JSON value without spaces, as `json.JSONEncoder` does.

    With ``in_order`` the keys of objects are sorted. `json.JSONEncoder.encode` makes
    the part that is written in C anew at each call, which for a small value takes
    longer than to write it; a letter has some forty. Where Python was built without
    that part, ``encode`` itself is returned.

    The function returned raises TypeError for what JSON has no form for.
    """
    whole = json.JSONEncoder(
        ensure_ascii=ascii_only, sort_keys=in_order, separators=(",", ":")
    )
    make: Any = getattr(encoder, "c_make_encoder", None)
    if make is None:
        return whole.encode
    text = encoder.encode_basestring_ascii if ascii_only else encoder.encode_basestring
    # Floats in the forms of `float.__repr__`; markers (None) would find a value within
    # itself, which nothing here makes.
    parts = make(None, whole.default, text, None, ":", ",", in_order, False, True)
    return lambda value: "".join(parts(value, 0))
