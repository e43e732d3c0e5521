"""What a sender should correct although the document can be filed."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from gateway.errors import InvalidError

P = ParamSpec("P")
R = TypeVar("R")


class Remarks:
    """
    Gathers what is wrong in parts that a document may lack: they count as absent.

    CI-SIS Structuration minimale: a consumer must not refuse what it does not need.
    """

    def __init__(self) -> None:
        self._said: dict[str, None] = {}

    def optional(
        self, read: Callable[P, R], *args: P.args, **kwargs: P.kwargs
    ) -> R | None:
        """Return what is read, or None, with a remark, where it is wrong."""
        try:
            return read(*args, **kwargs)
        except InvalidError as error:
            self._said[f"{error}: left out"] = None
            return None

    @property
    def said(self) -> tuple[str, ...]:
        """What was wrong, each once, in the order of reading."""
        return tuple(self._said)
