"""A set that is known by its answers alone, as those of the allow-list are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set


class AskedSet(Set[str]):
    """A set of domains that is never listed, only asked; what it holds may change."""

    def __init__(self, holds: Callable[[str], bool]) -> None:
        self._holds = holds

    def __contains__(self, domain: object) -> bool:
        return isinstance(domain, str) and self._holds(domain)

    def __iter__(self) -> Iterator[str]:
        raise NotImplementedError

    def __len__(self) -> int:
        return 1
