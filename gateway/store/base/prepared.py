"""
Statements that every message runs through: compiled once, then given to the driver.

SQLAlchemy takes some ten times longer to prepare a small statement than SQLite takes to
run it. Nothing else changes: the transaction, the types and the errors are
SQLAlchemy's.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from attrs import define, field, frozen
from sqlalchemy import Connection, Dialect, Insert, LargeBinary
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.selectable import SelectBase

_Convert = Callable[[Any], Any]
Values = Mapping[str, Any]


@frozen
class _Compiled:
    """The text for one database, and how the values get into it."""

    text: str
    columns: tuple[tuple[str, _Convert | None], ...]
    defaults: Callable[[], dict[str, Any]] | None
    positional: bool
    error: type[Exception]
    read: Callable[[Sequence[Any]], Any]
    options: Values
    """What the driver is told beside the values."""

    def bind(self, row: Values) -> Sequence[Any] | dict[str, Any]:
        if self.defaults is not None:
            row = {**self.defaults(), **row}
        if self.positional:
            return [
                row[name] if convert is None else convert(row[name])
                for name, convert in self.columns
            ]
        return {
            name: row[name] if convert is None else convert(row[name])
            for name, convert in self.columns
        }


@define(eq=False)
class Prepared:
    """
    A statement that is compiled once for each kind of database.

    ``columns`` are those an INSERT or an UPDATE sets; those with a default of the
    table need not be given. What a SELECT finds are tuples with the columns' names.
    No lists of values (``IN``). Where it finds ``much`` in bytes, PostgreSQL sends them
    as they are, and not in hexadecimal: megabytes cost a fifth.
    """

    statement: SelectBase | UpdateBase
    columns: Sequence[str] | None = None
    much: bool = False
    _compiled: dict[str, _Compiled] = field(init=False, factory=dict, repr=False)

    def first(self, connection: Connection, **values: Any) -> Any:
        """Return the first row a SELECT finds, or None."""
        found = self.rows(connection, **values)
        return found[0] if found else None

    def rows(self, connection: Connection, **values: Any) -> list[Any]:
        """Return what a SELECT finds."""
        compiled = self._for(connection.dialect)
        return [compiled.read(row) for row in _fetched(connection, compiled, values)]

    def raw(self, connection: Connection, **values: Any) -> Sequence[Any]:
        """Return the same as the driver has it: for many rows that need no types."""
        return _fetched(connection, self._for(connection.dialect), values)

    def run(self, connection: Connection, rows: Sequence[Values]) -> None:
        """Run a statement that changes something, once for each row of values."""
        if not rows:
            return
        compiled = self._for(connection.dialect)
        bound: Any = [compiled.bind(row) for row in rows]
        cursor = connection.connection.cursor()
        try:
            if len(bound) == 1:
                cursor.execute(compiled.text, bound[0])
            else:
                cursor.executemany(compiled.text, bound)
        except compiled.error as error:
            raise _told(error, compiled) from error
        finally:
            cursor.close()

    def _for(self, dialect: Dialect) -> _Compiled:
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            as_is = self.much and dialect.name == "postgresql"
            options = {"binary": True} if as_is else {}
            compiled = _compile(self.statement, self.columns, dialect, options)
            self._compiled[dialect.name] = compiled
        return compiled


def _fetched(
    connection: Connection, compiled: _Compiled, values: Values
) -> Sequence[Any]:
    cursor = connection.connection.cursor()
    try:
        cursor.execute(compiled.text, compiled.bind(values), **compiled.options)
        found: Sequence[Any] = cursor.fetchall()
        return found
    except compiled.error as error:
        raise _told(error, compiled) from error
    finally:
        cursor.close()


def _told(error: Exception, compiled: _Compiled) -> Exception:
    """Return the driver's error as SQLAlchemy's, without the values it was about."""
    return DBAPIError.instance(None, None, error, compiled.error, hide_parameters=True)


def _compile(
    statement: SelectBase | UpdateBase,
    columns: Sequence[str] | None,
    dialect: Dialect,
    options: Values,
) -> _Compiled:
    if isinstance(statement, Insert):
        statement = statement.inline()  # no RETURNING that nobody reads
    made = statement.compile(dialect=dialect, column_keys=columns)
    assert isinstance(made, SQLCompiler)
    assert dialect.loaded_dbapi is not None
    names = made.positiontup or list(made.binds)
    return _Compiled(
        text=made.string,
        columns=tuple((name, _converter(made, name, dialect)) for name in names),
        defaults=_defaults(statement, made),
        positional=made.positiontup is not None,
        error=dialect.loaded_dbapi.Error,
        read=_reader(statement, dialect),
        options=options,
    )


def _reader(
    statement: SelectBase | UpdateBase, dialect: Dialect
) -> Callable[[Sequence[Any]], Any]:
    """Return what turns a row of the driver into one with names, of our types."""
    if not isinstance(statement, SelectBase):
        return tuple
    columns = list(statement.selected_columns)
    row_type: Any = namedtuple("Row", [one.name for one in columns])  # type: ignore[misc]
    make = row_type._make
    converted = [
        (number, convert)
        for number, one in enumerate(columns)
        if (convert := one.type.dialect_impl(dialect).result_processor(dialect, None))
    ]
    if not converted:
        return make

    def read(row: Sequence[Any]) -> Any:
        values = list(row)
        for number, convert in converted:
            values[number] = convert(values[number])
        return make(values)

    return read


def _converter(made: SQLCompiler, name: str, dialect: Dialect) -> _Convert | None:
    kind = made.binds[name].type.dialect_impl(dialect)
    if isinstance(kind, LargeBinary) and dialect.name == "sqlite":
        return None  # it takes bytes as they are; SQLAlchemy makes a memoryview of each
    return kind.bind_processor(dialect)


def _defaults(
    statement: SelectBase | UpdateBase, compiled: SQLCompiler
) -> Callable[[], dict[str, Any]] | None:
    """Return what makes the values that need not be given: constants, defaults."""
    given: dict[str, Any] = {}
    made: dict[str, Callable[[Any], Any]] = {}
    for name, bind in compiled.binds.items():
        default: Any = None
        if isinstance(statement, Insert):
            default = statement.table.c[name].default
        elif not bind.required:
            given[name] = bind.effective_value
        if default is None:
            continue
        if default.is_callable:
            made[name] = default.arg
        else:
            given[name] = default.arg
    if not given and not made:
        return None
    return lambda: {**given, **{name: make(None) for name, make in made.items()}}
