"""What joins a person to an illness is sealed: room for it beside the clear columns"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; what is in clear is sealed in batches, while the service runs."""
    for table, name in (
        ('documents', 'facts'),
        ('documents', 'visibility'),
        ('profiles', 'choices'),
        ('blocks', 'sender'),
        ('oppositions', 'facts'),
        ('secrecies', 'sender'),
        ('accounts', 'called'),
        ('arrivals', 'facts'),
        ('arrival_documents', 'facts'),
    ):
        op.add_column(table, sa.Column(name, sa.LargeBinary(), nullable=True))
    key = sa.Column('key_id', sa.String(length=32), nullable=True)
    op.add_column('arrival_documents', key)
    for table, column in (
        ('documents', 'id'),
        ('arrivals', 'id'),
        ('arrival_documents', 'arrival_id'),
    ):
        op.create_index(
            f'ix_{table}_unsealed',
            table,
            [column],
            unique=False,
            sqlite_where=sa.text('facts IS NULL'),
            postgresql_where=sa.text('facts IS NULL'),
        )
