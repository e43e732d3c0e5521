"""A table of `gateway.toml` as a frozen class: how its values are checked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Self, cast

from attrs import fields_dict

from gateway.errors import MisuseError

KIB = 1024
MIB = 1024 * KIB


class Table:
    """A table of the file; subclasses are frozen classes of plain values."""

    table: ClassVar[str]

    @classmethod
    def from_table(cls, values: Mapping[str, Any], folder: Path) -> Self:
        """Build from TOML; paths are taken relative to the file's folder."""
        known = fields_dict(cast("Any", cls))
        if unknown := values.keys() - known.keys():
            names = ", ".join(sorted(unknown))
            raise MisuseError(f"[{cls.table}]: unknown keys: {names}")
        built: dict[str, Any] = {}
        for name, value in values.items():
            declared = str(known[name].type)
            if "Path" in declared and value != "":
                built[name] = folder / value
            elif "tuple" in declared and isinstance(value, list):
                built[name] = tuple(value)
            else:
                built[name] = value
            _check_type(cls.table, name, declared, built[name])
        try:
            return cls(**built)
        except TypeError as error:
            raise MisuseError(f"[{cls.table}]: {error}") from error


def _check_type(table: str, name: str, declared: str, value: object) -> None:
    expected: type | tuple[type, ...]
    if "dict" in declared:
        expected = dict
    elif "tuple" in declared:
        expected = tuple
    elif "Path" in declared:
        expected = (Path, str)
    elif "bool" in declared:
        expected = bool
    elif "float" in declared:
        expected = (int, float)
    elif "int" in declared:
        expected = int
    else:
        expected = str
    wrong = not isinstance(value, expected)
    if wrong or (expected is not bool and isinstance(value, bool)):
        raise MisuseError(f"[{table}]: {name} has a value of the wrong type")
    if isinstance(value, int) and not isinstance(value, bool) and value < 0:
        raise MisuseError(f"[{table}]: {name} must not be negative")
