"""What joins a person to an illness is sealed: room for it beside the clear columns"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0011'
down_revision = '0012'
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
    ):
        op.add_column(table, sa.Column(name, sa.LargeBinary(), nullable=True))
    op.create_index(
        'ix_documents_unsealed',
        'documents',
        ['id'],
        unique=False,
        sqlite_where=sa.text('facts IS NULL'),
        postgresql_where=sa.text('facts IS NULL'),
    )
