"""Which program decides: a hash over the rules and the words they decide with."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

_PACKAGES: Final = ("gateway.core", "gateway.rights")
_SOURCES: Final = (".py", ".csv")
_BESIDE: Final = (("gateway.trust", "certificate_rules.py"),)
"""Rules that stand in a package of another kind."""


@cache
def rules_hash() -> str:
    """
    Return the SHA-256 over the sources of the rules, their words and their tables.

    Of each file its path and its bytes, in the order of the paths: the same program
    says the same wherever it is installed.
    """
    whole = hashlib.sha256()
    for package in _PACKAGES:
        for path, content in sorted(_sources(files(package), package)):
            whole.update(f"{path} {len(content)}\n".encode())
            whole.update(content)
    for package, name in _BESIDE:
        content = files(package).joinpath(name).read_bytes()
        whole.update(f"{package}/{name} {len(content)}\n".encode())
        whole.update(content)
    return whole.hexdigest()


def _sources(folder: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    for one in folder.iterdir():
        if one.is_dir():
            yield from _sources(one, f"{path}/{one.name}")
        elif one.name.endswith(_SOURCES):
            yield f"{path}/{one.name}", one.read_bytes()
