"""An e-mail to the outside, and what carries one."""

from __future__ import annotations

from collections.abc import Callable

from attrs import field, frozen


@frozen
class Email:
    """An e-mail to the outside, and its envelope."""

    sender: str
    to: str = field(repr=False)
    content: bytes = field(repr=False)


Sync = Callable[[], None]

Carrier = Callable[[str, Email], Sync | None]
"""
Takes a notice's id and e-mail, and hands it over.

Returns what is to be called before that is safe; one call is enough for all that return
the same.
"""
