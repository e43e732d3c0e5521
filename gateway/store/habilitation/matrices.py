"""The versions of the matrix: imported once, never changed, one of them in force."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from attrs import frozen
from sqlalchemy import select

from gateway.core.habilitation import (
    Matrix,
    MatrixColumn,
    MatrixRow,
    check_version,
    example_matrix,
)
from gateway.errors import ConflictError, NotFoundError
from gateway.rights.habilitation_rules import matrix_in_force
from gateway.store.base.work import UnitOfWork
from gateway.store.journal import Action
from gateway.store.tables import matrices


@frozen
class Matrices:
    """The versions of the matrix within one transaction."""

    work: UnitOfWork

    def add(
        self, version: str, in_force: date, rows: Sequence[MatrixRow], *, by: str
    ) -> Matrix:
        """
        Keep a version of the matrix, with a line of the operator's journal.

        Raises:
            InvalidError: the version has no name of one.
            ConflictError: it was imported already, or another one begins that day.
        """
        check_version(version)
        known = self.listed()
        if any(one.version == version for one in known):
            raise ConflictError(f"version {version} was imported already")
        same_day = next((one for one in known if one.in_force == in_force), None)
        if same_day is not None:
            raise ConflictError(f"version {same_day.version} begins on that day")
        self.work.add_now(
            matrices,
            version=version,
            in_force=in_force.isoformat(),
            types=[_to_json(row) for row in rows],
            imported_at=self.work.now,
        )
        self.work.note(
            Action.MATRIX_IMPORTED,
            in_force.isoformat(),
            version,
            types=len(rows),
            by=by,
        )
        return Matrix(version=version, in_force=in_force, rows=tuple(rows))

    def listed(self) -> list[Matrix]:
        """
        Return the versions there are, the first to begin first.

        Raises:
            AlteredError: one is not as it was imported.
        """
        found = self.work.connection.execute(
            select(matrices).order_by(matrices.c.in_force)
        ).all()
        for row in found:
            self.work.rows.check(matrices, row)
        return [_matrix(row) for row in found]

    def get(self, version: str) -> Matrix:
        """
        Return a version by its name; ``example`` is the one that ships.

        Raises:
            NotFoundError: there is none of that name.
        """
        known = [*self.listed(), example_matrix()]
        found = next((one for one in known if one.version == version), None)
        if found is None:
            raise NotFoundError("no version of the matrix has this name")
        return found

    def in_force(self, day: date) -> Matrix:
        """Return the version that holds on a day; where none does, the one shipped."""
        return matrix_in_force(self.listed(), day) or example_matrix()


def _to_json(row: MatrixRow) -> list[Any]:
    readers = [column.value for column in MatrixColumn if column in row.readers]
    return [row.category_code, row.category, row.type_code, row.label, readers]


def _matrix(row: Any) -> Matrix:
    return Matrix(
        version=row.version,
        in_force=date.fromisoformat(row.in_force),
        rows=tuple(
            MatrixRow(
                category_code=category_code,
                category=category,
                type_code=type_code,
                label=label,
                readers=frozenset(map(MatrixColumn, readers)),
            )
            for category_code, category, type_code, label, readers in row.types
        ),
    )
